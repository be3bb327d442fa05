from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.fim.anchor import LONGEST_SPAN, set_anchor, typed_since
from local_llm.fim.ticket import Ticket

ABOVE = "import os\n\n\ndef main():\n"
BELOW = "\n\n\nmain()\n"


def ticket(before, after=BELOW, *, first_row=0, buf=1):
    row = first_row + before.count("\n")
    col = len(before.rpartition("\n")[2].encode())
    return Ticket(
        id=1, buf=buf, tick=1, row=row, col=col, first_row=first_row, before=before, after=after
    )


def anchored(before=f"{ABOVE}    x = ", after=BELOW, **place):
    anchor, _ = set_anchor(ticket(before, after, **place), 10_000, len)
    return anchor


def test_an_anchor_stands_at_the_start_of_the_line():
    anchor, line = set_anchor(ticket(f"{ABOVE}    x = "), 10_000, len)
    assert (anchor.prefix, line, anchor.suffix) == (ABOVE, "    x = ", BELOW)
    assert (anchor.row, anchor.first_row) == (4, 0)


TYPED = {
    "nothing yet": ("    x = ", BELOW),
    "a letter": ("    x = 1", BELOW),
    "deleting in the line": ("    x", BELOW),
    "deleting the whole line": ("", BELOW),
    "a new line": ("    x = 1\n    y = ", BELOW),
    "a bracket that the editor closed": ("    x = f(", ")" + BELOW),
    "three of them": ("    x = f([{", "}])" + BELOW),
    "a quote that the editor closed": ('    x = "', '"' + BELOW),
    "fewer lines below were sent": ("    x = 1", BELOW[:4]),
    "more lines below were sent": ("    x = 1", f"{BELOW}# more\n"),
}


@pytest.mark.parametrize(("typed", "after"), TYPED.values(), ids=TYPED)
def test_it_holds_after(typed, after):
    assert typed_since(anchored(), ticket(ABOVE + typed, after)) == typed


MOVED = {
    "another buffer": ticket(f"{ABOVE}    x = 1", buf=2),
    "a line above changed": ticket(f"{ABOVE}    x = 1".replace("os", "re")),
    "a line above is gone": ticket(f"{ABOVE}    x = 1".replace("import os\n", "")),
    "text below changed": ticket(f"{ABOVE}    x = 1", BELOW.replace("main", "many")),
    "a word behind the cursor": ticket(f"{ABOVE}    x = ", f"word{BELOW}"),
    "the cursor went up": ticket("import os\n", f"\n\ndef main():\n    x = {BELOW}"),
    "the cursor went left": ticket(f"{ABOVE}    x", f" = {BELOW}"),
    "a very long span": ticket(ABOVE + "x" * (LONGEST_SPAN + 1)),
    "the text starts below it": ticket("    x = 1", first_row=4),
    "many closers": ticket(f"{ABOVE}    x = ", f"{')' * 40}{BELOW}"),
}


@pytest.mark.parametrize("place", MOVED.values(), ids=MOVED)
def test_it_moves_when(place):
    assert typed_since(anchored(), place) is None


def test_it_holds_where_more_lines_above_are_sent():
    anchor = anchored(f"{ABOVE}    x = ", first_row=64)
    more = ticket(f"a\nb\n{ABOVE}    x = 1", first_row=62)
    assert typed_since(anchor, more) == "    x = 1"


def test_at_the_end_of_a_file_nothing_may_follow():
    anchor = anchored(after="")
    assert typed_since(anchor, ticket(f"{ABOVE}    y", "")) == "    y"
    assert typed_since(anchor, ticket(f"{ABOVE}    y", ")")) == "    y"
    assert typed_since(anchor, ticket(f"{ABOVE}    y", "\nmore\n")) is None


def test_text_does_not_show_in_repr():
    assert "import" not in repr(anchored())
    assert "import" not in repr(ticket(ABOVE))


LINES = st.text(alphabet="ab \n(", max_size=40)


@given(LINES, LINES, st.text(alphabet="ab \n(", max_size=20), st.integers(0, 60))
def test_prefix_and_typed_text_are_always_the_text_before_the_cursor(before, after, typed, tokens):
    anchor, line = set_anchor(ticket(before, after), tokens, len)
    found = typed_since(anchor, ticket(before + typed, after))
    assert before.endswith(anchor.prefix + line)
    if found is not None:
        assert (before + typed).endswith(anchor.prefix + found)
    if tokens > 50 and (after.strip() or not after):
        assert found == line + typed
