"""Prompt files: front matter, placeholders, users' own; and what special text cannot do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.errors import SettingsError
from local_llm.fim.families import FAMILIES
from local_llm.prompts.code import fence, numbered, opening
from local_llm.prompts.defuse import defuse, found, note
from local_llm.prompts.load import builtin, fill, from_folder, parse

GOOD = (
    "---\nname: tidy\ndescription: make it tidy\n---\nSystem {{language}}.\n<!-- task -->\nDo it.\n"
)


def test_a_prompt_file_is_read():
    prompt = parse(GOOD, "tidy.md")
    assert (prompt.name, prompt.description) == ("tidy", "make it tidy")
    assert (prompt.system, prompt.task) == ("System {{language}}.", "Do it.")
    assert (prompt.temperature, prompt.answer_tokens) == (None, None)


def test_numbers_of_the_front_matter_are_numbers():
    prompt = parse("---\nname: x\ntemperature: 0.7\nanswer_tokens: 50\n---\nS", "x.md")
    assert (prompt.temperature, prompt.answer_tokens, prompt.task) == (0.7, 50, "")


def test_line_ends_of_windows_do_not_matter():
    assert parse(GOOD.replace("\n", "\r\n"), "x") == parse(GOOD, "x")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no front matter", "front matter"),
        ("---\nname: x\n", "front matter"),
        ("---\nname\n---\nS", "key: value"),
        ("---\ndescription: x\n---\nS", "name"),
        ("---\nname: x\ncolour: red\n---\nS", "colour"),
        ("---\nname: x\ntemperature: hot\n---\nS", "temperature"),
    ],
)
def test_a_bad_prompt_file_is_refused_with_its_place(text, says):
    with pytest.raises(SettingsError, match=says) as failure:
        parse(text, "mine.md")
    assert "mine.md" in failure.value.sentence()


def test_our_own_prompt_has_a_task_and_no_unknown_placeholders():
    prompt = builtin("explain")
    values = dict.fromkeys(("language", "path", "first", "last"), "X")
    assert "X" in fill(prompt.system, values)
    assert "{{" not in fill(prompt.task, values)


def test_a_folder_of_prompts_is_read_by_name(tmp_path):
    (tmp_path / "b.md").write_text(GOOD)
    (tmp_path / "ignored.txt").write_text("x")
    assert list(from_folder(tmp_path)) == ["tidy"]
    assert from_folder(tmp_path / "none") == {}


def test_two_prompts_of_one_name_are_refused(tmp_path):
    (tmp_path / "a.md").write_text(GOOD)
    (tmp_path / "b.md").write_text(GOOD)
    with pytest.raises(SettingsError, match="second prompt is called 'tidy'"):
        from_folder(tmp_path)


def test_a_prompt_that_is_not_utf8_is_refused(tmp_path):
    (tmp_path / "a.md").write_bytes(b"---\nname: \xff\n---\n")
    with pytest.raises(SettingsError, match="UTF-8"):
        from_folder(tmp_path)


@given(st.text())
def test_values_are_put_in_as_they_are_and_never_read_again(value):
    assert fill("<{{ a }}|{{b}}>", {"a": value, "b": "{{a}}"}) == f"<{value}|{{{{a}}}}>"


@pytest.mark.parametrize("value", ["{}", "{0}", "%s %(x)s", "$x ${y}", "{{first}}", "\\1 \\g<0>"])
def test_text_that_looks_like_formatting_survives(value):
    assert fill("a {{x}} b", {"x": value}) == f"a {value} b"


def test_an_unknown_placeholder_is_refused_with_the_known_ones():
    with pytest.raises(SettingsError, match=r"\{\{nope\}\}") as failure:
        fill("{{nope}}", {"b": "", "a": ""})
    assert "a, b" in failure.value.hint


@given(st.text("`a\n", max_size=60))
def test_nothing_inside_can_close_the_fence(text):
    ticks = fence(text)
    assert len(ticks) >= 3
    assert ticks not in text


def test_lines_are_numbered_as_wide_as_the_last():
    assert numbered(["a", "", "c"], 9) == " 9 | a\n10 | \n11 | c"
    assert numbered([], 1) == ""
    assert numbered(["a\nb", "c"], 1) == "1 | a\u2400b\n2 | c"


@pytest.mark.parametrize(
    ("filetype", "line"),
    [("lua", "```lua\n"), ("c++", "```c++\n"), ("a b`", "```\n"), ("", "```\n")],
)
def test_a_strange_filetype_does_not_open_the_block(filetype, line):
    assert opening("```", filetype) == line


SPECIALS = [
    *{word for family in FAMILIES for word in family.reserved()},
    *("<|im_start|>", "<|im_end|>", "<|eot_id|>", "<|start_header_id|>", "<|channel|>", "<|end|>"),
    *("<s>", "</s>", "[INST]", "[/INST]", "<<SYS>>", "<bos>", "<start_of_turn>", "<end_of_turn>"),
    *("<\uff5cUser\uff5c>", "<|turn>", "<turn|>", "<[begin\u2581of\u2581sentence]>"),
    *("<think>", "</think>", "<tool_call>", "</tool_response>", "[gMASK]", "<sop>", "<seed:bos>"),
    *("<repo_name>", "<gh_stars>", "<fim_pad>", "<fim-repo>", "<REPO>", "<jupyter_text>"),
    *("<issue_start>", "<commit_msg>", "<start_of_image>", "[IMG]", "[MIDDLE]", "]~b]", "]~!b["),
]


@pytest.mark.parametrize("word", sorted(SPECIALS))
def test_control_tokens_lose_their_power_and_stay_readable(word):
    text = f'x = "{word}";'
    changed = defuse(text)
    assert word not in changed
    assert changed.replace(f"{word[0]} {word[1:]}", word) == text
    assert found(text) == (word,)


@given(st.lists(st.sampled_from([*sorted(SPECIALS), "<", "|", ">", "<|", "a"]), max_size=6))
def test_no_mixture_leaves_a_control_token(words):
    changed = defuse("".join(words))
    assert found(changed) == ()
    assert defuse(changed) == changed


@pytest.mark.parametrize(
    "code",
    [
        *("a <| b |> c", "x < y | z > w", "if (a<t>b)", "List<string>", "|x| x", "[inst]", "a<b>c"),
        *("<img>", "<file>", "<commit>", "<thinking>", "[BOS]", "a]~b"),
    ],
)
def test_ordinary_code_is_left_alone(code):
    assert defuse(code) == code


def test_bytes_that_are_no_text_become_the_replacement_character():
    assert defuse("a\udcffb") == "a\ufffdb"


def test_the_note_says_what_was_changed():
    assert note("plain") == ""
    assert "`< |im_end|>`" in note("a <|im_end|> b")
    assert "<|im_end|>" not in note("a <|im_end|> b")
