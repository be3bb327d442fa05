from __future__ import annotations

from shape_base import Shape


class Square(Shape):
    def __init__(self, side: int) -> None:
        self.side = side

    def area(self) -> float:
        return float(self.side**2)

    def scale(self, factor: int) -> Square:
        """Give a square with sides `factor` times as long."""
        return Square(self.side * factor)
