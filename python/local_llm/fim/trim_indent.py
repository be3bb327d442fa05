"""Indentation: what is typed is not typed twice, and tabs are tabs where the file has tabs."""

from __future__ import annotations

from local_llm.fim.trim_blocks import lacks_indent, opens_block
from local_llm.fim.trim_place import Draft, Place, blank, full_lines, margin

_UNITS = (2, 3, 4, 8)  # columns a model may mean by a level


def set_indent(draft: Draft, place: Place) -> Draft:
    """Make the blanks at the start of each line those that the place calls for."""
    draft = _from_first_text(draft._replace(lines=_Style(place).lines(draft.lines)), place)
    lines = draft.lines
    if lines and place.left and blank(place.left):
        lines[0] = _beyond_left(lines[0], place)
    return draft._replace(lines=_below_first(lines, place))


def _from_first_text(draft: Draft, place: Place) -> Draft:
    """Drop the newlines with which a model leaves an indented blank line for the next one."""
    if not place.left or not blank(place.left):
        return draft
    first = draft.first()
    if first == len(draft.lines):
        return draft.hold(0)
    dedents = place.indent(draft.lines[first]) < place.indent(place.left)
    return draft if dedents else draft._replace(lines=draft.lines[first:])


def _beyond_left(line: str, place: Place) -> str:
    """Take off the indentation that stands left of the cursor.

    A model's blanks are read as the whole line's. Only where the lines around say that the line
    belongs deeper are they what is missing to it: the cursor may be inside the indentation.
    """
    space = margin(line)
    left, said = place.indent(place.left), place.indent(space)
    total, likely = place.indent(place.left + space), _likely(place)
    if max(left, said) not in likely and (total in likely or (likely and said < left)):
        return line
    if space.startswith(place.left):
        return line[len(place.left) :]
    return _missing(left, said, place) + line[len(space) :]


def _below_first(lines: list[str], place: Place) -> list[str]:
    """Move the lines after the first one, if they are indented as if that were at the margin."""
    base, second = margin(place.left), next((line for line in lines[1:] if line), "")
    if not base or not second or not lacks_indent(place.left + lines[0], second, place):
        return lines
    return lines[:1] + [base + line if line else line for line in lines[1:]]


def _missing(left: int, wanted: int, place: Place) -> str:
    """Return the blanks that lead from one column to another."""
    tabs = 0 if place.left.endswith(" ") else wanted // place.tab - left // place.tab
    return "\t" * tabs + " " * (wanted % place.tab) if tabs > 0 else " " * (wanted - left)


def _likely(place: Place) -> set[int]:
    """Return the columns at which a line may start here."""
    above = full_lines(place.above)
    below = {place.indent(line) for line in full_lines(place.below)[:1]}
    if above and opens_block(above[0]):
        outer = place.indent(above[0])
        return {outer + place.level} | {column for column in below if column > outer}
    likely: set[int] = set()
    for line in above:
        column = place.indent(line)
        if not likely or column < min(likely):
            likely.add(column)
    return likely | below


class _Style:
    """Writes indentation as the file does; where its lines do not tell, as the options say."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._unit = 0  # columns of a level in the answer, as soon as a line shows it
        self._tabs: bool | None = None

    def lines(self, lines: list[str]) -> list[str]:
        known = next(iter(full_lines(self._place.above)), self._place.left)
        made: list[str] = []
        for row, line in enumerate(lines):
            at_cursor = row == 0 and bool(self._place.left)
            if blank(line):
                made.append("")
            elif at_cursor and not blank(self._place.left):
                made.append(line)
            else:
                made.append(self._write(margin(line), known) + line[len(margin(line)) :])
            if not blank(line):
                known = self._place.left + line if at_cursor else made[-1]
        return made

    def _write(self, space: str, known: str) -> str:
        """Return `space` in the file's style; `known` is the line before."""
        if not space:
            return space
        if self._tabs is None:
            self._tabs = _uses_tabs(self._place)
        if self._tabs:
            return self._as_tabs(space, known) if space[0] == " " else space
        return space.replace("\t", " " * self._place.level)

    def _as_tabs(self, space: str, known: str) -> str:
        place, columns = self._place, len(space.expandtabs(self._place.level))
        unit = self._unit = self._unit or self._guess(columns, known)
        unit = unit or place.level
        wanted = columns // unit * place.level + columns % unit
        return "\t" * (wanted // place.tab) + " " * (wanted % place.tab)

    def _guess(self, columns: int, known: str) -> int:
        """Return the columns of a level, from a line whose level the line before tells; else 0."""
        level = self._place.indent(known) // self._place.level + opens_block(known) or 1
        return columns // level if columns % level == 0 and columns // level in _UNITS else 0


def _uses_tabs(place: Place) -> bool:
    """Tell whether the file is indented with tabs: what it does counts more than the option."""
    used = {line[:1] for line in (place.left, *place.above, *place.below)} & {" ", "\t"}
    return used == {"\t"} if len(used) == 1 else not place.expandtab
