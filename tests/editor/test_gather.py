"""What `:LocalWtf` is told by language servers: in time, too late, and when asked again."""

from __future__ import annotations

import itertools

import pytest

from fakes import FakeLlamaCpp, Script

CHAT = "/v1/chat/completions"
fresh = itertools.count(1)
CODE = ("import tools", "", "", "def total(cart):", "    tax = rate_of(cart)", "    return tux")
LATE = "> not used, it came too late: "
FUNCTION = "the function around (language server)"
SERVER = """
local definition, held = ...
_G.asked, _G.held = {}, {}
local function place(row) return { line = row, character = 0 } end
local answers = {
  initialize = { capabilities = { definitionProvider = true, documentSymbolProvider = true } },
  ["textDocument/documentSymbol"] = {
    {
      name = "total", kind = 12,
      range = { start = place(3), ["end"] = place(5) },
      selectionRange = { start = place(3), ["end"] = place(3) },
    },
  },
  ["textDocument/definition"] = definition,
}
vim.lsp.start({ name = "fake", root_dir = "/", cmd = function(client)
  local ended = false
  return {
    request = function(method, params, reply)
      table.insert(_G.asked, method)
      local function answer() reply(nil, answers[method] or vim.NIL) end
      if vim.tbl_contains(held, method) then
        table.insert(_G.held, answer)
      else
        answer()
      end
      return true, #_G.asked
    end,
    notify = function() return true end,
    is_closing = function() return ended end,
    terminate = function()
      if not ended then client.on_exit(0, 15) end
      ended = true
    end,
  }
end }, { bufnr = 0, reuse_client = function() return false end })
"""
CLIENTS = "#vim.lsp.get_clients()"
READY = "return #vim.lsp.get_clients({ bufnr = 0, method = 'textDocument/definition' })"
STOP = "for _, it in ipairs(vim.lsp.get_clients()) do vim.lsp.stop_client(it.id, true) end"
REPORT = """
local item = { lnum = 5, col = 11, message = ..., severity = 1, source = "Fake", code = "F1" }
vim.diagnostic.set(vim.api.nvim_create_namespace("fake"), 0, { item })
"""
SYMBOLS = "textDocument/documentSymbol"


@pytest.fixture(scope="module")
def server():
    with FakeLlamaCpp(Script(pieces=("It is a typo.",))) as server:
        yield server


@pytest.fixture
def at(person, server):
    """Someone at a Python file with one diagnostic on line 6."""
    person.child.lua(STOP)
    person.child.wait_until(lambda: person.child.lua(f"return {CLIENTS} == 0"), what="no server")
    server.requests.clear()
    person.uses(server)
    person.child.command("set filetype=python")
    person.has(*CODE)
    person.child.lua(REPORT, f"Undefined name `tux` ({next(fresh)})")
    return person


@pytest.fixture
def library(tmp_path):
    """Return a file with what the code uses."""
    file = tmp_path / "tools.py"
    file.write_text("def rate_of(cart):\n    return 19\n")
    return file


def lands(file):
    start = {"line": 0, "character": 4}
    return [{"uri": file.as_uri(), "range": {"start": start, "end": start}}]


def serve(at, definition, held=()):
    """Start a language server, which answers the `held` methods when it is told to."""
    at.child.lua(SERVER, definition, list(held))
    at.child.wait_until(lambda: at.child.lua(READY) == 1, what="a server")


def ask(at, server, keys):
    """Ask and wait for the answer; return the prompt and what came too late."""
    count = len(server.bodies(CHAT))
    at.child.type(keys)
    server.wait_request(CHAT, count + 1)
    at.reads("It is a typo.")
    at.waits_for_the_end()
    late = [line.removeprefix(LATE) for line in at.answer() if line.startswith(LATE)]
    return server.bodies(CHAT)[-1]["messages"][-1]["content"], late


def ask_for_all(at, server, keys="6G:LocalWtf<CR>"):
    """Ask until nothing is too late, as on a busy machine anything may be; return the prompt."""
    prompt, late = ask(at, server, keys)
    while late:
        prompt, late = ask(at, server, "gr")
    return prompt


def test_a_definition_in_another_file_is_in_the_prompt(at, server, library):
    serve(at, lands(library))
    assert "return 19" in ask_for_all(at, server)


def test_as_it_stands_in_the_editor(at, server, library):
    at.child.command(f"badd {library} | call bufload('{library}')")
    at.child.lua("vim.fn.setbufline(..., 2, '    return 21')", str(library))
    serve(at, lands(library))
    assert "return 21" in ask_for_all(at, server)


def test_what_comes_too_late_is_named_and_used_when_asked_again(at, server, library):
    serve(at, lands(library), held=[SYMBOLS])
    _, late = ask(at, server, "6G:LocalWtf<CR>")
    assert FUNCTION in late
    at.child.lua("_G.held[1]()")
    prompt = ask_for_all(at, server, "gr")
    assert "4 | def total(cart):\n5 |     tax = rate_of(cart)\n6 |     return tux\n```" in prompt
    assert at.child.lua("return #_G.held") == 1


def test_a_server_is_asked_once_about_a_text(at, server, library):
    serve(at, lands(library))
    ask(at, server, "6G:LocalWtf<CR>")
    at.child.lua("_G.asked = {}")
    ask(at, server, "gr")
    assert at.child.lua("return _G.asked") == []


@pytest.mark.parametrize("where", ["here", "in another file that the server knows"])
def test_it_is_asked_anew_about_a_new_text(at, server, library, where):
    serve(at, lands(library))
    other = at.child.api("get_current_buf")
    if where != "here":
        at.child.command(f"badd {library} | call bufload('{library}')")
        other = at.child.lua("return vim.fn.bufnr(...)", str(library))
        at.child.lua("vim.lsp.buf_attach_client(..., vim.lsp.get_clients()[1].id)", other)
    ask(at, server, "6G:LocalWtf<CR>")
    at.child.type("q")
    at.child.lua("_G.asked = {}")
    at.child.lua("vim.fn.appendbufline(..., '$', '# new')", other)
    ask(at, server, "6G:LocalWtf<CR>")
    assert SYMBOLS in at.child.lua("return _G.asked")
