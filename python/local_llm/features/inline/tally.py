"""What completion did: counted here, kept on this machine, sent nowhere."""

from __future__ import annotations

from local_llm.features.inline.run import Finding


class Tally:
    """Counts requests, answers and what became of them."""

    def asked(self, model: str) -> None:
        """Count a request."""

    def answered(self, finding: Finding) -> None:
        """Count an answer that came to its end."""

    def warmed(self, finding: Finding) -> None:
        """Count a prompt that was read ahead."""

    def superseded(self) -> None:
        """Count a request that a newer one ended."""

    def save(self) -> None:
        """Write the counts."""
