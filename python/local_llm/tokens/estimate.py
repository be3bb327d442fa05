"""Guessing token counts where no vocabulary is at hand, and learning from what servers report.

The guess starts from bytes (or from another model's rank file) times a factor of the model's
family. Each finished request tells the true count, so a correction is kept for every model. It
leans high, because a budget that is too small costs some context and one that is too large makes
servers cut silently: it jumps up to the worst case seen and sinks slowly towards the mean.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

LOWEST, HIGHEST = 0.8, 2.0  # outside of these the report is wrong, not the estimate
FEWEST_TOKENS = 200  # below this the chat template's own tokens dominate
_MEAN_STEP = 0.2  # how fast the mean follows
_SINK_STEP = 0.1  # how fast the correction sinks towards the mean


def bytes_over(bytes_per_token: float) -> Callable[[str], float]:
    """Return a base count that divides the UTF-8 length: 2.5 for modern vocabularies, 2 for old."""
    return lambda text: len(text.encode("utf-8", "surrogatepass")) / bytes_per_token


class Estimator:
    """Counts by a base count, a family factor and a learned correction.

    Args:
        base: Counts without knowledge of the model: `bytes_over(...)`, or another model's encoding.
        factor: The family's factor over that base (1.0 where `base` already holds it).
        state: What `state()` returned in an earlier session, for the same server and model.

    """

    exact = False

    def __init__(
        self,
        base: Callable[[str], float],
        *,
        factor: float = 1.0,
        state: Mapping[str, float] | None = None,
    ) -> None:
        self._base = base
        self._factor = factor
        self._mean = _clamp((state or {}).get("mean", 1.0))
        self._ratio = _clamp((state or {}).get("ratio", 1.0))

    def count(self, text: str) -> int:
        """Return the estimate, rounded up."""
        return math.ceil(self._base(text) * self._factor * self._ratio) if text else 0

    def correct(self, server_tokens: int, estimated_tokens: int) -> None:
        """Learn from one finished request.

        Args:
            server_tokens: The whole prompt as the server counted it (cached part included), less
                the template's own tokens. Leave out requests that the server truncated.
            estimated_tokens: What `count` said of the same texts, with the correction of now.

        Requests under 200 tokens teach nothing: the template's tokens would look like text.

        """
        if min(server_tokens, estimated_tokens) < FEWEST_TOKENS:
            return
        seen = _clamp(self._ratio * server_tokens / estimated_tokens)
        self._mean += _MEAN_STEP * (seen - self._mean)
        self._ratio = max(seen, self._ratio + _SINK_STEP * (self._mean - self._ratio))

    def state(self) -> dict[str, float]:
        """Return what to keep for the next session."""
        return {"mean": round(self._mean, 4), "ratio": round(self._ratio, 4)}

    def describe(self) -> str:
        """Return "estimate x1.15": the family factor times what was learned."""
        return f"estimate x{self._factor * self._ratio:.2f}"


def _clamp(ratio: float) -> float:
    return min(HIGHEST, max(LOWEST, ratio)) if math.isfinite(ratio) else 1.0
