"""What the user is told of a request: what was not sent, and how the answer went."""

from __future__ import annotations

from pathlib import Path

from local_llm.features.intake import foreign_bytes
from local_llm.features.port import Snapshot, Stats
from local_llm.features.prompting import Prompt
from local_llm.features.streaming import Outcome


def shown_model(name: str) -> str:
    """Return a model's name for titles: of a path, which the embedded server has, the file."""
    return Path(name).name if name.startswith("/") else name


def notes(snapshot: Snapshot, prompt: Prompt) -> list[str]:
    """Return what the user must know of what was sent: what was cut or changed, and why."""
    said = [f"not sent: {cut.name}, {cut.reason}" for cut in prompt.fitted.cut]
    foreign = foreign_bytes(snapshot)
    if foreign:
        said.append(f"{foreign} bytes are not UTF-8 and were sent as \ufffd")
    if snapshot.omitted_lines:
        said.append(f"not read: {snapshot.omitted_lines} more lines; the selection is too large")
    return said


def stats(model: str, backend: str, prompt: Prompt, outcome: Outcome) -> Stats:
    """Return the numbers of a finished answer, the server's own where it tells."""
    usage = outcome.usage
    first_ms = None if outcome.first_token_s is None else outcome.first_token_s * 1000
    return Stats(
        model=model,
        backend=backend,
        prompt_tokens=usage.prompt_tokens or prompt.tokens,
        exact=usage.prompt_tokens is not None or prompt.exact,
        reused_tokens=usage.cached_tokens,
        answer_tokens=usage.answer_tokens,
        first_token_ms=first_ms,
        tokens_per_second=_speed(outcome),
        total_ms=outcome.total_s * 1000,
        finish=outcome.finish,
    )


def _speed(outcome: Outcome) -> float | None:
    tokens = outcome.usage.answer_tokens
    if not tokens:
        return None
    if outcome.usage.answer_ms:
        return tokens / outcome.usage.answer_ms * 1000
    return tokens / outcome.writing_s if outcome.writing_s else None
