"""The table of fill-in-the-middle families, and which model names lead to which row."""

from __future__ import annotations

import re

import pytest

from local_llm.fim.families import FAMILIES, bytes_per_token, find_family


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("qwen2.5-coder:7b-base", "Qwen Coder"),
        ("Qwen/Qwen3-Coder-30B-A3B-Instruct-GGUF", "Qwen Coder"),
        ("/models/Qwen2.5-Coder-1.5B-Q8_0.gguf", "Qwen Coder"),
        ("deepseek-coder:6.7b-base", "DeepSeek-Coder"),
        ("DeepSeek-Coder-V2-Lite-Base.Q4_K_M.gguf", "DeepSeek-Coder"),
        ("codellama:7b-code", "CodeLlama"),
        ("CodeLlama-13B.gguf", "CodeLlama"),
        ("starcoder2:3b", "StarCoder2"),
        ("bigcode/starcoder-1b", "StarCoder"),
        ("santacoder", "SantaCoder"),
        ("codegemma:2b-code", "CodeGemma"),
        ("codestral:22b", "Codestral"),
        ("granite-code:3b", "Granite Code"),
        ("ibm-granite/granite-8b-code-base", "Granite Code"),
        ("granite4:micro", "Granite 4"),
        ("granite-4.0-h-tiny", "Granite 4"),
        ("ByteDance-Seed/Seed-Coder-8B-Base", "Seed-Coder"),
        ("JetBrains/Mellum-4b-base", "Mellum"),
        ("codegeex4:9b", "CodeGeeX4"),
        ("stable-code:3b", "StableCode"),
        ("Falcon-H1-Tiny-Coder-90M", "Falcon-H1 Coder"),
    ],
)
def test_a_model_name_leads_to_its_family(model, name):
    family = find_family(model)
    assert family is not None
    assert family.name == name


@pytest.mark.parametrize(
    "model",
    [
        "qwen3:8b",
        "llama3.1:8b",
        "gemma3:4b",
        "codellama:7b-python",
        "codellama:34b",
        "codellama:70b-code",
        "yi-coder:9b",
        "mistral:7b",
        "falcon3:7b",
        "granite3.3:8b",
        "codestral-mamba",
        "",
    ],
)
def test_a_model_that_was_not_trained_for_it_has_none(model):
    assert find_family(model) is None


def test_the_architecture_helps_where_the_name_says_nothing():
    family = find_family("model.gguf", "starcoder2")
    assert family is not None
    assert family.name == "StarCoder2"
    assert find_family("model.gguf", "llama") is None


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_row_is_complete(family):
    re.compile(family.pattern)
    assert family.marks.prefix
    assert family.marks.suffix
    assert family.marks.middle or family.order == "spm"
    assert set(re.findall(r"\{\w*\}", family.repo + family.file)) <= {"{name}", "{path}"}
    assert len(set(family.reserved())) == len(family.reserved()) >= 2
    assert all(marker == marker.strip() for marker in family.reserved())


def test_spaces_around_the_markers_of_codellama_count():
    family = find_family("codellama:7b-code")
    assert family is not None
    assert family.marks == ("<PRE> ", " <SUF>", " <MID>")


def test_deepseek_writes_its_bars_and_blanks_outside_ascii():
    family = find_family("deepseek-coder")
    assert family is not None
    assert [hex(ord(family.marks.prefix[1])), hex(ord(family.marks.prefix[5]))] == [
        "0xff5c",
        "0x2581",
    ]
    assert "<|EOT|>" in family.stops


@pytest.mark.parametrize(
    ("model", "divisor"),
    [
        ("qwen2.5-coder", 2.5),
        ("llama3.2:1b", 2.5),
        ("gpt-oss:20b", 2.5),
        ("starcoder2:3b", 2.5),
        ("deepseek-coder:6.7b", 2.0),
        ("codellama:7b", 2.0),
        ("something-new", 2.0),
    ],
)
def test_the_estimate_starts_low_in_bytes_for_what_is_old_or_unknown(model, divisor):
    assert bytes_per_token(model) == divisor


def test_the_architecture_counts_for_the_estimate_too():
    assert bytes_per_token("model", "qwen2") == 2.5
