""":LocalStats: what became of suggestions, from the key to the window."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from python_side import PythonSide

from fakes import ClosedPort, FakeLlamaCpp, Script

CODER = "qwen2.5-coder-1.5b"
MIDDLE = "return first + second"
NOTE = """
local usage = require("local_llm.usage")
for _, call in ipairs({ ... }) do usage[call[1]](unpack(call, 2)) end
"""


def taken(child):
    return child.lua("return require('local_llm.usage').take()")


def note(child, *calls):
    child.lua(NOTE, *calls)


# -- the window --------------------------------------------------------------------------------


def test_the_counts_are_shown_in_a_window(child):
    python = PythonSide(child)
    child.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'x = 1' })")
    child.type(":LocalStats<CR>")
    python.call("stats", python.wait("stats")["id"], lines=["# Suggestions so far", "", "- a: 1"])
    child.wait_screen("- a: 1")
    assert child.buffer() == ["# Suggestions so far", "", "- a: 1"]
    assert child.lua("return vim.bo.modifiable") is False
    child.type("q")
    child.wait_until(lambda: child.buffer() == ["x = 1"], what="the source")


def test_a_second_look_replaces_the_first_and_leaves_the_preview_alone(child):
    python = PythonSide(child)
    child.lua("require('local_llm.preview').show({ '# Prompt' })")
    for count in (1, 2):
        child.type(":LocalStats<CR>")
        python.call("stats", python.wait("stats", count)["id"], lines=[f"look {count}"])
        child.wait_screen(f"look {count}")
    assert child.buffer() == ["look 2"]
    assert child.lua("return #vim.api.nvim_tabpage_list_wins(0)") == 3
    assert "# Prompt" in child.frame.text()


def test_a_failure_is_one_message(child):
    python = PythonSide(child)
    child.type(":LocalStats<CR>")
    ask_id = python.wait("stats")["id"]
    python.call("fail", ask_id, code="X", message="no counts", hint="try again", where="")
    wanted = ["local-llm: no counts; try again"]
    child.wait_until(lambda: child.messages() == wanted, what=str(wanted))


def test_the_counts_can_be_forgotten(child):
    python = PythonSide(child)
    assert child.lua("return vim.fn.getcompletion('LocalStats ', 'cmdline')") == ["reset"]
    child.type(":LocalStats reset<CR>")
    ask = python.wait("stats")
    assert ask["reset"] is True
    python.call("stats", ask["id"], lines=[])
    child.wait_until(lambda: "start anew" in "".join(child.messages()), what="a message")
    assert child.lua("return #vim.api.nvim_tabpage_list_wins(0)") == 1


def test_anything_else_is_refused(child):
    python = PythonSide(child)
    child.type(":LocalStats resett<CR>")
    child.wait_until(lambda: "reset" in "".join(child.messages()), what="a message")
    assert python.sent("stats") == []


# -- what is told ------------------------------------------------------------------------------


def test_a_suggestion_drawn_again_is_counted_once(child):
    note(child, ["note_shown", 1], ["note_shown", 1], ["note_shown", 2])
    assert [(use["kind"], use["id"]) for use in taken(child)] == [("shown", 1), ("shown", 2)]


def test_the_time_to_the_screen_is_counted_from_asking(child):
    child.lua("require('local_llm.usage').note_shown(1, vim.uv.hrtime() - 5e6)")
    (shown,) = taken(child)
    assert 5 <= shown["screen_ms"] < 5000


def test_characters_are_counted_and_no_bytes(child):
    note(child, ["note_used", "all", "größer\n\t€", 1])
    assert taken(child) == [{"kind": "all", "id": 1, "chars": 9}]


def test_what_is_typed_through_is_one_entry(child):
    note(child, *(["note_used", "typed", char, 1] for char in "häh"))
    note(child, ["note_used", "word", " a", 1], ["note_used", "typed", "b", 2])
    used = [(use["kind"], use["id"], use["chars"]) for use in taken(child)]
    assert used == [("typed", 1, 3), ("word", 1, 2), ("typed", 2, 1)]


def test_each_acceptance_is_an_entry(child):
    note(child, *(["note_used", "word", "ab", 1] for _ in range(3)))
    assert len(taken(child)) == 3


def test_nothing_is_told_twice_and_nothing_where_there_is_nothing(child):
    note(child, ["note_used", "all", "x", 1])
    assert len(taken(child)) == 1
    assert taken(child) is None


def test_what_waits_is_bounded(child):
    note(child, *(["note_used", "word", "x", number] for number in range(300)))
    used = taken(child)
    assert len(used) == 200
    assert used[-1]["id"] == 299


def test_leaving_insert_mode_tells_what_is_left_in_one_message(child):
    python = PythonSide(child)
    child.lua("require('local_llm').setup({ complete = { auto = false } })")
    child.type("i")
    child.wait_until(lambda: child.lua("return vim.fn.mode()") == "i", what="insert mode")
    note(child, ["note_shown", 7], ["note_used", "all", "abc", 7])
    assert python.sent("complete_used") == []
    child.type("<Esc>")
    told = python.wait("complete_used")["used"]
    assert [use["kind"] for use in told] == ["shown", "all"]
    child.type("i<Esc>")
    child.wait_until(lambda: child.lua("return vim.fn.mode()") == "n", what="normal mode")
    assert len(python.sent("complete_used")) == 1


def test_the_window_has_the_latest_uses(child):
    python = PythonSide(child)
    note(child, ["note_used", "all", "abc", 7])
    child.type(":LocalStats<CR>")
    python.wait("stats")
    names = [message["name"] for message in child.lua("return _G.sent")]
    assert names.index("complete_used") < names.index("stats")


# -- all of it ---------------------------------------------------------------------------------


@pytest.fixture
def server():
    script = Script(continues=MIDDLE, models=(CODER,))
    with FakeLlamaCpp(script) as fake:
        yield fake


def typing(editor, server, **complete):
    setup = {"backend": {"kind": "llamacpp", "url": server.url}}
    setup["complete"] = {"speculate": False, "debounce_ms": 0, **complete}
    child = editor(setup=setup, lines=50, columns=110)
    child.lua("vim.bo.filetype = 'python'; vim.bo.autoindent = false")
    return child


def shown_counts(child):
    """Open the window; return its numbers by their names."""
    child.type("<Esc>:LocalStats<CR>")
    child.wait_screen("Suggestions so far")
    return parsed(child.buffer())


def parsed(lines):
    assert f"## {CODER}" in lines, "\n".join(lines)
    numbers = lines[: lines.index("## What the numbers mean")]
    found = (re.fullmatch(r"- ([^:]+): (.*)", line) for line in numbers)
    return {match[1]: match[2] for match in found if match}


def ghost(child, text):
    def current():
        code = "return (require('local_llm.suggestion').current() or {}).text"
        return child.lua(code) == text

    child.wait_until(current, what=f"the suggestion {text!r}")


def test_an_accepted_suggestion_is_counted(editor, server):
    child = typing(editor, server)
    child.type("iret")
    ghost(child, "urn first + second")
    child.type("<Tab>")
    child.wait_until(lambda: child.buffer() == [MIDDLE], what="the accepted text")
    counts = shown_counts(child)
    assert counts["suggestions accepted"].startswith("1 (")
    assert counts["accepted by kind"] == "1 whole, 0 by line, 0 by word"
    assert counts["characters saved"] == "17 (18 accepted with 1 key)"
    assert re.match(r"p50 [\d.,]+ ms, p95 [\d.,]+ ms$", counts["time to first token"])
    assert re.match(r"p50 [\d.,]+ ms, p95 [\d.,]+ ms$", counts["time to screen"])
    assert int(counts["keys that asked"]) >= 1
    assert counts["suggestions shown"][0] != "0"
    assert re.match(r"\d+ of \d+ generated", counts["wasted tokens"])
    assert counts["prompt tokens evaluated per key"] != "not known"


def test_a_dismissed_suggestion_is_counted_and_wasted(editor, server):
    child = typing(editor, server)
    child.type("iret")
    ghost(child, "urn first + second")
    child.type("<C-]>")
    ghost(child, None)
    counts = shown_counts(child)
    assert counts["dismissed"] == "1"
    assert counts["suggestions accepted"].startswith("0 (")
    made = re.match(r"(\d+) of (\d+) generated \(100 %\)", counts["wasted tokens"])
    assert made[1] == made[2] != "0"


def test_what_was_typed_of_a_suggestion_counts_also_where_it_was_left(editor, server):
    child = typing(editor, server)
    child.type("iret")
    ghost(child, "urn first + second")
    child.type("urn")
    ghost(child, " first + second")
    child.type(";")
    ghost(child, None)
    counts = shown_counts(child)
    assert counts["typed through"] == "3 characters"


def test_the_counts_outlive_the_editor_and_hold_no_text(editor, server, home):
    child = typing(editor, server)
    child.type("iret")
    ghost(child, "urn first + second")
    child.type("<Tab>")
    child.wait_until(lambda: child.buffer() == [MIDDLE], what="the accepted text")
    child.type("<Esc>")
    child.quit()
    file = Path(os.environ["XDG_STATE_HOME"]) / "local-llm" / "stats.json"
    child.wait_until(file.exists, what="the file")
    data = json.loads(file.read_text())
    assert list(data["models"]) == [CODER]
    assert data["models"][CODER]["accepted_chars"] == 18
    assert "first" not in re.sub("first_token", "", file.read_text())
    again = typing(editor, server, auto=False)
    assert shown_counts(again)["accepted by kind"] == "1 whole, 0 by line, 0 by word"


def test_the_counts_are_shown_where_no_server_runs_and_can_be_reset(editor, server):
    child = typing(editor, server)
    child.type("iret")
    ghost(child, "urn first + second")
    shown_counts(child)
    child.quit()
    with ClosedPort() as port:
        other = typing(editor, port, auto=False)
        assert int(shown_counts(other)["keys that asked"]) >= 1
        other.type("q:LocalStats reset<CR>")
        other.wait_until(lambda: "start anew" in "".join(other.messages()), what="a message")
        other.type(":LocalStats<CR>")
        other.wait_screen("Nothing was counted yet.")
