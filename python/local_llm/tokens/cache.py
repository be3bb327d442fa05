"""Keep vocabularies on disk: reading one from a server takes seconds, from here a tenth of one.

The caller names the folder (under the XDG cache) and a key that changes with the vocabulary: the
model's digest, or a GGUF file's path, size and time of change.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from local_llm.kept import replace
from local_llm.tokens.vocab import Vocab


class _Stored(msgspec.Struct, frozen=True, array_like=True, tag="local-llm-vocab-2"):
    """The file's content; the tag changes with its form, and other forms are ignored."""

    key: str
    vocab: Vocab


def load(folder: Path, key: str) -> Vocab | None:
    """Return what was stored under `key`, or None (also where the file is damaged)."""
    try:
        stored = msgspec.msgpack.decode(_path(folder, key).read_bytes(), type=_Stored)
    except (OSError, msgspec.DecodeError):
        return None
    return stored.vocab if stored.key == key else None


def store(folder: Path, key: str, vocab: Vocab) -> None:
    """Keep `vocab` under `key`: whole or not at all, whoever else writes. Raises: OSError."""
    replace(_path(folder, key), msgspec.msgpack.encode(_Stored(key, vocab)))


def _path(folder: Path, key: str) -> Path:
    return folder / f"{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.vocab"
