"""`:LocalWtfFix` as a person sees it: the diff, what it does to the text, and what is said."""

from __future__ import annotations

import itertools
import json

import pytest

from fakes import FakeLlamaCpp, Script

CHAT = "/v1/chat/completions"
LINES = ["import os", "", "", "def double(number):", "    return numbr * 2", "", "last = 1"]
FIXED = ["def double(number):", "    return number * 2"]
fresh = itertools.count(1)
LINTER = """
-- A linter that checks whenever the text changes (or only on save), as many do.
local when, said = ...
local ns = vim.api.nvim_create_namespace("linter")
_G.linter = function()
  local items = {}
  for row, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local at = line:find("numbr", 1, true)
    if at then
      items[#items + 1] = { lnum = row - 1, col = at - 1, severity = 1, message = said,
        source = "Linter", code = "F821" }
    end
    if line:find("TODO", 1, true) then
      items[#items + 1] = { lnum = row - 1, col = 0, severity = 2, message = "a note is left",
        source = "Linter", code = "T1" }
    end
  end
  vim.diagnostic.set(ns, 0, items)
end
vim.api.nvim_create_autocmd(when, { group = vim.api.nvim_create_augroup("linter", {}),
  callback = function() vim.schedule(function() _G.linter() end) end })
_G.linter()
"""


def says(*lines):
    return Script(pieces=(json.dumps({"lines": lines}),))


@pytest.fixture(scope="module")
def server():
    with FakeLlamaCpp() as server:
        yield server


@pytest.fixture
def at(person, server):
    """Someone at a Python file with a misspelt name on line 5, and a linter that watches."""
    server.requests.clear()
    server.script = says(*FIXED)
    person.sets_up(backend={"kind": "llamacpp", "url": server.url}, wtf={"retries": 0})
    person.child.lua("vim.diagnostic.reset()")
    person.child.command("set filetype=python")
    person.has(*LINES)
    person.child.lua(LINTER, ["TextChanged"], f"no such name ({next(fresh)})")
    return person


def text(at):
    return at.child.buffer()


def test_the_change_is_shown_first_and_taken_as_one_step(at, server):
    at.child.type("5G:LocalWtfFix<CR>")
    at.reads("return number * 2")
    assert text(at) == LINES
    at.child.type("gA")
    at.reads("wtf fix: 1 gone")
    assert text(at) == [*LINES[:3], *FIXED, *LINES[5:]]
    assert at.child.lua("return vim.bo.modified")
    at.child.type("u")
    assert text(at) == LINES
    at.is_well()


def test_the_server_is_made_to_keep_to_the_form(at, server):
    at.child.type("5G:LocalWtfFix<CR>")
    at.reads("return number * 2")
    body = server.bodies(CHAT)[-1]
    assert body["response_format"]["json_schema"]["schema"]["required"] == ["lines"]
    assert "Write lines 4-5 of" in body["messages"][-1]["content"]
    at.child.type("gX")
    assert text(at) == LINES


def test_what_remains_and_what_is_new_is_said(at, server):
    server.script = says(FIXED[0], "    return numbr * 2  # TODO")
    at.child.type("5G:LocalWtfFix<CR>")
    at.reads("# TODO")
    at.child.type("gA")
    at.reads("1 remain (Linter F821 on line 5); 1 new (Linter T1 on line 5)")


def test_what_checks_on_save_only_is_never_called_fixed(at, server):
    at.child.lua(LINTER, ["BufWritePost"], f"no such name ({next(fresh)})")
    at.child.type("5G:LocalWtfFix<CR>")
    at.reads("return number * 2")
    at.child.type("gA")
    at.reads("not re-checked: Linter checks on save")
    assert "gone" not in at.sees()


def test_what_remains_is_asked_about_again(at, server):
    at.sets_up(backend={"kind": "llamacpp", "url": server.url}, wtf={"retries": 1})
    tried = "    return (numbr * 2)"
    server.script = says(FIXED[0], tried)
    at.child.type("5G:LocalWtfFix<CR>")
    at.reads("return (numbr * 2)")
    server.script = says(*FIXED)
    at.child.type("gA")
    at.reads("1 remain (Linter F821 on line 5); asking again")
    server.wait_request(CHAT, 2)
    at.reads("return number * 2")
    assert tried in server.bodies(CHAT)[-1]["messages"][-1]["content"]
    at.child.type("gA")
    at.reads("wtf fix: 1 gone")
    assert text(at)[4] == FIXED[1]


def test_text_that_was_edited_meanwhile_is_left_alone(at, server):
    server.script = Script(pieces=(json.dumps({"lines": FIXED}),), header_delay_s=0.5)
    at.child.type("5G:LocalWtfFix<CR>")
    server.wait_request(CHAT, 1)
    at.child.type("5GA  # mine<Esc>")
    at.reads("the text was edited since it was read")
    assert text(at)[4] == LINES[4] + "  # mine"


def test_an_answer_without_lines_is_told(at, server):
    server.script = Script(pieces=("I ", "cannot."))
    at.child.type("5G:LocalWtfFix<CR>")
    at.reads("the model gave no lines to put there")
    assert text(at) == LINES


def test_a_change_that_changes_nothing_is_told(at, server):
    server.script = says(*LINES[3:5])
    at.child.type("5G:LocalWtfFix<CR>")
    at.reads("wtf fix: the change changes nothing")


def test_it_can_be_stopped(at, server):
    server.script = Script(stall_after=0)
    at.child.type("5G:LocalWtfFix<CR>")
    server.wait_request(CHAT, 1)
    at.reads("wtf fix: ")
    at.child.type(":LocalStop<CR>")
    server.wait_disconnect()
    at.reads("wtf fix: stopped")
    at.is_well()
