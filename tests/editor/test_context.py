"""What the editor hands on of other files for the prompts of completion, and what it keeps."""

from __future__ import annotations

from pathlib import Path

import pytest
from context_side import numbered


@pytest.fixture
def at(watched_editor):
    watched_editor.starts_over()
    return watched_editor


@pytest.fixture
def child(at):
    return at.child


# -- yanks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "first", "count"),
    [
        ("3G4yy", 2, 4),
        ("3GVjjy", 2, 3),
        ("3G2lvjjy", 2, 3),
        (":3,6yank a<CR>", 2, 4),
        ("ggyG", 0, 64),
    ],
)
def test_a_yank_is_sent_in_whole_lines(at, project, keys, first, count):
    file = at.edit(project / "src" / "a.py", numbered(90))
    at.type(keys)
    assert at.sent() == [
        {
            "name": "context",
            "kind": "yank",
            "path": str(file),
            "root": str(project),
            "filetype": "python",
            "text": "\n".join(numbered(90)[first : first + count]),
        }
    ]


@pytest.mark.parametrize(
    "keys", ["2yy", "vjy", "<C-V>4j2ly", "5dd", "5cc<Esc>", '"_5yy', "yiw", ":2,3yank<CR>"]
)
def test_other_registers_and_small_ones_are_not_sent(at, project, keys):
    at.edit(project / "a.py", numbered(9))
    at.type(keys)
    assert at.sent() == []


OTHER_BUFFERS = {
    "help": "help help",
    "terminal": "terminal cat",
    "prompt": "enew | setlocal buftype=prompt",
    "no file": "enew | setlocal buftype=nofile | file some",
    "no name": "enew",
    "an address": "file scp://host/a.py",
    "unlisted": "setlocal nobuflisted",
    "a filetype that is left out": "setfiletype gitcommit",
}


@pytest.mark.parametrize("case", OTHER_BUFFERS)
def test_what_is_no_source_file_is_not_sent(at, child, project, case):
    at.edit(project / "a", [])
    child.command(OTHER_BUFFERS[case])
    child.command("noautocmd silent! call setline(1, ['one', 'two', 'three', 'four'])")
    at.forget()
    child.command("1,$yank")
    child.command("noautocmd silent! call append(0, ['new'])")
    child.command(f"noautocmd only | edit {project / 'b'}")
    assert at.sent() == []


def test_macros_are_not_sent(at, child, project):
    at.edit(project / "a.py", numbered(20))
    child.type("qa3yyjq")
    child.wait_until(lambda: child.lua("return vim.fn.reg_recording()") == "")
    at.type("@a")
    assert at.sent() == []
    at.type("3yy")
    assert len(at.sent()) == 1


OFF = {
    "no host": "_G.running = false",
    "switched off": "require('local_llm').options().complete.auto = false",
    "without other files": (
        "require('local_llm').given = function() return { complete = { extra_files = false } } end"
    ),
}


@pytest.mark.parametrize("case", OFF)
def test_nothing_is_sent_where_it_is_of_no_use(at, child, project, case):
    child.lua(OFF[case])
    at.edit(project / "a.py", numbered(20))
    child.command(f"1,9yank | call setline(1, 'new') | write | edit {project}/some | write")
    assert at.sent() == []


def test_options_of_the_wrong_type_do_no_harm(at, child, project):
    child.lua("require('local_llm').given = function() return { complete = true } end")
    at.edit(project / "a.py", numbered(20))
    child.command("1,9yank")
    assert len(at.sent()) == 1


def test_a_name_given_after_the_yank_does_not_count(at, child, project):
    at.edit(project / ".env", numbered(9))
    child.command(f"1,9yank | file {project / 'a.py'}")
    assert at.sent() == []


def test_of_many_at_once_the_last_are_sent(at, child, project):
    at.edit(project / "a.py", numbered(5000))
    child.command("6,$global/./.-4,.yank")
    found = at.sent()
    assert len(found) == 16
    assert found[-1]["text"] == "\n".join(numbered(5000)[4995:])


def test_long_lines_are_cut_and_endless_ones_left_out(at, child, project):
    at.edit(project / "a.py", ["x" * 1000] * 30)
    child.command("1,30yank")
    assert at.sent()[-1]["text"] == "\n".join(["x" * 1000] * 8)
    at.forget()
    child.command("noautocmd enew | call setline(1, [repeat('x', 9000), 'a', 'b'])")
    child.command(f"noautocmd file {project / 'b.py'} | 1,3yank")
    assert at.sent() == []


# -- places that were left -----------------------------------------------------------------------


def test_a_buffer_left_is_sent_once_for_a_text_and_a_place(at, child, project):
    file = at.edit(project / "a.py", numbered(500))
    child.command("200 | edit other")
    (found,) = at.sent()
    assert (found["kind"], found["path"], found["root"]) == ("left", str(file), str(project))
    assert found["text"] == "\n".join(numbered(500)[160:224])
    back_and_away = "noautocmd buffer a.py | {} | edit other"
    child.command(back_and_away.format("190"))
    assert len(at.sent()) == 1
    child.command(back_and_away.format("300"))
    assert len(at.sent()) == 2
    child.command(back_and_away.format("200 | call setline(200, 'new')"))
    assert "\nnew\n" in at.sent()[2]["text"]


def test_another_process_is_told_again(at, child, project):
    at.edit(project / "a.py", numbered(50))
    child.command("edit other")
    child.lua("local host = require('local_llm.host'); _G.pid = host.pid; host.pid = os.time")
    child.command("noautocmd buffer a.py | edit other")
    child.lua("require('local_llm.host').pid = _G.pid")
    first, second = at.sent()
    assert first == second


@pytest.mark.parametrize("count", [1, 16, 63, 64, 65, 100, 1000])
def test_a_piece_holds_its_row_and_starts_on_the_grid(child, count):
    for row in {0, 1, 23, 24, 39, 40, 41, count // 2, count - 2, count - 1} & set(range(count)):
        code = "return { require('local_llm.context_read').around(...) }"
        first, stop = child.lua(code, row, count)
        assert first % 16 == 0
        assert first <= row < stop <= min(count, first + 64)
        assert row - first >= min(row, 24) or first == 0 or stop == count
        assert stop == count or stop - row > 24
    assert child.lua("return { require('local_llm.context_read').around(...) }", 0, count)[0] == 0


def test_leaving_for_another_window_counts_as_well(at, child, project):
    at.edit(project / "a.py", numbered(9))
    child.command("new")
    assert [piece["kind"] for piece in at.sent()] == ["left"]


# -- files that were written ---------------------------------------------------------------------


def test_the_last_change_is_sent_when_it_is_written(at, child, project):
    file = at.edit(project / "a.py", numbered(500))
    child.command("call setline(200, 'changed') | write")
    at.forget()
    child.type("200GAx<Esc>400G:write<CR>")
    at.wait()
    (found,) = at.sent()
    assert (found["kind"], found["path"]) == ("written", str(file))
    assert "changedx" in found["text"]
    assert "line 400" not in found["text"]


def test_an_unchanged_file_is_sent_around_the_cursor(at, child, project):
    at.edit(project / "a.py", numbered(500))
    child.command("300 | write")
    assert "line 299\n" in at.sent()[0]["text"]
    child.command("edit other")
    assert len(at.sent()) == 1


def test_hidden_buffers_are_sent_when_all_are_written(at, child, project):
    for name in ("a.py", "b.py"):
        at.edit(project / name, numbered(9, name))
        child.type("Gox<Esc>")
    child.wait_until(lambda: child.buffer()[-1] == "x")
    at.sent()
    at.forget()
    child.command("silent wall")
    assert {Path(piece["path"]).name for piece in at.sent()} >= {"b.py"}


# -- costs ---------------------------------------------------------------------------------------

TIMED = """
local file, event, act = ...
local group = "local_llm.context"
local made = vim.api.nvim_get_autocmds({ group = group, event = event })[1]
vim.api.nvim_del_autocmd(made.id)
local least = math.huge
local timed = vim.api.nvim_create_autocmd(event, { callback = function(data)
  local begun = vim.uv.hrtime()
  made.callback(data)
  least = math.min(least, (vim.uv.hrtime() - begun) / 1e6)
end })
for n = 1, 10 do
  vim.cmd("noautocmd edit " .. file)
  vim.api.nvim_win_set_cursor(0, { n * 9000, 0 })
  vim.cmd(act)
end
vim.api.nvim_del_autocmd(timed)
vim.api.nvim_create_autocmd(event, { group = group, callback = made.callback })
return least
"""


@pytest.mark.parametrize(
    ("event", "act"), [("TextYankPost", "silent %yank"), ("BufLeave", "edit other")]
)
def test_a_large_file_costs_no_more_than_a_small_one(at, child, project, event, act):
    file = at.edit(project / "a.txt", numbered(100_000, "some words in a line"))
    assert child.lua(TIMED, str(file), event, act) < 1.0
    assert at.sent()
