"""The list of `:LocalHistory` in snacks.nvim, telescope.nvim and fzf-lua, by stand-ins of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from python_side import PythonSide

PLUGINS = (Path(__file__).parent / "picker_plugins.lua").read_text()
PICKERS = ["snacks", "telescope", "fzf-lua"]
FIRST = {
    "number": 12,
    "when": 1_700_000_000,
    "command": "explain",
    "title": "def add(a, b):",
    "question": "",
    "answer": "It **adds**.\n\n```python\na + b\n```",
    "path": "/p/src/cart.py",
    "root": "/p",
    "first_row": 1,
    "last_row": 3,
    "filetype": "python",
    "model": "test-model",
    "backend": "llama.cpp",
    "finish": "stop",
}
SECOND = {**FIRST, "number": 7, "title": "Why\tso?", "question": "Why so?", "path": "", "root": ""}


class Lists:
    """An editor with some of the plugins, whose history is the test's."""

    def __init__(self, child, *plugins, **history):
        self.child = child
        child.lua(PLUGINS, *plugins)
        child.lua("require('local_llm').setup({ history = ... })", history)
        self.python = PythonSide(child)

    def asks(self, words="", items=(FIRST, SECOND), total=2):
        """Run the command and answer it; return what was asked."""
        count = len(self.python.sent("history")) + 1
        self.child.type(f":LocalHistory {words}<CR>")
        self.answers(count, items, total)
        return self.python.sent("history")[-1]

    def answers(self, count, items=(FIRST, SECOND), total=2):
        ask = self.python.wait("history", count)
        self.python.call("history", ask["id"], items=list(items), total=total)

    def shown(self):
        return self.child.lua("return _G.shown")

    def press(self, key, line):
        self.child.lua("_G.press(...)", key, line)
        self.child.wait_until(lambda: self.child.lua("return _G.closed"), what="a closed picker")


@pytest.fixture(params=PICKERS)
def lists(request, child):
    return Lists(child, request.param)


def date(child):
    return child.lua("return os.date('%Y-%m-%d %H:%M', 1700000000)")


def test_the_list_has_a_line_and_a_preview_for_each(lists):
    ask = lists.asks("adds it")
    assert (ask["words"], ask["previews"], ask["limit"]) == ("adds it", True, 500)
    assert lists.child.lua("return _G.shown.title") == 'Past answers with "adds it"'
    now = date(lists.child)
    assert lists.child.lua("return { unpack(_G.shown) }") == [
        f"{now}  explain  src/cart.py:2-4  def add(a, b):",
        f"{now}  explain  Why so?",
    ]
    preview = lists.child.lua("return { _G.preview(1), _G.preview(2) }")
    assert preview[0] == f"> explain · src/cart.py:2-4 · {now}\n\n{FIRST['answer']}"
    assert preview[1] == f"> explain · {now}\n\n## Why so?\n\n{FIRST['answer']}"


def test_enter_opens_the_answer_whole(lists):
    lists.asks()
    lists.press("<CR>", 2)
    ask = lists.python.wait("history_entry")
    assert ask["number"] == 7
    whole = {**SECOND, "answer": "All of it.", "finish": "length"}
    lists.python.call("history_entry", ask["id"], item=whole)
    shown = lists.child.wait_screen("from the history").text()
    assert "cut: no room left" in shown
    assert lists.child.buffer()[-1] == "All of it."


def test_a_key_goes_to_the_code(lists, tmp_path):
    file = tmp_path / "cart.py"
    file.write_text("a\nb\nc\n")
    lists.asks(items=[{**FIRST, "path": str(file), "root": str(tmp_path)}], total=1)
    lists.press("<C-g>", 1)
    there = ["cart.py", 2]
    where = "return { vim.fn.expand('%:t'), vim.fn.line('.') }"
    lists.child.wait_until(lambda: lists.child.lua(where) == there, what="the code")


def test_a_key_forgets_an_answer_and_lists_the_others(lists):
    lists.asks("adds")
    lists.press("<C-x>", 1)
    ask = lists.python.wait("history_delete")
    assert ask["number"] == 12
    lists.python.call("history_deleted", ask["id"], count=1)
    lists.answers(2, [SECOND], 1)
    assert lists.python.sent("history")[-1]["words"] == "adds"
    lists.child.wait_until(lambda: len(lists.child.lua("return { unpack(_G.shown) }")) == 1)


def test_the_title_says_how_many_there_are(lists):
    lists.asks(total=1234)
    assert lists.child.lua("return _G.shown.title") == "Past answers, 2 of 1234"


CHOICES = [  # installed, the option, who shows the list
    (PICKERS, "auto", "snacks"),
    (["fzf-lua", "telescope"], "auto", "telescope"),
    (["fzf-lua"], "auto", "fzf-lua"),
    ([], "auto", "select"),
    (PICKERS, "telescope", "telescope"),
    (PICKERS, "fzf-lua", "fzf-lua"),
    (PICKERS, "select", "select"),
    (["snacks"], "telescope", "select"),
]
WHO = """
for module, name in pairs({ snacks = "snacks", telescope = "telescope", fzf = "fzf-lua" }) do
  if package.loaded["local_llm.history_" .. module] then return name end
end
return "select"
"""
SELECT = """
_G.shown = {}
vim.ui.select = function(items, options)
  for i, item in ipairs(items) do _G.shown[i] = options.format_item(item) end
end
"""


@pytest.mark.parametrize(("installed", "wanted", "who"), CHOICES)
def test_who_shows_the_list(child, installed, wanted, who):
    lists = Lists(child, *installed, picker=wanted)
    child.lua(SELECT)
    ask = lists.asks()
    assert child.lua("return #_G.shown") == 2
    assert child.lua(WHO) == who
    assert ask["previews"] == (who != "select")
    warned = "is not installed" in "".join(child.messages())
    assert warned == (wanted == "telescope" and "telescope" not in installed)


def test_neovims_own_list_is_no_longer_than_the_screen(child):
    lists = Lists(child, picker="select")
    child.lua(SELECT)
    assert lists.asks()["limit"] == 24 - 4


def test_a_picker_that_fails_is_said_and_the_list_is_shown(child, home):
    lists = Lists(child, picker="snacks")
    child.lua("package.preload.snacks = function() return { picker = { pick = error } } end")
    child.lua(SELECT)
    lists.asks()
    assert child.lua("return #_G.shown") == 2
    assert "snacks failed; see :LocalLog" in "".join(child.messages())
