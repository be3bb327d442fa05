"""What a piece of text without blanks in it gives away: a path, a name, an address, a key.

A word of letters tells nothing that a program's source would not; these do:

    path     a slash or a backslash in it, or a file name by its ending
    URL, e-mail address, host, IP address (an address of hardware counts as one)
    name     the login name, the host's name or a part of the person's, also inside a word
    key      what begins as the tokens of known services do, or is longer or wilder than a name
    id       digits and letters in turn, hexadecimal numbers, more than six digits in a row
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Iterator

from local_llm.guard.scrub_lists import (
    FILE_ENDINGS,
    HOST_ENDINGS,
    KNOWN_DOTTED,
    LONG_HOST_ENDINGS,
    NOBODY,
    SLASHED,
)

LONGEST_WORD = 40
LONGEST_PIECE = 100
_MOST_DIGITS = 6
_INSIDE = 4  # letters of a name that is looked for inside other words, too
_WILD = 16  # letters and digits that no identifier has in capitals

_HAS_WORD = re.compile(r"[^\W_]")
_RUN = re.compile(r"[A-Za-z0-9]+")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_A-Za-z]+")
_KEY = re.compile(
    r"(?:AKIA|ASIA)[A-Z0-9]{8}|gh[pousr]_\w{8}|github_pat_\w|glpat-[\w-]{8}|\bsk-[\w-]{8}"
    r"|\bsk_(?:live|test)_|xox[abeprs]-|AIza[\w-]{10}|\beyJ[\w-]{8}|\bhf_\w{10}|\bnpm_\w{10}|pypi-\w{8}"
)
_ESCAPE = re.compile(r"\\(?:[^\w\\]|\w|[ux][0-9A-Fa-f]{2,8}|u\{[0-9A-Fa-f]{1,6}\}|\\)")
_TAG = re.compile(r"</?[A-Za-z][\w.-]*\s*/?>|</>")
_VERSION = re.compile(r"v?\d+(?:\.\d+){0,2}[a-z]?")
_FRACTION = re.compile(r"\d{1,3}/\d{1,3}")
_PLACE = re.compile(r"(?::\d+)+:?$|\(\d+(?:,\d+)?\):?$")
_DOTTED = re.compile(r"[\w+-]*(?:\.[\w+-]+)+")
_FOUR = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_MANY_COLONS = re.compile(r"[0-9A-Fa-f.]*(?::[0-9A-Fa-f.]*){2,8}")
_HARDWARE = re.compile(r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}")
_GIVEN = re.compile(
    r"(?:password|passwd|passphrase|pwd|secret|token|api_?key|auth\w*)[=:]+[^\s=:]", re.IGNORECASE
)
_GROUPED = re.compile(r"\+?[\d()-]+")
_EDGES = "()[]{}<>,;!?=&*|+%^~#$"


class Names:
    """Names that stand for a person or a machine.

    Args:
        people: Login and real names. Each long part of one counts as well.
        hosts: Names of machines, with or without their domain.

    Those of one letter and those that are nobody's (`root`, `localhost`) are left out.
    """

    def __init__(self, people: Iterable[str] = (), hosts: Iterable[str] = ()) -> None:
        self._people, self._hosts = tuple(people), tuple(hosts)
        parts = {part for word in self._people for part in _parts_of_name(word)}
        for host in map(_folded, self._hosts):
            parts |= {host, host.partition(".")[0]}
        known = [part for part in parts if len(part) > 1 and part not in NOBODY]
        self._whole = frozenset(known)
        self._inside = tuple(n for n in known if len(n) >= _INSIDE or not n.isalnum())

    def also(self, people: Iterable[str]) -> Names:
        """Return these names and more."""
        return Names((*self._people, *people), self._hosts)

    def within(self, piece: str) -> bool:
        """Tell whether a name stands in `piece`: a short one as a word or a hump, others anywhere.

        `annLogin` has the name `ann`, `cannot` has not.
        """
        if not self._whole:
            return False
        folded = _folded(piece)
        if any(name in folded for name in self._inside):
            return True
        return any(_folded(hump) in self._whole for hump in _humps(piece))


def kind_of(piece: str, names: Names) -> str | None:
    """Return what makes a piece private, None where nothing does.

    Args:
        piece: Text without blanks.
        names: Whom it must not tell of.

    """
    if not _HAS_WORD.search(piece):
        return None
    if len(piece) > LONGEST_PIECE:
        return "path" if "/" in piece or "\\" in piece else "key"
    core = piece.lstrip(_EDGES).rstrip(f"{_EDGES}.")
    if kind := _address(core) or _path(piece, core):
        return kind
    return "name" if names.within(piece) else _secret(piece)


def _secret(piece: str) -> str | None:
    """Judge a piece that stands for nothing but itself."""
    if _KEY.search(piece) or _GIVEN.search(piece):
        return "key"
    if _GROUPED.fullmatch(piece) and sum(map(str.isdigit, piece)) > _MOST_DIGITS:
        return "id"
    return next(filter(None, map(_kind_of_run, _RUN.findall(piece))), None)


def is_rule(code: str) -> bool:
    """Tell whether a diagnostic's code may be the name of a tool's rule, such as `import/order`."""
    return re.fullmatch(r"@?[A-Za-z0-9][\w-]*(?:[/:.][\w-]+){0,2}", code) is not None


def has_word(text: str) -> bool:
    """Tell whether there is a letter or a digit."""
    return _HAS_WORD.search(text) is not None


def _parts_of_name(word: str) -> Iterator[str]:
    """Yield a name, and the longer parts of one such as `ann.miller` or `Ann Miller`."""
    folded = _folded(word).strip()
    if not re.search(r"\s", folded):
        yield folded
    for part in re.split(r"[\s,._@+-]+", folded):
        if len(part) >= _INSIDE or (len(part) > 2 and " " in folded):  # noqa: PLR2004
            yield part


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text.casefold())


def _humps(piece: str) -> Iterator[str]:
    """Yield words, and the words in `camelCase` and `snake_case`."""
    for word in re.findall(r"\w+", piece):
        yield word
        yield from _HUMP.findall(word)
        yield from word.split("_")


def _address(core: str) -> str | None:
    if "://" in core or core.lower().startswith(("www.", "mailto:", "file:")):
        return "URL"
    if _is_ip(core):
        return "IP address"
    _, at, behind = core.partition("@")
    if at and not core.startswith("@"):
        return None if _VERSION.fullmatch(behind) else "e-mail address"
    return "host" if _is_host(core) else None


def _is_ip(core: str) -> bool:
    if _FOUR.search(core):
        return True
    if _HARDWARE.search(core):
        return True
    found = _MANY_COLONS.search(core)
    if found is None or not any(char.isdigit() for char in found[0]):
        return False
    try:
        ipaddress.ip_address(found[0].strip("."))
    except ValueError:
        return False
    return True


def _is_host(core: str) -> bool:
    for found in _DOTTED.finditer(core):
        labels = found[0].split(".")
        last = labels[-1]
        if last in HOST_ENDINGS and labels[0]:
            return True
        if last in LONG_HOST_ENDINGS and len([label for label in labels if label]) > 2:  # noqa: PLR2004
            return True
    return False


def _path(piece: str, core: str) -> str | None:
    if "\\" in piece and not re.fullmatch(rf"\W?(?:{_ESCAPE.pattern}){{1,3}}\W?", piece):
        return "path"
    if "/" in piece and not _harmless_slash(piece, core):
        return "path"
    bare = _PLACE.sub("", core)
    if bare != core and _DOTTED.fullmatch(bare) and not bare.replace(".", "").isdigit():
        return "path"  # `x.odd:12:3` is a file, whatever its ending
    return "path" if any(map(_is_file, _DOTTED.findall(core))) else None


def _harmless_slash(piece: str, core: str) -> bool:
    folded = core.casefold()
    return (
        folded.strip(":'") in SLASHED
        or _FRACTION.fullmatch(folded) is not None
        or _TAG.fullmatch(piece.strip(",.;:!?()")) is not None
        or not has_word(core)
    )


def _is_file(dotted: str) -> bool:
    if dotted.casefold() in KNOWN_DOTTED:
        return False
    stem, _, ending = dotted.rpartition(".")
    if ending.casefold() in FILE_ENDINGS:
        return stem != "" or len(ending) > 1
    return stem == "" and ending.casefold().startswith("env")


def _kind_of_run(run: str) -> str | None:
    """Judge letters and digits in a row."""
    if len(run) > LONGEST_WORD or _is_wild(run):
        return "key"
    digits = re.findall(r"\d+", run)
    if not digits:
        return None
    longest = max(map(len, digits))
    if run.isdigit() or len(digits) == 1:
        odd_hex = re.fullmatch(r"0[xX][0-9A-Fa-f]{5,}|[0-9a-fA-F]{8,}", run) is not None
        return "id" if longest > _MOST_DIGITS or (odd_hex and not run.isdigit()) else None
    is_hex = re.fullmatch(r"0[xX][0-9A-Fa-f]{1,4}", run) is not None
    return "id" if len(run) > 5 and not is_hex else None  # noqa: PLR2004


def _is_wild(run: str) -> bool:
    """Tell whether a run is too mixed to be a name that somebody made up."""
    if len(run) < _WILD:
        return False
    if any(char.isdigit() for char in run) and run.upper() == run and not run.isdigit():
        return True
    return len(run) / max(1, len(_HUMP.findall(run))) < 2.5  # noqa: PLR2004
