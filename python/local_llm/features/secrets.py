"""Where API keys come from, and a type that does not print them."""

from __future__ import annotations

import asyncio
import asyncio.subprocess
from collections.abc import Mapping
from pathlib import Path

from local_llm.errors import SettingsError
from local_llm.settings import Server

_COMMAND_LIMIT_S = 30.0


class Secret:
    """A key; only `reveal` shows it, and `repr` and `str` never do."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the key itself, for a request header and nothing else."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


class KeyRing:
    """Finds the key of a server; a command is run once a session.

    Args:
        env: The environment.

    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._from_command: dict[tuple[str, ...], Secret] = {}

    async def key(self, server: Server) -> Secret:
        """Return the server's key, empty where none is configured. Raises SettingsError."""
        if server.api_key_cmd:
            return await self._command(server.api_key_cmd)
        if server.api_key_env:
            value = self._env.get(server.api_key_env, "")
            if not value:
                raise SettingsError(
                    f"the environment variable {server.api_key_env} is empty",
                    where="backend.api_key_env",
                )
            return Secret(value.strip())
        return Secret("")

    async def _command(self, argv: tuple[str, ...]) -> Secret:
        if argv not in self._from_command:
            self._from_command[argv] = await _run(argv)
        return self._from_command[argv]


def read_key_file(path: str) -> Secret:
    """Return the key in a 0600 file of our own (the embedded server's)."""
    return Secret(Path(path).read_text(encoding="ascii").strip())


async def _run(argv: tuple[str, ...]) -> Secret:
    """Run a key command without a shell; its output is the key and never appears anywhere."""
    where = "backend.api_key_cmd"
    try:
        child = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as exc:
        raise SettingsError(f"cannot run {argv[0]}: {exc.strerror}", where=where) from exc
    try:
        async with asyncio.timeout(_COMMAND_LIMIT_S):
            output, _ = await child.communicate()
    except TimeoutError as exc:
        child.kill()
        await child.wait()
        raise SettingsError(f"{argv[0]} printed no key in time", where=where) from exc
    if child.returncode or not output.strip():
        raise SettingsError(f"{argv[0]} ended with {child.returncode} and no key", where=where)
    return Secret(output.decode("utf-8", "replace").strip())
