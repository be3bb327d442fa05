"""Every use of a model has a record: what an app asks of a server is what its audit log says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from test_guard_everywhere import ASKS, PASSWORD, SNAPSHOT, TICKET, TOKEN, _ended, everything_sent

from audit_logs import stored
from fake_editor import desk
from fakes import FakeLlamaCpp, FakeOpenAI, Script

MODELS = ("qwen2.5-coder-1.5b",)
GENERATES = {"/completion", "/v1/completions", "/chat/completions", "/v1/chat/completions"}
pytestmark = pytest.mark.usefixtures("home")


def uses(server):
    """Return how often the server was asked to write something."""
    return sum(request.path in GENERATES for request in server.requests)


def records():
    return stored(Path(os.environ["XDG_STATE_HOME"]) / "local-llm" / "audit")


def set_up(server, kind="llamacpp"):
    return {"backend": {"kind": kind, "url": server.url}, "guard": {"audit": True}}


@pytest.mark.parametrize("name", ["explain", "wtf", "wtf_fix", "follow_up", "health"])
async def test_a_command_leaves_a_record_of_each_use(name):
    with FakeLlamaCpp(Script(pieces=("Fine ", "it is."), models=MODELS)) as server:
        async with desk(**set_up(server)) as at:
            if name == "follow_up":
                await at.editor.wait("done", at.ask("explain", snapshot=SNAPSHOT))
            asked = at.ask(name, **ASKS.get(name, {}))
            await (at.editor.wait("health", asked) if name == "health" else _ended(at, asked))
        count = uses(server)
    found = [one for one in records() if one["event"] == "model.call"]
    assert len(found) == count > 0
    command = {"health": "checkhealth", "follow_up": "explain"}.get(name, name)  # of its thread
    assert found[-1]["source"]["command"] == command
    assert found[-1]["request_id"] == str(asked)
    assert {one["outcome"] for one in found} == {"ok"}


async def test_completion_leaves_one_too():
    with FakeLlamaCpp(Script(continues="x = 1", models=MODELS)) as server:
        async with desk(**set_up(server), complete={"speculate": False}) as at:
            at.app.receive({"name": "complete", "ticket": {**TICKET, "manual": True}})
            await at.editor.wait("ghost", 1)
        count = uses(server)
    found = [one["source"]["command"] for one in records()]
    assert len(found) == count > 0
    assert set(found) <= {"complete", "complete_idle"}


async def test_what_is_tried_out_to_find_a_models_markers_is_recorded():
    script = Script(pieces=("Fine.",), models=("unheard-of",))
    with FakeOpenAI(script) as server:
        async with desk(**set_up(server, "openai")) as at:
            await at.editor.wait("health", at.ask("health"))
        count = uses(server)
    found = [one["source"]["command"] for one in records()]
    assert len(found) == count
    assert "complete_trial" in found


async def test_text_is_masked_in_the_log_also_where_it_is_not_for_the_server():
    with FakeLlamaCpp(Script(pieces=(f"It is {TOKEN} ", "."), models=MODELS)) as server:
        guard = {"audit": True, "audit_text": True, "redact": False}
        async with desk(**{**set_up(server), "guard": guard}) as at:
            await at.editor.wait("done", at.ask("explain", snapshot=SNAPSHOT))
        assert PASSWORD in everything_sent(server)
    (found,) = records()
    assert "[REDACTED:password:1]" in found["text"]["prompt"]
    assert found["text"]["response"]
    assert PASSWORD not in str(found)
    assert TOKEN not in str(found)


async def test_a_refused_file_leaves_a_record_that_names_it():
    with FakeLlamaCpp(Script(pieces=("Fine.",), models=MODELS)) as server:
        async with desk(**set_up(server)) as at:
            await _ended(at, at.ask("explain", snapshot={**SNAPSHOT, "path": "/p/.env"}))
        assert not server.requests
    (found,) = records()
    assert (found["event"], found["outcome"]) == ("policy.refused", "denied")
    assert found["target"] == {"type": "file", "name": "/p/.env"}
