"""Whether a value that a secret-looking name is given is a secret: random, and no obvious example.

Random text is told from words by its pairs of letters: three of four in the names that programmers
write are among the 170 commonest, and one of four in random text.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from operator import add
from typing import TypeVar

T = TypeVar("T")

_COMMON = frozenset(
    re.findall(
        "[a-z]{2}",
        """
    in re er te st at le on es ti en ar et se de co nt or al li an ed tr ra ta ng ri ge ma is it
    ro me ec lo nd as ea el ne di to ac la ca pe pa si fi io ch pr un ns il ve ad ic ct ab ce ll
    na ol ex ss no am ou rt im rs nc ts th om ha mp em da op po od bl ur he pl ap mo ut mi os sc
    ef sh id ot ag sp ni so ck oc ig su us ep va ho fo ke ba tt ul eg rr ty rc ia cl pt ir gr ai
    um ls tc cr do ff sa ow ee be bi fa ly ie nv hi lu lt sl if ip oo ay og ld ci ib xt ey wo rd
    wa we wi ue qu ov gh ru ga ub rl vi go ug by my ew aw
""",
    )
)
# How much likelier a step from one character to the next is in words than in random text, as
# logarithms: a common pair of letters, another one, into a number and out of it, a new word.
_STEPS = {"common": 1.2, "rare": -1.1, "number": -0.7, "after": -1.4, "hump": -0.2}
_OBVIOUS = re.compile(
    r"(?i)example|change[-_ ]?me|placeholder|redacted|x{5,}|\*{3,}|\.{3}"
    r"|(?:^|[^a-z0-9])(?:your|my|insert|replace|todo|fixme|sample|dummy|fake|n/a|lorem)(?:[^a-z0-9]|$)"
    r"|s3cr3t|p@ssw0rd|passw0rd|(?:my|the|some|test|super|not)[-_]?(?:secret|password|passwd|token|key)"
    r"|0{8,}|1234567890|0123456789|abcdefgh|qwerty|deadbeef"
)
_TEMPLATE = re.compile(
    r"\$\{[^}]*\}?|\$\([^()]*\)|\{\{.*\}\}|<%.*%>|\{[A-Za-z_][\w.:!\[\]'\"()]*\}|^\$\w+$|^%\w+%$"
    r"|%\(\w+\)|^%[sdrv]$|<[A-Za-z][\w .:-]*>|#\{[^}]*\}|@@\w+@@|__\w+__"
    r"|^@[A-Za-z_.]+$|^&[A-Za-z_]+$"
    # regular expressions
    r"|\[\^?[A-Za-z0-9]-[^\]]*\][{*+?]|\(\?[:!=<P]|\\[bBdDsSwW](?:[+*{]|$)"
)
_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEX = re.compile(r"(?i)(?:0x)?[0-9a-f]+")
_NUMBER = re.compile(r"[-+]?[0-9][0-9_,.:/ ]*")
_CALL = re.compile(r"[A-Za-z_$][\w$]*(?:[.:>\-]+[A-Za-z_$][\w$]*)*[!?]?")
_WORDS = re.compile(r"[a-z_]+(?:\.[a-z_]+)*")  # the commonest of those, told sooner
_PUBLIC_FORM = re.compile(
    # a name; encrypted already: SOPS, Jasypt, Vault, Spring, Fernet, AWS, sealed for Kubernetes
    r"(?i)^arn:aws|^ENC[\[(]|^vault:v\d+:|^\{cipher\}|^gAAAAA|^AQICA|^Ag[A-D][A-Za-z0-9+/=]{140}"
    # what vendors call public: keys of Stripe, PostHog, Mapbox, Sentry
    r"|^pk_(?:live|test)_|^phc_|^pk\.eyJ|^https?://[0-9a-f]{32}@"
    r"|^(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}$|^(?:ssh-|ecdsa-|age1|-{4,5} ?BEGIN)"
)
_PLACE = re.compile(r"^(?:\.{0,2}/|~/|[a-z][a-z0-9+.-]*:/{1,2}|[A-Z]:\\)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ][\d:.Z+-]*)?")
_HASHES = re.compile(r"(?i)^(?:sha(?:1|256|384|512)|md5)[-:]|^\$(?:2[aby]|argon2|pbkdf2|6|5|1)\$")
_NUMBERS = re.compile(r"[0-9]+")
_UNEVEN = 0.4  # changes of case, of characters: words have half as many
_MIXED = 3.0  # what words with more than one number in them have to have
_SHORTEST_SALT, _SALT_BITS = 32, 4.5
_SHORTEST = 8
_LONG = 40
_SHORTEST_HEX = 16  # shorter ones are colours, ids and offsets
_LONGEST_NUMBERLESS = 16  # a word without a number in it may be as long
_LEAST_BITS = 2.6  # a character
_LEAST_CHARS = 6  # that differ
_ALL_KINDS, _LEAST_IN_ALL = 4, 36  # bits of words that have every kind of character


def is_obvious(value: str) -> bool:
    """Tell whether a value only stands for a secret: an example, a template, a masked one."""
    template = _TEMPLATE.search(value)
    if _OBVIOUS.search(value) or (template and not _is_chance(template[0], value)):
        return True
    return len(set(value.lower())) < min(5, len(value))


def _is_chance(template: str, value: str) -> bool:
    """Tell whether what reads like a template is a small part of much that was drawn by chance."""
    return len(value) >= _LONG and len(template) * 2 < len(value) and not _is_wordy(value)


def is_random(value: str, *, quoted: bool) -> bool:
    """Tell whether nobody would have written that value by hand.

    Args:
        value: What stands behind the name, without its quotes.
        quoted: Whether it stood in quotes; without them it may be an expression.

    """
    if len(value) < _SHORTEST or (not quoted and _WORDS.fullmatch(value)) or _is_plain(value):
        return False
    kinds = _kinds(value)
    if _HEX.fullmatch(value):
        return len(value) >= _SHORTEST_HEX and "digit" in kinds and len(kinds) > 1
    if not quoted and _CALL.fullmatch(value) and (_is_wordy(value) or kinds <= {"lower", "other"}):
        return False
    if _is_wordy(value):
        return len(kinds) == _ALL_KINDS and entropy(value) * len(value) >= _LEAST_IN_ALL
    if len(kinds) == 1 and len(value) < _LONGEST_NUMBERLESS:
        return False
    return len(set(value)) >= _LEAST_CHARS and entropy(value) >= _LEAST_BITS


def is_uuid(value: str) -> bool:
    """Tell whether a value has the form of a UUID."""
    return bool(_UUID.fullmatch(value))


def entropy(value: str) -> float:
    """Return Shannon's entropy in bits a character."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values()) if size else 0.0


def _is_plain(value: str) -> bool:
    """Tell whether it is text, a number, a place or a public thing."""
    return bool(
        (" " in value and not _is_salt(value))
        or not value.isascii()
        or _UUID.fullmatch(value)
        or _NUMBER.fullmatch(value)
        or _DATE.fullmatch(value)
        or _HASHES.search(value)
        or _PUBLIC_FORM.search(value)
        or (_PLACE.search(value) and _is_wordy(value))
    )


def _is_salt(value: str) -> bool:
    """Tell whether blanks are part of what was drawn from all there is to type."""
    others = sum(not char.isalnum() for char in value)
    return len(value) >= _SHORTEST_SALT and others * 5 > len(value) and entropy(value) > _SALT_BITS


def _kinds(value: str) -> set[str]:
    return set(map(_KINDS.__getitem__, set(value)))


def _is_wordy(value: str) -> bool:
    """Tell whether its characters follow each other as in words."""
    if len(value) >= _LONGEST_NUMBERLESS and value.isalnum():
        changes = sum(one.isupper() != two.isupper() for one, two in pairwise(value))
        if changes >= _UNEVEN * len(value):
            return False
    numbers = len(_NUMBERS.findall(value))
    steps = sum(map(_STEP_BY_PAIR.__getitem__, map(add, value, value[1:])))
    return steps > (_MIXED if numbers > 1 else 0.0)


class _Once(dict[str, T]):
    """What follows from a character or two, worked out once: all of them are ASCII."""

    def __init__(self, work_out: Callable[[str], T]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, key: str) -> T:
        return self.setdefault(key, self._work_out(key))


def _kind(char: str) -> str:
    if char.isdigit():
        return "digit"
    if char.isalpha():
        return "upper" if char.isupper() else "lower"
    return "other"


def _step(pair: str) -> float:
    one, two = pair[0], pair[1]
    if one.isalpha() and two.isalpha():
        if one.islower() and two.isupper():
            return _STEPS["hump"]
        return _STEPS["common" if pair.lower() in _COMMON else "rare"]
    if one.isalpha() and two.isdigit():
        return _STEPS["number"]
    return _STEPS["after"] if one.isdigit() and two.isalpha() else 0.0


_KINDS = _Once(_kind)
_STEP_BY_PAIR = _Once(_step)
