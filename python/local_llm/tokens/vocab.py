"""A model's own byte-level BPE vocabulary, run locally: exact counts without a round trip.

Ranks are in merge order, and tiktoken merges whatever pair makes the token of the lowest rank,
where llama.cpp merges only the pairs listed. For vocabularies learned from text the two agree,
because a token is reached by its own pair first: no difference in 35,000 words (code, prose, long
runs of one character) on twelve of thirteen published vocabularies, and one word on the other.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import tiktoken

from local_llm.tokens import kinds
from local_llm.tokens.pre import find_pre

UNKNOWN = -1  # in place of an id


class Vocab(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed to count, and to write ids, like the model.

    tokens: The bytes of each token in rank order; the 256 single bytes come first.
    pre: The label that says how text is split into words, see pre.py.
    atoms: Strings that stand for one token wherever they occur, longest first (user-defined
        tokens; control tokens are not among them: in user text they are plain text).
    ids: The model's id for each of `tokens`, UNKNOWN where it has no such token; () where the
        source tells no ids (a rank file).
    atom_ids: The model's id for each of `atoms`.
    specials: The ids of control and user-defined tokens by their text.
    bos_id, eos_id: None where the metadata name none.
    adds_bos: Whether a prompt begins with BOS; None = by the label's custom, see pre.py.
    """

    tokens: tuple[bytes, ...]
    pre: str
    atoms: tuple[str, ...] = ()
    ids: tuple[int, ...] = ()
    atom_ids: tuple[int, ...] = ()
    specials: dict[str, int] = {}
    bos_id: int | None = None
    eos_id: int | None = None
    adds_bos: bool | None = None

    def __repr__(self) -> str:
        return f"Vocab({len(self.tokens)} tokens, {self.pre!r})"

    def encoding(self) -> tiktoken.Encoding:
        """Return tiktoken's encoder. Takes about 0.2 s for 150,000 tokens: make it once."""
        pre = find_pre(self.pre)
        if pre is None:
            raise ValueError(f"no word pattern for the label {self.pre!r}")
        return tiktoken.Encoding(
            name=f"local-{self.pre}",
            pat_str=pre.pattern,
            mergeable_ranks={token: rank for rank, token in enumerate(self.tokens)},
            special_tokens={},
        )


class _Metadata(msgspec.Struct, frozen=True, rename=lambda name: f"tokenizer.ggml.{name}"):
    """The keys of GGUF metadata that are read; what a server sends may be anything."""

    model: str
    tokens: list[str]
    merges: list[str]
    pre: str | None = None
    token_type: list[int] | None = None
    bos_token_id: int | None = None
    eos_token_id: int | None = None
    add_bos_token: bool | None = None


def from_metadata(metadata: Mapping[str, Any]) -> Vocab | None:
    """Read the vocabulary from GGUF metadata: a file's, or `model_info` of a verbose /api/show.

    Returns: None for anything but byte-level BPE with a known label (SentencePiece, WordPiece
    ...): then the server's tokenizer or an estimate must do.
    """
    try:
        read = msgspec.convert(metadata, _Metadata)
    except msgspec.ValidationError:
        return None
    label = read.pre or "default"
    pre = find_pre(label)
    if read.model != "gpt2" or pre is None or not read.tokens or not read.merges:
        return None
    typed = _typed(read, metadata)
    ranked = _ranked(_merged(read.merges))
    if pre.whole_words:  # those without a merge are reached as whole words only
        normal = (token for token, kind in typed if kind == kinds.NORMAL)
        ranked = _ranked([*ranked, *filter(None, map(_bytes_of, normal))])
    specials = _of_kind(typed, kinds.CONTROL, kinds.USER_DEFINED)
    atoms = _longest_first(_of_kind(typed, kinds.USER_DEFINED))
    return Vocab(
        tokens=ranked,
        pre=label,
        atoms=atoms,
        ids=_ids(ranked, read.tokens),
        atom_ids=tuple(specials[atom] for atom in atoms),
        specials=specials,
        bos_id=read.bos_token_id,
        eos_id=read.eos_token_id,
        adds_bos=read.add_bos_token,
    )


def _typed(read: _Metadata, metadata: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return text and type of each token; without types all are normal."""
    types = read.token_type or [kinds.NORMAL] * len(read.tokens)
    return list(kinds.settled(zip(read.tokens, types, strict=False), metadata))


def _of_kind(typed: Iterable[tuple[str, int]], *wanted: int) -> dict[str, int]:
    return {text: index for index, (text, kind) in enumerate(typed) if kind in wanted and text}


def _ids(ranked: Iterable[bytes], tokens: Sequence[str]) -> tuple[int, ...]:
    """Return the id of each of `ranked`."""
    known = {_bytes_of(token): index for index, token in enumerate(tokens)}
    return tuple(known.get(token, UNKNOWN) for token in ranked)


def from_rank_file(data: bytes, pre: str) -> Vocab:
    """Read a tiktoken rank file: lines of base64 and rank.

    Raises: ValueError, with the number of the line that is none.
    """
    ranks: list[tuple[int, bytes]] = []
    for number, line in enumerate(data.splitlines(), 1):
        try:
            token, rank = line.split()
            ranks.append((int(rank), base64.b64decode(token, validate=True)))
        except (ValueError, binascii.Error):
            raise ValueError(f"line {number} of the rank file is not 'base64 rank'") from None
    return Vocab(tokens=tuple(token for _, token in sorted(ranks)), pre=pre)


def _printed_bytes() -> dict[str, int]:
    """Map the characters that byte-level vocabularies are written in to the bytes they mean.

    Bytes that Latin-1 prints stand for themselves, the others for U+0100 and up, in order.
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(b): b for b in printable} | {chr(0x100 + n): b for n, b in enumerate(others)}


_BYTE_OF = _printed_bytes()


def _bytes_of(token: str) -> bytes | None:
    try:
        return bytes(_BYTE_OF[char] for char in token)
    except KeyError:
        return None  # not written in that alphabet: an added token


def _merged(merges: Iterable[str]) -> Iterable[bytes]:
    for merge in merges:
        left, _, right = merge.partition(" ")
        a, b = _bytes_of(left), _bytes_of(right)
        if a and b:
            yield a + b


def _ranked(tokens: Iterable[bytes]) -> tuple[bytes, ...]:
    """Put the single bytes first and keep each token's first place."""
    single = (bytes((byte,)) for byte in range(256))
    return tuple(dict.fromkeys([*single, *tokens]))


def _longest_first(atoms: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(atoms, key=lambda atom: (-len(atom.encode()), atom)))
