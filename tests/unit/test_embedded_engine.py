"""Which llama.cpp the embedded backend takes, and how it calls the program."""

from __future__ import annotations

import importlib.util

import pytest

from local_llm import installation
from local_llm.errors import InstallError
from local_llm.ops.embedded.engine import engine
from local_llm.ops.embedded.program import Job, command, server_env

HELP = "--no-webui --offline --cors-origins --no-slots --log-verbosity 1: error"
JOB = Job(
    program="/bin/llama-server",
    model="/models/a b.gguf",
    key_file="/run/server.key",
    listen="/run/server.sock",
    context_tokens=512,
    slots=2,
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Make a folder with a `llama-server`, on a machine without the package."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "bin").mkdir()
    for name in ("llama-server", "mine"):
        (tmp_path / "bin" / name).touch(mode=0o755)
    (tmp_path / "bin" / "no-program").touch(mode=0o644)
    return tmp_path / "bin"


def test_the_program_on_the_path_is_found(folder):
    found = engine(None, {"PATH": f"/no/such:{folder}"})
    assert (found.program, found.origin) == (str(folder / "llama-server"), "from PATH")


@pytest.mark.parametrize("option", ["{bin}/mine", "~/bin/mine", "mine"])
def test_the_option_names_a_path_or_a_name(folder, option):
    found = engine(option.format(bin=folder), {"PATH": str(folder)})
    assert found.program == str(folder / "mine")
    assert found.words() == f"{folder}/mine (option `embedded.server`)"


@pytest.mark.parametrize("option", ["/no/such", "none", "bin/mine", "{bin}/no-program", "{bin}"])
def test_an_option_that_names_no_program_is_an_error(folder, option, monkeypatch):
    monkeypatch.chdir(folder.parent)
    with pytest.raises(InstallError, match="cannot be run") as caught:
        engine(option.format(bin=folder), {"PATH": str(folder)})
    assert "embedded.server" in caught.value.hint


@pytest.mark.parametrize("path", ["", ".", "bin", ":"])
def test_a_program_of_the_folder_we_stand_in_is_not_taken(folder, path, monkeypatch):
    monkeypatch.chdir(folder)
    with pytest.raises(InstallError):
        engine(None, {"PATH": path})


def test_the_package_comes_before_the_path_and_after_the_option(folder, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: object())
    assert engine(None, {"PATH": str(folder)}).program == ""
    assert engine("mine", {"PATH": str(folder)}).program == str(folder / "mine")


def test_where_a_packager_chose_nothing_is_to_be_installed(tmp_path):
    assert installation.how_to_add(root=tmp_path) == "run :LocalInstall"
    assert "`:LocalInstall embedded`, or put" in installation.how_to_run_llama(tmp_path)
    (tmp_path / "python-interpreter").write_text("/store/python3\n")
    assert "LocalInstall" not in installation.how_to_add("embedded", tmp_path)
    assert installation.how_to_run_llama(tmp_path) == "put llama.cpp's `llama-server` on $PATH"


def test_the_program_is_told_where_to_listen_and_which_file_has_the_key():
    assert command(JOB, HELP) == [
        *("/bin/llama-server", "--model", "/models/a b.gguf", "--alias", "a b"),
        *("--host", "/run/server.sock", "--api-key-file", "/run/server.key"),
        *("--parallel", "2", "--ctx-size", "1024"),
        *("--no-webui", "--offline", "--cors-origins", "", "--no-slots"),
        *("--log-verbosity", "1"),
    ]


def test_an_older_program_is_not_given_what_it_does_not_know():
    words = command(JOB, "--no-webui --log-verbosity")
    assert words[-2:] == ["--no-webui", "--log-disable"]


def test_a_port_and_threads_are_given_where_there_are_some():
    job = Job(
        **{name: getattr(JOB, name) for name in JOB.__struct_fields__}
        | {"listen": "127.0.0.1", "port": 81, "threads": 3, "more": ("--metrics",)}
    )
    words = command(job, "")
    assert words[5:9] == ["--host", "127.0.0.1", "--port", "81"]
    assert words[-4:] == ["--threads", "3", "--log-disable", "--metrics"]
    assert job.url == "http://127.0.0.1:81"


def test_settings_for_another_server_do_not_reach_ours():
    env = {"PATH": "/bin", "LLAMA_ARG_HOST": "0.0.0.0", "LLAMA_API_KEY": "theirs"}
    assert server_env(env) == {"PATH": "/bin"}
