"""Which way a model is asked to fill a gap, and why.

The markers a family was trained with are found from the server's vocabulary, then from the
model's name, then by trying them out. What cannot be asked so goes through the server's own
route, and a model that was never trained for it gets the question as a chat.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from local_llm.backends.base import InfillAsk, ModelInfo, RawAsk, Request, Sampling, Text
from local_llm.errors import BackendError
from local_llm.features.connect import Link
from local_llm.features.recording import Asked, Recorder
from local_llm.fim.families import FAMILIES, Family, find_family

Kind = Literal["raw", "infill", "chat"]
_TRY_TOKENS = 8
# What everybody who fills in the middle knows; nobody else goes on with exactly this letter.
_TRY_PREFIX = "def add(first, second):\n    return first + "
_TRY_SUFFIX = "\n\n\nprint(add(1, 2))\n"
_TRY_ANSWER = "second"
_CANDIDATES = ("Qwen Coder", "StarCoder", "DeepSeek-Coder")


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """How to ask: `raw` with the markers of `family`, by the server's own `infill`, or by `chat`.

    why: For `:checkhealth`, as the end of a sentence.
    """

    kind: Kind
    family: Family | None = None
    why: str = ""


class Routes:
    """Finds the way for a model.

    Args:
        recorder: Keeps the audit log, of what is tried out too.

    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def find(self, link: Link, model: ModelInfo) -> Route:
        """Find the way; asks the server only where neither it nor the name tells."""
        family = find_family(model.name, model.architecture, model.fim_mark)
        if family is not None:
            source = "the server's vocabulary" if model.fim_mark else "its name"
            return Route(kind="raw", family=family, why=f"{family.name} markers, by {source}")
        if model.fim and _has_infill(link, model):
            return Route(kind="infill", why="the server's own fill-in-the-middle")
        if model.fim is None or link.backend.kind in ("openai", "textgen"):
            tried = await self._try_all(link, model)
            if tried is not None:
                return Route(kind="raw", family=tried, why=f"{tried.name} markers, tried out")
        why = "no fill-in-the-middle known: asked as a chat, slower and weaker"
        return Route(kind="chat", why=why)

    async def _try_all(self, link: Link, model: ModelInfo) -> Family | None:
        for family in FAMILIES:
            if family.name in _CANDIDATES and await self._passes(link, model, family):
                return family
        return None

    async def _passes(self, link: Link, model: ModelInfo, family: Family) -> bool:
        """Ask for a gap whose content is certain."""
        prompt = _trial(family)
        ask = _ask(link, model, prompt)
        asked = Asked(link=link, model=model.name, prompt=lambda: prompt)
        try:
            with self._recorder.call(0, "complete_trial", asked):
                asked.response = await _answer(link, link.backend.complete(ask))
        except BackendError:
            return False
        return asked.response.strip() == _TRY_ANSWER


def _has_infill(link: Link, model: ModelInfo) -> bool:
    empty = InfillAsk(model=model.name, prefix="", suffix="", max_tokens=1)
    return link.backend.infill(empty) is not None


def _trial(family: Family) -> str:
    marks = family.marks
    return f"{marks.prefix}{_TRY_PREFIX}{marks.suffix}{_TRY_SUFFIX}{marks.middle}"


def _ask(link: Link, model: ModelInfo, prompt: str) -> RawAsk:
    return RawAsk(
        model=model.name,
        prompt=prompt,
        max_tokens=_TRY_TOKENS,
        sampling=Sampling(temperature=0.0, stop=("\n",)),
        keep_alive=link.server.keep_alive,
    )


async def _answer(link: Link, request: Request) -> str:
    decoder, parts = link.backend.raw_decoder(), list[str]()
    async with link.transport.stream(request, link.backend.error) as body:
        while data := await body.read():
            parts += [event.text for event in decoder.feed(data) if isinstance(event, Text)]
    parts += [event.text for event in decoder.finish() if isinstance(event, Text)]
    return "".join(parts)
