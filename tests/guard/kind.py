"""What a kind of secret is: how its values look, and where they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from guard.draw import Draw

TOKEN = ("api_token", "access_token", "auth_token")
KEY = ("api_key", "secret_key")


@dataclass(frozen=True)
class Block:
    """A key of several lines. `first` and `last` frame it; `lines` hold what is secret.

    `after` are lines between the first one and the secret: headers, and an empty line.
    """

    first: str
    lines: tuple[str, ...]
    last: str
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of secret.

    Args:
        name: What a report calls it.
        make: Gives a value: text, or a block of lines.
        names: What programs call the variable that holds it, in snake_case.
        shaped: Whether the value is known by its looks. If not, it stands only beside its name.
        places: Templates by language, for what has places of its own. In these, `@value@` is the
            secret. Empty: the places of the languages, by name.
        count: How many of it the corpus has.
    """

    name: str
    make: Callable[[Draw], str | Block]
    names: tuple[str, ...] = TOKEN
    shaped: bool = True
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    count: int = 6
