"""Accepting and rejecting hunks: the text is exactly what was chosen, and undo brings it back."""

import itertools

import pytest
from diff_pairs import PAIRS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HUNKS = "return require('local_llm.diff_hunks').of(...)"
AROUND = {"alone": ([], []), "amid": (["above", "x", ""], ["", "x", "below"])}
MOST_SUBSETS = 16
# Opens, decides about each hunk as `...` says, and undoes; returns the text after each step.
DECIDE = """
local old, new, chosen = ...
local diff, buf = require("local_llm.diff"), vim.api.nvim_get_current_buf()
local function text() return vim.api.nvim_buf_get_lines(buf, 0, -1, false) end
vim.api.nvim_buf_set_lines(buf, 0, -1, false, #old == 0 and { "" } or old)
vim.api.nvim_win_set_cursor(0, { 1, 0 })
vim.cmd("let &g:undolevels = &g:undolevels")
_G.done = {}
local proposal = { buf = buf, tick = 0, first_row = 0, old = text(), new = new }
local ok = diff.open(proposal, { on_done = function(result) table.insert(_G.done, result) end })
local states = { text() }
for index, accept in ipairs(chosen) do
  local view = require("local_llm.diff_view").of(buf)
  -- What is now under the cursor may be the next one already.
  if not view.current or view.current.index ~= index then diff.act("next") end
  diff.act(accept and "accept" or "reject")
  states[#states + 1] = text()
end
local back = {}
for _, accept in ipairs(chosen) do
  if accept then
    vim.cmd("silent undo")
    table.insert(back, 1, text())
  end
end
return { ok = ok, states = states, back = back, done = _G.done }
"""


def mixed(old, hunks, chosen):
    """Return the text with the chosen hunks in it: a list of booleans, one a hunk."""
    lines, at = [], 0
    for hunk, accept in zip(hunks, chosen, strict=False):
        lines += old[at : hunk["row"]]
        at = hunk["row"] + len(hunk["old"])
        lines += hunk["new"] if accept else hunk["old"]
    return lines + old[at:]


def subsets(count):
    every = itertools.product([False, True], repeat=count)
    return list(itertools.islice(every, MOST_SUBSETS))


def held(lines):
    """Return the lines as a buffer has them: never none."""
    return list(lines) or [""]


@pytest.mark.parametrize("pair", PAIRS)
def test_the_hunks_lead_from_the_one_to_the_other(reviewer, pair):
    old, new = map(list, PAIRS[pair])
    hunks = reviewer.child.lua(HUNKS, old, new)
    assert mixed(old, hunks, [True] * len(hunks)) == new
    for above, below in itertools.pairwise(hunks):
        assert above["row"] + len(above["old"]) < below["row"]


@pytest.mark.parametrize("place", AROUND)
@pytest.mark.parametrize("pair", PAIRS)
def test_all_is_one_step_and_none_is_no_step(reviewer, pair, place):
    old, new = PAIRS[pair]
    above, below = AROUND[place]
    before, after = [*above, *old, *below], [*above, *new, *below]
    reviewer.has(*before)
    reviewer.is_shown(old, new, len(above))
    tick = reviewer.child.lua("return vim.b.changedtick")
    reviewer.types("gX")
    assert reviewer.child.buffer() == before
    assert reviewer.child.lua("return vim.b.changedtick") == tick
    reviewer.is_shown(old, new, len(above))
    reviewer.types("gA")
    assert reviewer.child.buffer() == after
    assert reviewer.states() == ["rejected", "applied"]
    rows = {"first": len(above), "last": len(above) + len(new) - 1}
    assert reviewer.done()[-1]["rows"] == rows
    reviewer.types("u")
    assert reviewer.child.buffer() == before
    reviewer.types("<C-R>")
    assert reviewer.child.buffer() == after


@pytest.mark.parametrize("pair", PAIRS)
def test_every_choice_of_hunks_gives_its_mix(reviewer, pair):
    old, new = map(list, PAIRS[pair])
    hunks = reviewer.child.lua(HUNKS, old, new)
    for chosen in subsets(len(hunks)):
        seen = reviewer.child.lua(DECIDE, old, new, chosen)
        wanted = [mixed(old, hunks, chosen[:count]) for count in range(len(chosen) + 1)]
        assert seen["states"] == wanted
        assert seen["back"] == [wanted[i] for i, accept in enumerate(chosen) if accept]
        state = "applied" if any(chosen) else "rejected"
        assert [result["state"] for result in seen["done"]] == [state]


lines = st.lists(
    st.sampled_from(["", "a", "b", "  a", "}", "名", "a b c d", "a b x d"]), max_size=12
)


@pytest.fixture(scope="module")
def deciding(shared_reviewer):
    shared_reviewer.starts_over()
    return shared_reviewer.child


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(old=lines, new=lines, seed=st.randoms(use_true_random=False))
def test_any_two_texts(deciding, old, new, seed):
    old = held(old)
    hunks = deciding.lua(HUNKS, old, new)
    chosen = [seed.random() < 0.5 for _ in hunks]
    seen = deciding.lua(DECIDE, old, new, chosen)
    assert seen["ok"] is bool(hunks)
    wanted = [held(mixed(old, hunks, chosen[:count])) for count in range(len(chosen) + 1)]
    assert seen["states"] == wanted
    assert seen["back"] == [wanted[i] for i, accept in enumerate(chosen) if accept]
    assert len(seen["done"]) == bool(hunks)
