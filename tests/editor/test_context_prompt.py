"""Pieces of other files from the editor to the server: what is in prompts, and what in none."""

from __future__ import annotations

import json

import pytest

from fakes import FakeLlamaCpp, Script, tokens

RAW = "/completion"
SECRET = "hunter2"


@pytest.fixture
def server():
    with FakeLlamaCpp(Script(models=("qwen2.5-coder-1.5b",), continues="add(1, 2)")) as fake:
        yield fake


@pytest.fixture
def project(tmp_path):
    (tmp_path / "p" / ".git").mkdir(parents=True)
    for name, word in {"a.py": "a", "b.py": "b", ".env": SECRET}.items():
        text = "".join(f"{word}_{n} = {n}\n" for n in range(6))
        (tmp_path / "p" / name).write_text(text)
    return tmp_path / "p"


def begin(server, editor, project):
    """Start an editor in which a first suggestion was asked for."""
    backend = {"kind": "llamacpp", "url": server.url}
    setup = {"backend": backend, "complete": {"speculate": False, "debounce_ms": 0}}
    child = editor(setup=setup, args=[project / "a.py"])
    child.type("Goadd(")
    server.wait_request(RAW, 1, seconds=20)
    child.type("<Esc>")
    return child


def asked(server):
    """Return the prompts, which may have been sent as token ids."""
    prompts = [body["prompt"] for body in server.bodies(RAW)]
    return [tokens.decode(it) if isinstance(it, list) else it for it in prompts]


def ask_again(child, server, line):
    """Go back to the first file and begin a line there; return the last prompt then."""
    count = len(asked(server))
    child.command("buffer a.py")
    child.type(f"{line}Oadd(")
    server.wait_request(RAW, count + 1, seconds=20)
    child.type("<Esc>")
    return asked(server)[-1]


@pytest.mark.parametrize("act", ["1,4yank", "edit a.py", "write"])
def test_a_piece_of_another_file_is_in_the_next_prompt(server, editor, project, act):
    child = begin(server, editor, project)
    child.command(f"write | cd {project} | edit b.py | {act}")
    prompt = ask_again(child, server, "1G")
    assert prompt.startswith("<|repo_name|>p\n<|file_sep|>b.py\nb_0 = 0\n")
    assert "<|file_sep|>a.py\n<|fim_prefix|>" in prompt


def test_nothing_of_a_file_that_never_goes_out_is_in_any_request(server, editor, project):
    child = begin(server, editor, project)
    child.command(f"write | cd {project}")
    (project / "link.py").symlink_to(project / ".env")
    for name in (".env", "link.py"):
        child.command(f"edit {name} | %yank | call setline(1, '{SECRET} = new') | write! | 1,5yank")
        child.type("A<Esc>")
    child.command("edit b.py | 1,4yank")
    assert "b_0" in ask_again(child, server, "1G")
    assert "b_0" in ask_again(child, server, "3G")
    sent = "".join(json.dumps(request.json) for request in server.requests) + "".join(asked(server))
    assert SECRET not in sent
    assert ".env" not in sent
