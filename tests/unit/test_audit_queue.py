"""Writing beside the loop: in order, never in its way, failures told once, in a service raised."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from audit_logs import T0, log_in, names, record, stored
from local_llm import __version__
from local_llm.backends.base import Message
from local_llm.errors import AuditFailed, HostRefused, SettingsError, StreamBroken
from local_llm.features import audit_queue
from local_llm.features.audit import About, Auditor, Call, prompt_text
from local_llm.features.audit_queue import DONE, AuditQueue
from local_llm.guard.audit_record import Actor, Model, Project, Source, Target
from local_llm.settings import Guard

ROOT = Path(__file__).resolve().parents[2]
AT_EXIT = """
import asyncio, atexit, sys
from pathlib import Path
from audit_logs import log_in, record
from local_llm.features.audit_queue import AuditQueue

loop = asyncio.new_event_loop()
log = log_in(Path(sys.argv[1]))
queue = AuditQueue(lambda: log, print)

async def note(first, last):
    for number in range(first, last):
        queue.note(record(f"r{number}"))

async def end():
    await note(50, 55)
    await queue.aclose()

atexit.register(lambda: loop.run_until_complete(end()))
loop.run_until_complete(note(0, 50))
"""


class Sink:
    """Writes to a list; may be held, and may fail."""

    def __init__(self):
        self.written = []
        self.fault = None
        self.go = threading.Event()
        self.go.set()
        self.threads = set()

    def append(self, told):
        self.go.wait(60)
        self.threads.add(threading.get_ident())
        if self.fault is not None:
            raise self.fault
        self.written.append(told)

    def names(self):
        return [one.actor.username if one.actor else one.event for one in self.written]


@pytest.fixture
def sink():
    return Sink()


@pytest.fixture
def told():
    return []


def queue_to(sink, told, **options):
    hurried = itertools.count(0, audit_queue.PAUSE_S).__next__  # no failure is remembered
    return AuditQueue(lambda: sink, told.append, **{"clock": hurried, **options})


async def test_records_are_written_in_their_order_by_one_thread_that_is_not_ours(sink, told):
    queue = queue_to(sink, told)
    sink.go.clear()
    for number in range(100):
        queue.note(record(f"r{number}"))
    assert sink.written == []
    sink.go.set()
    await queue.aclose()
    assert sink.names() == [f"r{number}" for number in range(100)]
    assert len(sink.threads) == 1
    assert threading.get_ident() not in sink.threads
    assert told == []


async def test_the_loop_goes_on_while_a_disk_hangs(sink, told):
    queue = queue_to(sink, told)
    sink.go.clear()
    noted = asyncio.ensure_future(queue.note(record()))
    for _ in range(50):
        await asyncio.sleep(0)
    assert not noted.done()
    sink.go.set()
    await noted
    assert sink.names() == ["x"]
    await queue.aclose()


async def test_what_is_awaited_is_written(sink, told):
    queue = queue_to(sink, told)
    await queue.note(record("a"))
    assert sink.names() == ["a"]
    await queue.aclose()


async def test_who_awaits_may_be_cancelled_and_the_record_is_written(sink, told):
    queue = queue_to(sink, told, strict=True)
    sink.go.clear()

    async def wait():
        await queue.note(record("a"))

    waiting = asyncio.ensure_future(wait())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    sink.go.set()
    await queue.aclose()
    assert sink.names() == ["a"]


async def test_in_the_editor_a_failure_is_told_once_and_stops_nothing(sink, told):
    queue = queue_to(sink, told)
    sink.fault = AuditFailed("the disk is full", where="/secret/place")
    for _ in range(5):
        await queue.note(record("secret"))
    assert told == [sink.fault]
    sink.fault = None
    await queue.note(record("after"))
    await queue.aclose()
    assert sink.names() == [audit_queue.LOST, "after"]
    assert sink.written[0].reason == "5 records before this one could not be written"
    assert (sink.written[0].outcome, sink.written[0].ts) == ("failed", record().ts)
    assert len(told) == 1


async def test_in_a_service_a_failure_is_raised_each_time(sink, told):
    queue = queue_to(sink, told, strict=True)
    sink.fault = AuditFailed("the disk is full")
    for _ in range(3):
        with pytest.raises(AuditFailed, match="the disk is full"):
            await queue.note(record())
    queue.note(record())  # what nobody awaits raises nowhere
    await queue.aclose()
    assert len(told) == 1


async def test_after_a_failure_nothing_is_tried_for_a_moment(sink, told):
    """A lock that somebody holds would be waited for by each of a thousand records."""
    now = [0.0]
    queue = queue_to(sink, told, strict=True, clock=lambda: now[0])
    sink.fault = AuditFailed("another program holds it")
    with pytest.raises(AuditFailed):
        await queue.note(record())
    sink.fault = None
    now[0] = audit_queue.PAUSE_S / 2
    with pytest.raises(AuditFailed, match="another program holds it"):
        await queue.note(record())
    assert sink.names() == []
    now[0] = audit_queue.PAUSE_S
    await queue.note(record())
    await queue.aclose()
    assert sink.names() == [audit_queue.LOST, "x"]


async def test_a_fault_of_ours_is_told_without_its_text(sink, told):
    queue = queue_to(sink, told, strict=True)
    sink.fault = ValueError("a secret text")
    with pytest.raises(AuditFailed, match=r"ValueError at test_audit_queue\.py") as caught:
        await queue.note(record())
    assert "secret" not in str(caught.value)
    await queue.aclose()


async def test_options_that_cannot_be_read_are_a_failure_not_a_crash(told):
    def broken():
        raise SettingsError("guard.audit_sink is wrong")

    queue = AuditQueue(broken, told.append)
    await queue.note(record())
    assert len(told) == 1
    await queue.aclose()


async def test_a_disk_that_hangs_does_not_fill_the_memory(sink, told, monkeypatch):
    monkeypatch.setattr(audit_queue, "MOST_WAITING", 3)
    queue = queue_to(sink, told)
    sink.go.clear()
    first = [queue.note(record(f"r{number}")) for number in range(3)]
    for _ in range(4):
        await queue.note(record("too many"))
    sink.go.set()
    await asyncio.gather(*first)
    await queue.note(record("after"))
    await queue.aclose()
    assert sink.names() == ["r0", "r1", "r2", audit_queue.LOST, "after"]
    assert sink.written[3].reason.startswith("4 records")


def test_what_is_noted_while_the_program_ends_is_written_after_the_rest(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", AT_EXIT, str(tmp_path / "audit")],
        env={"PYTHONPATH": f"{ROOT / 'python'}:{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert names(tmp_path / "audit") == [f"r{number}" for number in range(55)]


# -- what use-cases record -----------------------------------------------------------------------

ABOUT = About(
    request_id="12",
    source=Source(command="explain"),
    project=Project(path="/p"),
    target=Target(type="file", name="/p/a.py"),
)
CALL = Call(
    prompt="[user]\nwhy é?",
    response="because",
    model=Model(base_url_host="127.0.0.1", name="m"),
    prompt_tokens=9,
    completion_tokens=3,
    duration_ms=120,
    redactions={"aws-key": 1},
)


class Kept:
    def __init__(self):
        self.records = []

    def note(self, told):
        self.records.append(told)
        return DONE


def masked(text):
    return text.replace("why", "[REDACTED:word:1]")


def auditor(kept, masked=masked, **options):
    guard = Guard(**{"audit": True, **options})
    ann = Actor(type="user", username="ann")
    return Auditor(kept, lambda: guard, masked, actor=ann, now=lambda: T0)


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


async def test_a_model_call_is_hashes_counts_and_times():
    kept = Kept()
    await auditor(kept).model_call(ABOUT, CALL)
    (one,) = kept.records
    assert (one.ts, one.event, one.outcome) == ("2026-01-01T00:00:00.000Z", "model.call", "ok")
    assert one.actor == Actor(type="user", username="ann")
    assert (one.source, one.project, one.target) == (ABOUT.source, ABOUT.project, ABOUT.target)
    assert (one.request_id, one.software_version) == ("12", __version__)
    assert one.model == CALL.model
    assert (one.usage.prompt_tokens, one.usage.completion_tokens) == (9, 3)
    assert one.usage.duration_ms == 120
    assert one.content.prompt_sha256 == digest(CALL.prompt)
    assert one.content.response_sha256 == digest("because")
    assert one.content.bytes == len(CALL.prompt.encode())
    assert one.content.redactions == {"aws-key": 1}
    assert one.text is None
    assert "why" not in repr(CALL) + repr(one)


async def test_text_is_recorded_by_option_only():
    kept = Kept()
    await auditor(kept, audit_text=True).model_call(ABOUT, CALL)
    await auditor(kept, audit_text=True).outside_write(ABOUT, "a note")
    asked, written = kept.records
    assert asked.text.prompt == masked(CALL.prompt) != CALL.prompt
    assert asked.text.response == "because"
    assert (written.text.prompt, written.text.response) == ("", "a note")


async def test_text_that_cannot_be_masked_is_not_recorded():
    def broken(_text):
        raise SettingsError("the rule file is broken")

    kept = Kept()
    await auditor(kept, broken, audit_text=True).model_call(ABOUT, CALL)
    assert kept.records[0].text is None
    assert kept.records[0].content.prompt_sha256 == digest(CALL.prompt)


async def test_a_failed_call_is_told_by_the_class_of_its_error():
    kept = Kept()
    error = StreamBroken("it died", where="http://127.0.0.1:1")
    call = Call(prompt="p\ud800")
    await auditor(kept).model_call(About(), call, outcome="failed", error=error)
    (one,) = kept.records
    assert (one.outcome, one.reason) == ("failed", "StreamBroken")
    assert one.content.response_sha256 is None
    assert one.content.prompt_sha256 == digest("p?")


async def test_a_refusal_says_which_rule():
    kept = Kept()
    await auditor(kept).refusal(ABOUT, HostRefused("example.org is not this machine"))
    (one,) = kept.records
    assert (one.event, one.outcome) == ("policy.refused", "denied")
    assert one.reason == "HostRefused: example.org is not this machine"


async def test_an_outside_write_is_recorded_before_and_after():
    kept = Kept()
    mine = auditor(kept)
    await mine.outside_write(ABOUT, "a note", redactions={"jwt": 2})
    done = About(actor=Actor(type="service"), target=Target(type="note", note_id=5))
    await mine.outside_write(done, "a note", outcome="ok", reason="posted")
    first, second = kept.records
    assert (first.event, first.outcome, first.actor.username) == ("outside.write", "begun", "ann")
    assert first.content.response_sha256 == second.content.response_sha256 == digest("a note")
    assert (first.content.bytes, first.content.redactions) == (6, {"jwt": 2})
    assert (second.outcome, second.reason, second.target.note_id) == ("ok", "posted", 5)
    assert second.actor == Actor(type="service")


async def test_with_the_option_off_nothing_is_recorded():
    kept = Kept()
    mine = auditor(kept, audit=False)
    await mine.model_call(ABOUT, CALL)
    await mine.refusal(ABOUT, HostRefused("x"))
    await mine.outside_write(ABOUT, "x")
    await mine.event(ABOUT, "queue.drop", "failed")
    assert kept.records == []


async def test_a_strict_log_stops_an_outside_write(sink, told):
    posted = []
    mine = auditor(queue_to(sink, told, strict=True))
    sink.fault = AuditFailed("the disk is full")

    async def post(text):
        await mine.outside_write(ABOUT, text)
        posted.append(text)

    with pytest.raises(AuditFailed):
        await post("a note")
    sink.fault = None
    await post("another")
    assert posted == ["another"]


async def test_all_together_on_a_real_log(tmp_path, told):
    log = log_in(tmp_path / "audit")
    queue = AuditQueue(lambda: log, told.append)
    mine = auditor(queue)
    for number in range(20):
        mine.model_call(About(request_id=str(number)), CALL)
        mine.event(About(request_id=str(number)), "config.change", "ok", "a reason")
    await queue.aclose()
    found = [(one["request_id"], one["event"]) for one in stored(tmp_path / "audit")]
    assert found == [(str(n), e) for n in range(20) for e in ("model.call", "config.change")]
    assert log.verify().is_sound
    assert b"because" not in (tmp_path / "audit" / "audit.jsonl").read_bytes()
    assert told == []


def test_messages_become_one_text():
    messages = (Message(role="system", content="be brief"), Message(role="user", content="why?"))
    assert prompt_text(messages) == "[system]\nbe brief\n\n[user]\nwhy?"
