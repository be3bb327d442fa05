""":LocalPreview: the prompt that would be sent, as Markdown lines, with its bill."""

from __future__ import annotations

from collections.abc import Sequence

from local_llm.backends.base import ModelInfo
from local_llm.features.connect import Link
from local_llm.features.prompting import Prompt
from local_llm.guard.findings import Fired


def preview_lines(
    link: Link, model: ModelInfo, prompt: Prompt, fired: Sequence[Fired] = ()
) -> list[str]:
    """Return the lines: where it would go, the bill by piece, what was cut, the text itself.

    Args:
        link: Where.
        model: Which model.
        prompt: What.
        fired: Rules of the guard that left something out or changed it.

    """
    return [
        *_head(link, model, prompt),
        "",
        *_bill(prompt),
        "",
        *_cuts(prompt),
        "",
        *fired_lines(fired),
        "",
        *_messages(prompt),
    ]


def _head(link: Link, model: ModelInfo, prompt: Prompt) -> list[str]:
    room = prompt.room
    about = "" if prompt.exact else "about "
    where = "this machine" if link.target.is_loopback else "NOT this machine"
    return [
        "# What would be sent",
        "",
        f"- to: {link.where} ({where}), {link.info.product} {link.info.version}".rstrip(),
        f"- model: {model.name}",
        f"- context: {prompt.window.tokens} tokens ({prompt.window.source})",
        f"- prompt: {about}{prompt.tokens} tokens, counted: {prompt.counted_by}",
        f"- room for the answer: {room.answer} tokens",
        f"- left: {prompt.window.tokens - prompt.tokens - room.answer} tokens",
    ]


def _bill(prompt: Prompt) -> list[str]:
    rows = [f"| {piece.name} | {piece.role} | {piece.tokens} |" for piece in prompt.fitted.kept]
    return ["| piece | message | tokens |", "| --- | --- | ---: |", *rows]


def _cuts(prompt: Prompt) -> list[str]:
    if not prompt.fitted.cut:
        return ["Nothing was cut."]
    return [f"- cut: {cut.name}, {cut.tokens} tokens: {cut.reason}" for cut in prompt.fitted.cut]


def fired_lines(fired: Sequence[Fired]) -> list[str]:
    """Return the section that names every rule that fired, and what it was applied to."""
    if not fired:
        return ["No rule of the guard fired."]
    rows = [f"- {_code(one.rule)}: {_flat(one.what)}{_times(one.count)}" for one in fired]
    return ["## Rules that fired", "", *rows]


def _flat(text: str) -> str:
    return " ".join(text.split())


def _times(count: int) -> str:
    return f" ({count} times)" if count > 1 else ""


def _code(text: str) -> str:
    """Return text as a code span: patterns are full of what Markdown takes for its own."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _messages(prompt: Prompt) -> list[str]:
    lines: list[str] = []
    for message in prompt.messages:
        lines += [f"## {message.role}", "", *message.content.split("\n"), ""]
    return lines[:-1]
