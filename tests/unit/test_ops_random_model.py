"""The model of random weights: its vocabulary, its metadata, and that it can be made again."""

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import gguf
import pytest

from local_llm.ops import bpe
from local_llm.ops.gguf_header import read_header
from local_llm.ops.model_store import NOISE_NAME
from local_llm.ops.random_model import CHAT_TEMPLATE, SPECIALS, write_random_model

PYTHON_DIR = Path(__file__).parents[2] / "python"


@pytest.fixture(scope="module")
def learned():
    return bpe.learn_merges(4096, 1)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("m") / "m.gguf"
    model = write_random_model(path, pre="llama-bpe", context_tokens=1234)
    return model, gguf.GGUFReader(path)


def value(reader, key):
    return reader.get_field(key).contents()


def test_each_token_is_made_by_exactly_one_pair_of_earlier_ones(learned):
    known = {bytes((byte,)) for byte in range(256)}
    for left, right in learned.merges:
        assert {left, right} <= known
        assert left + right not in known
        known.add(left + right)
    assert len(known) == 256 + 4096


def test_code_and_other_scripts_have_merges(learned):
    tokens = {left + right for left, right in learned.merges}
    assert {b"self", b" return", b"def", b"        "} <= tokens
    assert any(token.decode("utf-8", "ignore").isalpha() and token[0] > 0xE3 for token in tokens)


def test_incremental_counts_equal_counting_anew():
    words = {b"aaabdaaabac": 2, b"abab": 1, b"xaabx": 3, b"dada": 1}
    learner = bpe._Learner(words)
    segmented = [[bytes((byte,)) for byte in word] for word in words]
    for _ in range(8):
        counts = {}
        for word, weight in zip(segmented, words.values(), strict=True):
            for pair in pairwise(word):
                counts[pair] = counts.get(pair, 0) + weight
        if not counts:
            break
        best = learner.best()
        assert counts[best] == max(counts.values())
        segmented = [bpe._joined(word, best) for word in segmented]
        assert learner._words == segmented


def test_a_corpus_without_pairs_left_is_said():
    learner = bpe._Learner({b"ab": 2})
    assert learner.best() == (b"a", b"b")
    with pytest.raises(ValueError, match="too small"):
        learner.best()


def test_another_process_writes_the_same_bytes(tmp_path):
    program = (
        "import sys; from local_llm.ops.random_model import write_random_model as w;"
        "w(sys.argv[1], merges=300)"
    )
    theirs, ours = tmp_path / "0.gguf", tmp_path / "1.gguf"
    environ = {**os.environ, "PYTHONHASHSEED": "7"}  # whatever it is, it is another one than ours
    subprocess.run([sys.executable, "-c", program, theirs], check=True, cwd=PYTHON_DIR, env=environ)
    write_random_model(ours, merges=300)
    assert theirs.read_bytes() == ours.read_bytes()


def test_another_seed_gives_another_model(tmp_path):
    one = write_random_model(tmp_path / "1", merges=300, seed=1).path.read_bytes()
    assert write_random_model(tmp_path / "2", merges=300, seed=2).path.read_bytes() != one


def test_the_metadata_say_what_a_client_looks_for(written):
    model, reader = written
    assert value(reader, "tokenizer.ggml.model") == "gpt2"
    assert value(reader, "tokenizer.ggml.pre") == "llama-bpe"
    assert value(reader, "llama.context_length") == 1234
    assert value(reader, "tokenizer.chat_template") == CHAT_TEMPLATE
    assert len(value(reader, "tokenizer.ggml.merges")) == 4096
    tokens = value(reader, "tokenizer.ggml.tokens")
    assert len(tokens) == model.vocab_size == 256 + 4096 + len(SPECIALS)
    for name, spelling in SPECIALS.items():
        assert tokens[model.specials[name]] == spelling
    for name in ("bos", "eos", "fim_pre", "fim_suf", "fim_mid", "fim_rep", "fim_sep", "fim_pad"):
        key = f"tokenizer.ggml.{name}_token_id"
        assert value(reader, key) == model.specials[name]


def test_it_says_that_it_is_noise(written):
    model, _reader = written
    header = read_header(model.path)
    assert header.name == NOISE_NAME
    assert "noise" in header.name
    assert (header.architecture, header.context_tokens) == ("llama", 1234)


def test_it_is_small(written):
    assert written[0].path.stat().st_size < 4 << 20


def test_the_label_alone_differs_between_two_of_one_seed(tmp_path):
    readers = []
    for pre in ("qwen2", "gpt-2"):
        path = write_random_model(tmp_path / pre, pre=pre, merges=300).path
        readers.append(gguf.GGUFReader(path))
    for key in ("tokenizer.ggml.merges", "tokenizer.ggml.tokens"):
        assert json.dumps(value(readers[0], key)) == json.dumps(value(readers[1], key))
    assert value(readers[0], "tokenizer.ggml.pre") != value(readers[1], "tokenizer.ggml.pre")
