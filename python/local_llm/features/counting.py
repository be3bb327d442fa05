"""Which counter serves a model: its own vocabulary, else an estimate that learns."""

from __future__ import annotations

from local_llm.backends.base import ModelInfo
from local_llm.errors import ContextOverflow
from local_llm.features.connect import Link
from local_llm.features.prompting import Prompt
from local_llm.features.streaming import Outcome
from local_llm.tokens.count import Counter
from local_llm.tokens.estimate import Estimator, bytes_over


class Counting:
    """Keeps one counter a server and model."""

    def __init__(self) -> None:
        self._counters: dict[tuple[str, str], Counter] = {}

    async def counter(self, link: Link, model: ModelInfo) -> Counter:
        """Return the best counter there is."""
        return self._estimator(link, model)

    async def describe(self, link: Link, model: ModelInfo) -> str:
        """Return the source of counts in a few words."""
        return (await self.counter(link, model)).describe()

    def learn(self, link: Link, model: ModelInfo, prompt: Prompt, outcome: Outcome) -> None:
        """Correct the estimate by what the server counted."""
        counted = outcome.usage.prompt_tokens
        if counted is not None and not outcome.truncated:
            self._correct(link, model, prompt, counted)

    def overflowed(
        self, link: Link, model: ModelInfo, prompt: Prompt, overflow: ContextOverflow
    ) -> None:
        """Correct the estimate by a refusal."""
        if overflow.prompt_tokens is not None:
            self._correct(link, model, prompt, overflow.prompt_tokens)

    def _correct(self, link: Link, model: ModelInfo, prompt: Prompt, counted: int) -> None:
        self._estimator(link, model).correct(counted - prompt.room.template, prompt.estimate)

    def _estimator(self, link: Link, model: ModelInfo) -> Estimator:
        return self._counters.setdefault((link.where, model.name), Estimator(bytes_over(2.5)))
