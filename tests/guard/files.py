"""Files around secrets and look-alikes: the rest of the code, and diffs of it."""

from __future__ import annotations

from itertools import cycle

from guard.draw import Draw
from guard.items import Maker
from guard.language import Language
from guard.lookalike import Dense
from guard.places import fill, line_count

_LEAST_LINES = (24, 52)
Line = tuple[int, str]


def assembled(language: Language, parts: list[str], draw: Draw) -> list[Line]:
    """Put `parts` into a file of `language`, between what such files hold otherwise.

    Returns: The file's lines, each with the number of the part that it belongs to: -1 for what
    frames the parts, an even number for the rest of the code, an odd one for one of `parts`.
    """
    mixed = [(1, part) for part in parts]
    between = language.gap.count("\n") - 1
    wanted = draw.randint(*_LEAST_LINES) - sum(line_count(part) + between for part in parts)
    for template in cycle(draw.sample(language.blocks, len(language.blocks))):
        block = fill(template, draw, {})
        mixed.append((0, block))
        wanted -= line_count(block) + between
        if wanted <= 0:
            break
    draw.shuffle(mixed)
    return _joined(language, mixed, draw)


def _joined(language: Language, mixed: list[tuple[int, str]], draw: Draw) -> list[Line]:
    head, foot = (fill(text, draw, {}) for text in (language.head, language.foot))
    comma = language.gap.strip()
    empty = [(-1, "\n")] * (language.gap.count("\n") - 1)
    lines = [(-1, line) for line in head.splitlines(keepends=True)]
    if head and not head.endswith("{\n"):
        lines.append((-1, "\n"))
    for place, (kind, part) in enumerate(mixed):
        last = place == len(mixed) - 1
        text = part.rstrip("\n") + ("" if last else comma) + "\n"
        lines += [
            (2 * place + kind, language.indent + line) for line in text.splitlines(keepends=True)
        ]
        lines += [] if last else empty
    return lines + [(-1, line) for line in foot.splitlines(keepends=True)]


def as_diff(language: Language, lines: list[Line], name: str, draw: Draw) -> str:
    """Write `lines` as a unified diff: what is marked is added or removed, some of the rest too."""
    signs = {-1: " "}
    body = [_signed(part, line, signs, draw) for part, line in lines]
    old = sum(line[0] in " -" for line in body)
    new = sum(line[0] in " +" for line in body)
    begin = draw.randint(1, 300)
    head = (
        f"diff --git a/{name} b/{name}\nindex {draw.hex(7)}..{draw.hex(7)} 100644\n"
        f"--- a/{name}\n+++ b/{name}\n@@ -{begin},{old} +{begin},{new} @@ {language.name}\n"
    )
    return head + "".join(body)


def _signed(part: int, line: str, signs: dict[int, str], draw: Draw) -> str:
    if part not in signs:
        signs[part] = draw.choice("+++-" if part % 2 else "   +")
    return signs[part] + line


def dense_file(dense: Dense, maker: Maker, draw: Draw) -> str:
    """Make a file that consists of look-alikes."""
    rows = (
        fill(dense.line, draw, {"value": maker.value(dense.name, dense.make(draw))})
        for _ in range(dense.size)
    )
    head, foot = (fill(text, draw, {}) for text in (dense.head, dense.foot))
    return head + dense.between.join(rows) + (foot or "\n")
