"""All that is done to a model's text before anybody sees it, as it comes."""

from __future__ import annotations

from local_llm.guard.defuse import Defuser
from local_llm.guard.mask import Masker
from local_llm.guard.mask_stream import StreamMasker


class Cleaner:
    """Cleans one stream; the result does not depend on where the stream is cut.

    Args:
        masker: Takes secrets out; None = they stay.

    """

    def __init__(self, masker: Masker | None = None) -> None:
        self._defuser = Defuser()
        self._mask = StreamMasker(masker) if masker else None

    def feed(self, text: str) -> str:
        """Return what may be shown now."""
        text = self._defuser.feed(text)
        return self._mask.feed(text) if self._mask else text

    def finish(self) -> str:
        """Return what was held back."""
        text = self._defuser.finish()
        return self._mask.feed(text) + self._mask.finish() if self._mask else text
