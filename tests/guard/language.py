"""What a language brings: how its files look, and how it writes a name and a value.

Templates are text with `@word@` to fill, `@@` for an `@`. The same word is filled alike within one
template: `@noun@`, `@other@`, `@verb@`, `@num@`, `@host@`; a name as `@name@`, `@NAME@`, `@camel@`,
`@Pascal@`, `@kebab@`; `@value@`; `@a@`, `@b@`, `@c@` for a value in pieces; for a key of several
lines `@first@`, `@line@` (its whole line is repeated) and `@last@`, or `@key_escaped@`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """A language and its templates.

    Args:
        name: What a sample calls it.
        file: A template for the name of a file.
        blocks: What stands in such files otherwise; nothing in it is a secret.
        named: A value beside its name.
        bare: A value where no name tells what it is.
        split_line: A value in pieces on one line.
        split_lines: A value in pieces on several lines.
        keys: A key of several lines.
        head: The beginning of a file.
        foot: Its end.
        gap: What stands between two parts.
        indent: What stands before every line of a part.
        comment: A comment, `{}` its text; "" where there are none.
    """

    name: str
    file: str
    blocks: tuple[str, ...]
    named: tuple[str, ...]
    bare: tuple[str, ...] = ()
    split_line: tuple[str, ...] = ()
    split_lines: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    head: str = ""
    foot: str = ""
    gap: str = "\n\n"
    indent: str = ""
    comment: str = ""
