"""One answer on its way to its window: first piece at once, then as fast as the editor draws.

The editor paces: the next append goes when it has answered the last, and no sooner than 8 ms
later. A timer that fired without waiting would build a queue of seconds in a slow editor. Where
an append holds a word or two, each costs more than its text, so they go 10 ms apart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from local_llm.features.port import Drawing, Editor
from local_llm.guard.cleaner import Cleaner
from local_llm.guard.mask import Masker

GAP_S = 0.008  # after the editor's answer
SPARSE_S = 0.010  # from one small append to the next
_SMALL = 64  # characters


class WindowGone(Exception):
    """The answer's window and buffer are gone: nobody reads on. A signal, never shown."""


class Receiver(Protocol):
    """Takes an answer as it comes."""

    @property
    def answer(self) -> str:
        """All answer text so far."""
        ...

    async def turn(self) -> None:
        """Wait until more may come."""
        ...

    async def text(self, text: str) -> None:
        """Take answer text."""
        ...

    def thinking(self, text: str) -> None:
        """Take a piece of reasoning."""
        ...

    def retract(self) -> None:
        """Forget the answer so far: it has turned out to be reasoning."""
        ...

    async def finish(self) -> None:
        """Take the end."""
        ...

    def break_off(self) -> None:
        """Take an end that nobody waits for: the answer was stopped, or the server failed."""
        ...


class Collected:
    """Fulfils Receiver for an answer that is not shown as it comes."""

    def __init__(self) -> None:
        self.answer = ""
        self._cleaner = Cleaner(is_markdown=False)  # lines of code; secrets are put back there

    async def turn(self) -> None:
        """Take more at once."""

    async def text(self, text: str) -> None:
        """Take answer text."""
        self.answer += self._cleaner.feed(text)

    def thinking(self, text: str) -> None:
        """Leave reasoning out."""

    def retract(self) -> None:
        """Forget the answer so far."""
        self.answer = ""

    async def finish(self) -> None:
        """Take what was held back."""
        self.break_off()

    def break_off(self) -> None:
        """Take what was held back."""
        self.answer += self._cleaner.finish()


class Delivery:
    """Fulfils Receiver: brings text and reasoning of one request to the editor.

    Args:
        editor: Where it goes.
        ask_id: The request.
        clock: Seconds, monotonic.
        masker: Takes secrets out; None = they stay.

    """

    def __init__(
        self,
        editor: Editor,
        ask_id: int,
        clock: Callable[[], float],
        masker: Masker | None = None,
    ) -> None:
        self._editor = editor
        self._id = ask_id
        self._clock = clock
        self._cleaner = Cleaner(masker)
        self._thought_cleaner = Cleaner(masker)
        self._thinks = False
        self._next_turn = 0.0
        self._drawing: Drawing | None = None
        self._parts: list[str] = []

    @property
    def answer(self) -> str:
        """All answer text delivered so far."""
        return "".join(self._parts)

    async def turn(self) -> None:
        """Wait until the editor may be sent more; what arrives meanwhile becomes one piece.

        Raises: WindowGone, when the last append found nowhere to go.
        """
        await self._rest()
        drawing, self._drawing = self._drawing, None
        if drawing is None:
            return
        drawn_s = await drawing.result()
        if drawn_s is None:
            raise WindowGone
        self._next_turn = drawn_s + GAP_S
        await self._rest()

    async def _rest(self) -> None:
        wait_s = self._next_turn - self._clock()
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    async def text(self, text: str) -> None:
        """Append answer text once the last append is drawn. Raises WindowGone."""
        self._end_thought()
        await self._append(self._cleaner.feed(text))

    def thinking(self, text: str) -> None:
        """Send a piece of reasoning, which the editor keeps folded."""
        self._thinks = True
        self._think(self._thought_cleaner.feed(text))

    def _end_thought(self) -> None:
        """Send what of the reasoning was held back."""
        if self._thinks:
            self._thinks = False
            self._think(self._thought_cleaner.finish())

    def _think(self, text: str) -> None:
        if text:
            self._editor.tell("thinking", self._id, {"text": text})
            self._next_turn = self._clock() + GAP_S

    def retract(self) -> None:
        """Take back the answer so far: it has turned out to be reasoning."""
        said, self._parts = self.answer + self._cleaner.finish(), []
        if said:
            self._editor.tell("retract", self._id, {})
            self._editor.tell("thinking", self._id, {"text": said})

    async def finish(self) -> None:
        """Deliver what was held back and wait until all is drawn. Raises WindowGone."""
        self._end_thought()
        await self._append(self._cleaner.finish())
        if self._drawing is not None and await self._drawing.result() is None:
            raise WindowGone

    def break_off(self) -> None:
        """Show what was held back, and wait for nothing: no more will come."""
        self._end_thought()
        text = self._cleaner.finish()
        if text:
            self._parts.append(text)
            self._editor.append(self._id, text)

    async def _append(self, text: str) -> None:
        if not self._parts:
            text = text.lstrip("\n")
        if not text:
            return
        if self._drawing is not None:
            await self.turn()
        self._parts.append(text)
        self._drawing = self._editor.append(self._id, text)
        self._next_turn = self._clock() + (SPARSE_S if len(text) < _SMALL else GAP_S)
