"""Golden screens: what a person saw, kept as a readable file and compared from then on."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "golden"


class Golden:
    """Compares with `tests/golden/<test id>.txt`; writes it under `--golden=write` only."""

    def __init__(self, test_id: str, *, write: bool, folder: Path = FOLDER) -> None:
        self._name = re.sub(r"[^\w.=-]+", "_", test_id.removeprefix("tests/")).strip("_")
        self._write = write
        self._folder = folder
        self._checks = 0

    def check(self, screen: Sequence[str]) -> None:
        """Compare lines with the file; a second check in one test has a file of its own.

        Raises: AssertionError, also when there is no file.
        """
        self._checks += 1
        suffix = f"_{self._checks}" if self._checks > 1 else ""
        path = self._folder / f"{self._name}{suffix}.txt"
        shown = "".join(f"{line}\n" for line in screen)
        if self._write:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(shown, encoding="utf-8")
            return
        assert path.is_file(), f"no golden file {path.name}: look at the screen, then record it "
        f"with --golden=write\n{shown}"
        kept = path.read_text(encoding="utf-8")
        assert shown == kept, f"{path.name} differs (--golden=write records)\n" + "".join(
            difflib.unified_diff(
                kept.splitlines(keepends=True), shown.splitlines(keepends=True), "kept", "shown"
            )
        )
