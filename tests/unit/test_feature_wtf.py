"""What a diagnostic means: from the editor's two messages to the answer, against a fake server."""

from __future__ import annotations

import pytest

from fake_editor import desk
from fakes import ClosedPort, FakeLlamaCpp, Script

EXPLAIN = ("ruff", "rule", "F401")
PRINTED = {
    EXPLAIN: "# unused-import (F401)\n\nChecks for unused imports.\n",
    ("ruff", "--version"): "ruff 0.14.2\n",
}
REPORT = {
    "row": 4,
    "col": 7,
    "severity": "error",
    "message": "`os` imported but unused",
    "source": "Ruff",
    "code": "F401",
}
LINES = ["def first():", "    return 1", "", "", "import os", ""]
CODE = {"path": "", "first_row": 0, "lines": LINES}
CHAT = "/v1/chat/completions"


def llamacpp(server, **more):
    return {"backend": {"kind": "llamacpp", "url": server.url}, **more}


def snapshot(*reports, **fields):
    place = {"buf": 1, "tick": 2, "path": "/p/a.py", "root": "/p", "filetype": "python"}
    rows = [report["row"] for report in reports] or [0]
    shot = {**place, "first_row": min(rows), "last_row": max(rows), "lines": ["import os"]}
    return {**shot, "diagnostics": list(reports), **fields}


def ask(at, *reports, found=None, **fields):
    """Ask as the editor does, in two messages."""
    message = {"snapshot": snapshot(*(reports or (REPORT,)), **fields), "instructions": ""}
    ask_id = at.ask("wtf", **message)
    at.app.receive({"name": "wtf_found", "id": ask_id, "found": {"code": CODE, **(found or {})}})
    return ask_id


async def prompt_of(server, at, ask_id):
    await at.editor.wait("done", ask_id)
    system, user = server.bodies(CHAT)[-1]["messages"]
    assert (system["role"], user["role"]) == ("system", "user")
    return user["content"]


async def test_the_answer_streams_and_can_be_asked_about():
    with FakeLlamaCpp(Script(pieces=("An ", "import."))) as server:
        async with desk(**llamacpp(server)) as at:
            at.tools.printed |= PRINTED
            ask_id = ask(at)
            prompt = await prompt_of(server, at, ask_id)
            assert at.editor.text[ask_id] == "An import."
            for part in ("`os` imported but unused", "F401", "Checks for unused imports", "5 | im"):
                assert part in prompt
            assert "ruff 0.14.2" in prompt
            notes = at.editor.all("meta", ask_id)[-1]["notes"]
            assert "rule text: ruff rule F401 (ruff 0.14.2)" in notes
            follow = at.ask("follow_up", parent=ask_id, question="Why?")
            await at.editor.wait("done", follow)
            assert server.bodies(CHAT)[-1]["messages"][-1]["content"] == "Why?"


async def test_what_comes_too_late_is_named():
    with FakeLlamaCpp() as server:
        async with desk(**llamacpp(server)) as at:
            at.tools.printed |= {("ruff", "--version"): "ruff 0.14.2\n"}
            at.tools.slow.add(("ruff", "rule", "F811"))
            late = {"late": ["the hover of os (pyright)"]}
            ask_id = ask(at, {**REPORT, "code": "F811"}, found=late)
            await at.editor.wait("done", ask_id)
            notes = at.editor.all("meta", ask_id)[-1]["notes"]
            named = "not used, it came too late: "
            assert f"{named}what Ruff says of F811" in notes
            assert f"{named}the hover of os (pyright)" in notes


async def test_without_a_model_the_rule_itself_is_shown():
    with ClosedPort() as port:
        async with desk(backend={"kind": "llamacpp", "url": port.url}) as at:
            at.tools.printed |= PRINTED
            ask_id = ask(at)
            failure = await at.editor.wait("fail", ask_id)
            assert failure["code"] == "BackendUnreachable"
            assert "No model was asked" in at.editor.text[ask_id]
            assert "Checks for unused imports." in at.editor.text[ask_id]


async def test_without_a_model_and_a_rule_only_the_failure_is_told():
    with ClosedPort() as port:
        async with desk(backend={"kind": "llamacpp", "url": port.url}) as at:
            ask_id = ask(at, {**REPORT, "source": "a tool that nobody knows"})
            await at.editor.wait("fail", ask_id)
            assert ask_id not in at.editor.text


async def test_asked_again_nothing_more_is_waited_for():
    with FakeLlamaCpp() as server:
        async with desk(**llamacpp(server)) as at:
            message = {"snapshot": snapshot(REPORT), "found": {"code": CODE}, "again": True}
            for _ in range(2):
                await at.editor.wait("done", at.ask("wtf", **message))
            assert len(server.bodies(CHAT)) == 2


async def test_the_same_question_is_answered_from_memory():
    with FakeLlamaCpp() as server:
        async with desk(**llamacpp(server)) as at:
            for _ in range(2):
                await at.editor.wait("done", ask(at))
            assert len(server.bodies(CHAT)) == 1


async def test_the_preview_has_every_piece():
    with FakeLlamaCpp() as server:
        async with desk(**llamacpp(server)) as at:
            at.tools.printed |= PRINTED
            message = {"command": "wtf", "snapshot": snapshot(REPORT), "found": {"code": CODE}}
            shown = await at.editor.wait("preview", at.ask("preview", **message))
            text = "\n".join(shown["lines"])
            for piece in ("| rule unused-import (F401) |", "| diagnostics |", "| code |"):
                assert piece in text
            assert server.bodies(CHAT) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"path": "/p/.env"}, "PathRefused"),
        ({"diagnostics": []}, "InputRejected"),
    ],
)
async def test_what_must_not_be_asked(fields, code):
    with FakeLlamaCpp() as server:
        async with desk(**llamacpp(server)) as at:
            failure = await at.editor.wait("fail", ask(at, **fields))
            assert failure["code"] == code
            assert server.bodies(CHAT) == []


async def test_lines_of_denied_files_never_go_out():
    secret = {"path": "/p/.env", "row": 0, "first_row": 0, "lines": ["TOKEN=hunter2"]}
    report = {**REPORT, "related": [{**secret, "message": "set here"}]}
    with FakeLlamaCpp() as server:
        async with desk(**llamacpp(server)) as at:
            prompt = await prompt_of(server, at, ask(at, report, found={"definitions": [secret]}))
            assert "set here" in prompt
            assert "hunter2" not in prompt


async def test_lines_of_files_that_may_not_go_along_are_left_out_and_their_rules_named(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("made/\n")
    (tmp_path / ".local-llm-ignore").write_text("a_secret.py\n")
    there = [f"{tmp_path}/made/b.py", f"{tmp_path}/a_secret.py", f"{tmp_path}/c.py"]
    definitions = [{"path": it, "first_row": 0, "lines": [f"in {it[-4:]}"]} for it in there]
    related = [{"path": f"{tmp_path}/made/b.py", "row": 3, "lines": ["in a related line"]}]
    place = {"path": f"{tmp_path}/made/a.py", "root": str(tmp_path)}
    message = {
        "snapshot": snapshot({**REPORT, "related": related}, **place),
        "found": {"code": CODE, "definitions": definitions},
    }
    with FakeLlamaCpp() as server:
        async with desk(**llamacpp(server)) as at:
            ask_id = at.ask("preview", command="wtf", **message)
            shown = (await at.editor.wait("preview", ask_id))["lines"]
            assert shown[shown.index("## Rules that fired") :][:4] == [
                "## Rules that fired",
                "",
                "- `.gitignore has made/`: made/b.py (2 times)",
                "- `.local-llm-ignore has a_secret.py`: a_secret.py",
            ]
            ask_id = at.ask("wtf", **message)
            prompt = await prompt_of(server, at, ask_id)
            assert "in c.py" in prompt
            assert "in b.py" not in prompt
            assert "in t.py" not in prompt
            assert "in a related line" not in prompt
            notes = at.editor.all("meta", ask_id)[-1]["notes"]
            assert "not sent: lines of made/b.py, as .gitignore has made/" in notes
