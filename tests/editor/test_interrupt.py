"""Ctrl-C stops an answer, whatever the editor is doing when it is pressed."""

from fakes import FakeLlamaCpp, Script

# Neovim takes the key for an interrupt while it is busy, and no mapping sees it.
BUSY = "pcall(vim.wait, 300)"


def test_ctrl_c_while_the_editor_is_busy(editor):
    with FakeLlamaCpp(Script(pieces=["Half "], stall_after=1)) as server:
        child = editor(setup={"backend": {"kind": "llamacpp", "url": server.url}})
        child.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'x = 1' })")
        child.type(":%LocalExplain<CR>")
        child.wait_screen("Half")
        child.channel.notify("nvim_exec_lua", BUSY, [])
        child.channel.notify("nvim_input", "<C-c>")
        child.wait_screen("stopped")
        server.wait_disconnect()
        assert not child.mode()["blocking"]


def test_ctrl_c_elsewhere_stops_nothing(editor):
    with FakeLlamaCpp(Script(pieces=["Half ", "and half"], stall_after=1)) as server:
        setup = {"backend": {"kind": "llamacpp", "url": server.url}, "explain": {"window": "split"}}
        child = editor(setup=setup)
        child.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'x = 1' })")
        child.type(":%LocalExplain<CR>")
        child.wait_screen("Half")
        child.type("<C-w>p<C-c>")
        server.release()
        child.wait_screen("Half and half")
