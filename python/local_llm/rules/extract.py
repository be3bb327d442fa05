"""What of a tool's output, or of a file that came with it, is the text about one rule.

Every extractor takes all of the text and the words of the code, and returns an empty excerpt where
the rule is not in there. They read: nothing of what they are given is ever run.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping

from local_llm.guard.defuse import clean
from local_llm.rules import eslint_source
from local_llm.rules.base import Excerpt, Words

LIMIT_CHARS = 16 * 1024
_CUT = "\n[...]"
_LEVELS = {"warn": "warn", "allow": "allowed", "deny": "deny"}
_UNDERLINED = re.compile(r"^(\S.*)\n[=-]{3,}$", re.MULTILINE)
_RUFF_TITLE = re.compile(r"# ([a-z0-9-]+) \(")


def extract(name: str, text: str, words: Words) -> Excerpt:
    """Return what the extractor `name` finds, safe to show and at most LIMIT_CHARS long."""
    found = EXTRACTORS[name](text, dict(words))
    return Excerpt(text=bounded(clean(found.text).strip()), link=found.link)


def bounded(text: str) -> str:
    """Return `text`, cut at the end of a line where it is too long."""
    if len(text) <= LIMIT_CHARS:
        return text
    kept = text[: LIMIT_CHARS - len(_CUT)]
    return (kept[: kept.rfind("\n")] if "\n" in kept else kept) + _CUT


def _all(text: str, _words: Mapping[str, str]) -> Excerpt:
    return Excerpt(text=text)


def _ruff(text: str, _words: Mapping[str, str]) -> Excerpt:
    """Read the page of a rule, whose title has the name that its address needs."""
    title = _RUFF_TITLE.match(text)
    link = f"https://docs.astral.sh/ruff/rules/{title.group(1)}/" if title else ""
    return Excerpt(text=text, link=link)


def _gcc(text: str, words: Mapping[str, str]) -> Excerpt:
    """Read the entries of `gcc --help=warnings`; what one says may go on in indented lines.

    An option with levels has one of its own, `-Wformat=<0,2>`, beside that of `-Wformat`.
    """
    entry = rf"^  (-W{re.escape(words['name'])}(?:[=<\[]\S*)?)\s+(\S.*(?:\n {{20,}}\S.*)*)"
    found = re.findall(entry, text, re.MULTILINE)
    return Excerpt(text="\n".join(f"{name}: {' '.join(said.split())}" for name, said in found))


def _lint(text: str, words: Mapping[str, str]) -> Excerpt:
    """Read one line of `rustc -W help`: name, level, meaning."""
    line = rf"^ +{re.escape(words['kebab'])} +(warn|allow|deny) +(\S.*)$"
    found = re.search(line, text, re.MULTILINE)
    if not found:
        return Excerpt()
    level, meaning = found.groups()
    page = f"https://doc.rust-lang.org/rustc/lints/listing/{_LEVELS[level]}-by-default.html"
    said = f"The lint `{words['code']}` (by default: {level}): {meaning}"
    return Excerpt(text=said, link=f"{page}#{words['kebab']}")


def _mypy(text: str, words: Mapping[str, str]) -> Excerpt:
    """Read the description in mypy's table of error codes."""
    for node in ast.walk(_parsed(text)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "ErrorCode":
            values = [str(arg.value) for arg in node.args if isinstance(arg, ast.Constant)]
            if values[:1] == [words["name"]] and len(values) > 1:
                return Excerpt(text=f"{values[1]}.")
    return Excerpt()


def _module(text: str, _words: Mapping[str, str]) -> Excerpt:
    """Read the docstring of a Python module."""
    return Excerpt(text=ast.get_docstring(_parsed(text)) or "")


def _function(text: str, words: Mapping[str, str]) -> Excerpt:
    """Read the docstring of the Python function that reports the code."""
    code = re.compile(rf"\b{re.escape(words['code'])}\b")
    for node in ast.walk(_parsed(text)):
        if isinstance(node, ast.FunctionDef):
            said = ast.get_docstring(node) or ""
            if code.search(said):
                return Excerpt(text=said)
    return Excerpt()


def _parsed(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module(body=[], type_ignores=[])


def _go(text: str, words: Mapping[str, str]) -> Excerpt:
    """Read the comment above an error code of Go's type checker."""
    lines = text.splitlines()
    name = re.compile(rf"\t{re.escape(words['code'])}\b")
    end = next((number for number, line in enumerate(lines) if name.match(line)), 0)
    start = end
    while start > 0 and lines[start - 1].startswith("\t//"):
        start -= 1
    said = (line.removeprefix("\t//").removeprefix(" ") for line in lines[start:end])
    return Excerpt(text="\n".join(said))


def _lua(text: str, words: Mapping[str, str]) -> Excerpt:
    """Read lua-language-server's help on the option that switches a diagnostic."""
    entry = rf"config\.diagnostics\['{re.escape(words['code'])}'\]\s*=\s*(['\"])(.*?)\1"
    found = re.search(entry, text)
    return Excerpt(text=found.group(2) if found else "")


def _luacheck(text: str, words: Mapping[str, str]) -> Excerpt:
    """Read a row of luacheck's table, and how the chapter on codes like it ("(1xx)") begins."""
    number = words["number"]
    row = re.search(rf"^\| *{re.escape(number)} *\| *([^|\n]+)\|$", text, re.MULTILINE)
    if not row:
        return Excerpt()
    _, *parts = _UNDERLINED.split(text)
    chapters = dict(zip(parts[::2], parts[1::2], strict=True))
    about = next((body for title, body in chapters.items() if f"{number[0]}xx" in title), "")
    return Excerpt(text=f"{number}: {row.group(1).strip()}\n\n{about.strip()}")


def _typescript(text: str, words: Mapping[str, str]) -> Excerpt:
    """Read the pattern of a message in TypeScript's compiler."""
    number = re.escape(words["number"])
    row = rf'diag\({number}, [^,\n]{{0,60}}, "[^"\n]{{0,300}}", ("(?:[^"\\\n]|\\.){{0,2000}}")'
    found = re.search(row, text)
    if not found:
        return Excerpt()
    said = eslint_source.literal(found.group(1))
    return Excerpt(text=f"TS{words['number']}: {said}\n\n({{0}}, {{1}} ... stand for names.)")


def _eslint(text: str, _words: Mapping[str, str]) -> Excerpt:
    about = eslint_source.read(text)
    return Excerpt(text=about.text(), link=about.url)


EXTRACTORS: Mapping[str, Callable[[str, Mapping[str, str]], Excerpt]] = {
    "all": _all,
    "ruff": _ruff,
    "gcc": _gcc,
    "lint": _lint,
    "mypy": _mypy,
    "module": _module,
    "function": _function,
    "go": _go,
    "lua": _lua,
    "luacheck": _luacheck,
    "typescript": _typescript,
    "eslint": _eslint,
}
