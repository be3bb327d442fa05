"""What detect-secrets finds in a sample, with the settings that it comes with."""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from detect_secrets.core.potential_secret import PotentialSecret
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings

Range = tuple[int, int, str]


def finder(names: Mapping[str, str]) -> Callable[[str], Sequence[Range]]:
    """Give a finder; `names` says what a sample's file is called, by its text.

    The name matters: detect-secrets reads YAML and INI files as such, and leaves lock files out.
    """

    def find(text: str) -> Sequence[Range]:
        with tempfile.TemporaryDirectory(prefix="ll-") as folder:
            path = Path(folder) / Path(names.get(text, "sample.txt")).name
            path.write_text(text, encoding="utf-8")
            with default_settings(), contextlib.redirect_stderr(io.StringIO()):
                found = list(scan_file(str(path)))
        return [place for one in found for place in _places(text, one)]

    return find


def _places(text: str, secret: PotentialSecret) -> Iterator[Range]:
    """Find what was found, in its line: the last such text there, as names come before values.

    What was found in a line that only its YAML or INI reader saw is looked for in the whole text.
    """
    value, kind = secret.secret_value or "", secret.type
    lines = text.split("\n")[: secret.line_number]
    begin = sum(len(line) + 1 for line in lines[:-1])
    start = text.rfind(value, begin, begin + len(lines[-1]))
    start = start if start >= 0 else text.find(value)
    if value and start >= 0:
        yield start, _end(text, start, start + len(value), kind), kind


def _end(text: str, start: int, end: int, kind: str) -> int:
    """A key is found by its first line; to be fair, all of it counts as found."""
    if kind != "Private Key":
        return end
    last = text.find("-----END", start)
    return end if last < 0 else text.find("KEY", last) + len("KEY-----")
