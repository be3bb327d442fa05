"""The words of this package: what is asked, a row of a table, and the plan for one question."""

from __future__ import annotations

from typing import Literal

import msgspec

Words = tuple[tuple[str, str], ...]
Base = Literal["modules", "program", "given"]

SMALL_BYTES = 512 * 1024


class RuleAsk(msgspec.Struct, frozen=True, kw_only=True):
    """A diagnostic, as far as its rule matters; every text may come from a hostile project.

    source, code, href, message: As the editor has them; "" where it has none.
    path: Absolute path of the file, "" for none. root: Project root, "" for none.
    """

    source: str
    code: str = ""
    href: str = ""
    message: str = ""
    filetype: str = ""
    path: str = ""
    root: str = ""

    def __repr__(self) -> str:
        return f"RuleAsk({self.source[:40]!r}, {self.code[:40]!r})"


class RuleText(msgspec.Struct, frozen=True, kw_only=True):
    """What the tool says about the rule: data, cleaned and bounded, Markdown where it is that.

    text: "" where there is only a link. origin: Who said it: "ruff rule F401 (ruff 0.14.2)", ""
        where there is no text. link: A web address, "" for none.
    """

    title: str
    text: str = ""
    origin: str = ""
    link: str = ""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A command that prints the text.

    argv: Program and arguments; `{word}` stands for a word of the code, never in the program.
    extract: What of the output is the text, see `extract.py`. refused: Begins an output that says
        that there is no such rule, for tools that report success all the same.
    """

    argv: tuple[str, ...]
    extract: str = "all"
    refused: str = ""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A file that holds the text; it is read and never run.

    paths: Tried in this order; `{word}` as above, `*` matches within one name.
    base: What they are relative to: each `node_modules` from the file up to the project's root,
        the folder of `program` (links followed), or, if "given", nothing or the root.
    """

    paths: tuple[str, ...]
    base: Base
    program: str = ""
    extract: str = "all"
    limit_bytes: int = SMALL_BYTES


Way = Run | Read


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One shape of the codes of one tool.

    names: Sources that it answers for, folded (see `plan.fold`). code: Pattern that all of the
        code has to match; its groups are words, and so are {code}, {lower}, {snake} and {kebab}.
    said: Pattern that finds the code in a message, its first group; for diagnostics without one.
    source_is_code: Whether the source is the code (gopls names the analyzer there).
    filetypes: None but these; () = any. ways: Tried in this order. link: Web address.
    """

    names: frozenset[str]
    tool: str
    code: str
    said: str = ""
    source_is_code: bool = False
    filetypes: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()
    link: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to try for one question, with nothing left to fill in."""

    title: str
    words: Words = ()
    ways: tuple[Way, ...] = ()
    link: str = ""


class Excerpt(msgspec.Struct, frozen=True, kw_only=True):
    """What an extractor found; "" = the tool knows no such rule. `link`: If it names one."""

    text: str = ""
    link: str = ""
