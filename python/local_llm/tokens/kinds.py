"""Which tokens of a vocabulary are whole words of their own, and which only a program may write.

GGUF gives each token a type, and llama.cpp does not always believe it: a token named like an end of
text or like a fill-in-the-middle marker is a control token for it, so that its name in user text
stays plain text. To make the same ids, we must not believe it either.
Read in llama.cpp's src/llama-vocab.cpp, where the vocabulary is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

NORMAL, CONTROL, USER_DEFINED = 1, 3, 4  # tokenizer.ggml.token_type

# Believed only while the metadata name no token for the part.
_PARTS = {
    "fim_pre": "<|fim_prefix|> <fim-prefix> <fim_prefix> <\uff5cfim\u2581begin\uff5c> <PRE> "
    "\u2581<PRE> <|code_prefix|> <|prefix|>",
    "fim_suf": "<|fim_suffix|> <fim-suffix> <fim_suffix> <\uff5cfim\u2581hole\uff5c> <SUF> "
    "\u2581<SUF> <|code_suffix|> <|suffix|>",
    "fim_mid": "<|fim_middle|> <fim-middle> <fim_middle> <\uff5cfim\u2581end\uff5c> <MID> "
    "\u2581<MID> <|code_middle|> <|middle|>",
    "fim_pad": "<|fim_pad|> <fim-pad> <fim_pad> <PAD> [PAD]",
    "fim_rep": "<|fim_repo|> <|repo_name|> <fim-repo> <REPO> <reponame>",
    "fim_sep": "<|file_sep|>",
}
_OLDER_KEYS = {"fim_pre": "prefix", "fim_suf": "suffix", "fim_mid": "middle"}
_ENDS = frozenset(
    [
        "<|eot_id|>",
        "<|im_end|>",
        "<|end|>",
        "<|return|>",
        "<|call|>",
        "<|flush|>",
        "<|calls|>",
        "<end_of_turn>",
        "<|endoftext|>",
        "</s>",
        "<|eom_id|>",
        "<EOT>",
        "_<EOT>",
        "[EOT]",
        "[EOS]",
        "<|end_of_text|>",
        "<end_of_utterance>",
        "<eos>",
        "<turn|>",
        "<|tool_response>",
        "<\uff5cend\u2581of\u2581sentence\uff5c>",
        "[e~[",
    ]
)
_SHOWN = frozenset(["<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"])


def settled(
    typed: Iterable[tuple[str, int]], metadata: Mapping[str, object]
) -> Iterable[tuple[str, int]]:
    """Yield each token's text and the type that llama.cpp gives it.

    Args:
        typed: Texts and `token_type`s, in id order.
        metadata: The file's; `tokenizer.ggml.fim_pre_token_id` and its like are looked for.

    """
    control = _ENDS.union(*(_names(part, metadata) for part in _PARTS))
    for text, kind in typed:
        if text in _SHOWN:
            yield text, USER_DEFINED
        elif text in control:
            yield text, CONTROL
        else:
            yield text, kind


def _names(part: str, metadata: Mapping[str, object]) -> Iterable[str]:
    keys = (part, _OLDER_KEYS.get(part, part))
    named = any(metadata.get(f"tokenizer.ggml.{key}_token_id") is not None for key in keys)
    return () if named else _PARTS[part].split()
