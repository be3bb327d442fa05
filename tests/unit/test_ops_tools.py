"""Programs that explain a diagnostic: found where the user says, run with little of everything."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from local_llm.ops.tools import OUTPUT_LIMIT_BYTES, LocalTools
from peer import until

ENV = {"PATH": os.environ["PATH"]}


def script(path, text, mode=0o755):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(mode)
    return str(path)


async def ran(program, *arguments, env=None, timeout_s=20.0, cwd="/"):
    return await LocalTools(ENV | (env or {})).run(
        (program, *arguments), cwd=cwd, timeout_s=timeout_s
    )


async def test_status_and_output_without_the_errors(tmp_path):
    program = script(tmp_path / "t", 'echo "out $1"; echo err >&2; exit 3')
    found = await ran(program, "a b;$(id)")
    assert (found.status, found.stdout) == (3, "out a b;$(id)\n")
    assert "out" not in repr(found)


async def test_it_runs_in_the_folder_given_and_reads_nothing(tmp_path):
    program = script(tmp_path / "t", "pwd; cat; echo end")
    assert (await ran(program, cwd=str(tmp_path))).stdout == f"{tmp_path}\nend\n"


async def test_bytes_that_are_no_text_do_no_harm(tmp_path):
    program = script(tmp_path / "t", r"printf 'a\377\000\033b'")
    assert (await ran(program)).stdout == "a\ufffd\x00\x1bb"


async def test_what_is_no_secret_is_passed_on(tmp_path):
    program = script(tmp_path / "t", "env")
    given = {"HOME": "/h", "LANG": "C", "XDG_CACHE_HOME": "/c", "CARGO_HOME": "/cargo"}
    secret = {"OPENAI_API_KEY": "k", "AWS_SECRET": "s", "LOCAL_LLM_X": "y", "LD_PRELOAD": "/e.so"}
    output = (await ran(program, env=given | secret)).stdout.splitlines()
    assert {f"{name}={text}" for name, text in given.items()} <= set(output)
    assert "RUSTUP_AUTO_INSTALL=0" in output
    assert not [line for line in output if line.split("=")[0] in secret]


REFUSED = {
    "missing": (None, 0),
    "not executable": ("echo x", 0o644),
}


@pytest.mark.parametrize(("text", "mode"), REFUSED.values(), ids=REFUSED.keys())
async def test_what_cannot_be_started_is_none(tmp_path, text, mode):
    program = tmp_path / "t"
    if text:
        script(program, text, mode)
    assert await ran(str(program)) is None
    before = open_files()
    for _ in range(5):
        assert await ran(str(program)) is None
    assert open_files() == before


def open_files():
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


async def test_a_file_that_is_no_program_is_none(tmp_path):
    program = tmp_path / "t"
    program.write_bytes(b"\x7fELF garbage")
    program.chmod(0o755)
    assert await ran(str(program)) is None


async def test_a_folder_that_is_not_there_is_none(tmp_path):
    assert await ran(script(tmp_path / "t", "echo x"), cwd=str(tmp_path / "gone")) is None


async def test_too_much_output_is_none_and_ends_it(tmp_path):
    program = script(tmp_path / "t", f"echo $$ > {tmp_path}/pid; while :; do echo xxxxxxxx; done")
    assert await ran(program) is None
    await gone(tmp_path / "pid")


async def test_output_up_to_the_limit_is_kept(tmp_path):
    program = script(tmp_path / "t", f"head -c {OUTPUT_LIMIT_BYTES} /dev/zero")
    assert len((await ran(program)).stdout) == OUTPUT_LIMIT_BYTES


SLOW = {
    "itself": "echo $$ > {0}/pid; sleep 600",
    "with a child": "sleep 600 & echo $! > {0}/pid; wait",
    "deaf": "trap '' TERM HUP INT; sleep 600 & echo $! > {0}/pid; sleep 600",
    "ended, its child holds the output": "sleep 600 & echo $! > {0}/pid",
    "a child of a child": "(sleep 600 & echo $! > {0}/pid; wait) & wait",
}


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW.keys())
async def test_when_the_time_is_over_nothing_is_left(tmp_path, text):
    program = script(tmp_path / "t", text.format(tmp_path))
    start = time.monotonic()
    assert await ran(program, timeout_s=0.5) is None
    assert time.monotonic() - start < 10
    await gone(tmp_path / "pid")


async def test_a_cancelled_one_leaves_nothing(tmp_path):
    program = script(tmp_path / "t", f"sleep 600 & echo $! > {tmp_path}/pid; wait")
    task = asyncio.create_task(ran(program))
    await until(lambda: written(tmp_path / "pid"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await gone(tmp_path / "pid")


def written(file):
    return file.exists() and file.read_text().strip()


async def gone(file):
    await until(lambda: written(file))
    await until(lambda: not alive(int(file.read_text())))


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    about = Path(f"/proc/{pid}/stat")  # where nobody reaps orphans, one stays a zombie
    return not about.exists() or about.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def places(tmp_path):
    for name in ("bin", "project/bin", "project/.venv/bin", "venv/bin"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path


# PATH, VIRTUAL_ENV and where the program lies -> where it is found ("" = nowhere)
FOUND = [
    ("bin", "", ["bin"], "bin"),
    ("gone:bin", "", ["bin"], "bin"),
    ("bin", "venv", ["bin", "venv/bin"], "venv/bin"),
    ("bin", "venv", ["bin"], "bin"),
    ("", "venv", ["venv/bin"], "venv/bin"),
    ("bin", "", ["project/bin"], ""),
    ("bin", "project/.venv", ["project/.venv/bin"], ""),
    ("bin", "project/.venv", ["project/.venv/bin", "bin"], "bin"),
    ("project/.venv/bin:bin", "project/.venv", ["project/.venv/bin", "bin"], "project/.venv/bin"),
]


@pytest.mark.parametrize(("path", "venv", "there", "found"), FOUND)
def test_where_a_program_is_found(places, path, venv, there, found):
    for folder in there:
        script(places / folder / "tool", "")
    env = {"PATH": ":".join(str(places / part) for part in path.split(":") if part)}
    env |= {"VIRTUAL_ENV": str(places / venv)} if venv else {}
    expected = str(places / found / "tool") if found else None
    assert LocalTools(env).find("tool", str(places / "project")) == expected


def test_a_link_out_of_the_project_does_not_hide_where_a_venv_lies(places):
    script(places / "project/.venv/bin/tool", "")
    (places / "link").symlink_to(places / "project/.venv")
    tools = LocalTools({"PATH": "", "VIRTUAL_ENV": str(places / "link")})
    assert tools.find("tool", str(places / "project")) is None


def test_a_relative_entry_of_path_is_the_projects(places, monkeypatch):
    script(places / "project/bin/tool", "")
    monkeypatch.chdir(places / "project")
    for path in (".", "bin", "", ":bin:", "./bin"):
        for name in ("tool", "./bin/tool", "bin/tool"):
            assert LocalTools({"PATH": path}).find(name, "") is None


@pytest.mark.parametrize("name", ["", "a\0b", "~nobody-of-that-name/x", "/", "/etc", "..", "."])
def test_a_name_that_is_none(name):
    assert LocalTools({"PATH": "/usr/bin:/etc"}).find(name, "") is None


def test_a_file_that_is_not_executable_is_passed_over(places):
    script(places / "bin/tool", "", mode=0o644)
    other = script(places / "venv/bin/tool", "")
    env = {"PATH": f"{places}/bin:{places}/venv/bin"}
    assert LocalTools(env).find("tool", "") == other
    assert LocalTools({}).find(other, "") == other
