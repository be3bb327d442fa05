from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self


class Shape(ABC):
    @abstractmethod
    def area(self) -> float: ...

    @abstractmethod
    def scale(self, factor: float) -> Self: ...
