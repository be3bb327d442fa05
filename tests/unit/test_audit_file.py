"""The log in files: private, whole after kills and full disks, shared by many writers, bounded."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from audit_logs import T0, chain, log_in, names, record, stored, written
from local_llm.errors import AuditFailed
from local_llm.guard.audit_chain import Head
from local_llm.guard.audit_record import Text
from local_llm.ops import audit_writer
from local_llm.ops.audit_file import HEAD, KEY
from local_llm.ops.audit_place import CURRENT, KEY_BYTES
from local_llm.ops.audit_writer import Limits
from nobody import as_nobody

ROOT = Path(__file__).resolve().parents[2]
ENV = {"PYTHONPATH": f"{ROOT / 'python'}:{ROOT / 'tests'}"}
DAY = 86_400.0
MANY = 1_000_000
WRITER = """
import os, sys
from pathlib import Path
from audit_logs import log_in, record
from local_llm.guard.audit_record import Text
from local_llm.ops.audit_writer import Limits

folder, first, last, large = Path(sys.argv[1]), *map(int, sys.argv[2:])
log = log_in(folder, limits=Limits(file_bytes=200_000), text=True, wait_s=60)
sys.stdin.readline()
for number in range(first, last):
    text = Text(prompt="p" * large * (number % 3))
    log.append(record(f"r{number}", text=text))
    os.write(1, b"%500d\\n" % number)  # so that a pipe is full soon, and the writer waits
"""
FULL = """
import resource, sys
from pathlib import Path
from audit_logs import log_in, record
from local_llm.errors import AuditFailed

log = log_in(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
for number in range(1000):
    try:
        log.append(record(f"r{number}"))
    except AuditFailed as exc:
        print(number, exc.sentence(), exc.hint, sep="|")
        break
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "state" / "local-llm" / "audit"


def writer(folder, first, last, large=0):
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(first), str(last), str(large)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=ENV,
    )


def start(*writers):
    for one in writers:
        one.stdin.write(b"go\n")
        one.stdin.close()


def files(folder):
    return sorted(path.name for path in folder.glob("*.jsonl"))


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def faults(folder, *heads):
    return [(fault.seq, fault.kind) for fault in log_in(folder).verify(heads).faults]


# -- writing and reading -------------------------------------------------------------------------


def test_what_was_written_is_there_in_its_order_and_sound(folder):
    log = written(folder, 3)
    assert names(folder) == ["r1", "r2", "r3"]
    assert [one["seq"] for one in stored(folder)] == [1, 2, 3]
    verdict = log.verify()
    assert (verdict.is_sound, verdict.records, verdict.head) == (True, 3, log.head())
    assert log_in(folder).verify([log.head()]).is_sound


def test_another_writer_goes_on_where_the_last_stopped(folder):
    first, second = log_in(folder), log_in(folder)
    for number in range(6):
        (first, second)[number % 2].append(record(f"r{number}"))
    assert names(folder) == [f"r{number}" for number in range(6)]
    assert faults(folder) == []


def test_looking_makes_nothing(folder):
    log = log_in(folder)
    assert log.head() is None
    assert list(log.lines()) == []
    with pytest.raises(AuditFailed, match="there is no audit log here"):
        log.verify()
    assert not folder.exists()


def test_text_is_kept_only_where_it_was_asked_for(folder):
    told = record(text=Text(prompt="a private question", response="a private answer"))
    log_in(folder).append(told)
    everything = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"private" not in everything
    log_in(folder, text=True).append(told)
    assert [one.get("text") for one in stored(folder)] == [
        None,
        {"prompt": "a private question", "response": "a private answer"},
    ]
    assert faults(folder) == []


def test_a_log_on_the_disk_for_sure_is_the_same_log(folder, monkeypatch):
    flushed = []
    flush = audit_writer._flush
    monkeypatch.setattr(
        audit_writer,
        "_flush",
        lambda handle: flushed.append(os.fstat(handle).st_size) or flush(handle),
    )
    written(folder, 2)
    assert flushed == []
    written(folder, 2, fsync=True)
    assert len(flushed) == 2
    assert flushed[-1] == (folder / CURRENT).stat().st_size
    written(folder, 2, fsync=True, limits=Limits(file_bytes=1))
    assert faults(folder) == []


# -- private -------------------------------------------------------------------------------------


def test_folder_files_and_key_are_private(folder):
    mask = os.umask(0o000)
    try:
        written(folder, 3, limits=Limits(file_bytes=1))
    finally:
        os.umask(mask)
    assert mode(folder) == 0o700
    assert {path.name: mode(path) for path in folder.iterdir()} == dict.fromkeys(
        [KEY, HEAD, *files(folder)], 0o600
    )
    assert len((folder / KEY).read_bytes()) == KEY_BYTES


def test_what_others_could_read_becomes_private(folder):
    log = written(folder, 1)
    (folder / CURRENT).chmod(0o644)
    log.append(record())
    assert mode(folder / CURRENT) == 0o600


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620, 0o602, 0o660])
def test_a_key_that_others_can_read_or_change_is_refused(folder, bits):
    log = written(folder, 1)
    (folder / KEY).chmod(bits)
    for use in (lambda: log.append(record()), log.verify):
        with pytest.raises(AuditFailed, match="can be read or changed by others") as caught:
            use()
        assert caught.value.where == str(folder / KEY)
        assert "chmod 600" in caught.value.hint
    assert names(folder) == ["r1"]


def test_a_key_is_made_once_and_never_for_a_log_that_lost_its_own(folder):
    log = written(folder, 1)
    key = (folder / KEY).read_bytes()
    log.append(record())
    assert (folder / KEY).read_bytes() == key
    (folder / KEY).unlink()
    with pytest.raises(AuditFailed, match="has lost its key"):
        log.append(record())
    assert not (folder / KEY).exists()
    (folder / KEY).touch(0o600)
    with pytest.raises(AuditFailed, match="damaged"):
        log.append(record())
    (folder / KEY).write_bytes(key)
    log.append(record())
    assert faults(folder) == []
    assert [path for path in folder.iterdir() if path.name.startswith(".")] == []


def test_a_key_may_lie_elsewhere(folder, tmp_path):
    kept = tmp_path / "credential"
    kept.write_bytes(bytes(range(32)))
    kept.chmod(0o400)
    log = written(folder, 2, key_path=kept)
    assert log.verify().is_sound
    assert not (folder / KEY).exists()
    assert (folder / CURRENT).read_bytes() == b"".join(chain([record("r1"), record("r2")])[0])
    assert log.fingerprint("glpat-x") == log_in(folder, key_path=kept).fingerprint("glpat-x")


def made_by_others(folder):
    folder.mkdir(parents=True)
    folder.chmod(0o755)


def behind_a_link(folder):
    folder.parent.mkdir(parents=True)
    (folder.parent / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(folder.parent / "elsewhere")


def file_for_folder(folder):
    folder.parent.parent.mkdir(parents=True)
    folder.parent.write_text("")


def link_for_log(folder):
    folder.mkdir(parents=True, mode=0o700)
    (folder / CURRENT).symlink_to(folder / "elsewhere")


def folder_for_log(folder):
    (folder / CURRENT).mkdir(parents=True)
    folder.chmod(0o700)


PLACES = {
    "a folder that others can enter": (made_by_others, "is not private"),
    "a link": (behind_a_link, "is not private"),
    "a file for a folder": (file_for_folder, "cannot make a folder"),
    "a link for a log": (link_for_log, "cannot be written"),
    "a folder for a log": (folder_for_log, "cannot be written: Is a directory"),
}


@pytest.mark.parametrize(("make", "said"), PLACES.values(), ids=PLACES.keys())
def test_a_place_that_is_not_ours_is_refused_in_a_sentence_with_a_hint(folder, make, said):
    make(folder)
    with pytest.raises(AuditFailed, match=said) as caught:
        log_in(folder).append(record("secret", text=Text(prompt="secret")))
    assert caught.value.where
    assert caught.value.hint
    assert "secret" not in caught.value.sentence() + caught.value.hint


# -- kills, full disks, damage -------------------------------------------------------------------


def test_a_killed_writer_loses_at_most_the_record_it_was_writing(folder):
    """Twelve writers one after another, each killed at another moment, some leaving half a line."""
    kept = []
    for turn in range(12):
        first = turn * MANY
        child = writer(folder, first, first + MANY, large=40_000 * (turn % 3))
        start(child)
        acked = [child.stdout.readline() for _ in range(1 + 3 * turn)]
        os.kill(child.pid, signal.SIGKILL)
        acked += child.stdout.readlines()
        child.stdout.close()
        assert child.wait(60) == -signal.SIGKILL
        numbers = [f"r{int(number)}" for number in acked]
        found = names(folder)[len(kept) :]
        assert found[: len(numbers)] == numbers
        assert len(found) <= len(numbers) + 1
        kept += found
        assert faults(folder) == []
        if turn % 2:
            half = chain([record("half")])[0][0][: 20 * turn]
            with (folder / CURRENT).open("ab") as file:
                file.write(half)
            assert log_in(folder).verify().unfinished >= len(half)
            assert faults(folder) == []
    log_in(folder).append(record("last"))
    assert names(folder) == [*kept, "last"]
    assert faults(folder) == []
    assert sum(one["event"] == "audit.repaired" for one in stored(folder)) >= 6
    assert len(files(folder)) > 3


def test_half_a_line_is_cut_off_and_the_log_says_so(folder):
    log = written(folder, 2)
    with (folder / CURRENT).open("ab") as file:
        file.write(b'{"actor":{"ty')
    log.append(record("next"))
    cut = stored(folder)[2]
    assert (cut["event"], cut["outcome"]) == ("audit.repaired", "failed")
    assert cut["content"] == {"bytes": 13}
    assert names(folder) == ["r1", "r2", "next"]
    assert faults(folder) == []


def test_a_writer_killed_before_it_noted_the_head_left_a_record_that_counts(folder):
    log = written(folder, 1)
    before = (folder / HEAD).read_bytes()
    log.append(record("r2"))
    (folder / HEAD).write_bytes(before)
    log.append(record("r3"))
    assert names(folder) == ["r1", "r2", "r3"]
    assert faults(folder) == []


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\xff" * 84])
def test_a_head_that_was_lost_is_made_again(folder, content):
    log = written(folder, 2)
    head = log.head()
    (folder / HEAD).write_bytes(content)
    log.append(record("r3"))
    assert names(folder) == ["r1", "r2", "r3"]
    assert faults(folder, head) == []
    assert log.head().seq == 3


def test_a_log_that_was_removed_does_not_begin_anew(folder):
    log = written(folder, 5)
    (folder / CURRENT).unlink()
    assert faults(folder) == [(1, "truncated")]
    log.append(record("r6"))
    assert stored(folder)[0]["seq"] == 6
    assert faults(folder) == [(1, "missing")]


def test_removed_records_leave_a_gap_that_later_ones_do_not_hide(folder):
    log = written(folder, 5)
    lines = (folder / CURRENT).read_bytes().splitlines(keepends=True)
    (folder / CURRENT).write_bytes(b"".join(lines[:3]))
    assert faults(folder) == [(4, "truncated")]
    log.append(record("r6"))
    assert faults(folder) == [(4, "missing")]


def test_an_end_that_was_whole_once_is_kept_as_it_was_found(folder):
    log = written(folder, 3)
    whole = (folder / CURRENT).read_bytes()
    (folder / CURRENT).write_bytes(whole[:-1])
    log.append(record("r4"))
    (closed,) = [name for name in files(folder) if name != CURRENT]
    assert (folder / closed).read_bytes() == whole[:-1]
    assert faults(folder) == [(3, "altered")]


def test_an_altered_end_does_not_lead_the_next_record_astray(folder):
    log = written(folder, 3)
    text = (folder / CURRENT).read_bytes()
    (folder / CURRENT).write_bytes(text.replace(b'"seq":3', b'"seq":9'))
    log.append(record("r4"))
    assert stored(folder)[-1]["seq"] == 4
    assert faults(folder) == [(3, "altered")]


def test_a_full_disk_is_said_and_leaves_a_sound_log(folder):
    code = [sys.executable, "-c", FULL, str(folder)]
    done = subprocess.run(code, env=ENV, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    number, sentence, hint = done.stdout.strip().split("|")
    assert "cannot be written" in sentence
    assert "make room" in hint
    assert names(folder) == [f"r{one}" for one in range(int(number))]
    assert log_in(folder).verify().unfinished == 0
    log_in(folder).append(record("later"))
    assert names(folder)[-2:] == [f"r{int(number) - 1}", "later"]
    assert faults(folder) == []


def test_a_folder_that_refuses_is_said():
    place = Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        place.chmod(0o555)
        with as_nobody(), pytest.raises(AuditFailed, match="Permission denied") as caught:
            log_in(place / "audit").append(record())
        assert caught.value.where == str(place / "audit")
    finally:
        place.chmod(0o700)
        shutil.rmtree(place)


# -- many writers --------------------------------------------------------------------------------


def test_four_writers_and_a_reader_at_once_lose_nothing(folder):
    writers = [writer(folder, first, first + 100, large=300) for first in (1000, 2000, 3000, 4000)]
    start(*writers)
    threads = [threading.Thread(target=one.stdout.read) for one in writers]
    for thread in threads:
        thread.start()
    looked = 0
    while any(one.poll() is None for one in writers):
        if (folder / KEY).exists():
            verdict = log_in(folder, wait_s=60).verify()
            assert verdict.faults == ()
            looked += verdict.records > 0
    for thread, one in zip(threads, writers, strict=True):
        thread.join()
        one.stdout.close()
    assert [one.returncode for one in writers] == [0] * 4
    assert looked
    found = names(folder)
    assert sorted(found) == sorted(
        f"r{n + k}" for n in (1000, 2000, 3000, 4000) for k in range(100)
    )
    for first in ("r1", "r2", "r3", "r4"):
        own = [name for name in found if name.startswith(first)]
        assert own == sorted(own), "each one's records are in its order"
    assert log_in(folder).verify().records == 400


def test_a_writer_that_holds_the_log_is_waited_for_and_then_said(folder):
    written(folder, 1)
    with (folder / HEAD).open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        hasty = log_in(folder, wait_s=0.01)
        for use in (lambda: hasty.append(record()), hasty.verify, hasty.head):
            with pytest.raises(AuditFailed, match="another program holds the audit log"):
                use()
    log_in(folder).append(record("r2"))
    assert names(folder) == ["r1", "r2"]


# -- new files, old files ------------------------------------------------------------------------


class Clock:
    def __init__(self):
        self.now = T0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_full_file_is_closed_and_the_next_carries_its_end(folder):
    log = written(folder, 10, limits=Limits(file_bytes=1000))
    closed = files(folder)[:-1]
    assert len(closed) > 1
    assert closed[0] == "audit-000000000000000001.jsonl"
    assert files(folder)[-1] == CURRENT
    for name in closed:
        first = (folder / name).read_bytes().splitlines()[0]
        assert f'"seq":{int(name[6:24])},'.encode() in first
    assert names(folder) == [f"r{number}" for number in range(1, 11)]
    assert log.verify().is_sound
    assert all((folder / name).stat().st_size < 2000 for name in files(folder))


def test_a_writer_killed_between_two_files_is_no_harm(folder):
    log = written(folder, 3)
    (folder / CURRENT).rename(folder / "audit-000000000000000001.jsonl")
    assert faults(folder) == []
    log.append(record("r4"))
    assert [one["seq"] for one in stored(folder)] == [1, 2, 3, 4]
    assert faults(folder) == []


def test_a_file_of_another_name_is_left_alone(folder):
    log = written(folder, 3, limits=Limits(file_bytes=1, total_bytes=1))
    (folder / "audit-backup.jsonl").write_text("mine\n")
    log.append(record())
    assert (folder / "audit-backup.jsonl").read_text() == "mine\n"
    assert faults(folder) == []


def test_a_name_that_is_taken_is_not_overwritten(folder):
    log = written(folder, 1, limits=Limits(file_bytes=1))
    (folder / "audit-000000000000000001.jsonl").write_text("mine\n")
    with pytest.raises(AuditFailed, match="is there already; move it away"):
        log.append(record())
    assert (folder / "audit-000000000000000001.jsonl").read_text() == "mine\n"


def test_the_oldest_files_go_and_the_log_says_where_it_begins(folder):
    limits = Limits(file_bytes=1000, total_bytes=3000)
    log = written(folder, 40, limits=limits)
    verdict = log.verify()
    assert verdict.is_sound
    assert verdict.begins > 1
    assert sum((folder / name).stat().st_size for name in files(folder)) < 5000
    said = [one for one in stored(folder) if one["event"] == "audit.retention"]
    assert said[-1]["target"] == {"type": "audit_log", "seq": verdict.begins}
    assert names(folder)[-1] == "r40"
    before = verdict.begins
    (folder / files(folder)[0]).unlink()
    assert faults(folder) == [(before, "missing")]


def test_a_file_is_kept_as_long_as_its_last_record(folder, clock):
    log = log_in(folder, limits=Limits(keep_s=10 * DAY), now=clock)
    for day in range(40):
        clock.now = T0 + day * DAY
        log.append(record(f"r{day}", at=clock.now))
        assert log.verify().is_sound
        days = [int(name[1:]) for name in names(folder)]
        assert days[-1] == day
        assert days == list(range(days[0], day + 1))
        assert days[0] <= max(0, day - 10), "what is younger is kept"
        assert days[0] >= day - 13, "and what is older is not kept for long"


def test_files_that_should_be_gone_already_do_no_harm(folder, clock):
    """A writer that was killed after it said that files go, and before they went."""
    limits = Limits(file_bytes=1, keep_s=10 * DAY)
    log = written(folder, 3, limits=limits, now=clock)
    old = {name: (folder / name).read_bytes() for name in files(folder)}
    old["audit-000000000000000003.jsonl"] = old.pop(CURRENT)
    clock.now += 20 * DAY
    log.append(record("r4", at=clock.now))
    assert files(folder) == [CURRENT]
    for name, content in old.items():
        (folder / name).write_bytes(content)
    assert faults(folder) == []
    assert log.verify().begins == 1
    log.append(record("r5", at=clock.now))
    assert faults(folder) == []
    assert log.verify().begins > 1


def test_nothing_left_but_what_is_written_now(folder, clock):
    log = written(folder, 3, now=clock)
    clock.now += 1000 * DAY
    log.append(record("late", at=clock.now))
    assert files(folder) == [CURRENT]
    verdict = log.verify()
    assert (verdict.is_sound, verdict.begins, names(folder)) == (True, 4, ["late"])
    assert faults(folder, Head(3, "0" * 64)) == [], "what is gone cannot be compared"
