"""`:LocalHistory` from the key to the window: with the real host, the real file, a fake server."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from fakes import FakeLlamaCpp, Script
from person import seen

PROMPT = "Type number and <Enter>"
CHAT = "/v1/chat/completions"
CODE = ["import os", "", "def frobnicate(count):", "    return count + 1", "", "LAST = 5"]
ANSWER = Script(pieces=("It **adds** one:\n\n", "```python\nreturn count + 1\n```\n"))
WHY = Script(pieces=("Because of walruses.",))


@pytest.fixture
def server():
    with FakeLlamaCpp(ANSWER, then=[WHY]) as server:
        yield server


@pytest.fixture
def project(tmp_path):
    """Return a project's folder with one file."""
    folder = tmp_path / "shop"
    (folder / ".git").mkdir(parents=True)
    (folder / "cart.py").write_text("\n".join(CODE) + "\n")
    return folder


@pytest.fixture
def start(editor, server, project):
    def run(file="cart.py", **setup):
        backend = {"kind": "llamacpp", "url": server.url}
        options = {"setup": {"backend": backend, **setup}, "lines": 30, "columns": 100}
        return editor(args=[project / file], **options)

    return run


@pytest.fixture
def asked(start):
    """An editor that has explained lines 3 and 4, and closed the answer."""
    child = start()
    explains(child)
    return child


def history_file():
    return Path(os.environ["XDG_STATE_HOME"]) / "local-llm" / "history.sqlite3"


OUTCOME = """
local answer = require("local_llm.answer").current()
return answer and not answer.running and answer.outcome or ""
"""


def explains(child, keys=":3,4LocalExplain<CR>"):
    child.type(keys)
    # Not on the screen, where a message's box may cover the end of the answer.
    child.wait_until(lambda: child.lua(OUTCOME) == "done", what="the answer")
    child.type("q")
    child.wait_until(lambda: windows(child) == 1, what="the end of the answer's window")


WINDOWS = """
return #vim.tbl_filter(function(win)
  return vim.api.nvim_win_get_config(win).focusable
end, vim.api.nvim_list_wins())
"""


def windows(child):
    """Return how many windows there are beside a message's box, which stays for a while."""
    return child.lua(WINDOWS)


def place(child):
    """Return the current file's name and the cursor's line."""
    return child.lua("return { vim.fn.expand('%:t'), vim.fn.line('.') }")


def told(child, text):
    child.wait_until(lambda: text in "".join(child.messages()), what=f"a message with {text!r}")


def lists(child, words="", count=1):
    """Run the command; return the lines of Neovim's own list, once there are so many."""
    child.type(f":LocalHistory {words}<CR>")

    def rows(frame):
        asks = PROMPT in frame.text()
        found = [row for row in frame.lines() if row[:1].isdigit()]
        return found if asks and len(found) == count else None

    return rows(child.wait_screen(rows))


def leaves(child):
    """Choose nothing."""
    child.type("q<CR>")
    child.wait_screen(lambda frame: PROMPT not in frame.text())


def opens(child, number=1):
    """Choose from the list and wait for the answer."""
    child.type(f"{number}<CR>")
    child.wait_screen("from the history")


# -- the way of an answer ------------------------------------------------------------------------


def test_an_answer_is_listed_and_opened_again_in_another_session(asked, start, server):
    asked.quit()
    child = start()
    (line,) = lists(child)
    assert "explain  cart.py:3-4  def frobnicate(count):" in line
    opens(child)
    head, blank, *answer = child.buffer()
    assert head.startswith("> explain · cart.py:3-4 · 20")
    assert (blank, answer[0]) == ("", "It **adds** one:")
    assert "test-model" in child.frame.text()
    assert child.lua("return vim.bo.modifiable") is False
    assert len(server.bodies(CHAT)) == 1
    assert stat.S_IMODE(history_file().stat().st_mode) == 0o600


def test_the_code_is_yanked_and_the_keys_are_listed(asked):
    lists(asked)
    opens(asked)
    asked.type("gy")
    asked.wait_until(lambda: asked.lua("return vim.fn.getreg('\"')") == "return count + 1\n")
    asked.type("g?")
    shown = asked.wait_screen("go to the code").text()
    assert "forget this answer" in shown
    assert "yank the code block" in shown
    assert "follow-up" not in shown
    asked.type("qq")
    asked.wait_until(lambda: windows(asked) == 1, what="one window")


def test_it_takes_over_the_window_of_an_answer_and_gives_it_back(asked):
    asked.type(":1LocalExplain<CR>")
    asked.wait_screen("walruses")
    asked.wait_screen("tokens/s")
    count = windows(asked)
    lists(asked, count=2)
    opens(asked, 2)
    assert windows(asked) == count
    asked.type("gf")  # no follow-up here: Neovim's own gf, which finds no file
    told(asked, "E447")
    asked.type("q")
    asked.wait_until(lambda: place(asked)[0] == "cart.py", what="the source")
    assert windows(asked) == 1


def test_a_follow_up_is_an_entry_with_its_question(start):
    child = start()
    child.type(":3,4LocalExplain<CR>")
    child.wait_screen("tokens/s")
    child.type("gfWhy one?<CR>")
    child.wait_screen("walruses")
    child.wait_until(lambda: child.lua("return require('local_llm').status()") == "")
    child.type("q")
    latest, first = lists(child, count=2)
    assert "cart.py:3-4  Why one?" in latest
    assert "def frobnicate" in first
    opens(child)
    assert child.buffer()[2:] == ["## Why one?", "", "Because of walruses."]


def test_a_search_finds_the_beginnings_of_words_in_the_answer(start):
    child = start()
    explains(child)
    explains(child, ":6LocalExplain<CR>")
    (line,) = lists(child, "WALR")
    assert "LAST = 5" in line
    leaves(child)
    assert len(lists(child, "cart", 2)) == 2
    leaves(child)
    child.type(":LocalHistory zebra<CR>")
    told(child, 'no past answer has "zebra"')


@pytest.mark.parametrize(
    "words", ['"', "*", 'a"b*', "NEAR(", "-zebra", "title:", "AND OR NOT", "%z|"]
)
def test_nothing_that_is_searched_for_is_syntax(asked, words):
    asked.lua("vim.cmd.LocalHistory({ args = vim.split(..., ' ') })", words)
    told(asked, "no past answer has")
    assert len(asked.messages()) == 1


# -- going to the code -----------------------------------------------------------------------------


def test_it_goes_to_the_code_from_another_file(asked, project):
    (project / "other.py").write_text("x = 1\n")
    asked.command(f"edit {project}/other.py")
    lists(asked)
    opens(asked)
    asked.type("<CR>")
    asked.wait_until(lambda: place(asked) == ["cart.py", 3], what="the code")
    assert windows(asked) == 1
    asked.type("<C-o>")
    asked.wait_until(lambda: place(asked)[0] == "other.py", what="the way back")


def test_changes_that_are_not_written_stay_where_they_are(asked, project):
    asked.lua("vim.o.hidden = false")
    asked.command(f"edit {project}/other.py")
    asked.type("ix<Esc>")
    lists(asked)
    opens(asked)
    asked.type("<CR>")
    asked.wait_until(lambda: place(asked) == ["cart.py", 3], what="the code")
    assert windows(asked) == 2


def test_a_file_that_is_gone_is_said(asked, project):
    asked.command("enew | bwipeout #")
    (project / "cart.py").unlink()
    lists(asked)
    opens(asked)
    asked.type("<CR>")
    told(asked, "cart.py is gone")
    assert not (project / "cart.py").exists()


def test_a_file_that_is_shorter_is_said(asked):
    asked.type(":2,$delete<CR>")
    lists(asked)
    opens(asked)
    asked.type("<CR>")
    told(asked, "cart.py has 1 line now; the answer is about line 3")
    assert place(asked) == ["cart.py", 1]


def test_text_without_a_file_has_no_place(start):
    child = start()
    child.command("enew")
    child.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'x = 1' })")
    explains(child, ":%LocalExplain<CR>")
    (line,) = lists(child)
    assert "explain  x = 1" in line
    opens(child)
    assert child.buffer()[0].startswith("> explain · 20")
    child.type("<CR>")
    told(child, "text without a file")


# -- forgetting ------------------------------------------------------------------------------------


def test_one_answer_is_forgotten(start):
    child = start()
    explains(child)
    explains(child, ":6LocalExplain<CR>")
    lists(child, count=2)
    opens(child, 2)
    child.type("dd")
    told(child, "1 past answer is forgotten")
    child.wait_until(lambda: windows(child) == 1, what="the end of the window")
    (line,) = lists(child)
    assert "LAST = 5" in line
    leaves(child)
    assert b"frobnicate" not in history_file().read_bytes()


def test_everything_is_forgotten_after_a_question(asked):
    asked.type(":LocalHistory!<CR>")
    asked.wait_screen("Forget every past answer")
    asked.type("1<CR>")
    assert len(lists(asked)) == 1
    leaves(asked)
    asked.type(":LocalHistory!<CR>")
    asked.wait_screen("Forget every past answer")
    asked.type("2<CR>")
    told(asked, "1 past answer is forgotten")
    asked.type(":LocalHistory<CR>")
    told(asked, "no answer was kept yet")
    assert b"frobnicate" not in history_file().read_bytes()


def test_words_and_forgetting_everything_do_not_go_together(asked):
    asked.type(":LocalHistory! frob<CR>")
    told(asked, "takes no words")
    assert len(lists(asked)) == 1
    leaves(asked)


def test_what_another_editor_has_forgotten_is_said(asked, start):
    lists(asked)
    other = start()
    other.type(":LocalHistory!<CR>")
    other.wait_screen("Forget every past answer")
    other.type("2<CR>")
    told(other, "forgotten")
    asked.type("1<CR>")
    told(asked, "that answer is gone")


# -- what is not kept ------------------------------------------------------------------------------


def test_where_it_is_switched_off_nothing_is_kept(start):
    child = start(history={"enabled": False})
    explains(child)
    child.type(":LocalHistory<CR>")
    told(child, "no answer was kept yet")
    assert not history_file().exists()


def test_a_stopped_answer_is_not_kept(start, server):
    server.script = Script(stall_after=2)  # a word is shown when the next one comes
    child = start()
    child.type(":3,4LocalExplain<CR>")
    child.wait_screen("Hello")
    child.type("<C-c>")
    child.wait_screen("stopped")
    child.type("q:LocalHistory<CR>")
    told(child, "no answer was kept yet")


def test_a_damaged_file_is_one_message_and_the_answers_go_on(start):
    history_file().parent.mkdir(parents=True)
    history_file().write_bytes(b"no database, but a long enough text for a header" * 200)
    child = start()
    explains(child)
    told(child, "answers are not kept")
    assert "damaged" in "".join(child.messages())
    child.command("messages clear")
    explains(child, ":6LocalExplain<CR>")
    assert child.messages() == []
    child.type(":LocalHistory<CR>")
    told(child, "damaged, or another program's")
    child.wait_screen(lambda frame: "move that file away" in seen(frame))
