"""Secrets in a buffer: the model does not see them, the buffer has them, the window has not."""

from __future__ import annotations

import itertools
import json
import random
import string

import pytest

from fakes import FakeLlamaCpp, Script

CHAT = "/v1/chat/completions"
dice = random.Random(5)
SECRET = "".join(dice.choice(string.ascii_letters + string.digits) for _ in range(24))
fresh = itertools.count(1)


@pytest.fixture(scope="module")
def server():
    with FakeLlamaCpp() as server:
        yield server


@pytest.fixture
def at(person, server):
    """Someone at a Python file with a password in it."""
    server.requests.clear()
    person.uses(server)
    person.child.command("noautocmd set filetype=python")
    person.has(f"# {next(fresh)}", f'password = "{SECRET}"', "login(usr, password)")
    return person


def sent(server):
    return json.dumps([body["messages"] for body in server.bodies(CHAT)])


def test_an_explanation_shows_the_placeholder(at, server):
    head, *_ = at.child.buffer()
    lines = [head, 'password = "[REDACTED:password:1]"', "login(user, password)"]
    server.script = Script(pieces=(json.dumps({"lines": lines}),))
    at.child.lua(
        """local item = { lnum = 2, col = 6, message = ..., severity = 1, source = "T", code = "X" }
        vim.diagnostic.set(vim.api.nvim_create_namespace("t"), 0, { item })""",
        f"no name usr ({next(fresh)})",
    )
    at.child.type("3G:LocalWtfFix<CR>")
    at.reads("login(user, password)")
    at.child.type("gA")
    at.child.wait_until(lambda: at.child.buffer()[2] == "login(user, password)", what="the change")
    assert at.child.buffer()[:2] == [head, f'password = "{SECRET}"']
    assert SECRET not in sent(server)
    at.is_well()


def test_the_preview_tells_what_was_masked(at, server):
    at.child.type(":LocalPreview explain<CR>")
    at.reads("What would be sent")
    shown = "\n".join(at.child.buffer())
    assert "Rules that fired" in shown
    assert "guard.redact" in shown
    assert SECRET not in shown
    at.child.type(":bwipeout!<CR>")
