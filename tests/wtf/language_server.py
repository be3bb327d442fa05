"""Just enough of a language client to be told a file's diagnostics, as Neovim would be."""

from __future__ import annotations

import json
import select
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

SECONDS = 60.0
CAPABILITIES = {
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {
        "publishDiagnostics": {"relatedInformation": True, "codeDescriptionSupport": True}
    },
    "workspace": {"configuration": True, "workspaceFolders": True},
}


class LanguageServer:
    """A running server with its folders open; to be used in a `with`.

    Raises: TimeoutError, when the server does not say what is waited for, and EOFError, when it
    ends before.
    """

    def __init__(
        self,
        command: Sequence[str],
        folders: Sequence[Path],
        options: dict[str, Any],
        environment: dict[str, str],
    ) -> None:
        self._server = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folders[0],
            env=environment,
            bufsize=0,
        )
        self._command = " ".join(command)
        self._read = b""
        self._folders = [{"uri": path.as_uri(), "name": path.name} for path in folders]
        self._options = options

    def __enter__(self) -> Self:
        self._send(
            id=1,
            method="initialize",
            params={
                "processId": None,
                "rootUri": self._folders[0]["uri"],
                "workspaceFolders": self._folders,
                "capabilities": CAPABILITIES,
                "initializationOptions": self._options,
            },
        )
        self._wait(lambda message: message.get("id") == 1 and "result" in message)
        self._send(method="initialized", params={})
        return self

    def __exit__(self, *_: object) -> None:
        self._server.kill()
        self._server.communicate()

    def diagnostics(
        self, path: Path, language: str, enough: Callable[[dict[str, Any]], bool]
    ) -> dict[str, Any]:
        """Open a file; return the first diagnostics published for it that are `enough`."""
        document = {"uri": path.as_uri(), "languageId": language, "version": 1}
        document["text"] = path.read_text(encoding="utf-8")
        self._send(method="textDocument/didOpen", params={"textDocument": document})
        last: dict[str, Any] = {}

        def told(message: dict[str, Any]) -> bool:
            published = message.get("method") == "textDocument/publishDiagnostics"
            if not published or message["params"]["uri"] != path.as_uri():
                return False
            last.update(message["params"])
            return enough(last)

        try:
            self._wait(told)
        except TimeoutError as problem:
            raise TimeoutError(f"{problem} about {path.name}, only {last}") from problem
        return last

    def _wait(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + SECONDS
        while not wanted(message := self._next(deadline)):
            if "id" in message and "method" in message:
                self._answer(message)
        return message

    def _answer(self, asked: dict[str, Any]) -> None:
        """Answer a server's question: no settings, and yes to the rest."""
        settings = asked["method"] == "workspace/configuration"
        result = [None] * len(asked["params"]["items"]) if settings else None
        self._send(id=asked["id"], result=result)

    def _send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._server.stdin
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def _next(self, deadline: float) -> dict[str, Any]:
        while b"\r\n\r\n" not in self._read:
            self._more(deadline)
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        (length,) = (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        while len(self._read) < length:
            self._more(deadline)
        body, self._read = self._read[:length], self._read[length:]
        message: dict[str, Any] = json.loads(body)
        return message

    def _more(self, deadline: float) -> None:
        assert self._server.stdout
        left = max(0.0, deadline - time.monotonic())
        if not select.select([self._server.stdout], [], [], left)[0]:
            raise TimeoutError(f"{self._command} did not say what was waited for")
        got = self._server.stdout.read(65536)
        if not got:
            raise EOFError(f"{self._command} ended")
        self._read += got
