"""A small reversible tokenizer for the fakes: tests can predict every count.

A token is a byte, or a blank and word characters, three bytes at most; its id is the big-endian
number of its bytes, so that no table is needed to go back. Special-token strings are one token
each where the caller asks for parsing, else plain text, as in llama.cpp.
"""

from __future__ import annotations

import re

SPECIALS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|fim_prefix|>",
    "<|fim_suffix|>",
    "<|fim_middle|>",
    "<|fim_pad|>",
    "<|repo_name|>",
    "<|file_sep|>",
)
_FIRST_SPECIAL = 1 << 24
_WORD = re.compile(rb" ?[A-Za-z0-9_]{1,2}|.", re.DOTALL)
_SPECIAL = re.compile("(" + "|".join(map(re.escape, SPECIALS)) + ")")


def encode(text: str, *, parse_special: bool = False) -> list[int]:
    """Return the token ids of `text`."""
    parts = _SPECIAL.split(text) if parse_special else [text]
    ids: list[int] = []
    for part in parts:
        if parse_special and part in SPECIALS:
            ids.append(_FIRST_SPECIAL + SPECIALS.index(part))
        else:
            words = _WORD.findall(part.encode("utf-8", "surrogatepass"))
            ids.extend(int.from_bytes(word) for word in words)
    return ids


def piece(token: int) -> bytes:
    """Return the bytes of one token."""
    if token >= _FIRST_SPECIAL:
        return SPECIALS[token - _FIRST_SPECIAL].encode()
    return token.to_bytes(max(1, (token.bit_length() + 7) // 8))


def decode(ids: list[int]) -> str:
    """Return the text of `ids`."""
    return b"".join(map(piece, ids)).decode("utf-8", "replace")


def count(text: str, *, parse_special: bool = False) -> int:
    """Return how many tokens `text` has."""
    return len(encode(text, parse_special=parse_special))


def chatml(messages: list[dict[str, object]]) -> str:
    """Render messages as the fakes' chat template does."""
    turns = [f"<|im_start|>{m['role']}\n{content_text(m)}<|im_end|>\n" for m in messages]
    return "".join(turns) + "<|im_start|>assistant\n"


def content_text(message: dict[str, object]) -> str:
    """Return a message's content as text: a string, or the text parts of a list."""
    content = message.get("content")
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content)
    return str(content or "")


def count_chat(messages: list[dict[str, object]]) -> int:
    """Return how many tokens a chat has after rendering."""
    return count(chatml(messages), parse_special=True)
