"""Vocabularies: from metadata, GGUF files and rank files; counting with them; the cache."""

from __future__ import annotations

import base64
import struct

import msgspec
import pytest

from local_llm.ops.random_model import write_random_model
from local_llm.tokens import cache
from local_llm.tokens.count import LocalCounter
from local_llm.tokens.gguf_vocab import BadGguf, read_metadata, read_vocab
from local_llm.tokens.pre import PRES
from local_llm.tokens.vocab import Vocab, from_metadata, from_rank_file
from local_llm.tokens.words import Words

SMALL = {
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "qwen2",
    "tokenizer.ggml.tokens": ["a", "b", "Ġ", "ab", "Ġab", "<|end|>", "<tool>", "<tool>x", "Ċ"],
    "tokenizer.ggml.token_type": [1, 1, 1, 1, 1, 3, 4, 4, 1],
    "tokenizer.ggml.merges": ["a b", "Ġ ab"],
}


def counter(**changes) -> LocalCounter:
    vocab = from_metadata(
        SMALL | {f"tokenizer.ggml.{key}": value for key, value in changes.items()}
    )
    assert vocab is not None
    return LocalCounter(vocab, "Ollama vocabulary")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("a", 1), ("ab", 1), (" ab", 1), ("ba", 2), (" ab ab", 2), ("é", 2), ("ab\n", 2)],
)
def test_merges_are_applied_to_bytes(text, tokens):
    assert counter().count(text) == tokens


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", ()),
        ("ab ab", (3, 4)),
        ("a b\n", (0, 2, 1, 8)),
        ("<tool>ab<tool>xa<tool>", (6, 3, 7, 0, 6)),
        ("<tool><tool>", (6, 6)),
        ("<tool>x<tool>x", (7, 7)),
        ("ac", None),  # no token for the byte c
        ("<|end|>", None),
    ],
)
def test_texts_become_the_models_own_ids(text, ids):
    assert counter().encode(text) == ids


def test_user_defined_tokens_can_be_made_plain_text():
    letters = [*SMALL["tokenizer.ggml.tokens"], *"<>xtol"]
    kinds = [*SMALL["tokenizer.ggml.token_type"], *[1] * 6]
    local = counter(tokens=letters, token_type=kinds)
    assert local.encode("<tool>x<tool>") == (7, 6)
    assert local.encode("<tool>x<tool>", plain={"<tool>"}) == (7, 9, 12, 13, 13, 14, 10)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("", ""),
        ("retu", "retu"),
        ("x retu", " retu"),
        ("x.join", ".join"),
        ("x.join(", "("),
        ("x = ", " "),
        ("x)\n    ", "    "),
        ("x\n    ", "\n    "),
        ("x\n  \n ", "\n  \n "),
        ("   ", "   "),
        ("a1", "1"),
        ("ab<tool>", "<tool>"),
        ("<tool>ab c", " c"),
        ("a<tool>xb", "b"),
    ],
)
def test_the_last_word_is_told(text, last):
    assert text[counter().last_word(text) :] == last


def test_words_of_an_unknown_label_are_refused():
    with pytest.raises(ValueError, match="future"):
        Words("future")


def test_a_control_token_has_an_id_by_its_name():
    assert counter().special("<|end|>") == 5
    assert counter().special("<tool>") == 6
    assert counter().special("ab") is None


@pytest.mark.parametrize(
    ("token", "piece"),
    [(0, b"a"), (4, b" ab"), (8, b"\n"), (5, b"<|end|>"), (7, b"<tool>x"), (99, b""), (-1, b"")],
)
def test_an_id_has_its_bytes(token, piece):
    assert counter().piece(token) == piece


@pytest.mark.parametrize(
    ("changes", "bos"),
    [
        ({}, None),
        ({"bos_token_id": 5}, None),
        ({"bos_token_id": 5, "add_bos_token": True}, 5),
        ({"bos_token_id": 5, "add_bos_token": False, "pre": "llama-bpe"}, None),
        ({"bos_token_id": 5, "pre": "llama-bpe"}, 5),
        ({"add_bos_token": True}, None),
    ],
)
def test_a_prompt_begins_with_bos_where_the_metadata_or_the_label_say_so(changes, bos):
    assert counter(**changes).bos() == bos


def test_the_end_of_a_text_has_an_id():
    assert counter(eos_token_id=5).eos() == 5
    assert counter().eos() is None


@pytest.mark.parametrize("name", ["<|fim_prefix|>", "<|im_end|>", "<fim_middle>", "<|repo_name|>"])
def test_a_control_looking_token_of_another_type_is_one(name):
    tokens, kinds = [*SMALL["tokenizer.ggml.tokens"], name], [*SMALL["tokenizer.ggml.token_type"]]
    local = counter(tokens=tokens, token_type=[*kinds, 4])
    assert local.special(name) == 9
    assert local.count(name) == len(name)


def test_what_the_metadata_name_keeps_its_type():
    tokens, kinds = (
        [*SMALL["tokenizer.ggml.tokens"], "<PRE>"],
        [*SMALL["tokenizer.ggml.token_type"]],
    )
    for key in ("fim_pre_token_id", "prefix_token_id"):
        local = counter(tokens=tokens, token_type=[*kinds, 4], **{key: 9})
        assert local.encode("<PRE>") == (9,)


def test_control_tokens_in_user_text_are_plain_text():
    assert counter().count("<|end|>") == len("<|end|>")


def test_user_defined_tokens_are_one_token_and_the_longest_wins():
    assert counter().count("<tool>") == 1
    assert counter().count("ab<tool>xab<tool>") == 4


def test_a_word_that_is_a_token_is_taken_whole_only_where_the_label_says_so():
    tokens = [*SMALL["tokenizer.ggml.tokens"], "bbb"]
    kinds = [*SMALL["tokenizer.ggml.token_type"], 1]
    assert counter(tokens=tokens, token_type=kinds).count("bbb") == 3
    assert counter(tokens=tokens, token_type=kinds, pre="llama-bpe").count("bbb") == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "llama"},
        {"model": None},
        {"pre": "a label from the future"},
        {"tokens": None},
        {"merges": []},
        {"merges": [None, 3]},
        {"tokens": {"a": 1}},
        {"token_type": ["x"]},
    ],
)
def test_what_is_not_byte_level_bpe_with_a_known_label_is_declined(changes):
    assert from_metadata(SMALL | {f"tokenizer.ggml.{k}": v for k, v in changes.items()}) is None


def test_a_missing_label_is_the_default_one():
    vocab = from_metadata({k: v for k, v in SMALL.items() if k != "tokenizer.ggml.pre"})
    assert vocab is not None
    assert vocab.pre == "default"


def test_the_source_is_described_with_the_label():
    assert counter().describe() == "exact (Ollama vocabulary qwen2)"
    assert counter().exact


@pytest.mark.parametrize(
    "label", sorted({pre.pattern: name for name, pre in PRES.items()}.values())
)
@pytest.mark.parametrize(
    "unit", [" ", "a", "漢", "=", "\n", "9", "\u0301", "\x01", "\u3000", " \n"]
)
def test_every_pattern_matches_all_of_endless_runs(label, unit):
    vocab = Vocab(tokens=tuple(bytes((byte,)) for byte in range(256)), pre=label)
    text = unit * 200_000
    assert LocalCounter(vocab, "").count(text) == len(text.encode())


def test_long_texts_are_counted_in_parts_without_a_difference():
    local = counter()
    line = "ab ab  abab ; \n\n  ab\n"
    assert local.count(line * 20_000) == 20_000 * local.count(line)


def test_lone_surrogates_are_counted_and_do_not_fail():
    assert counter().count("a\udcffb") > 2


def test_a_rank_file_is_read_in_rank_order():
    tokens = [bytes((byte,)) for byte in range(256)] + [b"ab"]
    lines = [b"%s %d" % (base64.b64encode(token), rank) for rank, token in enumerate(tokens)]
    vocab = from_rank_file(b"\n".join(reversed(lines)), "gpt-4o")
    local = LocalCounter(vocab, "rank file")
    assert local.count("abab b") == 4
    assert local.encode("abab b") is None
    assert local.encode("") == ()
    assert local.piece(97) == b""
    assert (local.bos(), local.eos(), local.special("<x>")) == (None, None, None)


@pytest.mark.parametrize("line", [b"YQ==", b"YQ== x", b"?? 1", b"YQ== 1 2"])
def test_a_damaged_rank_file_is_refused_with_its_line(line):
    with pytest.raises(ValueError, match="line 2 "):
        from_rank_file(b"YQ== 0\n" + line, "gpt-2")


def test_an_unknown_label_has_no_encoding():
    with pytest.raises(ValueError, match="future"):
        Vocab(tokens=(), pre="future").encoding()


def test_no_repr_lists_the_vocabulary():
    assert repr(from_metadata(SMALL)) == "Vocab(258 tokens, 'qwen2')"


def test_a_gguf_file_is_read_without_its_tensors(tmp_path):
    model = write_random_model(tmp_path / "m.gguf", pre="starcoder")
    metadata = read_metadata(model.path)
    assert metadata["general.architecture"] == "llama"
    assert len(metadata["tokenizer.ggml.tokens"]) == model.vocab_size
    vocab = read_vocab(model.path)
    assert vocab is not None
    assert (vocab.pre, vocab.atoms) == ("starcoder", ())
    assert vocab.ids == tuple(range(model.vocab_size - len(model.specials)))
    assert (vocab.bos_id, vocab.eos_id) == (model.specials["bos"], model.specials["eos"])
    assert vocab.adds_bos is False
    assert vocab.specials["<|fim_middle|>"] == model.specials["fim_mid"]


def text_of(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def head(pairs: int, *, magic: bytes = b"GGUF", version: int = 3) -> bytes:
    return magic + struct.pack("<IQQ", version, 0, pairs)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GGML" + bytes(60),
        head(0, version=1),
        head(0, version=99),
        head(1),
        head(1) + struct.pack("<Q", 1 << 60) + b"abc",
        head(1) + text_of("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 1 << 50),
        head(1) + text_of("tokenizer.ggml.x") + struct.pack("<I", 77),
        head(1) + text_of("other") + struct.pack("<IIQ", 9, 77, 1),
        head(1) + struct.pack("<Q", 2) + b"\xff\xfe",
    ],
)
def test_a_damaged_gguf_is_refused(tmp_path, data):
    (tmp_path / "m.gguf").write_bytes(data)
    with pytest.raises(BadGguf):
        read_metadata(tmp_path / "m.gguf")


def test_a_gguf_cut_anywhere_is_refused_or_read_never_worse(tmp_path):
    pairs = b"".join(
        text_of(key) + value
        for key, value in (
            ("skipped", struct.pack("<IIQ", 9, 8, 2) + text_of("x") + text_of("y")),
            ("skipped.flags", struct.pack("<IIQ3B", 9, 0, 3, 1, 2, 3)),
            ("tokenizer.ggml.pre", struct.pack("<I", 8) + text_of("qwen2")),
            ("tokenizer.ggml.token_type", struct.pack("<IIQ2i", 9, 5, 2, 1, 3)),
        )
    )
    whole = head(4) + pairs
    path = tmp_path / "m.gguf"
    path.write_bytes(whole)
    assert read_metadata(path) == {
        "tokenizer.ggml.pre": "qwen2",
        "tokenizer.ggml.token_type": [1, 3],
    }
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        with pytest.raises(BadGguf):
            read_metadata(path)


def test_a_big_endian_gguf_is_read(tmp_path):
    key, value = b"general.name", b"m"
    sizes = struct.pack(">IQQQ", 3, 0, 1, len(key)), struct.pack(">IQ", 8, len(value))
    (tmp_path / "m.gguf").write_bytes(b"GGUF" + sizes[0] + key + sizes[1] + value)
    assert read_metadata(tmp_path / "m.gguf") == {"general.name": "m"}


def test_the_cache_gives_back_what_it_was_given(tmp_path):
    vocab = from_metadata(SMALL)
    assert vocab is not None
    cache.store(tmp_path / "a" / "b", "sha256:1", vocab)
    assert cache.load(tmp_path / "a" / "b", "sha256:1") == vocab
    assert cache.load(tmp_path / "a" / "b", "sha256:2") is None
    assert [path.suffix for path in (tmp_path / "a" / "b").iterdir()] == [".vocab"]


@pytest.mark.parametrize("data", [b"", b"garbage", msgspec.msgpack.encode(["other-form", "k", []])])
def test_a_damaged_cache_file_is_as_good_as_none(tmp_path, data):
    vocab = from_metadata(SMALL)
    assert vocab is not None
    cache.store(tmp_path, "k", vocab)
    (file,) = tmp_path.iterdir()
    file.write_bytes(data)
    assert cache.load(tmp_path, "k") is None


def test_a_failed_write_leaves_nothing_behind(tmp_path, monkeypatch):
    vocab = from_metadata(SMALL)
    assert vocab is not None

    def refuse(*_):
        raise OSError("disk full")

    monkeypatch.setattr("pathlib.Path.replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        cache.store(tmp_path, "k", vocab)
    assert list(tmp_path.iterdir()) == []
