"""Random values of given alphabets and lengths, the same for the same seed."""

from __future__ import annotations

import base64
import random
import string
import uuid

LOWER = string.ascii_lowercase
UPPER = string.ascii_uppercase
LETTERS = string.ascii_letters
DIGITS = string.digits
HEX = DIGITS + "abcdef"
ALNUM = DIGITS + UPPER + LOWER
URLSAFE = ALNUM + "-_"
BASE32 = UPPER + "234567"
BASE36 = DIGITS + LOWER
# What passwords are made of, without what would end a literal in some language or need escaping.
PASSWORD = ALNUM + "!#%*+-.=?^_~"

NOUNS = (
    *("order", "invoice", "customer", "report", "shipment", "product", "ledger", "payment"),
    *("basket", "catalog", "review", "profile", "message", "upload", "export", "ticket"),
    *("booking", "device", "sensor", "article", "comment", "contract", "delivery", "refund"),
)
VERBS = (
    *("load", "store", "render", "collect", "merge", "parse", "send", "update", "count", "list"),
    *("publish", "archive", "resolve", "import", "sync", "check", "format", "group", "rebuild"),
)
HOSTS = ("db", "cache", "queue", "search", "billing", "mail", "registry", "metrics", "staging")


class Draw(random.Random):
    """A random source that knows alphabets.

    The methods give text of random characters; a length may be a pair, from and to.
    """

    def chars(self, alphabet: str, length: int | tuple[int, int]) -> str:
        """Give `length` characters of `alphabet`."""
        size = length if isinstance(length, int) else self.randint(*length)
        return "".join(self.choices(alphabet, k=size))

    def hex(self, length: int) -> str:
        """Give lower-case hexadecimal digits."""
        return self.chars(HEX, length)

    def base64(self, size: int) -> str:
        """Give `size` random bytes in base64, with padding."""
        return base64.b64encode(self.randbytes(size)).decode()

    def uuid(self) -> str:
        """Give a random UUID."""
        return str(uuid.UUID(int=self.getrandbits(128), version=4))

    def noun(self) -> str:
        """Give a thing that programs deal with."""
        return self.choice(NOUNS)

    def verb(self) -> str:
        """Give something that programs do."""
        return self.choice(VERBS)

    def host(self) -> str:
        """Give a host name inside a made-up company."""
        return f"{self.choice(HOSTS)}.{self.choice(('acme', 'initech', 'globex'))}.example"

    def password(self, length: int | tuple[int, int] = (16, 28)) -> str:
        """Give a password as a manager of passwords makes it: every class of character."""
        inner = self.chars(PASSWORD, length)
        return f"{self.choice(LOWER)}{self.choice(DIGITS)}{inner}{self.choice(UPPER)}"

    def opaque(self) -> str:
        """Give a value that says nothing about itself: as `openssl rand` and its like print it."""
        makers = (
            lambda: self.hex(32),
            lambda: self.hex(64),
            lambda: self.base64(32),
            lambda: self.chars(ALNUM, (24, 40)),
            lambda: self.chars(URLSAFE, 42) + self.choice(ALNUM),
        )
        return self.choice(makers)()
