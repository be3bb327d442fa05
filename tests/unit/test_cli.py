"""The program `local-llm`: its exit statuses and what it says."""

import os
from pathlib import Path

import pytest

from local_llm import __version__, cli
from local_llm.ops import model_cli


def run(capsys, *argv):
    status = cli.main(argv)
    said = capsys.readouterr()
    return status, said.out, said.err


def failing(fault):
    def register(groups):
        def fail(_options):
            raise fault

        groups.add_parser("fail").set_defaults(run=fail)

    return (register,)


def store():
    return Path(os.environ["XDG_CACHE_HOME"]) / "local-llm" / "models"


def test_version_names_the_parts(capsys):
    status, out, _err = run(capsys, "version")
    assert status == 0
    assert out.startswith(f"local-llm {__version__}\nxllamacpp ")


def test_a_missing_part_is_named(capsys, monkeypatch):
    monkeypatch.setattr(cli, "_PACKAGES", ("no-such-package-here",))
    assert run(capsys, "version")[1].endswith("no-such-package-here not installed\n")


def test_an_empty_store_says_how_to_fill_it(capsys, home):
    status, out, _err = run(capsys, "model", "list")
    assert status == 0
    assert str(store()) in out
    assert "local-llm model pull" in out


def test_a_random_model_is_written_listed_found_and_removed(capsys, home):
    status, out, _err = run(capsys, "model", "random", "--context", "2048")
    assert status == 0
    assert "its answers are noise" in out
    assert [path.name for path in store().iterdir()] == ["random.gguf"]
    _status, out, _err = run(capsys, "model", "list")
    [heads, row] = out.splitlines()
    assert heads.split() == ["NAME", "SIZE", "ARCHITECTURE", "CONTEXT"]
    assert row.split()[:5] == ["random", "3", "MiB", "llama", "2048"]
    assert row.endswith("its answers are noise")
    assert run(capsys, "model", "path", "random")[1] == f"{store() / 'random.gguf'}\n"
    assert run(capsys, "model", "rm", "rand") == (0, "removed random (3 MiB)\n", "")
    assert list(store().iterdir()) == []


def test_path_alone_names_the_folder(capsys, home):
    assert run(capsys, "model", "path") == (0, f"{store()}\n", "")


def test_a_failure_is_a_sentence_and_a_hint(capsys, home):
    status, out, err = run(capsys, "model", "rm", "nothing")
    assert (status, out) == (1, "")
    sentence, hint = err.splitlines()
    assert sentence == f"local-llm: there is no model 'nothing' in {store()}"
    assert hint.startswith(" installed: none")


def test_a_missing_package_is_answered_with_how_to_get_it(capsys, home, monkeypatch):
    def absent(name):
        raise ModuleNotFoundError(f"No module named {name!r}", name="huggingface_hub")

    monkeypatch.setattr(model_cli.importlib, "import_module", absent)
    status, _out, err = run(capsys, "model", "pull", "org/repo")
    assert status == 1
    assert err.startswith("local-llm: a package is missing: huggingface_hub\n run `:LocalInstall")


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (KeyboardInterrupt(), 130, ""),
        (OSError(28, "No space left on device", "/x"), 1, "No space left on device (/x)"),
    ],
)
def test_no_failure_is_a_traceback(capsys, monkeypatch, fault, status, words):
    monkeypatch.setattr(cli, "GROUPS", failing(fault))
    found, _out, err = run(capsys, "fail")
    assert found == status
    assert words in err


@pytest.mark.parametrize("argv", [[], ["model"], ["nonsense"], ["model", "random", "--seed", "0"]])
def test_wrong_usage_is_answered_with_usage(capsys, argv):
    with pytest.raises(SystemExit) as caught:
        cli.main(argv)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("usage: local-llm")
