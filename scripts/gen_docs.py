"""Write what follows from settings.py: Lua schema and types, the options for Nix, in `:help` and
README; and from the program's parser its part of `:help`.

gen_docs.py           write them
gen_docs.py --check   change nothing; exit 1 and name the files that are out of date or wrong
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "python"))

import doc_cli  # noqa: E402  found after the path is set
import doc_help  # noqa: E402  likewise
import doc_lua  # noqa: E402  likewise
import doc_nix  # noqa: E402  likewise
from local_llm import cli  # noqa: E402  likewise
from local_llm.options import tree  # noqa: E402  likewise

SCHEMA = "lua/local_llm/schema.lua"
TYPES = "lua/local_llm/types.lua"
NIX = "nix/options.json"
HELP = "doc/local_llm.txt"
README = "README.md"
_RULE = "=" * doc_help.WIDTH + "\n"
_OPTIONS = ("*local-llm-option-list*\n", _RULE)
_PROGRAM = ("*local-llm-cli-list*\n", _RULE)
_TABLE = ("<!-- options -->\n", "<!-- /options -->\n")
_EMPTY_README = "# local-llm.nvim\n\n<!-- options -->\n<!-- /options -->\n"


class MarkMissing(Exception):
    """A file has lost the marks between which its generated part stands."""


def splice(text: str, part: str, marks: tuple[str, str]) -> str:
    """Return `text` with `part` between the marks; the marks stay. Raises MarkMissing."""
    head, first, rest = text.partition(marks[0])
    _old, second, tail = rest.partition(marks[1])
    if not first or not second:
        raise MarkMissing(marks[0].strip() if not first else marks[1].strip())
    return f"{head}{first}\n{part}\n{second}{tail}"


def wanted(root: Path) -> dict[str, str]:
    """Return the files as they should be, by their path below `root`."""
    options = tree()
    parts = (
        (HELP, doc_help.help_section(options), _OPTIONS),
        (HELP, doc_cli.section(cli.parser()), _PROGRAM),
        (README, doc_help.readme_table(options), _TABLE),
    )
    files = {SCHEMA: doc_lua.schema(options), TYPES: doc_lua.types(options)}
    files[NIX] = doc_nix.options(options)
    for name, part, marks in parts:
        path = root / name
        if name not in files:
            files[name] = path.read_text("utf-8") if path.exists() else _EMPTY_README
        files[name] = splice(files[name], part, marks)
    return files


def check(root: Path) -> list[str]:
    """Return what is out of date or wrong, one line each."""
    found = []
    for name, text in wanted(root).items():
        path = root / name
        if not path.exists() or path.read_text("utf-8") != text:
            found.append(f"{name}: out of date; run `make docs`")
    text = (root / HELP).read_text("utf-8")
    return found + [f"{HELP}: {fault}" for fault in doc_help.faults(text)]


def write(root: Path) -> None:
    """Write the files that differ."""
    for name, text in wanted(root).items():
        path = root / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            print(f"wrote {name}")


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Run the command; return its exit status."""
    try:
        if "--check" not in arguments:
            write(root)
            return 0
        found = check(root)
    except MarkMissing as error:
        found = [f"the mark {error} is missing"]
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
