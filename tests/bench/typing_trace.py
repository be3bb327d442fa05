"""What is typed in `make bench-complete`, and into which files; run, it writes trace.json.

The keys are those of somebody who writes the Python below: a wrong letter now and then, taken
back with backspace, sometimes a letter or two late; the editor indents (autoindent, smartindent,
four blanks), and a backspace takes one step of it away. Chance is seeded: the file is always the
same, and so are the files that are typed into.
"""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

TRACE = Path(__file__).with_name("trace.json")
KEYS = 400
_MISTAKE = 0.05  # of the letters
_INDENT = 4
_TEXT = '''
def merge_ranges(ranges, gap=0):
    """Join ranges that touch each other."""
    merged = []
    for start, stop in sorted(ranges):
        if merged and start - merged[-1][1] <= gap:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged

def total_length(ranges):
    return sum(stop - start for start, stop in merge_ranges(ranges))

class Meter:
    def __init__(self, limit):
        self.limit = limit
        self.used = 0
'''.strip("\n")
_WORDS = (
    "account batch cache day entry field group header index job key label map node offset page "
    "query range state table unit value window zone"
)
_CINWORDS = ("if", "elif", "else", "for", "while", "try", "except", "finally", "def", "class")


def keys() -> list[str]:
    """Return the keys, in the notation of :help key-notation."""
    chance = random.Random(400)
    typed: list[str] = []
    shown = 0  # columns the editor has indented by itself
    for line in _TEXT.split("\n"):
        if typed:
            typed.append("<CR>")
        body = line.lstrip(" ")
        wanted = len(line) - len(body)
        if body:
            typed += ["<BS>"] * ((shown - wanted) // _INDENT)
            typed += _letters(body, chance)
            shown = wanted + (_INDENT if body.split("(")[0].split(" ")[0] in _CINWORDS else 0)
    return typed[:KEYS]


def _letters(body: str, chance: random.Random) -> list[str]:
    """Return the keys of one line, with mistakes that are noticed up to two letters later."""
    typed: list[str] = []
    for at, letter in enumerate(body):
        if letter.isalpha() and chance.random() < _MISTAKE:
            late = body[at + 1 : at + 1 + chance.choice((0, 0, 1, 2))]
            wrong = [chance.choice("abcdefghijklmnopqrstuvwxyz"), *late]
            typed += [*wrong, *["<BS>"] * len(wrong)]
        typed.append(letter)
    return ["<LT>" if key == "<" else key for key in typed]


def played(pressed: list[str]) -> str:
    """Return the text that an editor makes of the keys."""
    lines = [""]
    for key in pressed:
        line = lines[-1]
        if key == "<CR>":
            body = line.lstrip(" ")
            more = _INDENT if body.split("(")[0].split(" ")[0].rstrip(":") in _CINWORDS else 0
            kept = len(line) - len(body)
            if not body:  # autoindent takes away what nobody typed behind
                lines[-1] = ""
            lines.append(" " * (kept + more))
        elif key == "<BS>":
            blank = line and not line.strip(" ")
            lines[-1] = line[: -_INDENT if blank and len(line) % _INDENT == 0 else -1]
        else:
            lines[-1] += "<" if key == "<LT>" else key
    return "\n".join(lines)


def recorded() -> tuple[list[str], list[str]]:
    """Return the keys of the checked-in trace, and the lines that they make."""
    trace = json.loads(TRACE.read_text("utf-8"))
    return re.findall(r"<[A-Z]+>|.", "".join(trace["keys"])), trace["text"]


def source(lines: int, seed: int = 0) -> str:
    """Return a Python file: small functions with names of their own."""
    chance = random.Random(seed)
    words = _WORDS.split()
    made: list[str] = []
    while len(made) < lines:
        name, first, second, third = (chance.choice(words) for _ in range(4))
        number = len(made)
        made += [
            f"def {name}_{number}({first}, {second}=None):",
            f'    """Return the {third} of {first} {number}."""',
            f"    if {second} is None:",
            f"        {second} = {chance.randrange(2, 999)}",
            f"    {third} = [{first}.{name}({second}) for {first} in {first}.all()]",
            f"    for {name} in {third}:",
            f"        {name}.{second} += {chance.randrange(2, 99)}",
            f"    return {third}[{second}:{chance.randrange(2, 99)}]",
            "",
            "",
        ]
    return "\n".join(made[:lines]) + "\n"


def _lines(pressed: list[str]) -> list[list[str]]:
    """Cut behind every line end, to be read more easily."""
    lines: list[list[str]] = [[]]
    for key in pressed:
        lines[-1].append(key)
        if key == "<CR>":
            lines.append([])
    return lines


def main() -> None:
    """Write the trace."""
    pressed = keys()
    trace = {
        "about": "keys of somebody writing Python, made by typing_trace.py; 150 ms apart",
        "options": "autoindent smartindent expandtab shiftwidth=4 softtabstop=4",
        "text": played(pressed).split("\n"),
        "keys": ["".join(line) for line in _lines(pressed)],
    }
    TRACE.write_text(json.dumps(trace, indent=1) + "\n", "utf-8")
    print(f"{len(pressed)} keys, {pressed.count('<BS>')} of them backspaces")


if __name__ == "__main__":
    main()
