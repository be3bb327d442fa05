"""Draw a terminal screen as SVG: text stays text, colours are those of the editor."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

Cell = tuple[str, int]
Attributes = Callable[[Cell], dict[str, Any]]

WIDTH, HEIGHT, PAD = 8.4, 19, 14
FONTS = "ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace"
BAR = "│"
FOREGROUND, BACKGROUND = 0xE0E2EA, 0x14161B


def draw(rows: Sequence[Sequence[Cell]], attributes: Attributes, cursor: tuple[int, int]) -> str:
    """Return an SVG document.

    Args:
        rows: Cells of the screen; the second half of a wide character is an empty string.
        attributes: What a cell looks like, as in Neovim's `hl_attr_define`.
        cursor: Row and column of the cursor.

    """
    columns = max(len(row) for row in rows)
    width, height = columns * WIDTH + 2 * PAD, len(rows) * HEIGHT + 2 * PAD
    body = [line for number, row in enumerate(rows) for line in _row(number, row, attributes)]
    at = f'x="{PAD + cursor[1] * WIDTH:.1f}" y="{PAD + cursor[0] * HEIGHT}"'
    size = f'width="{WIDTH}" height="{HEIGHT}"'
    box = f'viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" height="{height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {box}>',
            f'<rect width="100%" height="100%" rx="8" fill="#{BACKGROUND:06x}"/>',
            f'<g font-family="{FONTS}" font-size="14" xml:space="preserve">',
            *body,
            "</g>",
            f'<rect {at} {size} fill="#{FOREGROUND:06x}" opacity="0.5"/>',
            "</svg>",
            "",
        ]
    )


def _row(number: int, row: Sequence[Cell], attributes: Attributes) -> list[str]:
    """Draw one line as runs of equal attributes: backgrounds first, then text."""
    y = PAD + number * HEIGHT
    backs, texts = [], []
    for start, text, cells, look in _runs(row, attributes):
        front, back = _colours(look)
        x, span = PAD + start * WIDTH, cells * WIDTH
        if back != BACKGROUND:
            backs.append(
                f'<rect x="{x:.1f}" y="{y}" width="{span:.1f}" height="{HEIGHT}" '
                f'fill="#{back:06x}"/>'
            )
        if text.strip() == BAR:
            # Rows are higher than a font's line: as text it would be a dotted line.
            middle = x + (text.index(BAR) + 0.5) * WIDTH
            backs.append(
                f'<path d="M{middle:.1f} {y}v{HEIGHT}" stroke="#{front:06x}" opacity="0.4"/>'
            )
        elif text.strip():
            # textLength keeps the columns in place, whatever font there is.
            texts.append(
                f'<text x="{x:.1f}" y="{y + 14}" textLength="{span:.1f}" '
                f'lengthAdjust="spacingAndGlyphs" fill="#{front:06x}"{_style(look)}>'
                f"{escape(text)}</text>"
            )
    return backs + texts


def _runs(
    row: Sequence[Cell], attributes: Attributes
) -> list[tuple[int, str, int, dict[str, Any]]]:
    runs: list[tuple[int, str, int, dict[str, Any]]] = []
    for column, cell in enumerate(row):
        look = attributes(cell)
        wide = bool(cell[0]) and unicodedata.east_asian_width(cell[0][0]) in "WF"
        alone = wide or BAR in (cell[0], runs[-1][1][-1:] if runs else "")
        if runs and runs[-1][3] == look and not alone:
            start, text, cells, _ = runs[-1]
            runs[-1] = (start, text + cell[0], cells + 1, look)
        else:
            runs.append((column, cell[0], 1, look))
    return runs


def _colours(look: dict[str, Any]) -> tuple[int, int]:
    front = look.get("foreground", FOREGROUND)
    back = look.get("background", BACKGROUND)
    return (back, front) if look.get("reverse") else (front, back)


def _style(look: dict[str, Any]) -> str:
    bold = ' font-weight="bold"' if look.get("bold") else ""
    italic = ' font-style="italic"' if look.get("italic") else ""
    return bold + italic
