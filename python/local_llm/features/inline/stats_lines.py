""":LocalStats: the counts as lines of Markdown, and what each number means."""

from __future__ import annotations

import datetime as dt

from local_llm.features.inline.stats import Book, Counts, Times

_MEANING = """
## What the numbers mean

- keys that asked: a key is one of these when a suggestion was asked for after it. A key that goes
  on with the suggestion shown asks nothing, and of keys in quick succession only the last does.
- accepted: each key that takes the whole suggestion, a line or a word of it counts as one.
- characters saved: characters accepted, less one key for each time something was accepted.
- time to first token: from sending a request to the first token of its answer. Time to screen:
  from asking, when typing has rested long enough, until the suggestion is drawn. Half of all
  times are at most p50, and 95 of 100 at most p95; both are right to 2.5 %.
- prompt tokens evaluated per key: what the server had to read for the answers that came to their
  end, without what it said it had in its cache, over the keys that asked. Reading ahead counts:
  that is warming the cache while you rest, and asking for what follows a suggestion.
- wasted tokens: tokens generated, less the share whose characters were accepted or typed. An
  answer that was cut short by a newer key counts as far as it came.
""".strip()


def stats_lines(book: Book, place: str) -> list[str]:
    """Return the lines for the window.

    Args:
        book: The counts.
        place: The file they are kept in, shown to the user.

    """
    lines = ["# Suggestions so far", ""]
    lines += [f"Kept on this machine in {place}, and sent nowhere."]
    lines += ["`:LocalStats reset` forgets it all.", ""]
    latest = sorted(book.models.items(), key=lambda item: -item[1].last)
    for model, counts in latest:
        lines += [f"## {_plain(model)}", "", *(f"- {line}" for line in _about(counts)), ""]
    if not latest:
        lines += ["Nothing was counted yet.", ""]
    return [*lines, *_MEANING.split("\n")]


def _about(counts: Counts) -> list[str]:
    return [
        f"since: {_day(counts.since)}",
        f"keys that asked: {counts.keys:,}",
        f"suggestions shown: {counts.shown:,}{_share(counts.shown, counts.keys, 'these keys')}",
        *_accepted(counts),
        f"time to first token: {_times(counts.first_token)}",
        f"time to screen: {_times(counts.screen)}",
        f"prompt tokens evaluated per key: {_per_key(counts)}",
        f"wasted tokens: {_wasted(counts)}",
        f"requests: {_requests(counts)}",
    ]


def _accepted(counts: Counts) -> list[str]:
    share = _share(counts.taken, counts.shown, "those shown")
    keys = f"{counts.all:,} whole, {counts.line:,} by line, {counts.word:,} by word"
    accepted, saved = counts.accepted_chars, counts.saved_chars
    return [
        f"suggestions accepted: {counts.taken:,}{share}",
        f"accepted by kind: {keys}",
        f"typed through: {counts.typed_chars:,} characters",
        f"dismissed: {counts.dismissed:,}",
        f"characters saved: {saved:,} ({accepted:,} accepted with {_keys(counts.acceptances)})",
    ]


def _per_key(counts: Counts) -> str:
    per_key = counts.tokens_per_key
    if per_key is None or not counts.prompt_tokens:
        return "not known"
    return (
        f"{per_key:,.1f} ({counts.prompt_tokens:,} in all, {counts.early_tokens:,} of them ahead)"
    )


def _wasted(counts: Counts) -> str:
    made, wasted = counts.answer_tokens, counts.wasted_tokens
    return f"{wasted:,} of {made:,} generated{_share(wasted, made)}"


def _requests(counts: Counts) -> str:
    sent = f"{counts.requests:,} for a key, {counts.ahead:,} for what may follow"
    return f"{sent}; {counts.cut_short:,} of these were cut short"


def _times(times: Times) -> str:
    half, most = times.percentile(50), times.percentile(95)
    if half is None or most is None:
        return "not known"
    return f"p50 {_ms(half)}, p95 {_ms(most)}"


def _ms(ms: float) -> str:
    return f"{ms:.1f} ms" if ms < 10 else f"{ms:,.0f} ms"  # noqa: PLR2004 - one digit is enough


def _share(part: int, whole: int, of: str = "") -> str:
    if not whole:
        return ""
    return f" ({100 * part / whole:.0f} %{f' of {of}' if of else ''})"


def _keys(number: int) -> str:
    return "1 key" if number == 1 else f"{number:,} keys"


def _day(moment: float) -> str:
    """Return the day as the user's clock has it."""
    return dt.datetime.fromtimestamp(moment).astimezone().strftime("%Y-%m-%d")


def _plain(model: str) -> str:
    """Return a name that came from a server, fit for one line."""
    return (
        "".join(char if char.isprintable() else "?" for char in model) or "a model without a name"
    )
