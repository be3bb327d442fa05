"""One request for one suggestion: the prompt of an anchor, and what was typed since."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from local_llm.backends.base import (
    ChatAsk,
    Decoder,
    InfillAsk,
    Message,
    RawAsk,
    Request,
    Sampling,
)
from local_llm.features.inline.seat import Seat
from local_llm.features.inline.tokens import Tokenizer, Unspeakable
from local_llm.fim import gap
from local_llm.fim.anchor import Anchor
from local_llm.fim.heal import grammar, hand_back_word
from local_llm.fim.prompt import Extra, Layout, Names, Part, as_text, layout

_OTHERS_TEMPERATURE = 0.6  # alternatives to a greedy answer would all be the same
# llama.cpp cuts /infill by its batch size without a word; these are the cuts of the usual 2048.
INFILL_PREFIX, INFILL_SUFFIX = 1536, 510


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted of the answer.

    one_line: Text follows on the cursor's line.
    other: Than the likeliest, which is known.
    """

    tokens: int
    one_line: bool = False
    alternatives: int = 1
    other: bool = False
    healed: bool = True


class Shot(msgspec.Struct, frozen=True, kw_only=True):
    """A request and how to read its answer, which begins with `letters`."""

    request: Request
    decoder: Callable[[], Decoder]
    letters: str = ""
    chat: bool = False
    alternatives: int = 1


class Frozen:
    """An anchor with its part of the prompt, which is made once.

    Args:
        anchor: The frozen window.
        names: What file and project are called.
        extras: Pieces of other files.
        full: Whether the window has the size it would have with time at hand.
        is_cut: Whether there was more text than fitted.

    """

    def __init__(
        self,
        anchor: Anchor,
        names: Names,
        extras: Sequence[Extra],
        *,
        full: bool = False,
        is_cut: bool = False,
    ) -> None:
        self.anchor = anchor
        self.names = names
        self.extras = tuple(extras)
        self.full = full
        self.is_cut = is_cut
        self._layout: Layout | None = None
        self._ids: tuple[tuple[int, ...], tuple[int, ...]] | None = None
        self._text: tuple[str, str] | None = None

    async def shot(self, seat: Seat, typed: str, wanted: Wanted) -> Shot:
        """Return the request for a suggestion behind `typed`."""
        match seat.route.kind:
            case "chat":
                return self._chat(seat, typed, wanted)
            case "infill":
                return self._infill(seat, typed, wanted)
        if seat.tokenizer is not None:
            try:
                return await self._by_ids(seat, seat.tokenizer, typed, wanted)
            except Unspeakable:
                pass
        return self._by_text(seat, typed, wanted)

    async def _by_ids(self, seat: Seat, tokenizer: Tokenizer, typed: str, wanted: Wanted) -> Shot:
        if self._ids is None:
            parts = self._laid_out(seat)
            head = await tokenizer.start() + await tokenizer.ids(parts.head)
            self._ids = head, await tokenizer.ids(parts.tail)
        head, tail = self._ids
        kept, letters = tokenizer.split(typed) if wanted.healed else (typed, "")
        middle = await tokenizer.ids([Part(kept)]) if kept else ()
        return self._raw(seat, (*head, *middle, *tail), letters, wanted)

    def _by_text(self, seat: Seat, typed: str, wanted: Wanted) -> Shot:
        if self._text is None:
            parts = self._laid_out(seat)
            self._text = as_text(parts.head), as_text(parts.tail)
        head, tail = self._text
        kept, letters = hand_back_word(typed) if wanted.healed else (typed, "")
        return self._raw(seat, head + as_text([Part(kept)]) + tail, letters, wanted)

    def _laid_out(self, seat: Seat) -> Layout:
        family = seat.route.family
        if family is None:
            raise ValueError("a raw prompt without a family")
        if self._layout is None:
            self._layout = layout(family, self.anchor, self.names, self.extras)
        return self._layout

    def _raw(self, seat: Seat, prompt: str | tuple[int, ...], letters: str, wanted: Wanted) -> Shot:
        backend = seat.link.backend
        ask = RawAsk(
            model=seat.model.name,
            prompt=prompt,
            max_tokens=wanted.tokens,
            context_tokens=seat.window.send,
            sampling=_sampling(seat, wanted),
            keep_alive=seat.link.server.keep_alive,
            slot=seat.slot,
            grammar=grammar(letters),
            alternatives=wanted.alternatives,
            progress=False,
        )
        return Shot(
            request=backend.complete(ask),
            decoder=backend.raw_decoder,
            letters=letters,
            alternatives=wanted.alternatives,
        )

    def _infill(self, seat: Seat, typed: str, wanted: Wanted) -> Shot:
        backend = seat.link.backend
        kept, letters = hand_back_word(typed) if wanted.healed else (typed, "")
        ask = InfillAsk(
            model=seat.model.name,
            prefix=self.anchor.prefix + kept,
            suffix=self.anchor.suffix,
            max_tokens=wanted.tokens,
            context_tokens=seat.window.send,
            sampling=_sampling(seat, wanted),
            keep_alive=seat.link.server.keep_alive,
            slot=seat.slot,
        )
        request = backend.infill(ask)
        if request is None:
            raise ValueError("a route that this backend does not have")
        return Shot(request=request, decoder=backend.raw_decoder, letters=letters)

    def _chat(self, seat: Seat, typed: str, wanted: Wanted) -> Shot:
        backend, anchor, names = seat.link.backend, self.anchor, self.names
        turns = gap.messages(anchor.prefix + typed, anchor.suffix, names.filetype, names.path)
        ask = ChatAsk(
            model=seat.model.name,
            messages=tuple(Message(turn.role, turn.content) for turn in turns),
            max_tokens=wanted.tokens,
            context_tokens=seat.window.send,
            sampling=_sampling(seat, msgspec.structs.replace(wanted, one_line=False)),
            keep_alive=seat.link.server.keep_alive,
            think=False if seat.model.thinking else None,
            slot=seat.slot,
        )
        return Shot(request=backend.chat(ask), decoder=backend.chat_decoder, chat=True)


def _sampling(seat: Seat, wanted: Wanted) -> Sampling:
    family, own = seat.route.family, seat.link.server.temperature
    temperature = seat.settings.complete.temperature if own is None else own
    if wanted.other or wanted.alternatives > 1:
        temperature = max(temperature, _OTHERS_TEMPERATURE)
    stops = (*(family.stops if family else ()), *(("\n",) if wanted.one_line else ()))
    return Sampling(temperature=temperature, stop=stops)
