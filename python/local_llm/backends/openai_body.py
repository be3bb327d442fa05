"""The bodies of OpenAI-style requests, as the servers share them."""

from __future__ import annotations

from typing import Any

from local_llm.backends.base import ChatAsk, RawAsk, Sampling
from local_llm.backends.wire import turns


def chat_body(ask: ChatAsk, *, include_usage: bool = True) -> dict[str, Any]:
    """Return the body of a streamed chat completion, without schema and reasoning switches."""
    return {
        "model": ask.model,
        "messages": turns(ask.messages),
        "max_tokens": ask.max_tokens,
        **_streamed(ask.sampling, include_usage=include_usage),
    }


def completion_body(ask: RawAsk, *, include_usage: bool = True) -> dict[str, Any]:
    """Return the body of a streamed text completion; `prompt` is text or a list of ids."""
    return {
        "model": ask.model,
        "prompt": ask.prompt,
        "max_tokens": ask.max_tokens,
        **_streamed(ask.sampling, include_usage=include_usage),
    }


def sampling_fields(sampling: Sampling) -> dict[str, Any]:
    """Return the sampling in full: every server's defaults differ.

    `stop` is always an array: older llama.cpp ignores a bare string.
    """
    return {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "seed": sampling.seed,
        "stop": list(sampling.stop) or None,
    }


def json_schema(schema: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the `response_format` for a schema, None without one."""
    if schema is None:
        return None
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}


def template_switches(ask: ChatAsk) -> dict[str, Any] | None:
    """Return the chat template's arguments that turn reasoning on or off, None to leave it."""
    if ask.think is None:
        return None
    if "gpt-oss" in ask.model.lower():
        return {"reasoning_effort": "medium" if ask.think else "low"}
    return {"enable_thinking": ask.think}


def _streamed(sampling: Sampling, *, include_usage: bool) -> dict[str, Any]:
    return {
        "stream": True,
        "stream_options": {"include_usage": True} if include_usage else None,
        **sampling_fields(sampling),
    }
