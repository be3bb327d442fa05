"""No command sends a secret: every message that the app knows, with secrets in every text of it."""

from __future__ import annotations

import json
import os
import random
import string
from pathlib import Path

import pytest

from fake_editor import desk
from fakes import FakeLlamaCpp, Script, tokens

dice = random.Random(11)
LETTERS = string.ascii_letters + string.digits
TOKEN = "glpat" + "-" + "".join(dice.choice(LETTERS) for _ in range(20))
PASSWORD = "".join(dice.choice(LETTERS) for _ in range(24))
CODE = [f'password = "{PASSWORD}"', f"# {TOKEN}", "def area(r):", "    return 3 * r * r"]
TEXT = "\n".join(CODE)
PLACE = {"path": "/p/a.py", "root": "/p", "filetype": "python"}
REPORT = {
    "row": 2,
    "col": 4,
    "severity": "error",
    "message": f"unexpected {TOKEN}",
    "source": "Tool",
    "code": "X1",
    "related": [
        {"path": "/p/b.py", "row": 1, "message": TEXT, "first_row": 0, "lines": CODE},
    ],
}
SNAPSHOT = {
    "buf": 1,
    "tick": 2,
    "first_row": 0,
    "last_row": 3,
    "lines": CODE,
    "enclosing": [],
    "diagnostics": [REPORT],
    **PLACE,
}
FOUND = {
    "code": {"path": "", "first_row": 0, "lines": CODE},
    "before": {"path": "", "first_row": 0, "lines": CODE},
    "top": CODE,
    "hovers": [{"name": "area", "text": TEXT}],
    "definitions": [{"path": "/p/c.py", "first_row": 0, "lines": CODE}],
}
TICKET = {
    "id": 1,
    "buf": 1,
    "tick": 2,
    "row": 4,
    "col": 4,
    "first_row": 0,
    "before": f"{TEXT}\n    ",
    "after": f"\n{TEXT}\n",
    **PLACE,
}
ASKS = {
    "explain": {"snapshot": SNAPSHOT},
    "wtf": {"snapshot": SNAPSHOT, "instructions": TEXT, "found": FOUND},
    "wtf_fix": {"snapshot": SNAPSHOT, "instructions": TEXT, "found": FOUND, "tried": CODE},
    "follow_up": {"parent": 1, "question": TEXT},
    "preview": {"snapshot": SNAPSHOT},
    "complete": {"ticket": TICKET},
    "complete_idle": {"ticket": TICKET},
    "context": {"kind": "yank", "text": TEXT, **PLACE, "path": "/p/d.py"},
    "search": {"snapshot": SNAPSHOT, "engine": ""},
}
# These carry no text of the user's to a model.
SILENT = {
    *("configure", "complete_used", "complete_cancel", "wtf_found", "models", "use_model"),
    *("backends", "use_backend", "health", "stats", "history", "history_entry"),
    *("history_delete", "search_allow", "search_forget", "engines"),
}


def everything_sent(server):
    """Return all bytes that reached the server, ids of tokens as text, too."""
    sent = [str(request) for request in server.requests]
    for request in server.requests:
        body = request.body.decode() if isinstance(request.body, bytes) else str(request.body)
        sent.append(body)
        try:
            prompt = json.loads(body).get("prompt")
        except (ValueError, AttributeError):
            continue
        if isinstance(prompt, list):
            sent.append(tokens.decode(prompt))
    return "\n".join(sent)


def pieces_of(secret):
    return [secret[at : at + 8] for at in range(len(secret) - 7)]


def test_every_message_of_the_app_is_tried():
    async def names():
        async with desk() as at:
            return set(at.app._handlers) | set(at.app._at_once)

    import asyncio

    assert asyncio.run(names()) == set(ASKS) | SILENT


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("name", ASKS)
async def test_no_byte_of_a_secret_reaches_a_server_or_a_file(name):
    script = Script(pieces=("Fine ", "it is."), continues="x = 1", models=("qwen2.5-coder-1.5b",))
    with FakeLlamaCpp(script) as server:
        setup = {"backend": {"kind": "llamacpp", "url": server.url}, "guard": {"audit": True}}
        async with desk(**setup, complete={"speculate": False}) as at:
            if name == "follow_up":
                await at.editor.wait("done", at.ask("explain", snapshot=SNAPSHOT))
            at.app.receive({"name": "context", **ASKS["context"]})
            asked = at.ask(name, **ASKS[name])
            if name in {"complete", "complete_idle", "context"}:
                at.app.receive({"name": "complete", "ticket": {**TICKET, "id": 2, "manual": True}})
                await at.editor.wait("ghost", 2)
            else:
                await _ended(at, asked)
        sent = everything_sent(server)
    assert sent or name in {"search", "preview"}
    for piece in (*pieces_of(TOKEN), *pieces_of(PASSWORD)):
        assert piece not in sent
    _nothing_kept()


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("name", ["explain", "wtf", "wtf_fix", "complete"])
async def test_with_masking_switched_off_they_are_seen_to_be_sent(name):
    script = Script(pieces=("Fine.",), continues="x = 1", models=("qwen2.5-coder-1.5b",))
    with FakeLlamaCpp(script) as server:
        setup = {"backend": {"kind": "llamacpp", "url": server.url}, "guard": {"redact": False}}
        async with desk(**setup, complete={"speculate": False}) as at:
            if name == "complete":
                at.app.receive({"name": name, "ticket": {**TICKET, "id": 2, "manual": True}})
                await at.editor.wait("ghost", 2)
            else:
                await _ended(at, at.ask(name, **ASKS[name]))
        assert PASSWORD in everything_sent(server)


async def _ended(at, ask_id):
    """Wait until a request has ended in any way."""
    for _ in range(2000):
        ends = [e for e, told, _ in at.editor.told if told == ask_id and e in ENDS]
        if ends:
            return
        at.editor._changed.clear()
        await at.editor._changed.wait()
    raise AssertionError(at.editor.told)


ENDS = {"done", "fail", "preview", "fix", "search"}


def _nothing_kept():
    """Check what was written: history, audit log, whatever there is."""
    for folder in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        for path in Path(os.environ[folder]).rglob("*"):
            if path.is_file():
                kept = path.read_bytes()
                assert TOKEN.encode()[6:] not in kept, path
                assert PASSWORD.encode() not in kept, path
