from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Node:
    """A folder or a file in the side bar."""

    name: str
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)

    def add(self, name: str) -> Node:
        child = Node(name, self)
        self.children.append(child)
        return child


def siblings(node: Node) -> Iterator[Node]:
    for other in node.parent.children:
        if other is not node:
            yield other
