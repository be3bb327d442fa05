"""From a diagnostic to words that may be searched for on the web: everything private is taken out.

    message --tidied--> lines --quotes--> plain text and code --blanks--> pieces --> query

Taken out: control, invisible and bidirectional characters; what stands between quotes and is no
code (`scrub_code.py`); pieces that are a path, an address, a name, a key or an id
(`scrub_words.py`), and a piece goes as a whole; numbers of lines and columns, which only say where.
Quotes themselves go, too: for a search engine they would mean "these very words". Names of the
project's own stay, as they are what people search for; the user sees and edits the query.

A query scrubbed again stays as it is. The time grows with the message's first READ characters only.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import msgspec

from local_llm.guard.defuse import clean
from local_llm.guard.scrub_code import looks_like_code
from local_llm.guard.scrub_quotes import QUOTES, Part, parts
from local_llm.guard.scrub_words import Names, has_word, is_rule, kind_of

LONGEST = 200  # characters; what search engines take is not much more
READ = 8192
_MOST_SIGNS = 3
_MOST_FOLDERS = 8
_MOST_TYPE = 30
_MOST_ROUNDS = 50  # each takes something out; real messages need two

_KINDS = ("path", "string", "name", "URL", "e-mail address", "host", "IP address", "key", "id")
_INVISIBLE = "invisible character"
_LOOK_ALIKE = str.maketrans("´‛′‵ʼ‟″‶", "''''" + "'" + '"""')  # noqa: RUF001
_USER_FOLDER = re.compile(r"(?:/home/|[\\/]Users[\\/])([^\s/\\'\":;,()]{2,64})")
_LIFETIME = re.compile(r"'(static|_|[a-z])(?![\w'])")
_INNER = re.compile(r"""(?<!\w)[bBrRfFuU]{0,2}(?:'[^']*'|"[^"]*"|`[^`]*`)""")
_ANY_QUOTE = re.compile("[" + "".join(sorted(QUOTES)) + "]")
_ROOTED = re.compile(r"~?/|\.{1,2}[/\\]|[A-Za-z]:[\\/]|\\\\")
_NUMBERS = re.compile(r"\d+(?:[-–]\d+)?")  # noqa: RUF001
_GROUP = re.compile(r"\d{3,}")
_PLACES = frozenset({"line", "lines", "col", "column", "columns"})
_SECRETS = frozenset({"password", "passwd", "passphrase", "pwd", "secret"})
_NOISE = frozenset({",", ".", ":", "-", "--", "---", "..", "...", "=", "'"})
# Tools whose codes are known by more than the number that they tell.
_LETTERS = {"typescript": "TS", "ts": "TS", "tsserver": "TS", "tsc": "TS", "shellcheck": "SC"}


class Query(msgspec.Struct, frozen=True):
    """Words to search for, and how much of which kind was taken out."""

    text: str
    removed: dict[str, int] = {}

    def told(self) -> str:
        """Return what was taken out, such as `2 paths, 1 string`; "" for nothing."""
        return ", ".join(f"{count} {_plural(kind, count)}" for kind, count in self.removed.items())


def scrub(
    message: str,
    names: Names,
    *,
    source: str = "",
    code: str = "",
    filetype: str = "",
) -> Query:
    """Make a query of one line, at most LONGEST characters, cut at a word.

    Args:
        message: The diagnostic's text, of any length and content.
        names: Login, host and real names.
        source: The tool; it stands first, or without one the filetype.
        code: The tool's name or number of its rule.
        filetype: As the editor calls it.

    """
    found = _USER_FOLDER.findall(message[:READ])[:_MOST_FOLDERS]
    body, counts = _sifted(message, names.also(found))
    head = _head(body, names, source, code, filetype)
    removed = {kind: counts[kind] for kind in (*_KINDS, _INVISIBLE) if counts[kind]}
    return Query(_bounded([*head, *body]), removed)


def _sifted(text: str, names: Names) -> tuple[list[str], Counter[str]]:
    """Return the words that stay; what is left may meet anew, so it is sifted until all stays."""
    counts: Counter[str] = Counter()
    for _ in range(_MOST_ROUNDS):
        sieve = _Sieve(names)
        sieve.message(text)
        counts += sieve.removed
        left = _bounded(sieve.kept)
        if left == text:
            return sieve.kept, counts
        text = left
    return [], counts


class _Sieve:
    """Collects the pieces that stay and counts those that go."""

    def __init__(self, names: Names) -> None:
        self.kept: list[str] = []
        self.removed: Counter[str] = Counter()
        self._names = names
        self._secret_next = False

    def message(self, message: str) -> None:
        """Take a whole message."""
        given = message[:READ]
        visible = _visible(clean(given.translate(_LOOK_ALIKE).replace("\r\n", "\n")))
        self.removed[_INVISIBLE] += max(0, len(given.replace("\r\n", "\n")) - len(visible))
        for line in unicodedata.normalize("NFKC", visible).split("\n"):
            for part in parts(line):
                self._part(part)

    def _part(self, part: Part) -> None:
        content = part.text.strip()
        if part.kind == "plain":
            self._pieces(content)
        elif part.kind == "quoted":
            self._quoted(content)
        elif content:
            self.removed["string"] += 1

    def _quoted(self, content: str) -> None:
        """Keep code, without the strings in it; a whole string goes."""
        code, strings = _INNER.subn("", _LIFETIME.sub(r"\1", content))
        if looks_like_code(code.strip()) and (has_word(code) or not strings):
            self.removed["string"] += strings
            self._pieces(code)
        elif content:
            self.removed[self._kind_of_string(content)] += 1

    def _kind_of_string(self, content: str) -> str:
        if _ROOTED.match(content):
            return "path"
        blank = re.search(r"\s", content) is not None
        return "string" if blank else kind_of(content, self._names) or "string"

    def _pieces(self, text: str) -> None:
        for piece in text.split():
            trimmed = _trimmed(piece)
            kind = kind_of(trimmed, self._names) or kind_of(piece, self._names)
            if self._secret_next and trimmed:
                kind = kind or "key"
            self._secret_next = piece[-1] in ":=" and trimmed.lower() in _SECRETS
            if kind:
                self.removed[kind] += 1
            elif trimmed:
                self._keep(trimmed)

    def _keep(self, piece: str) -> None:
        before = self.kept[-1].lower() if self.kept else ""
        if before in _PLACES and _NUMBERS.fullmatch(piece):
            self.kept.pop()
        elif before == "bearer":
            self.kept.pop()
            self.removed["key"] += 1
        elif _GROUP.fullmatch(before) and _GROUP.fullmatch(piece):
            self.removed["id"] += 1
        else:
            self.kept.append(piece)


def _visible(text: str) -> str:
    """Drop control, format, private and unassigned characters; newlines and tabs stay."""
    if text.isascii():
        return text
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")


def _trimmed(piece: str) -> str:
    """Take off what a sentence puts around a word; "" for what says nothing."""
    if not has_word(piece):
        short = len(piece) <= _MOST_SIGNS and piece.isascii() and piece not in _NOISE
        return piece if short else ""
    while True:
        less = piece.rstrip(".,;:").lstrip(",;:")
        less = less[1:] if less.startswith("(") and ")" not in less else less
        less = less[:-1] if less.endswith(")") and "(" not in less else less
        if less == piece:
            return piece
        piece = less


def _head(body: list[str], names: Names, source: str, code: str, filetype: str) -> list[str]:
    """Return the words that say whose message it is, where the message itself does not."""
    tool, _counts = _sifted(source[:_MOST_TYPE] or filetype[:_MOST_TYPE], names)
    words = [*tool, *_rule(names, source, code)]
    said = " ".join(body).casefold()
    return [word for word in words if word.casefold() not in said]


def _rule(names: Names, source: str, code: str) -> list[str]:
    """Return a rule's name, which may hold a slash, as what one would search for."""
    plain = unicodedata.normalize("NFKC", code)
    private = names.within(plain) or any(kind_of(word, names) for word in plain.split("/"))
    if private or not is_rule(plain) or len(plain) > LONGEST // 2:
        return []
    return [_LETTERS.get(source.lower(), "") + plain if plain.isdigit() else plain]


def _bounded(words: list[str]) -> str:
    text = " ".join(words)
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST + 1].rpartition(" ")[0].rstrip()


def _plural(kind: str, count: int) -> str:
    if count == 1:
        return kind
    return f"{kind}es" if kind.endswith("s") else f"{kind}s"
