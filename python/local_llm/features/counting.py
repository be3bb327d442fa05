"""Which counter serves a model, in the order of truth: its own vocabulary, else an estimate.

A vocabulary comes from the model file where we can read it, or from the server; it is kept on
disk under the model's digest. The first question does not wait long for one: the server's own
count has the last word anyway where there is one (prompting.py), and the next question is exact.
What an estimate has learned is kept, too.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from local_llm import log
from local_llm.backends.base import ModelInfo, TellsVocabulary
from local_llm.errors import ContextOverflow
from local_llm.features.connect import Link
from local_llm.features.learned import Learned, key_of
from local_llm.features.prompting import Prompt
from local_llm.features.streaming import Outcome
from local_llm.fim.families import bytes_per_token
from local_llm.tokens import cache, gguf_vocab
from local_llm.tokens.count import Counter, LocalCounter
from local_llm.tokens.estimate import Estimator, bytes_over
from local_llm.tokens.vocab import Vocab, from_metadata

WAIT_S = 1.5  # for the vocabulary at the first question
ASK_S = 60.0
_LEARNED = "estimates.json"


class Counting:
    """Keeps one counter for each server and model.

    Args:
        folder: Where vocabularies and learned corrections are kept (below the XDG cache).

    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._exact: dict[str, asyncio.Task[Counter | None]] = {}
        self._estimates: dict[str, Estimator] = {}
        self._learned = Learned(folder / _LEARNED)

    async def aclose(self) -> None:
        """Give up vocabularies that are still on their way."""
        for task in self._exact.values():
            task.cancel()
        await asyncio.gather(*self._exact.values(), return_exceptions=True)

    async def counter(self, link: Link, model: ModelInfo) -> Counter:
        """Return the exact counter where it can be had soon, else the estimate."""
        key = key_of(link, model)
        if key not in self._exact:
            self._exact[key] = asyncio.create_task(self._find(link, model))
        task = self._exact[key]
        await asyncio.wait([task], timeout=WAIT_S)
        exact = task.result() if task.done() else None
        return exact or self._estimate(link, model)

    async def describe(self, link: Link, model: ModelInfo) -> str:
        """Return the source of counts in a few words."""
        counter = await self.counter(link, model)
        if counter.exact:
            return counter.describe()
        if link.backend.count(model.name, "x") is not None:
            return "exact (counted by the server)"
        return counter.describe()

    def learn(self, link: Link, model: ModelInfo, prompt: Prompt, outcome: Outcome) -> None:
        """Correct the estimate by what the server counted."""
        counted = outcome.usage.prompt_tokens
        if counted is not None and not outcome.truncated:
            self._correct(link, model, prompt, counted)

    def overflowed(
        self, link: Link, model: ModelInfo, prompt: Prompt, overflow: ContextOverflow
    ) -> None:
        """Correct the estimate by a refusal, which names the true count."""
        if overflow.prompt_tokens is not None:
            self._correct(link, model, prompt, overflow.prompt_tokens)

    def _correct(self, link: Link, model: ModelInfo, prompt: Prompt, counted: int) -> None:
        if prompt.estimate is None:
            return
        estimate = self._estimate(link, model)
        estimate.correct(counted - prompt.room.template, prompt.estimate)
        self._learned.keep(key_of(link, model), estimate.state())

    def _estimate(self, link: Link, model: ModelInfo) -> Estimator:
        key = key_of(link, model)
        if key not in self._estimates:
            base = bytes_over(bytes_per_token(model.name, model.architecture))
            self._estimates[key] = Estimator(base, state=self._learned.of(key))
        return self._estimates[key]

    async def _find(self, link: Link, model: ModelInfo) -> Counter | None:
        """Find the vocabulary on disk, in the model file or on the server; None = not there."""
        vocab, source = await self._vocabulary(link, model)
        if vocab is None:
            return None
        return await asyncio.to_thread(LocalCounter, vocab, source)

    async def _vocabulary(self, link: Link, model: ModelInfo) -> tuple[Vocab | None, str]:
        file = _local_file(link, model)
        key = _file_key(file) if file is not None else model.digest
        if key and (known := await asyncio.to_thread(cache.load, self._folder, key)) is not None:
            return known, "vocabulary"
        vocab, source = None, ""
        if file is not None:
            vocab, source = await asyncio.to_thread(_from_file, file), "GGUF vocabulary"
        if vocab is None and isinstance(link.backend, TellsVocabulary):
            plan = link.backend.vocabulary(model.name)
            metadata = await link.transport.run(plan, timeout_s=ASK_S)
            vocab = await asyncio.to_thread(from_metadata, metadata) if metadata else None
            source = "the server's vocabulary"
        if vocab is not None and key:
            await asyncio.to_thread(self._store, key, vocab)
        return vocab, source

    def _store(self, key: str, vocab: Vocab) -> None:
        try:
            cache.store(self._folder, key, vocab)
        except OSError as exc:
            log.warning("the vocabulary is not kept on disk: %s", exc.strerror)


def _local_file(link: Link, model: ModelInfo) -> Path | None:
    """Return the model file where it lies on this machine and we may read it."""
    if not link.target.is_loopback or not model.model_path:
        return None
    path = Path(model.model_path)
    return path if path.is_absolute() and path.is_file() else None


def _file_key(path: Path) -> str:
    state = path.stat()
    return f"{path} {state.st_size} {state.st_mtime_ns}"


def _from_file(path: Path) -> Vocab | None:
    try:
        return gguf_vocab.read_vocab(path)
    except (OSError, gguf_vocab.BadGguf):
        return None
