"""Filling a gap by chat: the question, and the code in whatever comes as an answer."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.fim.gap import MARK, is_talk, messages, strip, takes_prose

BLOCK = "    total = 0\n    for n in values:\n        total += n\n    return total"

# answer, text left of the cursor -> code
CASES = {
    # code alone
    "code": ("sum(values)", "return ", "sum(values)"),
    "several lines": ("a = 1\nb = 2", "", "a = 1\nb = 2"),
    "blanks at the end": ("a = 1  \n\n \n", "", "a = 1"),
    "blank lines before": ("\n\na = 1", "", "a = 1"),
    "a new line after a full one": ("\n    return 1", "def f():", "\n    return 1"),
    "windows line ends": ("a = 1\r\nb = 2\r\n", "", "a = 1\nb = 2"),
    "blank line inside": ("a = 1\n\nb = 2", "", "a = 1\n\nb = 2"),
    "code that begins like talk": ("ok, err = pcall(f)", "local ", "ok, err = pcall(f)"),
    "names that begin like talk": ("ok, value", "return ", "ok, value"),
    "this": ("this.total = 0;", "    ", "this.total = 0;"),
    "shell": ("    echo done\ndone", "", "    echo done\ndone"),
    "capitals": ("MOVE A TO B.\nADD 1 TO TOTAL.", "", "MOVE A TO B.\nADD 1 TO TOTAL."),
    "erlang": ("ok.", "    ", "ok."),
    "nothing": ("", "return ", ""),
    "blank": (" \n\n", "return ", ""),
    # fences
    "fence": ("```python\na = 1\n```", "", "a = 1"),
    "fence without a language": ("```\na = 1\nb = 2\n```\n", "", "a = 1\nb = 2"),
    "tildes": ("~~~\na = 1\n~~~", "", "a = 1"),
    "longer fence": ("````md\n```\na\n```\n````", "", "```\na\n```"),
    "other fence inside": ("```\n~~~\na\n~~~\n```", "", "~~~\na\n~~~"),
    "unclosed fence": ("```python\na = 1\nb = 2", "", "a = 1\nb = 2"),
    "empty fence": ("```python\n```", "", ""),
    "fence with attributes": ('```python title="a b.py" {1,3}\na = 1\n```', "", "a = 1"),
    "fence with a path": ("```python:src/a.py\na = 1\n```", "", "a = 1"),
    "code right after the ticks": ("```x = 1\ny = 2\n```", "", "x = 1\ny = 2"),
    "fence on one line": ("```return a + b```", "    ", "return a + b"),
    "closing fence after code": ("```python\nreturn a\nreturn b```", "", "return a\nreturn b"),
    "code, then ticks": ("return a + b```", "    ", "return a + b"),
    "closing fence alone": ("a = 1\n```\nThis sets a.", "", "a = 1"),
    "indented fence": ("  ```python\n  if a:\n      b()\n  ```", "", "if a:\n    b()"),
    "fence at the cursor's place": (
        "    ```\n    a = 1\n    b = 2\n    ```",
        "    ",
        "a = 1\n    b = 2",
    ),
    "ticks in a doc comment": ("```rust\n/// ```\nfn f() {}\n```", "", "/// ```\nfn f() {}"),
    "fence deep in a docstring": ('```\n"""\n    ```\n"""\n```', "", '"""\n    ```\n"""'),
    "two blocks": ("```\na = 1\n```\nor\n```\na = 2\n```", "", "a = 1"),
    # talk
    "talk and a fence": (
        "Sure! Here is the completed code:\n\n```python\na = 1\n```\n\nThis sets `a` to 1.",
        "",
        "a = 1",
    ),
    "talk and a fence on one line": ("Here's the code: ```python\na = 1\n```", "", "a = 1"),
    "talk, then code": ("Here is the completed code:\n\nreturn a + b", "    ", "return a + b"),
    "sure": ("Sure!\nreturn a", "    ", "return a"),
    "certainly": ("Certainly, here you go:\nreturn a", "    ", "return a"),
    "label": ("Completed code:\nreturn a", "    ", "return a"),
    "bold label": ("**Answer:**\nreturn a", "    ", "return a"),
    "heading": ("### Solution\nreturn a\n### Explanation\nIt does.", "    ", "return a"),
    "role": ("Assistant:\nreturn a", "    ", "return a"),
    "language as a label": ("python\nreturn a", "    ", "return a"),
    "code, then talk": (
        "return a + b\n\nThis function returns the sum of `a` and `b`.",
        "    ",
        "return a + b",
    ),
    "code, then talk at once": (
        "return a + b\nThe function adds both numbers.",
        "    ",
        "return a + b",
    ),
    "code, then an explanation": ("a()\n\nExplanation:\n- `a` is called", "", "a()"),
    "talk about a mark": (f"I replaced {MARK} with the sum:\nreturn a + b", "    ", "return a + b"),
    "talk with a file's name": ("Here is the code for util.py:\nreturn a", "    ", "return a"),
    "only talk": ("I'm sorry, but I cannot see what is missing here.", "", ""),
    "only talk, many lines": ("The code is complete.\n\nNo changes are needed.", "", ""),
    "only talk with code in it": ("The function `add` is already complete.", "", ""),
    "a question": ("Could you tell me what the function should do?", "", ""),
    "talk that ends with the code": ("The missing code is `a + b`.", "return ", "a + b"),
    "a colon and the code": ("The missing part: `a + b`", "return ", "a + b"),
    "an answer and the code": ("Answer: `a + b`", "return ", "a + b"),
    "talk that is not known": ("My try, quick and dirty\n```python\na = 1\n```", "", "a = 1"),
    "one word": ("No.", "", ""),
    "chinese talk": ("\u8fd9\u662f\u4ee3\u7801\uff1a\n```\na = 1\n```", "", "a = 1"),
    "inline code": ("`return a + b`", "    ", "return a + b"),
    "inline code, two ticks": ("``a + b``", "return ", "a + b"),
    "template string": ("`${a} and ${b}`", "return ", "`${a} and ${b}`"),
    # sentences that are wanted
    "comment": ("# This function adds two numbers.", "", "# This function adds two numbers."),
    "in a comment": (
        "This function adds two numbers.",
        "    # ",
        "This function adds two numbers.",
    ),
    "talk in a comment": ("Sure! Here is the code:\nadds two numbers.", "# ", "adds two numbers."),
    "docstring": (
        '"""Add two numbers.\n\n    This function adds two numbers.\n    """\n    return a + b',
        "    ",
        '"""Add two numbers.\n\n    This function adds two numbers.\n    """\n    return a + b',
    ),
    "in a docstring": (
        'The sum of both numbers is what it returns."""',
        '    """Add two numbers. ',
        'The sum of both numbers is what it returns."""',
    ),
    "in a block comment": (
        "This function adds numbers. */",
        "/* ",
        "This function adds numbers. */",
    ),
    "fence in a docstring": (
        '"""Use it:\n```\nf()\n```\n"""',
        "",
        '"""Use it:\n```\nf()\n```\n"""',
    ),
    # thinking and turns
    "thinking": ("<think>\nThe user wants a sum.\n</think>\n\na + b", "return ", "a + b"),
    "the end of thinking": ("Let me see.\nA sum.\n</think>\n\na + b", "return ", "a + b"),
    "only thinking": ("<think>\nThe user wants", "return ", ""),
    "thinking and a fence": ("<think>hm</think>\n```\na\n```", "", "a"),
    "end of turn": ("a + b<|im_end|>\n<|im_start|>user\nmore", "return ", "a + b"),
    "end of turn in a fence": ("```\na + b\n<end_of_turn>\nmore", "return ", "a + b"),
    # the left text again
    "left again": ("    return a + b", "    return a", " + b"),
    "left again without indentation": ("return a + b", "    return a", " + b"),
    "left again in a fence": ("```python\n    return a + b\n```", "    return a", " + b"),
    "left again, then more lines": ("for x in y:\n        z()", "    for x", " in y:\n        z()"),
    "left again alone": ("def f():\n    return 1", "def f():", "\n    return 1"),
    "half a word again": ("total += n", "    to", "tal += n"),
    "the last word again": ("values) / 2", "return sum(val", "ues) / 2"),
    "one letter again": ("if x:", "    i", "f x:"),
    "no word again": ("(a + b) * 2", "x = (", "(a + b) * 2"),
    "indentation again": ("    return a", "    ", "return a"),
    "deeper than the cursor": ("        return a", "    ", "    return a"),
    "less deep than the cursor": ("  return a", "    ", "return a"),
    "tabs where blanks are": ("\treturn a", "    ", "return a"),
    # lines and their indentation
    "a block under its head": ("```python\n    return 1\n```", "def f():", "\n    return 1"),
    "block from the left edge": (
        "```python\nif x:\n    return 1\nreturn 2\n```",
        "        ",
        "if x:\n            return 1\n        return 2",
    ),
    "lines from the left edge": ("```\na = 1\nb = 2\n```", "    ", "a = 1\n    b = 2"),
    "block without a fence from the left edge": (
        "if x:\n    return 1",
        "    ",
        "if x:\n        return 1",
    ),
    "block in its place": ("if x:\n        return 1", "    ", "if x:\n        return 1"),
    "out of the block": ("```\nreturn 1\n}\n```", "    ", "return 1\n}"),
    "else": ("return 1\nelse:\n    return 2", "    ", "return 1\nelse:\n    return 2"),
    "next line at the left edge": ("print(x)\nprint('done')", "    ", "print(x)\nprint('done')"),
    # the mark
    "mark before the code": (f"{MARK}a + b", "return ", "a + b"),
    "mark in the line": (f"    return {MARK}a + b", "    return ", "a + b"),
    "mark in the middle of everything": (
        f"def add(a, b):\n    return {MARK}a + b\n",
        "    return ",
        "a + b",
    ),
    "mark after the code": (f"a + b{MARK}\n\ndef g():\n    pass", "return ", "a + b"),
    "mark around the code": (f"{MARK}a + b{MARK}", "return ", "a + b"),
    "mark above the code": (f"{MARK}\na + b", "    ", "a + b"),
    "mark in a fence": (f"```\nx = {MARK}1\ny = 2\n```", "x = ", "1\ny = 2"),
    "mark alone": (MARK, "x = ", ""),
}


@pytest.mark.parametrize(("answer", "left", "code"), CASES.values(), ids=CASES)
def test_the_code_of_an_answer(answer, left, code):
    filetype = "python" if answer.startswith("python\n") else ""
    assert strip(answer, left, done=True, filetype=filetype) == code


# A later part of these answers tells that what seemed code was none.
TOLD_LATE = {
    "the end of thinking",
    "mark in the middle of everything",
    "talk that is not known",
}
STEADY = {name: case for name, case in CASES.items() if name not in TOLD_LATE}


@pytest.mark.parametrize(("answer", "left", "code"), STEADY.values(), ids=STEADY)
def test_what_a_stream_has_shown_stays(answer, left, code):
    filetype = "python" if answer.startswith("python\n") else ""
    shown = ""
    for end in range(len(answer) + 1):
        now = strip(answer[:end], left, done=False, filetype=filetype)
        assert now.startswith(shown)
        shown = now
    assert code.startswith(shown)


def test_the_first_line_is_there_when_it_is_complete():
    answer = "Sure!\n```python\nfor x in y:\n    z()\n```"
    at = answer.index("    z")
    assert strip(answer[: at - 1], "", done=False) == ""
    assert strip(answer[:at], "", done=False) == "for x in y:"
    assert strip(answer, "", done=False) == "for x in y:\n    z()"


@pytest.mark.parametrize(
    ("answer", "filetype", "code"),
    [
        ("This function is well known.", "python", ""),
        ("This function is well known.", "markdown", "This function is well known."),
        ("Sure! Here is the text:\nIt is well known.", "markdown", "It is well known."),
        ("Run it:\n\n```sh\nmake\n```\n\nThen wait for it.", "markdown", None),
        ("```markdown\nThis is well known.\n```", "markdown", "This is well known."),
        ("`name`", "javascript", "`name`"),
        ("`name`", "python", "name"),
        ("lua\nlocal x = 1", "lua", "local x = 1"),
        ("```lua local x = 1```", "lua", "local x = 1"),
        ("sh\nmake", "make", "sh\nmake"),
    ],
)
def test_the_filetype_tells_what_can_be_wanted(answer, filetype, code):
    expected = answer if code is None else code
    assert strip(answer, "", done=True, filetype=filetype) == expected


ABOVE = "import os\n\ndef total(values):\n    result = 0\n"


@pytest.mark.parametrize(
    ("answer", "left", "code"),
    [
        (f"{ABOVE}    return sum(values)", f"{ABOVE}    return ", "sum(values)"),
        (f"```python\n{ABOVE}    return sum(values)\n```", f"{ABOVE}    return ", "sum(values)"),
        ("    result = 0\n    return result", f"{ABOVE}    re", "turn result"),
        ("def total(values):\n    result = 0\n    x()", f"{ABOVE}    ", "x()"),
        ("def total(values):\n    result = 0", f"{ABOVE}    ", ""),
        ("def total(values)\n\n    x()", f"{ABOVE}    ", "def total(values)\n\n    x()"),
        ("result = 0\n    y()", f"{ABOVE}    ", "result = 0\n    y()"),
        ("return 1", f"{ABOVE}    ", "return 1"),
        ("result += 1", f"{ABOVE}    ", "result += 1"),
    ],
)
def test_an_answer_that_begins_with_the_code_above(answer, left, code):
    assert strip(answer, left, done=True) == code
    for end in range(len(answer)):
        assert code.startswith(strip(answer[:end], left, done=False))


@pytest.mark.parametrize(
    "line",
    [
        "Sure!",
        "Okay, here is it:",
        "OK, let me see",
        "Of course! Here's the code.",
        "Here are the missing lines:",
        "As an AI model, I cannot do that",
        "Below is the completed function",
        "I'll add the missing return statement.",
        "I\u2019ve completed the function",
        "Let me know if you need more",
        "Hope this helps",
        "Note that `x` must not be zero",
        "**Explanation:**",
        "**Explanation**: it adds both.",
        "## How it works",
        "Code (Python):",
        "Please provide more of the file",
        "It looks like nothing is missing",
        "No code is missing",
        "Use a loop to go over all values.",
        "\u4ee5\u4e0b\u662f\u5b8c\u6574\u7684\u4ee3\u7801\u3002",
    ],
)
def test_talk(line):
    assert is_talk(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "x = 1",
        "return",
        "}",
        "# Here is the sum of all values.",
        "// This is the sum of all values.",
        "-- This is the sum of all values.",
        "The = 1",
        "As Integer",
        "Explanation",
        "This is Foo",
        "SELECT name FROM users",
        "Given a user who is logged in",
        "class Here is",
        "output:",
        "example:",
        "else:",
        "If = When[Then];",
        "import Data.List hiding (insert)",
        "sure = True",
        "okay = x",
        "here = there",
        "great, good = split(x)",
        "'This is the sum of all values.'",
        '"""This is the sum of all values."""',
        "let meters = 3",
        "Foo(bar, baz, qux, quux)",
    ],
)
def test_code_is_no_talk(line):
    assert not is_talk(line)


@pytest.mark.parametrize(
    ("left", "filetype", "prose"),
    [
        ("", "", False),
        ("    return ", "python", False),
        ("", "markdown", True),
        ("# ", "python", True),
        ("x = 1  // ", "c", True),
        ("-- ", "lua", True),
        (' * Returns "', "c", True),
        ('    """', "python", True),
        ('    """One line."""', "python", False),
        ("/* done */ ", "c", True),
    ],
)
def test_where_sentences_may_be_wanted(left, filetype, prose):
    assert takes_prose(left, filetype) is prose


@pytest.mark.parametrize("line", ["This function adds numbers.", "It may fail.", "Note that x"])
def test_where_sentences_are_wanted_they_are_no_talk(line):
    assert not is_talk(line, prose=True)
    assert is_talk("Sure! Here is the code:", prose=True)


# -- the question ----------------------------------------------------------------------------------


def test_the_question_shows_code_and_mark():
    system, user, assistant, question = messages("a = 1\nb = ", "\nc = 3\n", "python", "src/a.py")
    assert [m.role for m in (system, user, assistant, question)] == [
        "system",
        "user",
        "assistant",
        "user",
    ]
    assert question.content == (
        f"File: src/a.py (python)\n```python\na = 1\nb = {MARK}\nc = 3\n```\n\n"
        f"Write only what replaces {MARK} in this line:\nb = {MARK}"
    )
    assert MARK in system.content
    assert "{{" not in system.content + user.content + question.content


def test_the_example_is_answered_as_an_answer_should_be():
    _, user, assistant, _ = messages("", "", "", "")
    assert f"    return {MARK}\n" in user.content
    assert strip(assistant.content, "    return ", done=True) == assistant.content


def test_nothing_is_known_of_the_file():
    question = messages("", "", "", "")[-1].content
    assert question.startswith(f"File: unnamed\n```\n{MARK}\n```\n")


def test_no_text_of_the_user_ends_the_fence_or_a_turn():
    before, after = f"```\n<|im_end|>\n{MARK}\n{{{{line}}}}", "<|fim_middle|>\udcff\n"
    question = messages(before, after, "md", "a<|im_start|>.md")[-1].content
    assert "````md\n" in question
    assert question.count(MARK) == 3  # in the code, and twice in the task
    assert "<|" not in question
    assert "{{line}}" in question
    assert question.encode()


def test_a_very_long_line_is_shown_once():
    question = messages("x" * 5000, "y" * 5000, "js", "a.js")[-1].content
    assert len(question) < 10_700


# -- properties ------------------------------------------------------------------------------------

lines = st.sampled_from(
    [
        "",
        "a = 1",
        "    b()",
        "if x:",
        "        c(d)",
        "}",
        "else:",
        "Sure!",
        "Here is the completed code:",
        "This function adds two numbers.",
        "**Explanation:**",
        "```",
        "  ```",
        "~~~",
        "`x`",
        "x```",
        '"""',
        "/* c",
        "a = 1<|im_end|>",
        "def f():",
        "return a",
    ]
)
lefts = st.sampled_from(
    ["", "    ", "return ", "    return a", "def f():", "# ", "a = 1\n", "if x:\n    b()\n    "]
)
filetypes = st.sampled_from(["", "python", "markdown", "javascript"])


@given(st.lists(lines, max_size=8), lefts, filetypes, st.data())
def test_a_stream_never_takes_back_what_it_has_shown(parts, left, filetype, data):
    answer = "\n".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(answer)), max_size=6)))
    shown = [strip(answer[:cut], left, done=False, filetype=filetype) for cut in cuts]
    shown.append(strip(answer, left, done=True, filetype=filetype))
    for earlier, later in pairwise(shown):
        assert later.startswith(earlier)


code_lines = st.text(st.sampled_from("ab_=1(){}[]<>.,:;'\"#/*-+ "), max_size=20)


@given(st.lists(code_lines, min_size=1, max_size=8))
def test_what_stands_in_a_fence_comes_out_as_it_is(parts):
    code = "\n".join(parts).strip(" \n")
    answer = f"Sure! Here it is:\n\n```\n{code}\n```\nHope this helps!"
    expected = "\n".join(code.split("\n")).rstrip()
    assert strip(answer, "", done=True) == expected


@given(st.text(), st.text(max_size=20), st.booleans())
def test_any_answer_is_survived(answer, left, done):
    code = strip(answer, left, done=done)
    assert code == code.rstrip()
    assert MARK not in code


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_any_code_can_be_asked_about(before, after):
    question = messages(before, after, "lua", "a.lua")[-1].content
    assert question.count(MARK) == 3
