from dataclasses import dataclass


@dataclass(frozen=True)
class Letter:
    subject: str
    body: str
    to: str
    copies: int = 1
