"""Articles of a small shop, and the tags that they are found by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Article:
    number: int
    title: str
    tags: tuple[str, ...] = ()


class Inventory:
    def __init__(self) -> None:
        self._articles: dict[int, Article] = {}

    def add(self, number: int, title: str, tags: list[str] = []) -> Article:
        tags.append(title.split()[0].lower())
        article = Article(number, title, tuple(tags))
        self._articles[number] = article
        return article

    def tagged(self, tag: str) -> list[Article]:
        return [one for one in self._articles.values() if tag in one.tags]
