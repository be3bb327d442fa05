"""`:LocalWtfFix` on forty broken snippets: the diff, undo, the re-check, and edited text."""

from __future__ import annotations

import json

import pytest
from broken import SNIPPETS

from fakes import FakeLlamaCpp, Script

CHAT = "/v1/chat/completions"
LINTER = """
-- Complains about a text as long as it is the broken one, whenever it changes.
local broken, row = ...
local ns = vim.api.nvim_create_namespace("linter")
_G.linter = function()
  local now = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  local item = { lnum = row, col = 0, severity = 1, message = "broken", source = "Linter" }
  vim.diagnostic.set(ns, 0, vim.deep_equal(now, broken) and { item } or {})
end
vim.api.nvim_create_autocmd("TextChanged", {
  group = vim.api.nvim_create_augroup("linter", {}),
  callback = function() vim.schedule(function() _G.linter() end) end,
})
_G.linter()
"""
OPEN = "return require('local_llm.diff').is_open(vim.api.nvim_get_current_buf())"


@pytest.fixture(scope="module")
def server():
    with FakeLlamaCpp() as server:
        yield server


@pytest.fixture
def at(person, server):
    person.sets_up(backend={"kind": "llamacpp", "url": server.url}, wtf={"retries": 0})
    person.child.lua("vim.diagnostic.reset()")
    return person


def begin(at, server, snippet):
    """Ask for a fix; the model knows the right one."""
    child = at.child
    server.script = Script(pieces=(json.dumps({"lines": snippet.fixed}),))
    at.has(*snippet.lines)
    child.lua("vim.bo.filetype = ...", snippet.filetype)
    child.lua(LINTER, list(snippet.lines), snippet.row)
    child.type(f"{snippet.row + 1}G:LocalWtfFix<CR>")
    child.wait_until(lambda: child.lua(OPEN), what="the diff")
    assert child.buffer() == list(snippet.lines)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda it: f"{it.filetype}: {it.name}")
def test_a_fix_is_shown_taken_checked_and_undone(at, server, snippet):
    child = at.child
    begin(at, server, snippet)
    child.type("gA")
    at.reads("wtf fix: 1 gone")
    assert child.buffer() == list(snippet.fixed)
    child.type("u")
    assert child.buffer() == list(snippet.lines)
    # What was edited meanwhile stays as it is.
    begin(at, server, snippet)
    child.type(":%s/$/ mine/<CR>")
    child.wait_until(lambda: not child.lua(OPEN), what="the end of the diff")
    assert child.buffer() == [f"{line} mine" for line in snippet.lines]
