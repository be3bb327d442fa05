"""Where and when a suggestion was asked for, with the text around the cursor."""

from __future__ import annotations

import msgspec


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """One question of the editor; rows and columns are 0-based, columns bytes.

    id: Rising; a newer ticket makes older ones void.
    buf, tick: Buffer number and changedtick.
    row, col: The cursor.
    first_row: Row of the first line of `before`.
    before: From the start of that row to the cursor. after: From the cursor on.
    path, root: Absolute; "" for a buffer without a file, outside of a project.
    comment: How the language writes a comment, such as "# %s"; "" where nobody knows.
    expandtab, shiftwidth, tabstop: How the buffer is indented.
    manual: Asked by a key or a command; failures are told then.
    alternatives: How many suggestions are wanted; 0 = as the options say.
    typing_ms: Usual time between two keys; None before anybody typed.
    """

    id: int
    buf: int
    tick: int
    row: int
    col: int
    first_row: int
    before: str
    after: str
    path: str = ""
    root: str = ""
    filetype: str = ""
    comment: str = ""
    expandtab: bool = True
    shiftwidth: int = 4
    tabstop: int = 8
    manual: bool = False
    alternatives: int = 0
    typing_ms: float | None = None

    def __repr__(self) -> str:
        return f"Ticket({self.id}, buffer {self.buf}, {self.row}:{self.col})"

    def followed_by(self, text: str) -> Ticket:
        """Return what the editor would ask unasked once `text` stood before the cursor."""
        before = self.before + text
        line = before[before.rfind("\n") + 1 :]
        place = {"row": self.row + text.count("\n"), "col": len(line.encode("utf-8", "replace"))}
        return msgspec.structs.replace(self, before=before, manual=False, alternatives=0, **place)

    @property
    def left(self) -> str:
        """The line's text before the cursor."""
        return self.before[self.before.rfind("\n") + 1 :]

    @property
    def right(self) -> str:
        """The line's text behind the cursor."""
        return self.after.partition("\n")[0]
