"""`:LocalWtf` as a person sees it: which diagnostics are meant, what goes along, the answer."""

from __future__ import annotations

import itertools

import pytest

from fakes import FakeLlamaCpp, Script

CHAT = "/v1/chat/completions"
fresh = itertools.count(1)  # no two tests ask the same
LINES = ("import os", "", "", "def double(number):", "    return numbr * 2", "", "def last(): pass")
REPORT = """
local row, message, more = ...
local item = { lnum = row, col = 4, message = message, severity = 1 }
item.source, item.code = "Ruff", "F821"
vim.diagnostic.set(vim.api.nvim_create_namespace(more.name or "ruff"), 0, {
  vim.tbl_extend("force", item, more.item or {}),
})
"""


@pytest.fixture(scope="module")
def server():
    with FakeLlamaCpp(Script(pieces=("A ", "name ", "is misspelt."))) as server:
        yield server


@pytest.fixture
def at(person, server):
    """Someone at a Python file with one diagnostic on line 5."""
    server.requests.clear()
    person.uses(server)
    person.child.lua("vim.diagnostic.reset()")
    person.child.command("set filetype=python")
    person.has(*LINES)
    person.child.lua(REPORT, 4, f"Undefined name `numbr` ({next(fresh)})", {"name": "ruff"})
    return person


def prompt(server):
    return server.bodies(CHAT)[-1]["messages"][-1]["content"]


def test_the_diagnostic_of_the_line_is_explained(at, server):
    at.child.type("5G:LocalWtf<CR>")
    at.reads("A name is misspelt.")
    at.is_well()
    sent = prompt(server)
    assert "line 5, column 5, error (Ruff F821): Undefined name `numbr`" in sent
    function = "```python\n4 | def double(number):\n5 |     return numbr * 2\n```"
    assert f"The code, with line numbers:\n{function}" in sent


def test_it_is_found_in_the_history(at, server):
    at.child.type("5G:LocalWtf<CR>")
    at.reads("A name is misspelt.")
    at.waits_for_the_end()
    at.child.type("q:LocalHistory numbr<CR>")
    at.reads("wtf Ruff F821: Undefined name `numbr`")
    at.child.type("q<CR>")


def test_what_the_user_adds_is_sent(at, server):
    at.child.type("5G:LocalWtf why not a typo?<CR>")
    at.reads("A name is misspelt.")
    assert "The programmer adds: why not a typo?" in prompt(server)


def test_a_line_without_one_says_where_the_nearest_is(at, server):
    at.child.type("1G:LocalWtf<CR>")
    at.reads("there is no diagnostic on line 1")
    at.reads("the nearest is on line 5")
    assert server.bodies(CHAT) == []


def test_with_a_bang_all_of_the_buffer_is_meant(at, server):
    at.child.lua(REPORT, 0, "`os` imported but unused", {"name": "other"})
    at.child.type("3G:LocalWtf!<CR>")
    at.reads("A name is misspelt.")
    sent = prompt(server)
    assert "the 2 diagnostics on lines 1, 5" in sent
    assert "def last(): pass" in sent


def test_a_range_and_a_selection(at, server):
    for count, keys in enumerate((":4,6LocalWtf<CR>", "4GVG:LocalWtf<CR>", "4GVG<Bslash>lw"), 1):
        at.child.type(keys)
        server.wait_request(CHAT, count)
        at.waits_for_the_end()
        assert "Undefined name" in prompt(server)
        at.child.type("q")
        at.child.lua(REPORT, 4, f"Undefined name `numbr` ({next(fresh)})", {"name": "ruff"})


def test_asked_again_it_is_sent_again(at, server):
    at.child.type("5G:LocalWtf<CR>")
    at.reads("A name is misspelt.")
    at.waits_for_the_end()
    at.child.type("gr")
    server.wait_request(CHAT, 2)
    at.reads("A name is misspelt.")
    # The first question may come before the tools have told their versions.
    first, second = (
        [line for line in text.split("\n") if not line.startswith("Tools here:")]
        for text in (body["messages"][-1]["content"] for body in server.bodies(CHAT))
    )
    assert first == second


def test_the_preview_shows_the_prompt(at, server):
    at.child.type("5G:LocalPreview wtf<CR>")
    at.reads("What would be sent")
    shown = "\n".join(at.child.buffer())
    assert "| diagnostics | user |" in shown
    assert "Undefined name" in shown
    assert server.bodies(CHAT) == []
