"""Reasoning is told apart from the answer, however the tags are spelled and cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.stream.pieces import Text, Thinking
from local_llm.stream.think import ThinkSplitter

# wire -> (reasoning, answer)
CASES = {
    "plain": ("just an answer", "", "just an answer"),
    "think": ("<think>hm</think>yes", "hm", "yes"),
    "blanks around": ("\n <think>\nhm\n</think>\n\nyes\n", "\nhm\n", "yes\n"),
    "blanks without reasoning stay": ("\n    x = 1\n", "", "\n    x = 1\n"),
    "seed": ("<seed:think>hm</seed:think>yes", "hm", "yes"),
    "solar": ("<|think|>hm<|end|>yes", "hm", "yes"),
    "gpt-oss": (
        "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>yes",
        "hm",
        "yes",
    ),
    "gpt-oss, final only": ("<|channel|>final<|message|>yes", "", "yes"),
    "gemma": ("<|channel>thoughthm<channel|>yes", "hm", "yes"),
    "twice": ("<think>a</think>\n<think>b</think>yes", "ab", "yes"),
    "empty reasoning": ("<think>\n\n</think>\n\nyes", "\n\n", "yes"),
    "never ends": ("<think>hm, </thin", "hm, </thin", ""),
    "only half a tag": ("<thi", "", "<thi"),
    "less-than signs": ("a < b </ c <t </thinker", "", "a < b </ c <t </thinker"),
    "tags in the answer": ("the tag <think> opens", "", "the tag <think> opens"),
    "tags after reasoning": (
        "<think>a</think>`</think>` ends, </think> too",
        "a",
        "`</think>` ends, </think> too",
    ),
    "tag within reasoning": ("<think>a <think> b</think>yes", "a <think> b", "yes"),
    "quoted end tag": ('END = "</think>" ends', "", 'END = "</think>" ends'),
    "end tag first": ("</think>\n\nyes", "", "yes"),
    "blank answer": (" \n", "", " \n"),
    "blank answer after reasoning": ("<think>a</think> \n", "a", ""),
    "empty": ("", "", ""),
    "code with angle brackets": ("<T>(x: T) => x", "", "<T>(x: T) => x"),
}


def split(chunks):
    splitter = ThinkSplitter()
    pieces = [piece for chunk in chunks for piece in splitter.feed(chunk)] + splitter.finish()
    assert all(piece.text for piece in pieces if not getattr(piece, "all_before", False))
    return pieces


def told_apart(pieces):
    """Reasoning and answer as a user sees them, a late end tag taken into account."""
    thinking = answer = ""
    for piece in pieces:
        if isinstance(piece, Text):
            answer += piece.text
        elif piece.all_before:
            thinking, answer = thinking + answer, ""
        else:
            thinking += piece.text
    return thinking, answer


def cuts(text):
    yield from ([text[:at], text[at:]] for at in range(len(text) + 1))
    yield list(text)


@pytest.mark.parametrize(("wire", "thinking", "answer"), CASES.values(), ids=CASES)
def test_same_pieces_wherever_the_text_is_cut(wire, thinking, answer):
    for chunks in cuts(wire):
        assert told_apart(split(chunks)) == (thinking, answer)


def test_an_end_tag_alone_turns_all_before_it_into_reasoning():
    for chunks in cuts("let me see</think>\n\nyes, </think> is a tag"):
        pieces = split(chunks)
        assert told_apart(pieces) == ("let me see", "yes, </think> is a tag")
        assert [p for p in pieces if isinstance(p, Thinking)] == [Thinking("", all_before=True)]


@pytest.mark.parametrize("text", ["a", "a <b> c", "x" * 100])
def test_ordinary_text_is_given_out_at_once(text):
    assert ThinkSplitter().feed(text) == [Text(text)]


def test_no_more_than_a_tag_is_held_back():
    splitter = ThinkSplitter()
    splitter.feed("yes")
    assert splitter.feed(" a </thin") == [Text(" a ")]
    assert splitter.feed("gs> b") == [Text("</things> b")]


TAGS = ["<think>", "</think>", "<", "</", "think>", "a", "`", "\n", "<|end|>", "<|think|>"]


@given(st.lists(st.sampled_from(TAGS)), st.data())
def test_any_split_tells_the_same_apart(parts, data):
    text = "".join(parts)
    at = sorted(data.draw(st.lists(st.integers(0, len(text)))))
    chunks = [text[a:b] for a, b in zip([0, *at], [*at, len(text)], strict=True)]
    assert told_apart(split(chunks)) == told_apart(split([text]))
