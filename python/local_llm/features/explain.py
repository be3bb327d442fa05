""":LocalExplain and its preview: judge what was pointed at, and make the prompt."""

from __future__ import annotations

from local_llm.features.asking import Wish
from local_llm.features.exchanges import Exchanges, Matter
from local_llm.features.intake import check_input, check_path, readable, split_tokens
from local_llm.features.options import Options
from local_llm.features.port import Snapshot
from local_llm.prompts.explain import explain_pieces
from local_llm.settings import Settings


class Explainer:
    """The use-case.

    Args:
        options: The options in force.
        exchanges: Puts questions and shows answers.

    """

    def __init__(self, options: Options, exchanges: Exchanges) -> None:
        self._options = options
        self._exchanges = exchanges

    async def explain(self, ask_id: int, snapshot: Snapshot, *, again: bool) -> None:
        """Explain the snapshot; `again` asks the model even where the cache has an answer."""
        await self._exchanges.put(ask_id, self._matter(snapshot), again=again)

    async def preview(self, ask_id: int, snapshot: Snapshot) -> None:
        """Show the prompt that would be sent."""
        await self._exchanges.preview(ask_id, self._matter(snapshot))

    def _matter(self, snapshot: Snapshot) -> Matter:
        """Judge the input and the path, and make the prompt."""
        settings = self._options.for_root(snapshot.root)
        check_input(snapshot)
        check_path(snapshot, settings)
        pieces = explain_pieces(readable(snapshot), settings.language)
        return Matter(
            snapshot=snapshot,
            settings=settings,
            pieces=pieces,
            wish=_wish(settings),
            fired=split_tokens(snapshot),
        )


def _wish(settings: Settings) -> Wish:
    options = settings.explain
    return Wish(
        command="explain", answer_tokens=options.answer_tokens, temperature=options.temperature
    )
