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
REPORT = """
local item = { lnum = 2, col = 6, message = ..., severity = 1, source = "T", code = "X" }
vim.diagnostic.set(vim.api.nvim_create_namespace("t"), 0, { item })
"""


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
    server.script = Script(
        pieces=("It logs in with ", "[REDACTED:pass", "word:1] as it ", "stands.")
    )
    at.child.type(":%LocalExplain<CR>")
    at.reads("It logs in with [REDACTED:password:1] as it stands.")
    at.is_well()
    assert "[REDACTED:password:1]" in sent(server)
    assert SECRET not in sent(server)


def test_a_secret_that_the_model_makes_up_is_masked(at, server):
    made_up = SECRET[::-1]
    pieces = ("Use ", f'token = "{made_up[:9]}', f'{made_up[9:]}" ', "there.")
    server.script = Script(pieces=pieces)
    at.child.type(":%LocalExplain<CR>")
    at.reads("there.")
    assert made_up[:8] not in at.sees()
    assert "[REDACTED:token:" in at.sees()
    at.is_well()


def test_a_fix_brings_the_secret_back(at, server):
    head, *_ = at.child.buffer()
    lines = [head, 'password = "[REDACTED:password:1]"', "login(user, password)"]
    server.script = Script(pieces=(json.dumps({"lines": lines}),))
    at.child.lua(REPORT, f"no name usr ({next(fresh)})")
    at.child.type("3G:LocalWtfFix<CR>")
    at.reads("login(user, password)")
    at.child.type("gA")
    at.child.wait_until(lambda: at.child.buffer()[2] == lines[2], what="the change")
    assert at.child.buffer()[:2] == [head, f'password = "{SECRET}"']
    assert SECRET not in sent(server)
    at.is_well()


def test_the_preview_tells_what_was_masked(at):
    at.child.type(":LocalPreview explain<CR>")
    at.reads("What would be sent")
    shown = "\n".join(at.child.buffer())
    assert "Rules that fired" in shown
    assert "guard.redact" in shown
    assert SECRET not in shown
    at.child.type(":bwipeout!<CR>")
