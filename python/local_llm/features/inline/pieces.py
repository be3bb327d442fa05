"""Pieces of other files and where each is from, so that a file can be judged anew."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from local_llm.features.inline.intake import Origin, chunk_of, moment_of, unfit
from local_llm.features.masking import Masking
from local_llm.fim.ring import Ring
from local_llm.settings import Guard, Settings

_MOST_FILES = 256  # more than the ring has pieces
_MOST_AGAIN = 4


class Pieces:
    """Fills the ring, and keeps it free of files that must not go out.

    A file is judged by the options of its own project when a piece of it comes, and by those of
    the project a prompt is for, again every other second: a list of patterns may have changed.
    Of these later judgements, a third of a millisecond each, a prompt waits for a few only.

    Args:
        ring: What prompts take their pieces from.
        masking: Takes secrets out of them.
        clock: Seconds, monotonic.

    """

    def __init__(self, ring: Ring, masking: Masking, clock: Callable[[], float]) -> None:
        self._ring = ring
        self._masking = masking
        self._clock = clock
        self._names: OrderedDict[Origin, str] = OrderedDict()  # what prompts call the files
        self._rules: Guard | None = None
        self._passed: dict[Origin, int] = {}  # by these rules, and in which moment

    def remember(self, message: Mapping[str, Any], settings: Settings) -> None:
        """Take a piece in, or forget its file where `settings` say that it never goes out."""
        path, root = str(message.get("path") or ""), str(message.get("root") or "")
        origin = path, root, str(message.get("filetype") or "")
        chunk = chunk_of(message)
        self._names[origin] = chunk.path
        self._names.move_to_end(origin)
        if unfit(origin, settings, self._clock()) is not None:
            self._forget(origin)
            return
        guard = settings.guard
        if guard.redact or guard.allow_remote_hosts:  # who will be asked is not known yet
            text = self._masking.masker(settings).mask(chunk.text).text
            chunk = msgspec.structs.replace(chunk, text=text)
        self._ring.add(chunk)
        if len(self._names) > _MOST_FILES:
            self._forget(next(iter(self._names)))

    def sift(self, settings: Settings) -> bool:
        """Forget what `settings` deny; to be called before a prompt is made.

        Returns: Whether a prompt made earlier may hold something of that.
        """
        moment = moment_of(self._clock())
        if settings.guard != self._rules:
            self._rules = settings.guard
            self._passed.clear()
        self._drop_unused()
        new = [origin for origin in self._names if origin not in self._passed]
        old = [origin for origin, then in self._passed.items() if then != moment]
        gone = False
        for origin in (*new, *old[:_MOST_AGAIN]):
            self._passed.pop(origin, None)
            if unfit(origin, settings, self._clock()) is not None:
                self._forget(origin)
                gone = True
            else:
                self._passed[origin] = moment
        return gone

    def _drop_unused(self) -> None:
        """Forget the names of files whose pieces have left the ring, so as not to judge them."""
        held = self._ring.paths()
        for origin in [origin for origin, name in self._names.items() if name not in held]:
            del self._names[origin]
            self._passed.pop(origin, None)

    def _forget(self, origin: Origin) -> None:
        self._ring.forget(self._names.pop(origin))
        self._passed.pop(origin, None)
