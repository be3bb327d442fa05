"""Records that go to the system's log or to standard output: a line each, a chain of their own."""

from __future__ import annotations

import os
import socket
import time

import msgspec
import pytest

from audit_logs import as_lines, names, record
from local_llm.errors import AuditFailed
from local_llm.guard.audit_record import Text
from local_llm.guard.audit_verify import verify
from local_llm.ops import audit_sinks
from local_llm.ops.audit_file import KEY, AuditFile
from local_llm.ops.audit_sinks import AuditStream, limits_of, sent_head, sink_for, to_descriptor
from local_llm.settings import Guard

MB = 1024 * 1024


@pytest.fixture
def syslog(tmp_path, monkeypatch):
    """A listener in the place of the system's log; returns what came, without waiting."""
    address = os.path.relpath(tmp_path / "log")  # a socket's path is bounded
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.setblocking(False)
        monkeypatch.setattr(audit_sinks, "SYSLOG", address)
        yield lambda: listener.recv(100_000)


def test_a_record_is_one_datagram_with_priority_and_name(tmp_path, syslog):
    sink = sink_for(Guard(audit_sink="syslog"), tmp_path)
    for name in ("a\nb", "c"):
        sink.append(record(name))
    came = [syslog(), syslog()]
    assert all(one.startswith(b"<85>local-llm[%d]: {" % os.getpid()) for one in came)
    assert not any(b"\n" in one for one in came)
    lines = [one[one.index(b"{") :] + b"\n" for one in came]
    key = (tmp_path / "audit" / KEY).read_bytes()
    verdict = verify(as_lines(lines), key, sink="syslog")
    assert (verdict.is_sound, verdict.records) == (True, 2)
    assert verdict.head == sent_head(tmp_path / "audit", "syslog")


def test_a_system_without_a_log_is_said_and_the_number_is_used_again(tmp_path, syslog, monkeypatch):
    sink = sink_for(Guard(audit_sink="syslog"), tmp_path)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(audit_sinks, "SYSLOG", "nowhere/at/all")
        with pytest.raises(AuditFailed, match="cannot be written: No such file") as caught:
            sink.append(record("secret"))
        assert "secret" not in caught.value.sentence()
    sink.append(record("a"))
    came = syslog()
    assert msgspec.json.decode(came[came.index(b"{") :])["seq"] == 1


def test_standard_output_has_a_line_a_record(tmp_path):
    reading, writing = os.pipe()
    sink = sink_for(Guard(audit_sink="stdout", audit_text=True), tmp_path, stdout=writing)
    for name in ("a", "b"):
        sink.append(record(name, text=Text(prompt="secret", response="secret")))
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        lines = pipe.readlines()
    key = (tmp_path / "audit" / KEY).read_bytes()
    assert [msgspec.json.decode(line)["actor"]["username"] for line in lines] == ["a", "b"]
    assert verify(as_lines(lines), key, sink="stdout").is_sound
    assert b"secret" not in b"".join(lines), "long lines are cut on their way"


def test_a_pipe_that_takes_a_part_gets_the_rest(monkeypatch):
    took = []

    def write(_handle, data):
        took.append(bytes(data[:7]))
        return len(took[-1])

    monkeypatch.setattr(audit_sinks.os, "write", write)
    to_descriptor(1)(b"a line of twenty-six bytes")
    assert b"".join(took) == b"a line of twenty-six bytes"


def test_the_editors_standard_output_is_never_written(tmp_path):
    with pytest.raises(AuditFailed, match="belongs to the editor") as caught:
        sink_for(Guard(audit_sink="stdout"), tmp_path).append(record())
    assert caught.value.where == "guard.audit_sink"
    assert sent_head(tmp_path / "audit", "stdout") is None


def test_chains_do_not_mix(tmp_path, syslog):
    for guard in (Guard(audit_sink="syslog"), Guard(), Guard(audit_sink="syslog"), Guard()):
        sink_for(guard, tmp_path).append(record(at=time.time()))
    assert sent_head(tmp_path / "audit", "syslog").seq == 2
    log = AuditFile(tmp_path / "audit")
    assert log.head().seq == 2
    assert log.verify().is_sound


def test_a_stream_takes_its_key_from_elsewhere(tmp_path):
    kept, came = tmp_path / "key", []
    kept.write_bytes(bytes(range(32)))
    kept.chmod(0o600)
    sink = AuditStream(tmp_path / "audit", "stdout", came.append, key_path=kept)
    sink.append(record())
    assert verify(as_lines(came), bytes(range(32)), sink="stdout").is_sound
    assert not (tmp_path / "audit" / KEY).exists()


def test_options_become_limits(tmp_path):
    limits = limits_of(Guard(audit_max_mb=2, audit_total_mb=30, audit_keep_days=4))
    assert (limits.file_bytes, limits.total_bytes, limits.keep_s) == (2 * MB, 30 * MB, 345_600)


def test_text_is_kept_in_files_by_option_only(tmp_path):
    told = record(at=time.time(), text=Text(prompt="secret"))
    sink_for(Guard(), tmp_path).append(told)
    assert b"secret" not in (tmp_path / "audit" / "audit.jsonl").read_bytes()
    sink_for(Guard(audit_text=True), tmp_path).append(told)
    assert b"secret" in (tmp_path / "audit" / "audit.jsonl").read_bytes()
    assert names(tmp_path / "audit") == ["x", "x"]
