import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.guard.defuse import Defuser, clean

ESC = "\x1b"
CASES = {
    "plain": ("a = 1\n\tb", "a = 1\n\tb"),
    "colour": (f"{ESC}[1;31mred{ESC}[0m", "red"),
    "title": (f"{ESC}]0;owned\x07text", "text"),
    "title ended by ST": (f"{ESC}]0;owned{ESC}\\text", "text"),
    "hyperlink": (f"{ESC}]8;;http://x{ESC}\\link{ESC}]8;;{ESC}\\", "link"),
    "clipboard": (f"{ESC}]52;c;ZXZpbA==\x07x", "x"),
    "dcs": (f"{ESC}P1$r0m{ESC}\\x", "x"),
    "reset": (f"{ESC}cx", "x"),
    "charset": (f"{ESC}(Bx", "x"),
    "one-byte csi": ("\x9b31mx", "x"),
    "bell and backspace": ("a\x07\x08b\x00", "ab"),
    "crlf": ("a\r\nb\rc", "a\nb\nc"),
    "bidi": ("if x:\u202e\u2066 # \u2069", "if x: # "),
    "line separator stays": ("a\u2028b", "a\u2028b"),
    "lone surrogate": ("a\udcffb", "ab"),
    "wide": ("\u6f22\u5b57 \U0001f600", "\u6f22\u5b57 \U0001f600"),
    "sequence that never ends": (f"a{ESC}[31", "a"),
    "string that never ends": (f"a{ESC}]0;tit", "a"),
}


@pytest.mark.parametrize(("wire", "expected"), CASES.values(), ids=CASES)
def test_clean(wire, expected):
    assert clean(wire) == expected


@pytest.mark.parametrize(("wire", "expected"), CASES.values(), ids=CASES)
def test_the_same_wherever_the_stream_is_cut(wire, expected):
    for cut in range(len(wire) + 1):
        defuser = Defuser()
        got = defuser.feed(wire[:cut]) + defuser.feed(wire[cut:]) + defuser.finish()
        assert got == expected, cut


@pytest.mark.parametrize(("wire", "expected"), CASES.values(), ids=CASES)
def test_the_same_character_by_character(wire, expected):
    defuser = Defuser()
    assert "".join(map(defuser.feed, wire)) + defuser.finish() == expected


def test_a_string_that_never_ends_swallows_one_line_only():
    defuser = Defuser()
    assert defuser.feed(f"a{ESC}]0;" + "x" * 1000) == "a"
    assert defuser.feed("x\nnext line") == "\nnext line"


@given(st.text(alphabet=f"a\n\r{ESC}[]\x07\\;m0\x9bP", max_size=40))
def test_nothing_dangerous_survives(text):
    defuser = Defuser()
    got = "".join(map(defuser.feed, text)) + defuser.finish()
    assert not set(got) & set(f"{ESC}\x9b\x07\r\x00")
