"""The JSON of a llama.cpp server: field names and order as its own answers have them.

Source: llama.cpp tools/server/server-task.cpp (results), server-context.cpp (props, models),
and the bytes of the server in xllamacpp 2026.10.
"""

from __future__ import annotations

from typing import Any

CREATED = 1_700_000_000
BUILD = "b10488-fake"
CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_SAMPLING: dict[str, Any] = {
    "seed": 4294967295,
    "temperature": 0.8,
    "dynatemp_range": 0.0,
    "dynatemp_exponent": 1.0,
    "top_k": 40,
    "top_p": 0.95,
    "min_p": 0.05,
    "top_n_sigma": -1.0,
    "xtc_probability": 0.0,
    "xtc_threshold": 0.1,
    "typical_p": 1.0,
    "repeat_last_n": 64,
    "repeat_penalty": 1.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "dry_multiplier": 0.0,
    "dry_base": 1.75,
    "dry_allowed_length": 2,
    "dry_penalty_last_n": 64,
}
_MIROSTAT: dict[str, Any] = {
    "mirostat": 0,
    "mirostat_tau": 5.0,
    "mirostat_eta": 0.1,
    "adaptive_target": -1.0,
    "adaptive_decay": 0.9,
}
_SAMPLERS = [
    "penalties",
    "dry",
    "top_n_sigma",
    "top_k",
    "typ_p",
    "top_p",
    "min_p",
    "xtc",
    "temperature",
]
_REST: dict[str, Any] = {
    "generation_prompt": "",
    "samplers": _SAMPLERS,
    "speculative.types": "none",
    "timings_per_token": False,
    "post_sampling_probs": False,
    "backend_sampling": False,
    "lora": [],
}


def _limits(limit: int) -> dict[str, Any]:
    return {
        "max_tokens": limit,
        "n_predict": limit,
        "n_keep": 0,
        "n_discard": 0,
        "ignore_eos": False,
    }


def default_params() -> dict[str, Any]:
    """Return `default_generation_settings.params` of /props."""
    return {
        **_SAMPLING,
        **_MIROSTAT,
        **_limits(-1),
        "stream": False,
        "n_probs": 0,
        "min_keep": 0,
        "chat_format": "Content-only",
        "reasoning_format": "none",
        "reasoning_in_content": False,
        **_REST,
    }


def generation_settings(body: dict[str, Any], limit: int) -> dict[str, Any]:
    """Return what the final record of a native completion repeats of the request."""
    given = {name: body[name] for name in _SAMPLING if name in body}
    return {
        **_SAMPLING,
        **given,
        "dry_sequence_breakers": ["\n", ":", '"', "*"],
        **_MIROSTAT,
        "stop": body.get("stop", []),
        **_limits(limit),
        "stream": bool(body.get("stream")),
        "logit_bias": [],
        "n_probs": 0,
        "min_keep": 0,
        "grammar": body.get("grammar", ""),
        "grammar_lazy": False,
        "grammar_triggers": [],
        "preserved_tokens": [],
        "chat_format": "Content-only",
        "reasoning_format": "deepseek",
        "reasoning_in_content": False,
        **_REST,
    }


def props(model: str, context_tokens: int, build: str, *, slots: int = 1) -> dict[str, Any]:
    """Return the body of GET /props of a server with one model."""
    return {
        "default_generation_settings": {"params": default_params(), "n_ctx": context_tokens},
        "total_slots": slots,
        "model_alias": model,
        "model_ftype": "all F32",
        "model_path": f"/models/{model}.gguf",
        "modalities": {"vision": False, "video": False, "audio": False},
        "media_marker": "<__media__>",
        "endpoint_slots": True,
        "endpoint_props": False,
        "endpoint_metrics": False,
        "ui": True,
        "ui_settings": {},
        "chat_template": CHAT_TEMPLATE,
        "chat_template_caps": {
            "supports_object_arguments": False,
            "supports_parallel_tool_calls": False,
            "supports_preserve_reasoning": False,
            "supports_reasoning_effort": False,
            "supports_string_content": True,
            "supports_system_role": True,
            "supports_tool_calls": False,
            "supports_tools": False,
            "supports_typed_content": False,
        },
        "bos_token": "<|endoftext|>",
        "eos_token": "<|im_end|>",
        "build_info": build,
        "is_sleeping": False,
        "cors_proxy_enabled": False,
    }


def models(model: str, context_tokens: int, trained_tokens: int) -> dict[str, Any]:
    """Return the body of GET /v1/models of a server with one model."""
    details = {
        "parent_model": "",
        "format": "gguf",
        "family": "",
        "families": [""],
        "parameter_size": "",
        "quantization_level": "",
    }
    like_ollama = {
        "name": model,
        "model": model,
        "modified_at": "",
        "size": "",
        "digest": "",
        "type": "model",
        "description": "",
        "tags": [""],
        "capabilities": ["completion"],
        "parameters": "",
        "details": details,
    }
    meta = {
        "vocab_type": 2,
        "n_vocab": 152064,
        "n_ctx": context_tokens,
        "n_ctx_train": trained_tokens,
        "n_embd": 64,
        "n_params": 80064,
        "size": 320256,
        "ftype": "all F32",
    }
    entry = {
        "id": model,
        "aliases": [model],
        "tags": [],
        "object": "model",
        "architecture": {"input_modalities": ["text"], "output_modalities": ["text"]},
        "created": CREATED,
        "owned_by": "llamacpp",
        "meta": meta,
    }
    return {"models": [like_ollama], "object": "list", "data": [entry]}


def timings(prompt: int, predicted: int, cached: int = 0) -> dict[str, Any]:
    """Return the timings of an answer: 1 ms a prompt token, 10 ms a token of the answer."""
    fresh = prompt - cached
    return {
        "cache_n": cached,
        "prompt_n": fresh,
        "prompt_ms": float(fresh),
        "prompt_per_token_ms": 1.0,
        "prompt_per_second": 1000.0,
        "predicted_n": predicted,
        "predicted_ms": predicted * 10.0,
        "predicted_per_token_ms": 10.0,
        "predicted_per_second": 100.0,
    }


def usage(prompt: int, answer: int, cached: int = 0) -> dict[str, Any]:
    """Return the usage object of the OpenAI routes."""
    return {
        "completion_tokens": answer,
        "prompt_tokens": prompt,
        "total_tokens": prompt + answer,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


def error(code: int, message: str, kind: str, **more: int) -> dict[str, Any]:
    """Return an error as handlers spell it: the code first."""
    return {"error": {"code": code, "message": message, "type": kind, **more}}


def overflow(prompt: int, context: int) -> dict[str, Any]:
    """Return the error for a prompt that does not fit."""
    message = (
        f"request ({prompt} tokens) exceeds the available context size ({context} tokens), "
        "try increasing it"
    )
    kind = "exceed_context_size_error"
    return error(400, message, kind, n_prompt_tokens=prompt, n_ctx=context)


def out_of_range(field: str, least: int, most: int, got: object) -> str:
    """Return the message about a number that the schema does not allow (server-schema.cpp)."""
    return f"Field '{field}': Value must be between {least} <= value <= {most}, but got {got}"


def piece_of(token: int, data: bytes) -> dict[str, Any]:
    """Return a token with its piece: text, or a byte list where it is no UTF-8 alone."""
    try:
        return {"id": token, "piece": data.decode()}
    except UnicodeDecodeError:
        return {"id": token, "piece": list(data)}
