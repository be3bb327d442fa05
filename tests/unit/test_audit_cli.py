"""`local-llm audit`: its exit statuses, what it names, what it prints."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest

from audit_logs import T0, log_in, record, written
from local_llm import cli
from local_llm.guard.audit_record import Actor, Content, Model, Project, Record, Text, Usage, stamp
from local_llm.ops.audit_export import COLUMNS, cells, moment_of
from local_llm.ops.audit_sinks import AuditStream
from local_llm.ops.audit_writer import Limits

DAY = 86_400.0


@pytest.fixture
def folder(home):
    return Path(os.environ["XDG_STATE_HOME"]) / "local-llm" / "audit"


def run(capsys, *argv):
    status = cli.main(["audit", *argv])
    said = capsys.readouterr()
    return status, said.out, said.err


def spoil(path, number, old, new):
    lines = path.read_bytes().splitlines(keepends=True)
    assert old in lines[number - 1]
    lines[number - 1] = lines[number - 1].replace(old, new)
    path.write_bytes(b"".join(lines))


# -- verify and head -----------------------------------------------------------------------------


def test_a_sound_log_says_so_with_its_head(capsys, folder):
    log = written(folder, 5)
    status, out, err = run(capsys, "verify")
    assert (status, err) == (0, "")
    assert out.splitlines() == ["5 records, seq 1 to 5", f"head {log.head()}", "sound"]
    assert run(capsys, "head") == (0, f"{log.head()}\n", "")


def test_a_broken_log_fails_and_names_the_first_record_and_its_file(capsys, folder):
    written(folder, 12, limits=Limits(file_bytes=1000))
    first, second = sorted(folder.glob("audit-*.jsonl"))[:2]
    spoil(second, 1, b'"ok"', b'"denied"')
    seq = int(second.name[6:24])
    status, out, err = run(capsys, "verify")
    assert status == 1
    assert f"seq {seq}: altered: its mac does not fit its content ({second.name}:1)" in out
    sentence, hint = err.splitlines()
    assert sentence.startswith(f"local-llm: the audit log is broken, first at seq {seq}: altered")
    assert str(folder) in sentence
    assert "local-llm-audit" in hint
    spoil(first, 2, b'"ok"', b'"denied"')
    assert "first at seq 2: altered" in run(capsys, "verify")[2]
    first.unlink()
    assert "first at seq 1: missing" in run(capsys, "verify")[2]


def test_removed_ends_are_found_by_a_head_that_was_noted(capsys, folder):
    written(folder, 5)
    noted = run(capsys, "head")[1].strip()
    assert run(capsys, "verify", "--head", noted)[0] == 0
    lines = (folder / "audit.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "audit.jsonl").write_bytes(b"".join(lines[:3]))
    assert "first at seq 4: truncated" in run(capsys, "verify")[2]
    (folder / "file.head").unlink()
    assert run(capsys, "verify")[0] == 0
    assert "first at seq 4: truncated" in run(capsys, "verify", "--head", noted)[2]


def test_many_faults_are_counted_not_listed(capsys, folder):
    written(folder, 40)
    text = (folder / "audit.jsonl").read_bytes()
    (folder / "audit.jsonl").write_bytes(text.replace(b'"ok"', b'"denied"'))
    _status, out, _err = run(capsys, "verify")
    assert out.count("altered") == 20
    assert out.endswith("and 20 more\n")


def test_a_record_that_was_not_finished_is_told_and_no_fault(capsys, folder):
    written(folder, 2)
    with (folder / "audit.jsonl").open("ab") as file:
        file.write(b'{"acto')
    status, out, _err = run(capsys, "verify")
    assert status == 0
    assert "a last record of 6 bytes is not finished" in out


def test_a_log_whose_beginning_was_removed_says_where_it_begins(capsys, folder):
    written(folder, 20, limits=Limits(file_bytes=1, total_bytes=2000))
    begins = log_in(folder).verify().begins
    assert begins > 1
    old = f"1:{'0' * 64}"
    status, out, _err = run(capsys, "verify", "--head", old)
    assert status == 0
    assert f"begins at seq {begins}: earlier records are not here any more" in out
    assert "the head of seq 1 cannot be compared" in out


def test_no_log_is_no_success(capsys, folder):
    status, out, err = run(capsys, "verify")
    assert (status, out) == (1, "")
    assert err.startswith("local-llm: there is no audit log here")
    assert "guard.audit" in err
    status, out, err = run(capsys, "head")
    assert (status, out) == (1, "")
    assert "nothing was recorded yet" in err


def test_another_folder_can_be_named(capsys, tmp_path, home):
    log = written(tmp_path / "other", 2)
    assert run(capsys, "head", "--folder", str(tmp_path / "other"))[1] == f"{log.head()}\n"
    assert run(capsys, "verify", "--folder", str(tmp_path / "other"))[0] == 0


def test_a_key_that_others_can_read_is_a_sentence(capsys, folder):
    written(folder, 1)
    (folder / "audit.key").chmod(0o644)
    status, _out, err = run(capsys, "verify")
    assert status == 1
    assert "can be read or changed by others" in err


def test_lines_gathered_elsewhere_are_checked(capsys, folder, tmp_path):
    gathered = []
    sink = AuditStream(folder, "syslog", gathered.append)
    for number in range(6):
        sink.append(record(f"r{number}"))
    head = run(capsys, "head", "--sink", "syslog")[1].strip()
    prefixed = [b"Jan  1 00:00:00 host local-llm[9]: " + line for line in gathered]
    old, new = tmp_path / "auth.log.1", tmp_path / "auth.log"
    old.write_bytes(b"".join([*prefixed[:3], b"Jan  1 host sshd: other\n"]))
    new.write_bytes(b"".join(prefixed[3:]))
    argv = ("verify", "--sent", "syslog", str(old), str(new))
    status, out, _err = run(capsys, *argv, "--head", head)
    assert status == 0
    assert out.startswith("6 records, seq 1 to 6\n")
    assert run(capsys, "verify", "--sent", "syslog", str(new))[0] == 0, "it may begin anywhere"
    new.write_bytes(b"".join([prefixed[3], prefixed[5]]))
    assert "first at seq 5: missing" in run(capsys, *argv)[2]
    assert "(auth.log:2)" in run(capsys, *argv)[1]
    assert run(capsys, "verify", "--sent", "stdout", str(old))[0] == 1
    for wrong in (("--sent", "syslog"), (str(old),)):
        status, _out, err = run(capsys, "verify", *wrong)
        assert status == 1
        assert "FILE" in err


# -- show and export -----------------------------------------------------------------------------


def full(name="ann", at=T0, event="model.call", **more):
    return Record(
        ts=stamp(at),
        event=event,
        outcome="ok",
        actor=Actor(type="user", username=name),
        project=Project(path="/p"),
        model=Model(base_url_host="127.0.0.1", name="m"),
        usage=Usage(prompt_tokens=10, completion_tokens=0, duration_ms=7),
        content=Content(bytes=99, redactions={"jwt": 2, "aws-key": 1}),
        **more,
    )


def test_a_record_is_one_line_for_people(capsys, folder):
    log_in(folder).append(full(reason="because"))
    assert run(capsys, "show")[1] == (
        "1  2026-01-01T00:00:00.000Z  model.call  ok  ann  user  /p  m at 127.0.0.1  "
        "10 tokens in, 0 tokens out, 7 ms, 99 bytes, masked: aws-key=1 jwt=2  because\n"
    )


def test_the_latest_are_shown_and_those_of_an_event(capsys, folder):
    log = written(folder, 30)
    log.append(record("odd", event="policy.refused"))
    out = run(capsys, "show")[1]
    assert len(out.splitlines()) == 20
    assert out.splitlines()[-1].startswith("31  ")
    assert [line.split()[0] for line in run(capsys, "show", "--last", "2")[1].splitlines()] == [
        "30",
        "31",
    ]
    assert "odd" in run(capsys, "show", "--event", "policy.refused")[1]
    assert run(capsys, "show", "--event", "nothing.such")[1] == ""


NASTY = "\x1b]0;owned\x07\n1  forged\u202e\x9b31m"


def test_nothing_in_a_record_moves_a_terminal(capsys, folder):
    log = log_in(folder)
    log.append(full(NASTY))
    with (folder / "audit.jsonl").open("ab") as file:
        file.write('{"event":"\x7f\u202e","seq":9}\n'.encode())
    for argv in (("show",), ("export",), ("export", "--format", "csv"), ("verify",)):
        out = run(capsys, *argv)[1]
        assert out.replace("\r\n", "\n").replace("\n", "").isprintable(), argv
    assert run(capsys, "show")[1].startswith("1  2026")
    assert "forged" in run(capsys, "show")[1].splitlines()[0]


def test_lines_are_exported_as_they_are(capsys, folder):
    log_in(folder, text=True).append(full("é\u202e", text=Text(prompt="p", response="r")))
    written(folder, 3)
    assert run(capsys, "export")[1].encode() == (folder / "audit.jsonl").read_bytes()


def test_a_table_has_every_field_but_the_text(capsys, folder):
    log_in(folder, text=True).append(full('a,"b"', text=Text(prompt="secret", response="secret")))
    out = run(capsys, "export", "--format", "csv")[1]
    heads, row = list(csv.reader(io.StringIO(out)))
    told = dict(zip(heads, row, strict=True))
    assert tuple(heads) == COLUMNS
    assert told["actor.username"] == 'a,"b"'
    assert told["usage.completion_tokens"] == "0"
    assert told["content.redactions"] == "aws-key=1 jwt=2"
    assert told["actor.gitlab_user_id"] == ""
    assert told["mac"] == json.loads((folder / "audit.jsonl").read_text())["mac"]
    assert "secret" not in out


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(name):
    (cell,) = (c for c in cells({"actor": {"username": name}}) if c)
    assert cell[0] in "'\\"


def test_records_of_a_time_are_exported(capsys, folder):
    log = log_in(folder)
    for day in range(5):
        log.append(record(f"d{day}", at=T0 + day * DAY + 3600))

    def exported(*argv):
        lines = run(capsys, "export", *argv)[1].splitlines()
        return [json.loads(line)["actor"]["username"] for line in lines]

    assert exported() == ["d0", "d1", "d2", "d3", "d4"]
    assert exported("--since", "2026-01-03") == ["d2", "d3", "d4"]
    assert exported("--until", "2026-01-03") == ["d0", "d1", "d2"]
    assert exported("--since", "2026-01-02", "--until", "2026-01-02") == ["d1"]
    assert exported("--since", "2026-01-02T01:00:00Z", "--until", "2026-01-03T01:00:00Z") == ["d1"]
    assert exported("--since", "2026-01-02T02:00:00+01:00") == ["d1", "d2", "d3", "d4"]
    assert exported("--since", "2026-01-02T01:00:01") == ["d2", "d3", "d4"]


def test_a_day_ends_with_the_day():
    assert moment_of("2026-01-31") == "2026-01-31T00:00:00.000Z"
    assert moment_of("2026-01-31", end=True) == "2026-02-01T00:00:00.000Z"
    assert moment_of("2026-01-31T12:00:00", end=True) == "2026-01-31T12:00:00.000Z"


@pytest.mark.parametrize(
    "argv",
    [
        ["verify", "--head", "815"],
        ["verify", "--head", f"815:{'x' * 64}"],
        ["show", "--last", "0"],
        ["show", "--last", "many"],
        ["export", "--since", "yesterday"],
        ["export", "--until", "2026-13-01"],
        ["export", "--until", "9999-12-31"],
        ["export", "--format", "xml"],
        ["head", "--sink", "nowhere"],
        [],
    ],
)
def test_wrong_usage_is_answered_with_usage(capsys, argv):
    with pytest.raises(SystemExit) as caught:
        cli.main(["audit", *argv])
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("usage: local-llm audit")
