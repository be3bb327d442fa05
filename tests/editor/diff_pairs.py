"""Texts and what becomes of them, for the diff view."""

from __future__ import annotations

from collections.abc import Sequence

CODE = [
    "import os",
    "",
    "def total(items):",
    "    sum = 0",
    "    for item in items:",
    "        sum += item.prize",
    "    return sum",
    "",
    "print(total([]))",
]
MENDED = [
    "import os",
    "import sys",
    "",
    "def total(items):",
    "    result = 0",
    "    for item in items:",
    "        result += item.price",
    "    return result",
    "",
    'if __name__ == "__main__":',
    "    print(total([]))",
]
TEN = [f"line {number}" for number in range(10)]

PAIRS: dict[str, tuple[Sequence[str], Sequence[str]]] = {
    "one word": (["a b c"], ["a x c"]),
    "one line of three": (["a", "b", "c"], ["a", "x", "c"]),
    "the first line": (["a", "b", "c"], ["x", "b", "c"]),
    "the last line": (["a", "b", "c"], ["a", "b", "x"]),
    "first and last": (["a", "b", "c"], ["x", "b", "y"]),
    "every other line": (["a", "b", "c", "d", "e"], ["A", "b", "C", "d", "E"]),
    "a line above all": (["a", "b"], ["x", "a", "b"]),
    "a line below all": (["a", "b"], ["a", "b", "x"]),
    "lines above and below": (["a"], ["x", "y", "a", "z"]),
    "lines between": (["a", "b"], ["a", "x", "y", "b"]),
    "lines around one": (["a", "b", "c"], ["a", "x", "b", "y", "c"]),
    "the first line goes": (["a", "b", "c"], ["b", "c"]),
    "the last line goes": (["a", "b", "c"], ["a", "b"]),
    "a line between goes": (["a", "b", "c"], ["a", "c"]),
    "all but one go": (["a", "b", "c", "d"], ["c"]),
    "all is another text": (["a", "b"], ["x", "y", "z"]),
    "all is one other line": (["a", "b", "c"], ["x"]),
    "one becomes many": (["a"], [f"x{number}" for number in range(20)]),
    "many become one": ([f"x{number}" for number in range(20)], ["a"]),
    "two swapped": (["a", "b"], ["b", "a"]),
    "moved down": (["a", "b", "c", "d"], ["b", "c", "d", "a"]),
    "empty lines come": (["a", "b"], ["a", "", "", "b"]),
    "empty lines go": (["a", "", "", "b"], ["a", "b"]),
    "an empty line filled": (["a", "", "b"], ["a", "x", "b"]),
    "a line emptied": (["a", "x", "b"], ["a", "", "b"]),
    "an empty text filled": ([""], ["x", "y"]),
    "only empty lines": (["", "", ""], ["", ""]),
    "the same line many times": (["x"] * 6, ["x", "x", "y", "x", "x"]),
    "closing brackets": (
        ["f {", "  a", "}", "g {", "  b", "}"],
        ["f {", "  a", "  a", "}", "g {", "}"],
    ),
    "tabs become spaces": (["\tif x:", "\t\ty"], ["    if x:", "        y"]),
    "blanks at the end": (["a  ", "b\t", "c"], ["a", "b", "c"]),
    "only blanks": (["   ", "\t"], ["", "  "]),
    "wide characters": (["名前 = 1", "é = 2"], ["名字 = 1", "e\u0301 = 2"]),
    "emoji": (["👍🏽 ok", "b"], ["👍 ok", "b"]),
    "control characters": (["a\x1b[0m", "b\rc"], ["a\x07", "b\r"]),
    "percent, bar and backslash": (["%s|\\n"], ["%d|\\t", "\\"]),
    "a very long line": (["x" * 3000], ["x" * 2999 + "y"]),
    "a function": (CODE, MENDED),
    "the function back": (MENDED, CODE),
    "ten lines thinned out": (TEN, TEN[::2]),
    "ten lines from five": (TEN[1::2], TEN),
    "diff markers": (["--- a", "+++ b", "@@ -1 +1 @@"], ["--- a", "@@ -1 +1 @@", "+x"]),
}
