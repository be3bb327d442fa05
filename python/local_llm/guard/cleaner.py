"""All that is done to a model's text before anybody sees it, as it comes."""

from __future__ import annotations

from local_llm.guard.defuse import Defuser
from local_llm.guard.markdown import Inert
from local_llm.guard.mask import Masker
from local_llm.guard.mask_stream import StreamMasker


class Cleaner:
    """Takes out of a stream what must not be shown, wherever the stream is cut.

    Args:
        masker: Takes secrets out; None = they stay.
        is_markdown: Whether what would load something is made text.

    """

    def __init__(self, masker: Masker | None = None, *, is_markdown: bool = True) -> None:
        self._defuser = Defuser()
        self._mask = StreamMasker(masker) if masker else None
        self._inert = Inert() if is_markdown else None

    def feed(self, text: str) -> str:
        """Return what may be shown now."""
        text = self._defuser.feed(text)
        text = self._mask.feed(text) if self._mask else text
        return self._inert.feed(text) if self._inert else text

    def finish(self) -> str:
        """Return what was held back; what comes then is another text."""
        text = self._defuser.finish()
        text = self._mask.feed(text) + self._mask.finish() if self._mask else text
        if self._inert:
            text = self._inert.feed(text) + self._inert.finish()
            self._inert = Inert()
        return text
