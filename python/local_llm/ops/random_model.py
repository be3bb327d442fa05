"""Write a GGUF with random weights, for trying things out where no model is at hand.

It has what a client meets in a real model: a byte-level BPE vocabulary learned from code, the
fill-in-the-middle tokens, a chat template, a trained context. Its answers are noise, and its
name says so. To be pleasant to watch it speaks in printable words at about the frequency
they have in code, and it never ends an answer by itself: the room for the answer ends it.

How: one dimension of the hidden state is the same for every token (no layer writes to it), so the
output weights of that dimension are a bias. RMSNorm keeps it positive and nearly constant.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import gguf
import msgspec
import numpy as np
from numpy.typing import NDArray

from local_llm.ops.bpe import Learned, learn_merges
from local_llm.ops.model_store import NOISE_NAME

Matrix = NDArray[np.float32]

SPECIALS = {
    "bos": "<|endoftext|>",
    "eos": "<|im_end|>",
    "im_start": "<|im_start|>",
    "fim_pre": "<|fim_prefix|>",
    "fim_mid": "<|fim_middle|>",
    "fim_suf": "<|fim_suffix|>",
    "fim_pad": "<|fim_pad|>",
    "fim_rep": "<|repo_name|>",
    "fim_sep": "<|file_sep|>",
}
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

_LAYERS, _WIDTH, _HEADS, _HIDDEN = 2, 64, 4, 128
_CONSTANT = 8.0  # of the biased dimension; the others start with a spread of 1
_SPREAD = 0.45  # of the output weights: how much the context decides the next token
_NEVER = -60.0
_FOREIGN = -6.0
_INDENT = 1.5


class RandomModel(msgspec.Struct, frozen=True, kw_only=True):
    """What was written: `specials` maps the names in SPECIALS to token ids."""

    path: Path
    pre: str
    vocab_size: int
    context_tokens: int
    specials: Mapping[str, int]


def write_random_model(
    path: Path | str,
    *,
    seed: int = 1,
    pre: str = "qwen2",
    merges: int = 4096,
    context_tokens: int = 4096,
) -> RandomModel:
    """Write the model to `path` (about 3 MB); the same seed and interpreter give the same file.

    Args:
        path: The file; its folder must exist.
        seed: Of the corpus sample and the weights.
        pre: The pre-tokenizer label, `tokenizer.ggml.pre`.
        merges: Size of the vocabulary without bytes and special tokens.
        context_tokens: The trained context that the metadata name.

    """
    learned = learn_merges(merges, seed)
    tokens = _vocabulary(learned)
    specials = {name: len(tokens) + index for index, name in enumerate(SPECIALS)}
    writer = gguf.GGUFWriter(str(path), "llama")
    _write_architecture(writer, context_tokens)
    _write_tokenizer(writer, learned, pre, specials)
    for name, tensor in _weights(_bias(tokens, learned.counts), seed).items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return RandomModel(
        path=Path(path),
        pre=pre,
        vocab_size=len(tokens) + len(specials),
        context_tokens=context_tokens,
        specials=specials,
    )


def _vocabulary(learned: Learned) -> list[bytes]:
    """Return the plain tokens in id order: the bytes, then the merges."""
    return [bytes((byte,)) for byte in range(256)] + [a + b for a, b in learned.merges]


def _printed_bytes() -> dict[int, str]:
    """Map each byte to the character that byte-level BPE files write for it.

    Bytes that Latin-1 prints stand for themselves, the others for U+0100 and up.
    Source: the vocabulary format of GPT-2, which GGUF keeps.
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    spelling = {byte: chr(byte) for byte in printable}
    spelling.update({byte: chr(0x100 + index) for index, byte in enumerate(others)})
    return spelling


def _write_architecture(writer: gguf.GGUFWriter, context_tokens: int) -> None:
    writer.add_name(NOISE_NAME)
    writer.add_description("Random weights written for tests and demonstrations.")
    writer.add_context_length(context_tokens)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(_LAYERS)
    writer.add_feed_forward_length(_HIDDEN)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_HEADS)
    writer.add_rope_dimension_count(_WIDTH // _HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)


def _write_tokenizer(
    writer: gguf.GGUFWriter, learned: Learned, pre: str, specials: Mapping[str, int]
) -> None:
    spelling = _printed_bytes()

    def spell(token: bytes) -> str:
        return "".join(spelling[byte] for byte in token)

    plain = [spell(token) for token in _vocabulary(learned)]
    kinds = [gguf.TokenType.NORMAL] * len(plain) + [gguf.TokenType.CONTROL] * len(specials)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list([*plain, *SPECIALS.values()])
    writer.add_token_types(kinds)
    writer.add_token_merges([f"{spell(a)} {spell(b)}" for a, b in learned.merges])
    writer.add_bos_token_id(specials["bos"])
    writer.add_eos_token_id(specials["eos"])
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)
    for name in ("fim_pre", "fim_suf", "fim_mid", "fim_pad", "fim_rep", "fim_sep"):
        writer.add_uint32(f"tokenizer.ggml.{name}_token_id", specials[name])


def _bias(tokens: list[bytes], counts: Mapping[bytes, int]) -> Matrix:
    """Return the logit each token starts with: frequent words more, unprintable bytes never."""
    plain = [_token_bias(token, counts.get(token, 0)) for token in tokens]
    return np.array(plain + [_NEVER] * len(SPECIALS), np.float32)


def _token_bias(token: bytes, count: int) -> float:
    try:
        text = token.decode()
    except UnicodeDecodeError:
        return _NEVER
    if not all(char.isprintable() or char == "\n" for char in text):
        return _NEVER
    if text.isspace() and "\n" not in text:
        return _INDENT  # by its frequency it would fill the screen with blanks
    return 0.5 * math.log(count + 1) + (0.0 if text.isascii() else _FOREIGN)


def _weights(bias: Matrix, seed: int) -> dict[str, Matrix]:
    """Draw all tensors; dimension 0 carries the bias and nothing but the output reads it."""
    chance = np.random.default_rng(seed)

    def draw(rows: int, columns: int, spread: float) -> Matrix:
        return chance.normal(0, spread, (rows, columns)).astype(np.float32)

    tensors = {
        "token_embd.weight": draw(len(bias), _WIDTH, 1.0),
        "output_norm.weight": np.ones(_WIDTH, np.float32),
        "output.weight": draw(len(bias), _WIDTH, _SPREAD),
    }
    tensors["token_embd.weight"][:, 0] = _CONSTANT
    tensors["output.weight"][:, 0] = bias / _normed_constant()
    for layer in range(_LAYERS):
        for name, (rows, columns) in _BLOCK.items():
            tensors[f"blk.{layer}.{name}.weight"] = draw(rows, columns, 1 / math.sqrt(columns))
        for name in ("attn_output", "ffn_down"):
            tensors[f"blk.{layer}.{name}.weight"][0] = 0  # leave dimension 0 as it is
        for name in ("attn_norm", "ffn_norm"):
            tensors[f"blk.{layer}.{name}.weight"] = np.ones(_WIDTH, np.float32)
            tensors[f"blk.{layer}.{name}.weight"][0] = 0  # and do not read it
    return tensors


_BLOCK = {
    "attn_q": (_WIDTH, _WIDTH),
    "attn_k": (_WIDTH, _WIDTH),
    "attn_v": (_WIDTH, _WIDTH),
    "attn_output": (_WIDTH, _WIDTH),
    "ffn_gate": (_HIDDEN, _WIDTH),
    "ffn_up": (_HIDDEN, _WIDTH),
    "ffn_down": (_WIDTH, _HIDDEN),
}


def _normed_constant() -> float:
    """Return about what RMSNorm makes of the constant dimension after the last layer."""
    others = _WIDTH - 1  # their variance: 1 from the embedding, a little more from each layer
    return _CONSTANT / math.sqrt((_CONSTANT**2 + 1.5 * others) / _WIDTH)
