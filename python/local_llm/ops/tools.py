"""Run the programs of this machine that explain a diagnostic: no shell, no input, little time.

What runs is the user's choice, not the project's: programs come from PATH and the active virtual
environment, with a short environment that holds no secret. Each is the head of a process group,
and the whole group is killed when the time is over, so that nothing is left behind.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from local_llm.features.port import Ran

OUTPUT_LIMIT_BYTES = 256 * 1024
_CHUNK_BYTES = 64 * 1024
_PASSED_ON = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "VIRTUAL_ENV"}
    | {"CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "GOPATH", "GOROOT", "GOCACHE", "GOBIN"}
    | {"PYENV_ROOT", "PYENV_VERSION", "RBENV_ROOT", "NVM_DIR", "VOLTA_HOME", "ASDF_DIR"}
    | {"ASDF_DATA_DIR", "MISE_DATA_DIR", "JAVA_HOME", "LD_LIBRARY_PATH", "NIX_PROFILES"}
)
_PASSED_ON_STARTS = ("XDG_", "LC_")
# Plain text, no pager, and nothing fetched because a tool thinks that it is out of date.
_OURS = {
    "TERM": "dumb",
    "NO_COLOR": "1",
    "PAGER": "cat",
    "PYTHONDONTWRITEBYTECODE": "1",
    "RUSTUP_AUTO_INSTALL": "0",
    "GOTOOLCHAIN": "local",
}


class LocalTools:
    """Fulfils `Tools` of features/port.py.

    Args:
        env: The environment, of which a short list is passed on.

    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = {name: env[name] for name in env if _is_passed_on(name)} | _OURS
        self._path = env.get("PATH", "")
        self._venv = env.get("VIRTUAL_ENV", "")

    def find(self, name: str, root: str) -> str | None:
        """Return the path of a program; see `Tools`. A path is taken if it is absolute."""
        if not name or "\0" in name:
            return None
        if "/" in name:
            places = [_expanded(name)]
        else:
            places = [folder / name for folder in self._folders(root)]
        return next((str(place) for place in places if _is_program(place)), None)

    async def run(self, argv: Sequence[str], *, cwd: str, timeout_s: float) -> Ran | None:
        """Run a program; see `Tools`."""
        read_end, write_end = os.pipe()
        try:
            child = await asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=write_end,
                stderr=asyncio.subprocess.DEVNULL,
                cwd=cwd,
                env=self._env,
                start_new_session=True,
            )
        except (OSError, ValueError):
            os.close(read_end)
            return None
        except BaseException:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        return await _finished(child, read_end, timeout_s)

    def _folders(self, root: str) -> list[Path]:
        """Return where programs may lie; a relative entry of PATH would be the project's."""
        folders = [Path(folder) for folder in self._path.split(os.pathsep)]
        venv = Path(self._venv) / "bin"
        if not (root and venv.resolve().is_relative_to(Path(root).resolve())):
            folders.insert(0, venv)
        return [folder for folder in folders if folder.is_absolute()]


async def _finished(
    child: asyncio.subprocess.Process, read_end: int, timeout_s: float
) -> Ran | None:
    """Read the output and wait; whoever is still there at the end is killed."""
    done = False
    try:
        async with asyncio.timeout(timeout_s):
            output = await _read(read_end)
            if output is None:
                return None
            status = await child.wait()
            done = True
            return Ran(status=status, stdout=output.decode("utf-8", "replace"))
    except TimeoutError:
        return None
    finally:
        if not done:
            await _kill(child)


async def _read(read_end: int) -> bytes | None:
    """Return everything up to the end of the pipe, None where it is more than the limit.

    The pipe is ours, not asyncio's: a process that keeps it open cannot hold up `wait`.
    """
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_CHUNK_BYTES)
    pipe = os.fdopen(read_end, "rb", buffering=0)
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    output = bytearray()
    try:
        while piece := await reader.read(_CHUNK_BYTES):
            output += piece
            if len(output) > OUTPUT_LIMIT_BYTES:
                return None
    finally:
        transport.close()
    return bytes(output)


async def _kill(child: asyncio.subprocess.Process) -> None:
    """Kill the whole group: also what the program started, be it at its own end."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    await child.wait()


def _is_passed_on(name: str) -> bool:
    return name in _PASSED_ON or name.startswith(_PASSED_ON_STARTS)


def _expanded(name: str) -> Path:
    try:
        return Path(name).expanduser()
    except RuntimeError:  # a user that there is not
        return Path(name)


def _is_program(path: Path) -> bool:
    return path.is_absolute() and path.is_file() and os.access(path, os.X_OK)
