"""Suggestions beside plugins that close brackets, quotes and blocks while somebody types."""

import pytest

CLOSERS = {
    # what is left of the text, closers right of the cursor -> what is shown
    ("a, b)", ")"): "a, b",
    ("a, b):\n    x", ")"): "a, b",
    ("f(a), b)", ")"): "f(a), b",
    ('")", b)', ")"): '")", b',
    ("don't, b)", ")"): "don't, b",
    ('hello")', '")'): "hello",
    ('he\\"llo")', '"'): 'he\\"llo',
    (" x ", " }"): " x ",
    (" x }", " }"): " x",
    ("x", ")"): "x",
    ("x)", ""): "x)",
    ("\n  x\n}", "\n}"): "\n  x",
    ("x\n}\ny", "\n}"): "x",
    ("x\nend\n", "\nend"): "x",
    ("x\n  end\nend", "\nend"): "x\n  end",
    ("x", "\nend"): "x",
}
# buffer, keys that a plugin for pairs maps, suggestion, typed, what is shown then
PAIRS = [
    ("x = |", "foo(a, b)", "foo(", "a, b"),
    ("x = |", "foo(a, b):", "foo(a, b)", ":"),
    ("print(|)", '"a" + str(b)', '"a" + str(', "b"),
    ("|", "if (x) {\n    y\n}", "if (x) {\n", "    y"),
    ("if x |", "{\n  y\n}", "{\n", "  y"),
    ("|;", "f(g(1))", "f(g(", "1"),
]
PLUGIN = """
for _, pair in ipairs({ "()", "[]", "{}", '""' }) do
  local open, close = pair:sub(1, 1), pair:sub(2)
  local function ahead()
    local col = vim.api.nvim_win_get_cursor(0)[2]
    return vim.api.nvim_get_current_line():sub(col + 1, col + 1)
  end
  local function map(lhs, rhs) vim.keymap.set("i", lhs, rhs, { buffer = true, expr = true }) end
  map(close, function() return ahead() == close and "<C-G>U<Right>" or close end)
  if open ~= close then
    map(open, function() return pair .. "<C-G>U<Left>" end)
  else
    map(open, function() return ahead() == close and "<C-G>U<Right>" or pair .. "<C-G>U<Left>" end)
  end
  map("<CR>", function() return ahead() == "}" and "<CR><Up><End><CR>" or "<CR>" end)
end
"""


@pytest.mark.parametrize(("text", "extra"), CLOSERS)
def test_closers_that_are_there_are_not_shown(typist, text, extra):
    code = "return require('local_llm.suggestion_text').before_closers(...)"
    assert typist.child.lua(code, text, extra) == CLOSERS[text, extra]


@pytest.mark.parametrize(("line", "text", "typed", "left"), PAIRS)
def test_a_plugin_for_pairs_does_not_end_it(typist, line, text, typed, left):
    typist.has(line, options="expandtab shiftwidth=4")
    typist.child.lua(PLUGIN)
    typist.is_offered(text)
    typist.writes(typed)
    assert typist.rest() == left
    typist.types("<Tab>")
    assert typist.text().count(")") == line.count(")") + text.count(")")
    assert typist.text().count("}") == line.count("}") + text.count("}")


def test_deleting_a_pair_brings_the_text_back(typist):
    typist.has("|")
    typist.child.lua(PLUGIN)
    typist.is_offered("f(a)")
    typist.types("f(")
    assert typist.rest() == "a"
    typist.types("<Del><BS>")
    assert typist.rest() == "(a)"


def test_an_end_put_below_by_a_plugin_is_shown_once(typist):
    typist.has("if x then|", "y", options="autoindent")
    typist.is_offered("\n  z()\nend")
    typist.child.command("inoremap <buffer> <CR> <CR>end<Up><End><CR>")
    typist.types("<CR>")
    assert typist.child.buffer() == ["if x then", "", "end", "y"]
    assert typist.rest() == "  z()"
