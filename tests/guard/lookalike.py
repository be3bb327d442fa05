"""What a look-alike is: what resembles a secret, or stands where one could, and is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from guard.draw import Draw
from guard.kind import Block


@dataclass(frozen=True)
class Look:
    """A kind of look-alike.

    Args:
        name: What a report calls it.
        make: Gives a value; none where the templates say all.
        names: What programs call the variable that holds it; it then stands where secrets stand.
        lines: Templates by language. The value is `@value@`; what stands between `@<` and `>@` is
            a look-alike as well.
        comments: The same, for the comments of any language.
        count: How many times it is put in.
    """

    name: str
    make: Callable[[Draw], str | Block] | None = None
    names: tuple[str, ...] = ()
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    comments: tuple[str, ...] = ()
    count: int = 45


@dataclass(frozen=True)
class Dense:
    """A file that consists of look-alikes, such as a lock file.

    Args:
        name: The kind.
        file: The file's name.
        language: What a sample says.
        line: A template, repeated; the value is `@value@`.
        make: Gives a value.
        between: What stands between two of them.
        size: How many of them a file has.
    """

    name: str
    file: str
    language: str
    line: str
    make: Callable[[Draw], str]
    head: str = ""
    foot: str = ""
    between: str = "\n"
    size: int = 24
