"""The context ring: what it keeps, what goes into a prompt, and how little of a prompt changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.fim.ring import MOST_LINES, MOST_PIECE_BYTES, Chunk, Ring

PIECE = 24  # what `piece` costs when it is counted by `count`


def count(text):
    """Two tokens a line: a piece of nine lines and its header are 20, and 4 for the markers."""
    return 2 * text.count("\n")


def piece(name, lines=9, kind="written", path=None):
    text = "\n".join(f"{name}_{n} = {n}" for n in range(lines))
    return Chunk(path or f"{name}.py", text, kind)


def filled(names, **options):
    ring = Ring(**options)
    for name in names:
        ring.add(piece(name))
    return ring


def chosen(ring, limit=10_000, around="", path="here.py", **options):
    """The names of the selected pieces, in the prompt's order."""
    chunks = ring.select(around, limit, count, path, **options)
    return "".join(chunk.path.removesuffix(".py") for chunk in chunks)


def texts(ring):
    return [chunk.text for chunk in ring.select("", 10_000, count, "here.py")]


# -- what is kept ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a = 1\nb = 2\nc = 3", "a = 1\nb = 2\nc = 3"),
        ("\n \n  a\nb\n\nc\n\t\n\n", "  a\nb\n\nc"),
        ("a\r\nb\r\nc\r\n", "a\nb\nc"),
        ("a\nb", None),
        ("a\n\n\n\nb", None),
        ("", None),
        ("\n\n\n", None),
        ("}\n}\n}", "}\n}\n}"),
    ],
)
def test_edges_are_dropped_and_what_says_little_is_left_out(text, kept):
    ring = Ring()
    assert ring.add(Chunk("a.py", text, "yank")) is (kept is not None)
    assert texts(ring) == ([] if kept is None else [kept])


@pytest.mark.parametrize(("text", "size"), [("def f(x: int) -> str: ...", 1), ("\n", 0), ("", 0)])
def test_a_definition_may_be_one_line(text, size):
    ring = Ring()
    ring.add(Chunk("a.py", text, "definition"))
    assert len(ring) == size


def test_a_piece_has_a_bounded_number_of_lines():
    ring = Ring()
    ring.add(piece("a", lines=200))
    assert texts(ring) == [piece("a", lines=MOST_LINES).text]


def test_a_piece_has_a_bounded_size_in_whole_lines():
    line = "é" * 1200
    ring = Ring()
    ring.add(Chunk("a.py", "\n".join(f"{n}{line}" for n in range(9)), "yank"))
    ring.add(Chunk("minified.js", f"a\nb\nc\n{'x' * 100_000}", "yank"))
    ring.add(Chunk("one_line.js", "x" * MOST_PIECE_BYTES + "\na\nb\nc", "yank"))
    assert texts(ring) == [f"0{line}\n1{line}\n2{line}", "a\nb\nc"]


def test_bytes_that_are_no_text_do_no_harm():
    ring = Ring()
    ring.add(Chunk("a.py", "a\udcff\nb\nc", "yank"))
    assert texts(ring) == ["a\udcff\nb\nc"]


def test_no_repr_shows_text():
    assert repr(piece("secret", path="a.py")) == "Chunk('a.py', written, 116 characters)"
    ring = filled(["secret"])
    assert "secret_1" not in f"{ring!r} {ring._entries!r}"


# -- doubles ---------------------------------------------------------------------------------------


def test_the_same_again_changes_nothing():
    ring = filled("abc")
    before = texts(ring)
    assert ring.add(piece("b")) is False
    assert texts(ring) == before


def test_other_indentation_alone_is_the_same_piece_with_a_new_text():
    ring = filled("a")
    indented = Chunk("a.py", "  " + piece("a").text.replace("\n", "\n  "), "yank")
    assert ring.add(indented) is True
    assert texts(ring) == [indented.text]


def test_an_edited_piece_replaces_its_older_state():
    ring = Ring()
    ring.add(piece("a", lines=30))
    edited = Chunk("a.py", piece("a", lines=30).text.replace("a_7 = 7", "a_7 = 8"), "written")
    assert ring.add(edited) is True
    assert texts(ring) == [edited.text]


def test_a_part_of_a_known_piece_says_nothing_new():
    ring = Ring()
    ring.add(piece("a", lines=30))
    assert ring.add(piece("a", lines=5, kind="yank")) is False
    assert texts(ring) == [piece("a", lines=30).text]


def test_a_piece_takes_the_place_of_all_its_parts():
    ring = Ring()
    lines = piece("a", lines=30).text.split("\n")
    for start in (0, 10, 20):
        ring.add(Chunk("a.py", "\n".join(lines[start : start + 10]), "yank"))
    ring.add(piece("b"))
    assert len(ring) == 4
    ring.add(piece("a", lines=30))
    assert sorted(texts(ring)) == sorted([piece("a", lines=30).text, piece("b").text])


def test_neighbours_that_share_half_of_their_lines_are_two_pieces():
    ring = Ring()
    lines = piece("a", lines=30).text.split("\n")
    ring.add(Chunk("a.py", "\n".join(lines[:20]), "left"))
    ring.add(Chunk("a.py", "\n".join(lines[10:]), "left"))
    assert len(ring) == 2


def test_brackets_alone_make_no_two_pieces_alike():
    ring = Ring()
    ring.add(Chunk("a.c", "{\none();\n}\n{\n}", "yank"))
    ring.add(Chunk("b.c", "{\ntwo();\n}\n{\n}", "yank"))
    assert len(ring) == 2


# -- bounds ----------------------------------------------------------------------------------------


def test_the_least_recently_confirmed_has_to_go():
    ring = filled("abcd", most=4)
    ring.add(piece("a"))
    ring.add(piece("e"))
    assert len(ring) == 4
    assert "b" not in chosen(ring)
    assert {"a", "e"} <= set(chosen(ring))


def test_a_full_ring_does_not_change_the_beginning_with_every_piece():
    names = "abcdefghijklmnopqrstuvwxyz"
    ring = filled(names[:8], most=8)
    before, kept = chosen(ring), 0
    for name in names[8:]:
        ring.add(piece(name))
        after = chosen(ring)
        kept += after.startswith(before)
        before = after
    assert kept >= 12  # of 18


def test_the_ring_is_bounded_in_bytes():
    ring = Ring(most=16, most_bytes=20_000)
    for name in "abcdefgh":
        ring.add(Chunk(f"{name}.py", "\n".join(f"{name}{n}" * 100 for n in range(20)), "yank"))
    total = sum(len(text) for text in texts(ring))
    assert 0 < total <= 20_000
    assert "h0" * 100 in texts(ring)[-1]


def test_definitions_do_not_push_everything_else_out():
    ring = filled("abcd", most=8)
    for n in range(40):
        ring.add(Chunk("lib.py", f"def helper_{n}(x): ...", "definition"))
    selected = ring.select("", 10_000, count, "here.py")
    assert [chunk.path for chunk in selected[:4]] == ["a.py", "b.py", "c.py", "d.py"]
    assert [chunk.text for chunk in selected[4:]] == [
        f"def helper_{n}(x): ..." for n in (36, 37, 38, 39)
    ]


def test_a_denied_file_is_forgotten():
    ring = filled("abc")
    ring.add(piece("x", path="b.py"))
    assert chosen(ring) == "abcb"
    assert ring.forget("b.py") is True
    assert ring.forget("b.py") is False
    assert chosen(ring) == "ac"
    assert len(ring) == 2


# -- what goes into the prompt ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shared", "path", "left_out"),
    [
        (10, "here.py", True),
        (6, "here.py", True),
        (5, "here.py", False),
        (0, "here.py", False),
        (4, "a.py", True),
        (3, "a.py", False),
    ],
)
def test_what_stands_around_the_cursor_is_left_out(shared, path, left_out):
    ring = Ring()
    ring.add(piece("a", lines=10))
    around = "\n".join([*piece("z", 30).text.split("\n"), *piece("a", shared).text.split("\n")])
    assert chosen(ring, around=around, path=path) == ("" if left_out else "a")


def test_nothing_known_nothing_chosen():
    assert chosen(Ring()) == ""
    assert chosen(filled("abc"), limit=0) == ""
    assert chosen(filled("abc"), limit=-7) == ""


def test_the_newest_that_fit_are_chosen_oldest_first():
    assert chosen(filled("abcdef"), limit=3 * PIECE) == "def"


def test_a_piece_that_is_too_large_alone_makes_room_for_others():
    ring = filled("abc")
    ring.add(piece("d", lines=60))
    assert chosen(ring, limit=3 * PIECE) == "abc"


def test_the_same_is_chosen_again_as_long_as_nothing_changes():
    ring = filled("abcdef")
    first = ring.select("x = 1", 4 * PIECE, count, "here.py")
    for around in ("x = 1", "x = 12\ny = 2", ""):
        assert ring.select(around, 4 * PIECE, count, "here.py") == first


def test_what_is_new_comes_last():
    ring = filled("bc")
    assert chosen(ring) == "bc"
    ring.add(piece("a"))
    assert chosen(ring) == "bca"


def test_confirming_a_piece_does_not_move_it():
    ring = filled("abc")
    assert chosen(ring) == "abc"
    ring.add(piece("a"))
    assert chosen(ring) == "abc"


def test_what_comes_back_from_around_the_cursor_comes_last():
    ring = filled("abc")
    assert chosen(ring) == "abc"
    assert chosen(ring, around=piece("a").text) == "bc"
    assert chosen(ring) == "bca"


def test_an_edited_piece_moves_to_the_end_and_stays_there():
    ring = Ring()
    for name in "abc":
        ring.add(piece(name, lines=30))
    assert chosen(ring) == "abc"
    for value in (70, 71, 72):
        text = piece("a", lines=30).text.replace("a_7 = 7", f"a_7 = {value}")
        ring.add(Chunk("a.py", text, "written"))
        assert chosen(ring) == "bca"


def test_a_full_prompt_gives_up_its_older_half_at_once():
    ring = filled("abcd")
    assert chosen(ring, limit=4 * PIECE) == "abcd"
    ring.add(piece("e"))
    assert chosen(ring, limit=4 * PIECE) == "cde"
    ring.add(piece("f"))
    assert chosen(ring, limit=4 * PIECE) == "cdef"
    ring.add(piece("g"))
    assert chosen(ring, limit=4 * PIECE) == "efg"


def test_confirmed_pieces_stay_when_the_prompt_is_full():
    ring = filled("abcd")
    assert chosen(ring, limit=4 * PIECE) == "abcd"
    ring.add(piece("a"))
    ring.add(piece("e"))
    assert chosen(ring, limit=4 * PIECE) == "ade"


def test_what_was_dropped_waits_until_it_is_confirmed():
    ring = filled("abcd")
    chosen(ring, limit=4 * PIECE)
    ring.add(piece("e"))
    assert chosen(ring, limit=4 * PIECE) == "cde"
    assert ring.add(piece("a")) is True
    assert chosen(ring, limit=4 * PIECE) == "cdea"


def test_what_was_dropped_comes_back_when_there_is_more_room():
    ring = filled("abcd")
    assert chosen(ring, limit=2 * PIECE) == "cd"
    assert chosen(ring, limit=4 * PIECE) == "cdab"


def test_a_piece_that_comes_back_pushes_out_nothing_newer():
    ring = filled("abc")
    here = piece("a").text
    assert chosen(ring, limit=2 * PIECE, around=here) == "bc"
    assert chosen(ring, limit=2 * PIECE) == "bc"


def test_less_room_for_once_takes_the_beginning():
    ring = filled("abcd")
    assert chosen(ring) == "abcd"
    assert chosen(ring, limit=2 * PIECE, brief=True) == "ab"
    assert chosen(ring, limit=2 * PIECE, around=piece("a").text, brief=True) == "bc"
    ring.add(piece("e"))
    assert chosen(ring, limit=PIECE, brief=True) == "a"
    assert chosen(ring) == "abcde"


def test_the_first_prompt_may_be_brief():
    ring = filled("abcd")
    assert chosen(ring, limit=2 * PIECE, brief=True) == "cd"
    assert chosen(ring) == "cdab"


def test_less_room_for_good_takes_the_beginning_until_something_new_comes():
    ring = filled("abcd")
    assert chosen(ring, limit=4 * PIECE) == "abcd"
    assert chosen(ring, limit=3 * PIECE) == "abc"
    assert chosen(ring, limit=4 * PIECE) == "abcd"
    chosen(ring, limit=3 * PIECE)
    ring.add(piece("e"))
    assert chosen(ring, limit=3 * PIECE) == "de"


def test_pieces_are_counted_once():
    asked = []

    def counted(text):
        asked.append(text)
        return count(text)

    ring = filled("abc")
    for _ in range(5):
        ring.select("", 10_000, counted, "here.py")
    assert asked == [f"{name}.py\n{piece(name).text}\n" for name in "abc"]
    ring.select("", 10_000, count, "here.py")
    ring.select("", 10_000, counted, "here.py")
    assert len(asked) == 6


# -- properties ------------------------------------------------------------------------------------

NAMES = "abcdefghijkl"
steps = st.lists(
    st.one_of(
        st.builds(
            lambda name, lines, kind: ("add", piece(name, lines, kind)),
            st.sampled_from(NAMES),
            st.integers(0, 80),
            st.sampled_from(["yank", "left", "written", "definition"]),
        ),
        st.tuples(st.just("forget"), st.sampled_from([f"{name}.py" for name in NAMES])),
        st.tuples(
            st.just("select"),
            st.tuples(
                st.sampled_from(["", *(piece(name).text for name in NAMES[:4])]),
                st.integers(-10, 400),
                st.booleans(),
            ),
        ),
    ),
    max_size=40,
)


def play(ring, script):
    """Act it out; yield each selection with what it was asked with."""
    for verb, what in script:
        if verb == "add":
            ring.add(what)
        elif verb == "forget":
            ring.forget(what)
        else:
            around, limit, brief = what
            selected = ring.select(around, limit, count, "here.py", brief=brief)
            yield around, limit, brief, selected


def cost(chunks):
    return sum(count(f"{chunk.path}\n{chunk.text}\n") + 4 for chunk in chunks)


@given(steps, st.integers(1, 8))
def test_bounds_hold_whatever_happens(script, most):
    ring = Ring(most=most, most_bytes=2000)
    for around, limit, _, selected in play(ring, script):
        assert len(ring) <= most
        assert cost(selected) <= max(0, limit)
        assert sum(len(chunk.text) for chunk in selected) <= 2000 or len(ring) == 1
        assert len({chunk.text for chunk in selected}) == len(selected)
        assert not any(chunk.text == around for chunk in selected)


@given(steps)
def test_asking_again_gives_the_same(script):
    ring = Ring(most=6)
    for around, limit, brief, selected in play(ring, script):
        for _ in range(2):
            assert ring.select(around, limit, count, "here.py", brief=brief) == selected


@given(steps)
def test_a_brief_selection_is_a_beginning_and_leaves_no_trace(script):
    one, other = Ring(most=6), Ring(most=6)
    list(play(one, script))
    list(play(other, script))
    whole = one.select("", 10_000, count, "here.py")
    assert other.select("", 10_000, count, "here.py") == whole
    short = one.select("", 40, count, "here.py", brief=True)
    assert whole[: len(short)] == short
    assert one.select("", 10_000, count, "here.py") == whole


@given(steps, st.text(st.characters(codec="utf-8"), max_size=60))
def test_something_new_changes_at_most_the_end_while_there_is_room(script, text):
    ring = Ring(most=60)
    list(play(ring, script))
    before = ring.select("", 100_000, count, "here.py")
    ring.add(Chunk("new.py", f"one new line\nand another\n{text}\nthe last", "yank"))
    after = ring.select("", 100_000, count, "here.py")
    assert after[: len(before)] == before
    assert [chunk.path for chunk in after[len(before) :]] == ["new.py"]


@given(steps)
def test_a_forgotten_file_never_comes_back(script):
    ring = Ring()
    list(play(ring, script))
    for name in NAMES:
        ring.forget(f"{name}.py")
    assert ring.select("", 10_000, count, "here.py") == ()
    assert len(ring) == 0
