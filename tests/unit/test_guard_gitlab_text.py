"""Text that does nothing on GitLab, and is read as it was written."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.guard.gitlab_text import JOINER, harmless

HOSTS = ("gitlab.example", "git.example:8443")

# `+` stands for the joiner.
CASES = {
    "a command": ("/merge", "/+merge"),
    "with an argument": ("/assign @user", "/+assign @+user"),
    "in a later line": ("text\n/close", "text\n/+close"),
    "behind blanks": ("  \t/close", "  \t/+close"),
    "in an item": ("- /close\n1. /close\n* [ ] /close", "- /+close\n1. /+close\n* [ ] /+close"),
    "in a quote": ("> > /close", "> > /+close"),
    "behind what nobody sees": ("\u200b\u2060/close", "\u200b\u2060/+close"),
    "in a heading and in bold": ("# /close\n**/close**", "# /+close\n**/+close**"),
    "in a comment": ("<!--\n/close\n-->", "&lt;!--\n/+close\n-->"),
    "behind another kind of line end": ("a\u2028/close", "a\u2028/+close"),
    "in a span over lines": ("`\n/close\n`", "`\n/+close\n`"),
    "in a fence": ("```\n/close\n  /label ~x\n```", "```\n/+close\n  /+label ~x\n```"),
    "in a fence of tildes": ("~~~\n/close\n~~~", "~~~\n/+close\n~~~"),
    "unknown words": ("/local-review", "/+local-review"),
    "a user": ("@user, (@a.b-c) and @all!", "@+user, (@+a.b-c) and @+all!"),
    "a group": ("@group/sub/project", "@+group/sub/project"),
    "an escaped user": (r"\@user", r"\@+user"),
    "an issue": ("#1 and group/project#23", "#+1 and group/project#+23"),
    "a merge request": ("!1 and a/b!2", "!+1 and a/b!+2"),
    "a snippet": ("$1", "$+1"),
    "an epic": ("&1 and group&2", "&+1 and group&+2"),
    "a label": ('~bug ~"two words" ~1', '~+bug ~+"two words" ~+1'),
    "a milestone": ('%v1 %"two words" %1', '%+v1 %+"two words" %+1'),
    "an iteration": ('*iteration:1 *iteration:"x"', '*+iteration:1 *+iteration:"x"'),
    "an alert": ("^alert#1", "^+alert#+1"),
    "a vulnerability": ("[vulnerability:1]", "[+vulnerability:1]"),
    "a work item": ("[work_item:a/b/1] [issue:1]", "[+work_item:a/b/1] [+issue:1]"),
    "a page": ("[[home]]", "[+[home]]"),
    "a closing word": ("Closes #4, fixes a/b#5", "Closes #+4, fixes a/b#+5"),
    "another tracker": ("ABC-12", "ABC-+12"),
    "a commit": ("see 0123abc now", "see 0123ab+c now"),
    "a whole commit": (
        "0123456789abcdef" * 2 + "01234567",
        "012345+6789ab+cdef01+234567+89abcd+ef0123+4567",
    ),
    "a commit of a project": ("a/b@0123abc", "a/b@+0123ab+c"),
    "a range": ("0123abc...4567def", "0123ab+c...4567de+f"),
    "an address here": (
        "https://gitlab.example/a/b/-/issues/1",
        "https:+//gitlab.example/a/b/-/issues/1",
    ),
    "an address here, shouting": ("HTTP://GitLab.Example", "HTTP:+//GitLab.Example"),
    "an address here, as a link": (
        "[x](https://git.example:8443/a)",
        "[x](https:+//git.example:8443/a)",
    ),
    "a character reference": (
        "&#64;user &commat;user &#x23;1",
        "&+#+64;user &+commat;user &+#x23;1",
    ),
    "an ampersand in disguise": ("&amp;1", "&+amp;1"),
    "an image": ("![a](http://x)", r"\![a](http://x)"),
    "an image with a number": ("![1](http://x)", r"\![1](http://x)"),
    "HTML": ("a <img src=x>", "a &lt;img src=x>"),
    "an escape sequence": ("a\x1b[31mb\x07\r\nc", "ab\nc"),
}

SAME = [
    "Plain words, 100% of them; a/b and c & d, #heading? no: # heading",
    "`@user`, `#1` and `/close` are code",
    "```py\n@property\n#1 !2 ~x\n// no command\n/usr/bin/x --y\n```",
    "see https://docs.example.org/a%20b/c#42 and https://x.example/commit/0123456789abcdef",
    "https://gitlab.example.org/a and https://notgitlab.example/a",
    "&lt;b&gt; &quot;x&quot;",
    "either/or, and/or",
    "dead beef, 123456 and 0x1",
]


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_it_does_nothing_any_more(text, expected):
    pluses = expected.replace("+", JOINER)
    assert harmless(text, HOSTS) == pluses


@pytest.mark.parametrize("text", SAME)
def test_the_rest_stays(text):
    assert harmless(text, HOSTS) == text


@pytest.mark.parametrize("text", [text for text, _ in CASES.values()])
def test_once_is_enough(text):
    once = harmless(text, HOSTS)
    assert harmless(once, HOSTS) == once


def test_without_hosts_every_address_is_elsewhere():
    assert harmless("https://gitlab.example/a") == "https://gitlab.example/a"


PIECES = [
    "/",
    "merge",
    "@",
    "user",
    "#",
    "!",
    "~",
    "%",
    "$",
    "&",
    "^",
    "1",
    "23",
    "alert",
    "*",
    "-",
]
PIECES += [
    "iteration:",
    "[",
    "]",
    "(",
    ")",
    "issue:",
    "\n",
    "\n\n",
    " ",
    "`",
    "```",
    "~~~",
    ">",
    "<",
]
PIECES += [
    "https://gitlab.example/",
    "https://x.example/",
    "\\",
    ";",
    "#64;",
    "amp;",
    "lt;",
    "abcdef1",
]
PIECES += ["ABC-", "\u200b", JOINER, "\u2028", "é", "_", "'", '"', "<!--", "img src=x", "- ", "1. "]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


@given(TEXTS)
def test_any_text_once_is_enough_and_keeps_its_lines(text):
    once = harmless(text, HOSTS)
    assert once.count("\n") == text.count("\n")
    assert harmless(once, HOSTS) == once


@given(TEXTS)
def test_people_read_what_was_written(text):
    seen = harmless(text, HOSTS).replace(JOINER, "").replace("&lt;", "<").replace("\\", "")
    assert seen == text.replace(JOINER, "").replace("&lt;", "<").replace("\\", "")


@given(TEXTS)
def test_no_line_is_a_command(text):
    for line in re.split("[\n\u2028]", harmless(text, HOSTS)):
        assert not re.match(r"[^A-Za-z/`]*/[a-z]+(\s|$)", line)


@given(TEXTS.filter(lambda text: "`" not in text and "~~~" not in text))
def test_no_reference_is_left_outside_of_code(text):
    safe = harmless(text, HOSTS)
    assert "https://gitlab.example/" not in safe
    safe = re.sub(r"https?://\S*", "", safe)
    assert not re.search(r"@\w|[#!$^&][0-9]|[~%][\w\"']|\[\[|&#?[0-9A-Za-z]+;(?<!&lt;)", safe)


@pytest.mark.parametrize(
    "piece", ["/", "@a", "#1", "&a", "A", "a1", "https://", "[", "> ", "~", "\n/a"]
)
def test_the_time_grows_with_the_length_alone(piece):
    text = (piece * (200_000 // len(piece)))[:200_000]
    begun = time.perf_counter()
    harmless(text, HOSTS)
    assert time.perf_counter() - begun < 20
