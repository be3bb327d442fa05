from __future__ import annotations

from abc import ABC, abstractmethod


class Store(ABC):
    """What keeps values by their key."""

    @abstractmethod
    def read(self, key: str) -> bytes: ...

    @abstractmethod
    def write(self, key: str, value: bytes) -> None: ...
