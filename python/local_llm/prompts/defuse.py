"""Take the power from strings that a model's chat template uses as control tokens.

Servers parse such strings wherever they stand in a rendered chat, so code that holds `<|im_end|>`
could end our message and start another in somebody else's name. A blank goes in after the first
character: `< |im_end|>`. It is visible, no tokenizer undoes it, and `note` tells reader and model.
"""

from __future__ import annotations

import re

from local_llm.fim.families import FAMILIES

_NAMES = (
    r"<\|[^\s<>|]{1,40}\|>",  # ChatML, Llama 3, Phi, gpt-oss, Qwen, Granite
    r"<\|[^\s<>|]{1,40}>|<[^\s<>|]{1,40}\|>",  # Gemma 4
    r"<\uff5c[^\s<>\uff5c]{1,40}\uff5c>",  # DeepSeek
    r"</?s>|<(?:bos|eos|pad|unk)>|<(?:start|end)_of_turn>",
    r"\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|THINK)\]|<</?SYS>>",
    r"<\[[^\s\[\]<>]{1,40}\]>|</?seed:[a-z_]{1,40}>",  # Seed
    r"</?(?:think|tool_call|tool_response)>",  # Qwen 3, GLM, DeepSeek
    r"<(?:fim[-_](?:pad|repo)|repo_name|gh_stars|REPO|empty_output)>",  # StarCoder, llama.cpp
    r"<(?:issue|jupyter|commit)_[a-z]{2,12}>",  # StarCoder
    r"<(?:start|end)_of_image>|\[IMG(?:_BREAK|_END)?\]",  # Gemma 3, Mistral
    r"\[[gs]MASK\]|<[se]op>|\[MIDDLE\]",  # GLM, Codestral
    r"\]~!?b[\[\]]|\[e~\[",  # MiniMax
)
_MARKERS = sorted({word for family in FAMILIES for word in family.reserved()}, key=len)[::-1]
_SPECIAL = re.compile("|".join([*map(re.escape, _MARKERS), *_NAMES]))  # none spans two lines
_SURROGATE = re.compile("[\ud800-\udfff]")


def defuse(text: str) -> str:
    """Return `text` with every control-token string split, and bytes that are no text as U+FFFD."""
    return _SURROGATE.sub("\ufffd", _SPECIAL.sub(_split, text))


def found(text: str) -> tuple[str, ...]:
    """Return the control-token strings in `text`, each once, in order."""
    return tuple(dict.fromkeys(match[0] for match in _SPECIAL.finditer(text)))


def note(text: str) -> str:
    """Return a sentence about what `defuse` changes in `text`, or "" where nothing."""
    words = found(text)
    if not words:
        return ""
    examples = ", ".join(f"`{word[0]} {word[1:]}`" for word in words[:3])
    return f"A blank was put into strings that models take for commands: {examples}."


def _split(match: re.Match[str]) -> str:
    return f"{match[0][0]} {match[0][1:]}"
