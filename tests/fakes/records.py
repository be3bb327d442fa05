"""JSON as servers write it, and many records from one template."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

HOLE = "\x00hole\x00"


def compact(value: Any) -> bytes:
    """Return JSON without blanks, characters outside ASCII as they are."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def spread(
    template: bytes, texts: Iterable[str], encode: Callable[[str], bytes] = compact
) -> list[bytes]:
    """Return `template` once for each text, put where `HOLE` stands; JSON is built only once."""
    before, _, behind = template.partition(compact(HOLE))
    return [before + encode(text) + behind for text in texts]
