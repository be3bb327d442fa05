"""The editor under test, tried with plain Neovim: what it shows is what a person would see."""

import signal
import subprocess
import sys
import time

import pytest

from child import NvimBusy, NvimError, NvimGone
from screens import Golden


@pytest.fixture
def plain(editor):
    return editor(plugin=False, lines=8, columns=40)


def test_typed_text_is_on_the_screen(plain):
    plain.type("ihello<Esc>")
    frame = plain.wait_screen("hello")
    assert frame.lines()[0] == "hello"
    assert frame.at_ns <= time.monotonic_ns()
    assert plain.wait_screen(lambda frame: frame.cursor == (0, 4))


def test_a_long_input_arrives_whole(plain):
    plain.type("i" + "x" * 5000 + "é<LT>end<Esc>")
    plain.wait_until(lambda: plain.mode()["mode"] == "n" and plain.buffer() != [""])
    assert plain.buffer() == ["x" * 5000 + "é<end"]


def test_lua_takes_arguments_and_returns_values(plain):
    assert plain.lua("local a, b = ...; return {sum = a + b.n}", 1, {"n": 2}) == {"sum": 3}
    assert plain.lua("return vim.api.nvim_get_current_buf()") == 1
    assert plain.api("get_current_buf") == 1
    assert plain.command("echo 'one' | echo 'two'") == "one\ntwo"


def test_bytes_that_are_not_utf8_survive(plain):
    plain.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, {...})", b"a\xffb")
    assert plain.buffer()[0].encode("utf-8", "surrogateescape") == b"a\xffb"


def test_an_error_in_lua_is_an_error_here(plain):
    with pytest.raises(NvimError, match="boom"):
        plain.lua("error('boom')")


def test_messages_are_collected(plain):
    plain.lua("vim.notify('kept')")
    assert "kept" in plain.messages()


def test_an_editor_that_waits_for_a_key_is_reported_with_its_screen(plain):
    plain.type(":echo 'one' | echo 'two'<CR>")
    plain.wait_screen("Press ENTER")
    assert plain.mode()["blocking"]
    with pytest.raises(NvimBusy, match="Press ENTER"):
        plain.lua("return 1", seconds=0.2)
    plain.type("<CR>")
    assert plain.lua("return 1") == 1


def test_a_text_that_never_comes_fails_with_the_last_screen(plain):
    plain.type("ihello<Esc>")
    plain.wait_screen("hello")
    with pytest.raises(AssertionError, match=r"'absent'(.|\n)*hello"):
        plain.wait_screen("absent", seconds=0.05)


def _expected(plain):
    """What the editor itself says is in each cell."""
    return plain.lua(
        """
        vim.cmd.redraw()
        local rows = {}
        for row = 1, vim.o.lines do
          local cells = {}
          for col = 1, vim.o.columns do cells[col] = vim.fn.screenstring(row, col) end
          rows[row] = table.concat(cells):gsub("%s+$", "")
        end
        return rows
        """
    )


SCENES = {
    "scrolled down": "Go<Esc>gg5<C-e>",
    "scrolled up": "G3<C-y>",
    "inserted above": "gg5<C-e>Onew<Esc>",
    "split": ":vsplit<CR>10<C-e>",
    "horizontal": ":split<CR>3<C-e>",
    "wide": "ggO你好 é 👍 x<Esc>",
    "cleared": ":enew<CR>",
}


@pytest.mark.parametrize("keys", SCENES.values(), ids=[name.replace(" ", "-") for name in SCENES])
def test_the_screen_is_what_the_editor_drew(plain, keys):
    plain.lua(
        """
        local lines = {}
        for n = 1, 60 do lines[n] = ("line %d "):format(n):rep(n % 4 + 1) end
        vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
        vim.bo.modified = false
        """
    )
    plain.type(keys)
    plain.wait_until(lambda: plain.screen() == _expected(plain), 5, "the same screen")


def test_a_float_is_drawn_over_the_text(plain):
    plain.lua(
        """
        vim.api.nvim_buf_set_lines(0, 0, -1, false, { ("text "):rep(7) })
        local buf = vim.api.nvim_create_buf(false, true)
        vim.api.nvim_buf_set_lines(buf, 0, -1, false, { "# Head" })
        vim.api.nvim_open_win(buf, true, {
          relative = "editor", row = 1, col = 2, width = 12, height = 2, border = "single",
        })
        vim.treesitter.start(buf, "markdown")
        """
    )
    frame = plain.wait_screen("# Head")
    assert frame.find("# Head") == (2, 3)
    plain.wait_until(lambda: "Title" in plain.highlights("# Head"))
    assert plain.attributes("# Head")["bold"]


def test_every_parser_that_neovim_ships_is_found(plain):
    for language in ("markdown", "markdown_inline", "lua", "c", "vim", "vimdoc", "query"):
        assert plain.lua("return (vim.treesitter.language.add(...)) ~= false", language), language


def test_the_editor_s_children_get_no_library_path(plain):
    printed = plain.lua("return vim.fn.system({ 'env' })")
    assert "PATH=" in printed
    assert not [line for line in printed.splitlines() if line.startswith("LD_")]


def test_folders_are_private_and_shared_by_editors_of_one_test(editor, home):
    one, two = editor(plugin=False), editor(plugin=False)
    for kind in ("config", "data", "state", "cache"):
        folder = one.lua("return vim.fn.stdpath(...)", kind)
        assert folder == str(home / kind / "nvim")
        assert two.lua("return vim.fn.stdpath(...)", kind) == folder
    assert one.lua("return vim.env.HOME") == str(home)


def test_the_environment_can_be_changed(editor, monkeypatch):
    monkeypatch.setenv("REMOVED", "1")
    child = editor(plugin=False, env={"ADDED": "2", "REMOVED": None})
    assert child.lua("return { vim.env.ADDED, vim.env.REMOVED or 'none' }") == ["2", "none"]


def test_setup_gets_our_interpreter_and_the_given_options(editor, tmp_path):
    init = tmp_path / "init.lua"
    init.write_text("vim.g.seen = vim.inspect(_G.child.setup)")
    child = editor(setup={"explain": {"window": "split"}, "backend": {"url": None}}, init=init)
    seen = child.lua("return vim.g.seen")
    assert sys.executable in seen
    assert 'window = "split"' in seen
    assert "url" not in seen


def test_a_killed_editor_is_seen_as_gone(plain):
    plain.kill()
    assert plain.process.returncode == -signal.SIGKILL
    with pytest.raises(NvimGone):
        plain.lua("return 1")
    with pytest.raises(AssertionError, match="the editor ended"):
        plain.wait_screen("anything")


def test_quit_works_from_any_mode_and_says_how_long_it_took(plain):
    plain.type("iunsaved")
    plain.wait_screen("unsaved")
    assert 0 < plain.quit(seconds=10) < 10
    assert plain.process.returncode == 0


def test_the_pid_is_the_editor_s_own(plain):
    assert plain.lua("return vim.fn.getpid()") == plain.pid


def test_close_ends_what_the_editor_left_behind(plain):
    code = "vim.fn.jobstart({ 'sleep', '600' }, { detach = true })"
    plain.lua(code)
    plain.wait_until(lambda: any("sleep 600" in line for line in plain.family().values()))
    others = [pid for pid in plain.family() if pid != plain.pid]
    plain.close()
    assert plain.family() == {}
    for pid in others:
        plain.wait_until(lambda pid=pid: not _alive(pid), what="the end of the child")


def test_close_ends_an_editor_that_is_stuck(plain):
    plain.type(":lua while true do end<CR>")
    plain.wait_screen("while true")
    plain.close()
    assert plain.process.returncode is not None


def _alive(pid):
    """Whether a process runs; one that nobody has waited for yet does not."""
    shown = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()[:1] not in {"", "Z"}


def test_golden_files_are_compared_and_only_written_on_request(tmp_path):
    name = "tests/editor/test_x.py::test_y[nvim-0.10]"
    with pytest.raises(AssertionError, match="no golden file"):
        Golden(name, write=False, folder=tmp_path).check(["a"])
    assert list(tmp_path.iterdir()) == []
    Golden(name, write=True, folder=tmp_path).check(["a", "b"])
    assert [path.name for path in tmp_path.iterdir()] == ["editor_test_x.py_test_y_nvim-0.10.txt"]
    Golden(name, write=False, folder=tmp_path).check(["a", "b"])
    with pytest.raises(AssertionError, match=r"(?m)^\+c$"):
        Golden(name, write=False, folder=tmp_path).check(["a", "c"])


def test_a_picture_names_the_highlights(plain):
    plain.command("highlight Loud gui=bold | call setline(1, 'ab') | call matchadd('Loud', 'b')")
    plain.wait_screen("ab")
    plain.wait_until(lambda: plain.highlights("b") == ("Loud",))
    picture = plain.picture()
    assert picture[0] == "ab"
    letter = next(line[0] for line in picture if line.endswith(" Loud"))
    assert picture[9][1] == letter
