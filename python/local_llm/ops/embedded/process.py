"""One server process, as the supervisor sees it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

from local_llm.errors import InstallError, LocalLlmError, ModelMissing, ServerFailed
from local_llm.installation import how_to_run_llama
from local_llm.ops.embedded.folder import write_key
from local_llm.ops.embedded.messages import Ask

_GRACE_S = 2.0


class ModelServer:
    """Starts, watches and stops the server of one model.

    Args:
        ask: The model, its context and threads.
        folder: The private folder for its socket and key.
        log: The file for llama.cpp's errors.

    """

    def __init__(self, ask: Ask, folder: Path, log: Path) -> None:
        self.ask = ask
        self.url = ""
        stem = folder / f"server-{secrets.token_hex(8)}"
        self.key_file, self._socket = stem.with_suffix(".key"), stem.with_suffix(".sock")
        self._log = log
        self._process: Process | None = None
        self._stdout: asyncio.StreamReader | None = None

    @property
    def alive(self) -> bool:
        """Whether it runs; the end of its output is known before its exit status."""
        if self._process is None or self._stdout is None:
            return False
        return self._process.returncode is None and not self._stdout.at_eof()

    async def start(self) -> None:
        """Start it and wait until the model is loaded.

        Raises: ModelMissing, InstallError, ServerFailed.
        """
        self._prepare()
        self._process = await asyncio.create_subprocess_exec(
            *self._command(), stdin=PIPE, stdout=PIPE, stderr=DEVNULL
        )
        self._stdout = self._process.stdout
        line = await self._stdout.readline() if self._stdout else b""
        said = json.loads(line or b"{}")
        self.url = said.get("url", "")
        if not self.url:
            reason = said.get("error", "the server process died while it was loading")
            raise self._trouble(reason + await self._signal())

    async def stop(self) -> None:
        """End it and remove its files; returns when it is gone."""
        process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()  # it leaves at once
            try:
                await asyncio.wait_for(process.wait(), _GRACE_S)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        self._socket.unlink(missing_ok=True)
        self.key_file.unlink(missing_ok=True)

    async def epitaph(self) -> str:
        """Say how it ended; call it when it is not alive."""
        code = await self._process.wait() if self._process else 0
        if code >= 0:
            return f"it ended with status {code}"
        return f"it was ended by {signal.Signals(-code).name}"

    async def _signal(self) -> str:
        """Say which signal ended it, as one does a build for another processor; else ""."""
        code = 0
        if self._process is not None:
            with contextlib.suppress(TimeoutError):
                code = await asyncio.wait_for(self._process.wait(), _GRACE_S)
        return f": {signal.Signals(-code).name}" if code < 0 else ""

    def _prepare(self) -> None:
        if not Path(self.ask.model).is_file():
            raise ModelMissing("there is no such model file", where=self.ask.model)
        write_key(self.key_file)

    def _command(self) -> list[str]:
        # -P: the working folder may be a stranger's repository and must not be imported from.
        command = [sys.executable, "-P", "-m", "local_llm.ops.embedded.server"]
        command += ["--model", self.ask.model, "--context", str(self.ask.context_tokens)]
        command += ["--key-file", str(self.key_file), "--socket", str(self._socket)]
        command += ["--log", str(self._log)]
        command += ["--program", self.ask.program] if self.ask.program else []
        return command + (["--threads", str(self.ask.threads)] if self.ask.threads else [])

    def _trouble(self, reason: str) -> LocalLlmError:
        if "not installed" in reason:
            return InstallError(reason, hint=how_to_run_llama())
        hint = f"the reason stands in {self._log}"
        return ServerFailed(reason, where=self.ask.model, hint=hint)
