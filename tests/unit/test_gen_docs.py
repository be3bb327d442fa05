"""What is generated from settings.py is up to date, and a drift is found."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local_llm.options import tree

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import doc_cli  # noqa: E402  found after the path is set
import doc_help  # noqa: E402  likewise
import doc_lua  # noqa: E402  likewise
import gen_docs  # noqa: E402  likewise

FILES = (gen_docs.SCHEMA, gen_docs.TYPES, gen_docs.NIX, gen_docs.HELP, gen_docs.README)


@pytest.fixture
def copy(tmp_path):
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_everything_is_up_to_date():
    assert gen_docs.check(ROOT) == []


def test_a_drift_of_the_programs_commands_is_named_and_put_right(copy):
    path = copy / gen_docs.HELP
    path.write_text(path.read_text().replace("local-llm audit verify ~", "local-llm audit ~"))
    assert gen_docs.main(["--check"], copy) == 1
    assert gen_docs.main([], copy) == 0
    assert "local-llm audit verify ~" in path.read_text()
    assert gen_docs.main(["--check"], copy) == 0


@pytest.mark.parametrize("name", FILES)
def test_a_drift_is_named_and_put_right(copy, name, capsys):
    path = copy / name
    path.write_text(path.read_text().replace('"float"', '"flota"'))
    assert gen_docs.main(["--check"], copy) == 1
    assert name in capsys.readouterr().err
    assert gen_docs.main([], copy) == 0
    assert gen_docs.main(["--check"], copy) == 0


def test_a_missing_file_is_named(copy, capsys):
    (copy / gen_docs.SCHEMA).unlink()
    (copy / gen_docs.README).unlink()
    (copy / gen_docs.NIX).write_text("{}")
    assert gen_docs.main(["--check"], copy) == 1
    told = capsys.readouterr().err
    assert gen_docs.SCHEMA in told
    assert gen_docs.README in told
    assert gen_docs.NIX in told


def test_a_lost_mark_is_named(copy, capsys):
    (copy / gen_docs.README).write_text("# nothing\n")
    assert gen_docs.main(["--check"], copy) == 1
    assert "<!-- options -->" in capsys.readouterr().err


def test_what_stands_outside_the_marks_stays(copy):
    path = copy / gen_docs.README
    path.write_text("before\n" + path.read_text() + "after\n")
    gen_docs.write(copy)
    assert path.read_text().startswith("before\n")
    assert path.read_text().endswith("after\n")


def test_every_option_is_described_everywhere():
    text = (ROOT / gen_docs.HELP).read_text()
    readme = (ROOT / gen_docs.README).read_text()
    schema = (ROOT / gen_docs.SCHEMA).read_text()
    for leaf in tree().leaves():
        assert leaf.help, leaf.path
        name = ".".join(leaf.path)
        assert f'["{name}"] = {{' in schema or f"  {name} = {{" in schema
        if leaf.path[:2] != ("backends", "*"):
            shown = doc_help._name(leaf)
            assert f"*local-llm-option-{shown}*" in text
            assert f"| `{shown}` |" in readme


def test_a_command_is_described_with_its_arguments():
    program = argparse.ArgumentParser(prog="local-llm")
    groups = program.add_subparsers()
    group = groups.add_parser("audit", help="a group").add_subparsers()
    verify = group.add_parser("verify", help="check the chain")
    verify.add_argument("--head", metavar="SEQ:MAC", help="a head")
    verify.add_argument("--quiet", "-q", action="store_true", help="say nothing")
    verify.add_argument("--sink", choices=["file", "syslog"], help="whose chain")
    verify.add_argument("name", nargs="?", help="a name")
    verify.add_argument("file", nargs="*", help="files")
    assert doc_cli.section(program).splitlines() == [
        "*local-llm-cli-audit-verify*".rjust(78),
        "local-llm audit verify ~",
        "    Check the chain.",
        "        `--head SEQ:MAC`  a head",
        "        `-q`  say nothing",
        "        `--sink {file,syslog}`  whose chain",
        "        `[NAME]`  a name",
        "        `[FILE ...]`  files",
    ]


def test_the_help_has_no_fault_and_its_links_lead_somewhere(nvim, tmp_path):
    shutil.copy(ROOT / gen_docs.HELP, tmp_path / "local_llm.txt")
    ask = f"lua io.stdout:write(vim.env.VIMRUNTIME) vim.cmd.helptags({str(tmp_path)!r})"
    done = subprocess.run(
        [nvim, "--clean", "--headless", "-c", ask, "-c", "qall!"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    own = _tags(tmp_path / "tags")
    assert {":LocalExplain", "local-llm", "<Plug>(local-llm-explain)"} <= own
    foreign = dict.fromkeys(_tags(Path(done.stdout) / "doc" / "tags"))
    text = (ROOT / gen_docs.HELP).read_text()
    assert doc_help.faults(text, foreign) == []
    assert own - {"help-tags"} == set(doc_help._TAG.findall(text))


def _tags(path):
    return {line.split("\t")[0] for line in path.read_text().splitlines() if line[:1] != "!"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("*local-llm-a* *local-llm-a*", "twice"),
        ("see |local-llm-nowhere|", "local-llm-nowhere leads nowhere"),
        ("see |:LocalNowhere|", "leads nowhere"),
        ("see |nowhere|", "leads nowhere"),
        ("x" * 79, "longer"),
        ("\t" * 9 + "x" * 7, "longer"),
        ("x ", "blank"),
    ],
)
def test_a_fault_of_the_help_is_found(text, fault):
    assert any(fault in found for found in doc_help.faults(text, {}))


@pytest.mark.parametrize(
    ("value", "lua"),
    [
        (None, "nil"),
        (True, "true"),
        (60.0, "60"),
        (0.2, "0.2"),
        (("a", "b"), '{ "a", "b" }'),
        ((), "{}"),
        ('a "b"', "'a \"b\"'"),
        ('it\'s "b"', '"it\'s \\"b\\""'),
        ("a\\b\n", '"a\\\\b\\n"'),
    ],
)
def test_values_are_written_as_lua(value, lua):
    assert doc_lua.literal(value) == lua
