"""What a request to a llama.cpp server asks for, and what is wrong with it.

Source: llama.cpp tools/server/server-schema.cpp (fields and their bounds), server-common.cpp
(`/infill` prompts, mixed prompts).
"""

from __future__ import annotations

from typing import Any

from fakes import llamacpp_shapes as shapes
from fakes import middle
from fakes.script import Script
from fakes.vocabulary import Vocabulary

_WRONG_TYPE = (
    "Field 'n_predict': [json.exception.type_error.302] type must be number, but is string"
)
_NO_PROMPT = "[json.exception.out_of_range.403] key 'prompt' not found"
_NO_TEXT = "[json.exception.type_error.302] type must be string, but is number"


def wrong_field(body: dict[str, Any], slots: int) -> str | None:
    """Return what is wrong with a generation's fields, or None."""
    if isinstance(body.get("n_predict"), str):
        return _WRONG_TYPE
    for name in ("n_cmpl", "n"):
        if isinstance(count := body.get(name), int) and not 1 <= count <= slots:
            return shapes.out_of_range(name, 1, slots, count)
    return None


def wrong_prompt(body: dict[str, Any]) -> str | None:
    """Return what is wrong with the prompt of /completion, or None."""
    if "prompt" not in body:
        return _NO_PROMPT
    return '"prompt" must not be empty' if body["prompt"] == [] else None


def wrong_gap(body: dict[str, Any]) -> str | None:
    """Return what is wrong with the gap of /infill, or None."""
    for name in ("input_prefix", "input_suffix"):
        if name not in body:
            return f"[json.exception.out_of_range.403] key '{name}' not found"
    return None if isinstance(body["input_prefix"], str) else _NO_TEXT


def gap_prompt(body: dict[str, Any]) -> str:
    """Return the prompt that /infill makes; `prompt` is the end of the prefix."""
    before, after = body["input_prefix"] + body.get("prompt", ""), body["input_suffix"]
    return f"filename\n<|fim_prefix|>{before}<|fim_suffix|>{after}<|fim_middle|>"


def answers(body: dict[str, Any], slots: int) -> int:
    """Return how many alternatives a request asks for; `n` is another name for `n_cmpl`."""
    count = body.get("n_cmpl", body.get("n", 1))
    return min(count, slots) if isinstance(count, int) and count > 0 else 1


def completing(
    body: dict[str, Any], ids: list[int], scripts: list[Script], vocabulary: Vocabulary
) -> list[Script]:
    """Return the answers to a raw prompt, where the model knows how the text goes on."""
    if isinstance(body["prompt"], list):
        return [middle.after_ids(one, ids, vocabulary) for one in scripts]
    return [middle.after_text(one, str(body["prompt"])) for one in scripts]


def filling(body: dict[str, Any], scripts: list[Script]) -> list[Script]:
    """Return the answers to a gap, where the model knows what stands in it."""
    before = body["input_prefix"] + body.get("prompt", "")
    return [middle.after_prefix(one, before) for one in scripts]
