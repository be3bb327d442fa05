"""The JSON of an Ollama server. Source: ollama api/types.go, openai/openai.go."""

from __future__ import annotations

import hashlib
from typing import Any

from fakes import tokens
from fakes.script import Script

CREATED_AT = "2026-11-22T10:00:00.000000Z"
REMOTE_HOST = "https://cloud.example:443"
ARCHITECTURE = "qwen2"


def full(name: str) -> str:
    """Return a model's name with its tag."""
    return name if ":" in name else f"{name}:latest"


def digest(name: str) -> str:
    """Return a made-up digest, the same for the same name."""
    return hashlib.sha256(name.encode()).hexdigest()


def details() -> dict[str, Any]:
    """Return ModelDetails."""
    return {
        "parent_model": "",
        "format": "gguf",
        "family": ARCHITECTURE,
        "families": [ARCHITECTURE],
        "parameter_size": "7.6B",
        "quantization_level": "Q4_K_M",
    }


def capabilities(script: Script) -> list[str]:
    """Return what the model can do (server/images.go)."""
    more = [("insert", script.inserts), ("thinking", script.thinks)]
    return ["completion", *(name for name, has in more if has)]


def _remote(name: str) -> dict[str, str]:
    return {"remote_model": name.partition(":")[0], "remote_host": REMOTE_HOST}


def listed(name: str, script: Script, *, remote: bool = False) -> dict[str, Any]:
    """Return an entry of GET /api/tags."""
    return {
        "name": full(name),
        "model": full(name),
        **(_remote(name) if remote else {}),
        "modified_at": CREATED_AT,
        "size": 382 if remote else 4683087332,
        "digest": digest(name),
        "details": details(),
        "capabilities": capabilities(script),
    }


def resident(name: str, script: Script) -> dict[str, Any]:
    """Return an entry of GET /api/ps."""
    return {
        "name": full(name),
        "model": full(name),
        "size": 6000000000,
        "digest": digest(name),
        "details": details(),
        "expires_at": "2026-11-22T10:05:00.000000Z",
        "size_vram": 6000000000,
        "context_length": script.context_tokens,
    }


def shown(name: str, script: Script, *, remote: bool, verbose: bool) -> dict[str, Any]:
    """Return the body of POST /api/show; `verbose` adds the vocabulary."""
    info: dict[str, Any] = {
        "general.architecture": ARCHITECTURE,
        "general.parameter_count": 7615616512,
        f"{ARCHITECTURE}.context_length": script.trained_tokens,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "qwen2",
        "tokenizer.ggml.tokens": vocabulary() if verbose else None,
        "tokenizer.ggml.token_type": [1] * 256 + [3] * len(tokens.SPECIALS) if verbose else None,
        "tokenizer.ggml.merges": [] if verbose else None,
    }
    return {
        "modelfile": f"FROM {full(name)}",
        "template": "{{ .Prompt }}{{ .Suffix }}" if script.inserts else "{{ .Prompt }}",
        "details": details(),
        **(_remote(name) if remote else {}),
        "model_info": info,
        "capabilities": capabilities(script),
        "modified_at": CREATED_AT,
    }


def vocabulary() -> list[str]:
    """Return a byte-level vocabulary of single bytes and the special tokens."""
    shown_bytes = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in shown_bytes]
    letters = {byte: chr(byte) for byte in shown_bytes}
    letters |= {byte: chr(256 + at) for at, byte in enumerate(hidden)}
    return [letters[byte] for byte in range(256)] + list(tokens.SPECIALS)


def v1_model(name: str) -> dict[str, Any]:
    """Return an entry of GET /v1/models."""
    return {"id": full(name), "object": "model", "created": 1_700_000_000, "owned_by": "library"}
