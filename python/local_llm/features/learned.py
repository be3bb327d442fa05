"""What was learned of models, from one session to the next: a few numbers each, in one file.

Losing it costs a few requests' accuracy, so a damaged file is an empty one, and of two editors
that write at a time one wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from local_llm import log
from local_llm.backends.base import ModelInfo
from local_llm.features.connect import Link


class Learned:
    """Numbers by model, read once.

    Args:
        file: JSON, below the XDG cache.

    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known = _read(file)

    def of(self, key: str) -> dict[str, float] | None:
        """Return what was learned under `key`."""
        return self._known.get(key)

    def keep(self, key: str, numbers: Mapping[str, float]) -> None:
        """Write `numbers` where they are new; a disk that refuses is logged."""
        if not numbers or self._known.get(key) == numbers:
            return
        self._known[key] = dict(numbers)
        part = self._file.with_suffix(".part")
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part.write_bytes(msgspec.json.encode(self._known))
            part.replace(self._file)
        except OSError as exc:
            log.warning("%s is not kept: %s", self._file.name, exc.strerror)


def key_of(link: Link, model: ModelInfo) -> str:
    """Return what a model on a server is known by."""
    return f"{link.where} {model.name} {model.digest}"


def _read(file: Path) -> dict[str, dict[str, float]]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, dict[str, float]])
    except (OSError, msgspec.DecodeError):
        return {}
