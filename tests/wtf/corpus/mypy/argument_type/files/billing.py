from __future__ import annotations

from collections.abc import Iterable

from invoice import Invoice

Position = dict[str, str]


def bill(customer: str, positions: Iterable[Position]) -> Invoice:
    """Make an invoice from the rows of a form."""
    invoice = Invoice(customer)
    for position in positions:
        invoice.add(position["title"], position["cents"])
    return invoice
