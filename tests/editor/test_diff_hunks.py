"""The pure parts of the diff view, by tables."""

import pytest


def hunks(child, name, *args):
    return child.lua(f"return require('local_llm.diff_hunks').{name}(...)", *args)


@pytest.fixture(scope="module")
def lua(shared_editor):
    """The editor whose Lua runs them."""
    return shared_editor().child


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ([], [], []),
        (["a"], ["a"], []),
        ([], ["x"], [(0, [], ["x"])]),
        (["a"], [], [(0, ["a"], [])]),
        (["a", "b"], ["a", "x", "b"], [(1, [], ["x"])]),
        (["a", "b"], ["a", "b", "x"], [(2, [], ["x"])]),
        (["a", "b", "c"], ["a", "c"], [(1, ["b"], [])]),
        (["a", "b", "c"], ["x", "b", "y"], [(0, ["a"], ["x"]), (2, ["c"], ["y"])]),
        ([""], ["", ""], [(1, [], [""])]),
        (["a\0b"], ["a\0c"], [(0, ["a\0b"], ["a\0c"])]),
    ],
)
def test_hunks(lua, old, new, wanted):
    seen = hunks(lua, "of", old, new)
    assert [(hunk["row"], hunk["old"], hunk["new"]) for hunk in seen] == wanted


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ([], ["x", "y"], [(0, 0, ["x", "y"])]),
        (["a", "b"], [], [(0, 2, [])]),
        (["foo(a, b)"], ["foo(a)"], [(0, 1, ["foo(a)"])]),
        (["foo(a)"], ["x = 1", "foo(b)"], [(0, 0, ["x = 1"]), (0, 1, ["foo(b)"])]),
        (["foo(a)", "gone for good"], ["foo(b)"], [(0, 1, ["foo(b)"]), (1, 1, [])]),
    ],
)
def test_like_lines_are_put_in_the_place_of_each_other(lua, old, new, wanted):
    seen = hunks(lua, "steps", old, new)
    assert [(step["row"], step["count"], step["lines"]) for step in seen] == wanted


@pytest.mark.parametrize(
    ("was", "now", "at", "wanted"),
    [
        ("abcd", "abcd", (1, 2), 1),
        ("abcd", "xabcd", (1, 2), 2),
        ("abcd", "abcdx", (1, 2), 1),
        ("abcd", "axbcd", (1, 2), 2),
        ("abcd", "abxcd", (1, 2), None),
        ("abcd", "abcxd", (1, 2), 1),
        ("abcd", "bcd", (1, 2), 0),
        ("abcd", "abc", (1, 2), 1),
        ("abcd", "acd", (1, 2), None),
        ("abcd", "abxd", (1, 2), None),
        ("abcd", "xxbcy", (1, 2), 2),
        ("abcd", "", (1, 2), None),
        ("abcd", "abcd", (3, 1), 3),
        ("abcd", "xyabcd", (0, 4), 2),
    ],
)
def test_lines_are_followed_while_they_stay_together(lua, was, now, at, wanted):
    code = """local hunks = require("local_llm.diff_hunks")
    local was, now, row, count = ...
    return hunks.follow(hunks.blocks(was, now), row, count)"""
    assert lua.lua(code, list(was), list(now), *at) == wanted


@pytest.mark.parametrize(
    ("old", "new", "gone", "come"),
    [
        ("x = 1", "x = 2", ["1"], ["2"]),
        ("foo(a)", "foo(a, b)", [], [", b"]),
        ("foo(a, b)", "foo(a)", [", b"], []),
        ("prize of all", "price of all", ["prize"], ["price"]),
        ("名前 = 1", "名字 = 1", ["前"], ["字"]),
        ("\tx = 1", "    x = 1", ["\t"], ["    "]),
        ("one thing", "altogether different", [], []),
        ("x" * 3000, "x" * 2999 + "y", [], []),
        ("", "x", [], []),
        ("a\udcffb = 1".encode(errors="surrogateescape"), "a b = 1", None, None),
    ],
)
def test_what_changed_inside_a_line(lua, old, new, gone, come):
    code = "local inside = require('local_llm.diff_inside') return { inside.ranges(...) }"
    if gone is None:  # bytes that are no text: nothing breaks
        assert len(lua.lua(code, old, new)) == 2
        return
    ranges = lua.lua(code, old, new)
    for line, found, wanted in zip((old, new), ranges, (gone, come), strict=True):
        cut = [line.encode()[first:last].decode() for first, last in found]
        assert cut == wanted
