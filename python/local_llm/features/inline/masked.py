"""Completion among masked secrets: the model sees the buffer without them, the user with them."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from local_llm.features.inline.run import Finding
from local_llm.fim.ticket import Ticket
from local_llm.guard.mask import Masker
from local_llm.guard.vault import OPENING


def masked_ticket(ticket: Ticket, masker: Masker) -> Ticket | None:
    """Return the ticket as it stands in the masked text; None for a cursor in a secret."""
    masked = masker.mask(ticket.before + ticket.after, of=f"buffer {ticket.buf}")
    if not masked.spans:
        return ticket
    at = len(ticket.before)
    if any(span.start < at < span.end for span in masked.spans):
        return None
    split = masked.masked(at)
    return msgspec.structs.replace(ticket, before=masked.text[:split], after=masked.text[split:])


def with_secrets(finding: Finding, put_back: Callable[[str], str]) -> Finding:
    """Return what was found as it may stand in the buffer."""
    if not any(OPENING in text for text in finding.texts):
        return finding
    texts = tuple(filter(None, (put_back(_complete(text)) for text in finding.texts)))
    return msgspec.structs.replace(finding, texts=texts)


def _complete(text: str) -> str:
    """Leave out a placeholder that the answer ended in."""
    at = text.rfind(OPENING)
    return text[:at] if at >= 0 and "]" not in text[at:] else text
