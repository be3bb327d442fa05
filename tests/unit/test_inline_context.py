"""Pieces of other files on their way into a prompt; and those that never get there."""

from __future__ import annotations

import asyncio
import itertools
import json

import pytest

from fake_editor import desk
from fakes import FakeLlamaCpp, FakeOpenAI, Script, tokens
from local_llm.settings import DENY_PATHS

MODEL = "qwen2.5-coder-1.5b"
LINE = "    return a + b"
RAW = "/completion"
KINDS = ("yank", "left", "written", "definition")
SECRET = "hunter2"
FILE, BEGIN = "<|file_sep|>", "<|fim_prefix|>"
ids = itertools.count(1)


def fake(**script):
    return FakeLlamaCpp(Script(**{"continues": LINE, "models": (MODEL,), **script}))


def setup(server, *, kind="llamacpp", guard=None, **complete):
    backend = {"kind": kind, "url": server.url}
    options = {"speculate": False, **complete}
    return {"backend": backend, "complete": options, "guard": guard or {}}


def piece(name, count=8):
    """Return text whose lines stand in no other piece."""
    return "\n".join(f"{name}_{n} = {n}" for n in range(count))


@pytest.fixture
def project(tmp_path):
    (tmp_path / "p").mkdir()
    return tmp_path / "p"


def remember(at, path, text, root, kind="yank"):
    message = {"name": "context", "kind": kind, "path": str(path), "root": str(root), "text": text}
    at.app.receive(message)


def ticket(root, before=f"def add(a, b):\n{LINE[:-5]}", name="a.py"):
    lines = before.split("\n")
    return {
        "id": next(ids),
        "buf": 1,
        "tick": next(ids),
        "filetype": "python",
        "path": f"{root}/{name}",
        "root": str(root),
        "before": before,
        "after": "\n\n\nprint(add(1, 2))\n",
        "row": len(lines) - 1,
        "col": len(lines[-1]),
        "first_row": 0,
    }


async def suggested(at, root, *args):
    """Ask, and wait for the end."""
    asked = ticket(root, *args)
    await worked(at, {"name": "complete", "ticket": asked})
    assert any(told["done"] for told in at.editor.all("ghost", asked["id"])), at.editor.told


async def idled(at, root, *args):
    """Let the editor be idle, and wait until that has been used."""
    await worked(at, {"name": "complete_idle", "ticket": ticket(root, *args)})


async def worked(at, message):
    """Send a message, and wait for the end of the work that it began."""
    before = asyncio.all_tasks()
    at.app.receive(message)
    await asyncio.wait(asyncio.all_tasks() - before)


def prompts(server):
    """Return the prompts, which may have been sent as token ids."""
    sent = [body["prompt"] for body in server.bodies(RAW)]
    return [tokens.decode(it) if isinstance(it, list) else it for it in sent]


def names(prompt):
    """Return the files in a prompt, in its order; the current one is the last."""
    return [part.partition("\n")[0] for part in prompt.split(FILE)[1:]]


def everything(server):
    """Return all that a server was ever sent."""
    sent = [json.dumps(request.json) + request.path for request in server.requests]
    return "".join([*sent, *prompts(server)])


# -- what arrives --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
async def test_a_piece_stands_under_its_name_before_the_file(project, kind):
    with fake() as server:
        async with desk(**setup(server)) as at:
            remember(at, project / "lib" / "b.py", piece("b"), project, kind)
            await suggested(at, project)
            (prompt,) = prompts(server)
    head = f"<|repo_name|>p\n{FILE}lib/b.py\n{piece('b')}\n{FILE}a.py\n{BEGIN}def add(a, b):\n"
    assert prompt.startswith(head)


async def test_without_pieces_there_is_no_header(project):
    with fake() as server:
        async with desk(**setup(server)) as at:
            await suggested(at, project)
            assert prompts(server)[0].startswith(BEGIN)


async def test_pieces_keep_their_places_when_the_anchor_moves(project):
    with fake() as server:
        async with desk(**setup(server)) as at:
            for name in ("b", "c"):
                remember(at, project / f"{name}.py", piece(name), project)
            await suggested(at, project)
            remember(at, project / "d.py", piece("d"), project)
            remember(at, project / "b.py", piece("b"), project)
            elsewhere = f"x = 1\ndef sub(a, b):\n{LINE[:-5]}"
            await idled(at, project, elsewhere)
            await suggested(at, project, elsewhere + "a")
            first, second, third = prompts(server)
    assert names(first) == ["b.py", "c.py", "a.py"]
    assert names(second) == names(third) == ["b.py", "c.py", "d.py", "a.py"]
    kept = first.index(f"{FILE}a.py")
    assert second.startswith(first[:kept])
    assert third.startswith(second.partition(BEGIN)[0])


async def test_a_piece_that_comes_while_somebody_types_waits_for_a_pause(project):
    with fake() as server:
        async with desk(**setup(server)) as at:
            await suggested(at, project)
            remember(at, project / "b.py", piece("b"), project)
            await suggested(at, project, f"def add(a, b):\n{LINE[:-4]}")
            assert [names(prompt) for prompt in prompts(server)] == [[], []]
            await idled(at, project)
            await suggested(at, project, f"def add(a, b):\n{LINE[:-3]}")
            assert [names(prompt) for prompt in prompts(server)[2:]] == [["b.py", "a.py"]] * 2


async def test_a_pause_reads_the_prompt_ahead(project):
    with fake() as server:
        async with desk(**setup(server)) as at:
            remember(at, project / "b.py", piece("b"), project)
            await idled(at, project)
            await suggested(at, project)
            assert server.bodies(RAW)[0]["n_predict"] <= 1
            warmed, asked = prompts(server)
            assert names(warmed) == ["b.py", "a.py"]
            assert asked.startswith(warmed.partition("<|fim_middle|>")[0])


async def test_what_stands_around_the_cursor_is_left_out(project):
    with fake() as server:
        async with desk(**setup(server)) as at:
            remember(at, project / "copy.py", piece("here"), project)
            remember(at, project / "b.py", piece("b"), project)
            await suggested(at, project, piece("here") + "\nhere_0")
            assert names(prompts(server)[0]) == ["b.py", "a.py"]


async def test_markers_in_a_piece_or_its_name_are_no_markers(project):
    with fake() as server:
        async with desk(**setup(server)) as at:
            text = f"one = '{FILE}'\ntwo = '<|fim_middle|>'\nthree = '<|endoftext|>'"
            remember(at, project / f"{FILE}b.py", text, project)
            await suggested(at, project)
            (prompt,) = (body["prompt"] for body in server.bodies(RAW))
    for marker, count in {FILE: 2, "<|fim_middle|>": 1, "<|endoftext|>": 0}.items():
        (token,) = tokens.encode(marker, parse_special=True)
        assert prompt.count(token if isinstance(prompt, list) else marker) == count


async def test_without_other_files_none_go_along(project):
    with fake() as server:
        async with desk(**setup(server, extra_files=False)) as at:
            remember(at, project / "b.py", piece("b"), project)
            await suggested(at, project)
            assert "b_0" not in everything(server)


async def test_a_model_that_is_asked_as_a_chat_gets_none():
    with FakeOpenAI(Script(models=("some-chat",), pieces=(LINE,))) as server:
        async with desk(**setup(server, kind="openai")) as at:
            remember(at, "/p/b.py", piece("b"), "/p")
            await suggested(at, "/p")
            assert "add(a, b)" in everything(server)
            assert "b_0" not in everything(server)


# -- how files are called ------------------------------------------------------------------------

OUTSIDE = {
    "elsewhere": "{top}/home/someone/b.py",
    "by way of the root": "{root}/../home/someone/b.py",
    "beside, with the root's name": "{root}-of-someone/b.py",
    "above": "{top}/b.py",
}


@pytest.mark.parametrize("case", OUTSIDE)
async def test_a_file_outside_the_project_is_called_by_its_name_alone(project, case):
    path = OUTSIDE[case].format(root=project, top=project.parent)
    with fake() as server:
        async with desk(**setup(server)) as at:
            remember(at, path, piece("b"), project)
            await suggested(at, project)
            assert names(prompts(server)[0]) == ["b.py", "a.py"]
            assert "someone" not in everything(server)


async def test_a_file_without_a_project_is_called_by_its_name_alone(project):
    with fake() as server:
        async with desk(**setup(server)) as at:
            remember(at, project / "b.py", piece("b"), "")
            await suggested(at, project)
            assert names(prompts(server)[0]) == ["b.py", "a.py"]


async def test_bytes_that_are_not_utf8_become_signs_that_json_can_carry(project):
    broken = b"gr\xf6\xdfe = 1".decode(errors="surrogateescape")
    before = f"# {broken} ?\ndef add(a, b):\n{LINE[:-5]}"
    with fake() as server:
        async with desk(**setup(server)) as at:
            path = f"{project}/" + b"\xf6.py".decode(errors="surrogateescape")
            remember(at, path, f"{broken}\ntwo = 2 # ?\nthree = 'ü'", project)
            await suggested(at, project, before, b"\xdf.py".decode(errors="surrogateescape"))
            (prompt,) = prompts(server)
    assert "gr\ufffd\ufffde = 1\ntwo = 2 # ?\nthree = 'ü'\n" in prompt
    assert "# gr\ufffd\ufffde = 1 ?\n" in prompt
    assert names(prompt) == ["\ufffd.py"] * 2


# -- what never arrives --------------------------------------------------------------------------


def concrete(pattern):
    """Return a path that a pattern names."""
    return pattern.replace("**", "x").replace("*", "x") + ("x" if pattern.endswith("/") else "")


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_of_a_denied_file_goes_out(project, kind):
    with fake() as server:
        async with desk(**setup(server)) as at:
            for pattern in DENY_PATHS:
                path = project / concrete(pattern).lstrip("/")
                remember(at, path, piece(SECRET), project, kind)
            remember(at, project / "sub" / ".." / ".env", piece(SECRET), project, kind)
            remember(at, project / ".env.bak", piece(SECRET), project, kind)
            remember(at, "/home/x/.ssh/config", piece(SECRET), project, kind)
            remember(at, project / "b.py", piece("b"), project, kind)
            await suggested(at, project)
            await idled(at, project, "x = 1\n")
            await suggested(at, project, "x = 1\n")
            assert "b_0" in everything(server)
            assert SECRET not in everything(server)
            assert ".env" not in everything(server)


async def test_a_link_to_a_denied_file_is_denied(project):
    (project / ".env").write_text("x")
    (project / "keys.ssh").mkdir()
    (project / ".ssh").symlink_to(project / "keys.ssh")
    (project / "notes.py").symlink_to(project / ".env")
    (project / "folder").symlink_to(project / ".ssh")
    (project / "round.py").symlink_to(project / "round.py")
    with fake() as server:
        async with desk(**setup(server)) as at:
            remember(at, project / "notes.py", piece(SECRET), project)
            remember(at, project / ".ssh" / "config", piece(SECRET), project)
            remember(at, project / "b.py", piece("b"), project)
            await suggested(at, project)
            assert "b_0" in everything(server)
            assert SECRET not in everything(server)


async def test_a_file_that_is_denied_by_now_is_forgotten(project):
    with fake() as server:
        async with desk(**setup(server)) as at:
            remember(at, project / "b.sql", piece(SECRET), project)
            at.configure(**setup(server, guard={"deny_paths": ["*.sql"]}))
            await suggested(at, project)
            assert SECRET not in everything(server)


async def test_an_anchor_does_not_outlive_the_options_it_was_made_with(project):
    with fake() as server:
        async with desk(**setup(server)) as at:
            remember(at, project / "b.sql", piece(SECRET), project)
            await suggested(at, project)
            assert SECRET in everything(server)
            count = len(server.bodies(RAW))
            at.configure(**setup(server, guard={"deny_paths": ["*.sql"]}))
            await suggested(at, project, f"def add(a, b):\n{LINE[:-4]}")
            assert len(server.bodies(RAW)) == count + 1
            assert SECRET not in prompts(server)[-1]


async def test_a_project_denies_its_own_files(project):
    other = project.parent / "other"
    other.mkdir()
    (other / "local-llm.toml").write_text('guard.deny_paths = ["/inner/"]\n')
    with fake() as server:
        async with desk(**setup(server)) as at:
            remember(at, other / "inner" / "b.py", piece(SECRET), other)
            remember(at, other / "outer" / "c.py", piece("c"), other)
            await suggested(at, project)
            assert "c_0" in everything(server)
            assert SECRET not in everything(server)


async def test_the_project_that_is_edited_denies_files_of_others_too(project):
    (project / "local-llm.toml").write_text('guard.deny_paths = ["*.sql"]\n')
    with fake() as server:
        async with desk(**setup(server)) as at:
            for name in ("b.sql", "c.py"):
                other = project.parent / "other"
                remember(at, other / name, piece(SECRET if name == "b.sql" else "c"), other)
            await suggested(at, project)
            await idled(at, project, f"x = 1\ndef add(a, b):\n{LINE[:-5]}")
            assert "c_0" in everything(server)
            assert SECRET not in everything(server)


async def test_of_very_many_files_the_oldest_are_forgotten(project):
    with fake() as server:
        async with desk(**setup(server)) as at:
            remember(at, project / "b.sql", piece(SECRET), project)
            for n in range(300):  # too short to be kept: they push nothing out of the ring
                remember(at, project / f"{n}.py", "x", project)
            at.configure(**setup(server, guard={"deny_paths": ["*.sql"]}))
            await suggested(at, project)
            assert SECRET not in everything(server)


async def test_where_the_rules_are_broken_nothing_is_kept(project):
    with fake() as server:
        async with desk(**setup(server)) as at:
            other = project.parent / "other"
            other.mkdir()
            (other / "local-llm.toml").write_text("guard.deny_paths = 1\n")
            remember(at, other / "b.py", piece(SECRET), other)
            await suggested(at, project)
            assert SECRET not in everything(server)


async def test_what_git_ignores_goes_along_with_nothing_and_is_completed_itself(project):
    (project / ".git").mkdir()
    (project / ".gitignore").write_text("made.py\n")
    with fake() as server:
        async with desk(**setup(server)) as at:
            remember(at, project / "made.py", piece(SECRET), project)
            remember(at, project / "b.py", piece("b"), project)
            await suggested(at, project)
            assert "b_0" in everything(server)
            assert SECRET not in everything(server)
            await suggested(at, project, f"{SECRET} = 1\n", "made.py")
            assert SECRET in everything(server)


async def test_a_buffer_of_a_denied_filetype_goes_along_with_nothing(project):
    with fake() as server:
        async with desk(**setup(server, guard={"deny_filetypes": ["sql"]})) as at:
            message = {"kind": "left", "path": str(project / "b"), "root": str(project)}
            text = {"name": "context", "text": piece(SECRET), "filetype": "sql"}
            at.app.receive(message | text)
            remember(at, project / "b.py", piece("b"), project)
            await suggested(at, project)
            assert "b_0" in everything(server)
            assert SECRET not in everything(server)


async def test_a_list_written_meanwhile_counts_for_what_is_known_already(project, monkeypatch):
    monkeypatch.setattr("local_llm.features.inline.intake._MOMENT_S", 1e-6)
    with fake() as server:
        async with desk(**setup(server)) as at:
            remember(at, project / "b.sql", piece(SECRET), project)
            await suggested(at, project)
            assert SECRET in everything(server)
            (project / ".local-llm-ignore").write_text("*.sql\n")
            await suggested(at, project, f"def add(a, b):\n{LINE[:-4]}")
            assert SECRET not in prompts(server)[-1]


async def test_the_rule_goes_to_the_editor(project):
    (project / ".local-llm-ignore").write_text("a.py\n")
    with fake() as server:
        async with desk(**setup(server)) as at:
            await suggested(at, project)
            (told,) = at.editor.all("ghost")
            assert told["refused"]
            assert told["rule"] == ".local-llm-ignore has a.py"
            assert server.bodies(RAW) == []
