"""Every language of the corpus, and how a template is filled."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from guard import marks
from guard.draw import ALNUM, DIGITS, UPPER, Draw
from guard.kind import Block
from guard.language import Language
from guard.places_c import CPP, LUA
from guard.places_config import JSON, YAML
from guard.places_files import DOTENV, INI, MARKDOWN, NETRC, PGPASS, XML
from guard.places_go_rust import GO, RUST
from guard.places_jvm_net import CSHARP, JAVA
from guard.places_python import PYTHON
from guard.places_scripts import PHP, RUBY
from guard.places_shell import DOCKERFILE, SHELL
from guard.places_toml import TERRAFORM, TOML
from guard.places_web import JAVASCRIPT, TYPESCRIPT

LANGUAGES: dict[str, Language] = {
    language.name: language
    for language in (
        *(PYTHON, JAVASCRIPT, TYPESCRIPT, GO, RUST, RUBY, JAVA, PHP, CSHARP, CPP, LUA, SHELL),
        *(DOCKERFILE, YAML, JSON, TOML, TERRAFORM, INI, DOTENV, XML, MARKDOWN, NETRC, PGPASS),
    )
}

_WORD = re.compile(r"@@|@(\w+)@")
_SIZED = re.compile(r"(upper|digits|hex|alnum)(\d+)")
_FIXED = {
    "sas": "sv=2023-11-03&ss=b&srt=sco&sp=rl&se=2027-01-01T00:00:00Z&spr=https",
    "azure": "core.windows.net",
    "django": "django",
}
_CASES: dict[str, Callable[[list[str]], str]] = {
    "name": "_".join,
    "kebab": "-".join,
    "NAME": lambda words: "_".join(words).upper(),
    "Pascal": lambda words: "".join(map(str.capitalize, words)),
    "camel": lambda words: words[0] + "".join(map(str.capitalize, words[1:])),
}


def fill(template: str, draw: Draw, given: Mapping[str, str], name: str = "") -> str:
    """Fill a template; a word that is not given is drawn, once for the template."""
    words = dict(given)
    parts = (name or f"{draw.verb()}_{draw.noun()}").split("_")
    return _WORD.sub(lambda found: _word(found.group(1), words, parts, draw), template)


def _word(word: str | None, words: dict[str, str], parts: list[str], draw: Draw) -> str:
    if word is None:
        return "@"
    if word not in words:
        words[word] = _drawn(word, words, parts, draw)
    return words[word]


def _drawn(word: str, words: dict[str, str], parts: list[str], draw: Draw) -> str:
    if word in _CASES:
        return _CASES[word](parts)
    if word in _FIXED:
        return _FIXED[word]
    if sized := _SIZED.fullmatch(word):
        alphabets = {"upper": DIGITS + UPPER, "digits": DIGITS, "hex": DIGITS + "abcdef"}
        return draw.chars(alphabets.get(sized[1], ALNUM), int(sized[2]))
    if word in {"Noun", "Verb"}:
        return words.setdefault(word.lower(), getattr(draw, word.lower())()).capitalize()
    makers = {"noun": draw.noun, "other": draw.noun, "verb": draw.verb, "host": draw.host}
    return makers[word]() if word in makers else str(_number(word, draw))


def _number(word: str, draw: Draw) -> int:
    if word != "num":
        raise KeyError(word)
    return draw.randint(2, 90)


def in_pieces(value: str, count: int, draw: Draw) -> list[str]:
    """Cut `value` into `count` pieces of at least a few characters."""
    step = len(value) // count
    cuts = [step * place + draw.randint(-step // 4, step // 4) for place in range(1, count)]
    return [value[start:end] for start, end in zip([0, *cuts], [*cuts, None], strict=True)]


def with_lines(template: str, block: Block, mark: Callable[[str, bool], str]) -> tuple[str, dict]:
    """Repeat the line of `template` that has `@line@`; return it and what fills it.

    `mark` marks a line, and is told whether it is secret or only framed the secret.
    """
    lines = [mark(line, False) for line in block.after] + [mark(line, True) for line in block.lines]
    given = {"first": mark(block.first, False), "last": mark(block.last, False)}
    given |= {f"line{place}": line for place, line in enumerate(lines)}
    escaped = [given["first"], *lines, given["last"]]
    given["key_escaped"] = "\\n".join(escaped) + "\\n"
    repeated = re.sub(
        r"[^\n]*@line@[^\n]*", lambda found: _repeat(found.group(), len(lines)), template
    )
    return repeated, given


def _repeat(line: str, count: int) -> str:
    return "\n".join(line.replace("@line@", f"@line{place}@") for place in range(count))


def line_count(marked: str) -> int:
    """Count the lines of a part."""
    return marks.bare(marked).rstrip("\n").count("\n") + 1
