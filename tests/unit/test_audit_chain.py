"""The chain: what was altered, removed, moved or inserted is found and named; nothing else is."""

from __future__ import annotations

import hashlib
import hmac
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_logs import KEY, T0, as_lines, chain, fields, record
from local_llm.guard import audit_chain, audit_record
from local_llm.guard.audit_chain import Head, fingerprint, genesis, head_of, instance, linked, read
from local_llm.guard.audit_record import (
    Actor,
    Content,
    Model,
    Project,
    Record,
    Source,
    Target,
    Text,
    Usage,
    stamp,
)
from local_llm.guard.audit_verify import verify

SOME = [record(f"r{number}") for number in range(1, 8)]
WHOLE = Record(
    ts=stamp(T0 + 0.1234),
    event="model.call",
    outcome="failed",
    reason="StreamBroken",
    actor=Actor(type="gitlab_user", gitlab_user_id=7, username="ann", token_fingerprint="0a1b2c3d"),
    source=Source(command="explain", ip="127.0.0.1", instance="gitlab.example", webhook_id="w1"),
    request_id="12",
    project=Project(id=3, path="group/project"),
    target=Target(type="merge_request", iid=5, head_sha="ab" * 20, note_id=9),
    model=Model(base_url_host="127.0.0.1", name="m:7b", digest="sha256:ff"),
    usage=Usage(prompt_tokens=10, completion_tokens=0, duration_ms=1200),
    content=Content(prompt_sha256="11", response_sha256="22", bytes=99, redactions={"aws-key": 2}),
    software_version="0.1.0",
    text=Text(prompt="a secret prompt", response="a secret answer"),
)


def verdict(datas, **more):
    return verify(as_lines(datas), KEY, **more)


def faults(datas, **more):
    return [(fault.seq, fault.kind) for fault in verdict(datas, **more).faults]


def changed(line, **values):
    """Return a record with other values, spelt as we spell it, by somebody without the key."""
    return audit_record.canonical(fields(line) | values) + b"\n"


# -- records -------------------------------------------------------------------------------------


def test_a_record_has_every_field_and_no_absent_one():
    line, head = linked(WHOLE, genesis(KEY, "file"), KEY)
    assert fields(line) == {
        "v": 1,
        "seq": 1,
        "ts": "2026-01-01T00:00:00.123Z",
        "event": "model.call",
        "outcome": "failed",
        "reason": "StreamBroken",
        "actor": {
            "type": "gitlab_user",
            "gitlab_user_id": 7,
            "username": "ann",
            "token_fingerprint": "0a1b2c3d",
        },
        "source": {
            "command": "explain",
            "ip": "127.0.0.1",
            "instance": "gitlab.example",
            "webhook_id": "w1",
        },
        "request_id": "12",
        "project": {"id": 3, "path": "group/project"},
        "target": {"type": "merge_request", "iid": 5, "head_sha": "ab" * 20, "note_id": 9},
        "model": {"base_url_host": "127.0.0.1", "name": "m:7b", "digest": "sha256:ff"},
        "usage": {"prompt_tokens": 10, "completion_tokens": 0, "duration_ms": 1200},
        "content": {
            "prompt_sha256": "11",
            "response_sha256": "22",
            "bytes": 99,
            "redactions": {"aws-key": 2},
        },
        "software_version": "0.1.0",
        "text": {"prompt": "a secret prompt", "response": "a secret answer"},
        "prev": genesis(KEY, "file").mac,
        "mac": head.mac,
    }
    bare, _head = linked(Record(ts="t", event="e", outcome="ok"), Head(4, "0" * 64), KEY)
    assert set(fields(bare)) == {"v", "seq", "ts", "event", "outcome", "prev", "mac"}


def test_a_mac_can_be_computed_by_any_program():
    line, head = linked(WHOLE, genesis(KEY, "file"), KEY)
    told = json.loads(line)
    mac = told.pop("mac")
    signed = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert mac == hmac.new(KEY, told["prev"].encode() + signed, hashlib.sha256).hexdigest()
    assert (
        line
        == json.dumps(
            told | {"mac": mac}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()
        + b"\n"
    )
    assert mac == head.mac


def test_no_text_is_printed():
    shown = repr(WHOLE) + str(WHOLE) + repr(WHOLE.text) + repr([WHOLE]) + f"{WHOLE.text!s}"
    shown += repr(as_lines([b"a secret line"]))
    assert "secret" not in shown
    assert "15 and 15 characters" in shown


RISKY = {
    "a newline": "a\n{}",
    "a carriage return": "a\rb",
    "a nul": "a\0b",
    "an escape": "\x1b]0;owned\x07",
    "csi of eight bits": "\x9b31m",
    "delete": "a\x7f",
    "next line": "a\x85b",
    "line separator": "a\u2028b",
    "paragraph separator": "a\u2029b",
    "an override": "a\u202eb",
    "an isolate": "a\u2066b",
    "a mark": "a\u200fb",
    "an arabic mark": "a\u061cb",
    "zero width": "a\u200bb",
    "a byte order mark": "\ufeffa",
    "a tag": "a\U000e0041b",
}


@pytest.mark.parametrize("text", RISKY.values(), ids=RISKY.keys())
def test_nothing_in_a_name_ends_a_line_or_fools_a_reader(text):
    line, _head = linked(record(text), genesis(KEY, "file"), KEY)
    assert line.count(b"\n") == 1
    printed = line.decode()
    assert len(printed.splitlines()) == 1
    assert printed[:-1].isprintable()
    assert fields(line)["actor"]["username"] == text
    assert faults([line]) == []


def test_a_name_cannot_forge_a_record():
    forged = chain([record("admin")])[0][0].decode()
    lines, _head = chain([record(f"x\n{forged}\n"), record("y")])
    assert b"".join(lines).count(b"\n") == 2
    found = verdict(lines)
    assert (found.records, found.faults) == (2, ())


def test_names_are_bounded_and_what_is_not_utf_8_is_replaced():
    odd = Record(
        ts="t",
        event="e",
        outcome="ok",
        reason="r" * 5000,
        actor=Actor(type="user", username="a\udce4b"),
        content=Content(redactions={"k" * 5000: 1}),
        text=Text(prompt="p" * 5000, response="\ud800"),
    )
    line, _head = linked(odd, genesis(KEY, "file"), KEY)
    told = fields(line)
    assert told["reason"] == "r" * audit_record.LONGEST
    assert told["actor"]["username"] == "a\ufffdb"
    assert list(told["content"]["redactions"]) == ["k" * audit_record.LONGEST]
    assert told["text"] == {"prompt": "p" * 5000, "response": "\ufffd"}
    assert faults([line]) == []


def test_times_sort_as_text():
    moments = [T0 - 1, T0, T0 + 0.001, T0 + 0.5, T0 + 86_400]
    assert [stamp(moment) for moment in moments] == sorted(map(stamp, moments))
    assert stamp(0) == "1970-01-01T00:00:00.000Z"


# -- a chain -------------------------------------------------------------------------------------


def test_a_whole_chain_is_sound():
    lines, head = chain(SOME)
    found = verdict(lines, heads=[head])
    assert found.is_sound
    assert (found.records, found.begins, found.head) == (7, 1, head)
    assert verdict([]).is_sound
    assert verdict([]).records == 0


def test_a_chain_is_one_key_and_one_sink_only():
    lines, _head = chain(SOME)
    assert faults(lines, sink="syslog") == [(1, "forked")]
    assert [fault.kind for fault in verify(as_lines(lines), bytes(32)).faults] == ["altered"] * 7
    assert genesis(KEY, "file") != genesis(KEY, "syslog") != genesis(bytes(32), "syslog")


def without(lines, *gone):
    return [line for number, line in enumerate(lines, 1) if number not in gone]


def swapped(lines, one, other):
    order = list(lines)
    order[one - 1], order[other - 1] = order[other - 1], order[one - 1]
    return order


def with_line(lines, number, line):
    """Put a line before the record of that number."""
    return [*lines[: number - 1], line, *lines[number - 1 :]]


def replaced(lines, number, line):
    return [*lines[: number - 1], line, *lines[number:]]


BREAKS = {
    "the first altered": (
        lambda x: replaced(x, 1, changed(x[0], outcome="denied")),
        [(1, "altered")],
    ),
    "one altered": (lambda x: replaced(x, 4, changed(x[3], outcome="denied")), [(4, "altered")]),
    "the last altered": (lambda x: replaced(x, 7, changed(x[6], event="x.y")), [(7, "altered")]),
    "a number altered": (lambda x: replaced(x, 4, changed(x[3], seq=9)), [(4, "altered")]),
    "a mac altered": (lambda x: replaced(x, 4, changed(x[3], mac="0" * 64)), [(4, "altered")]),
    "prev altered": (lambda x: replaced(x, 4, changed(x[3], prev="0" * 64)), [(4, "altered")]),
    "a field added": (lambda x: replaced(x, 4, changed(x[3], reason="y")), [(4, "altered")]),
    "two altered": (
        lambda x: replaced(replaced(x, 3, changed(x[2], v=2)), 4, changed(x[3], v=2)),
        [(3, "altered"), (4, "altered")],
    ),
    "no record any more": (lambda x: replaced(x, 4, b"garbage\n"), [(4, "altered")]),
    "an empty line for one": (lambda x: replaced(x, 4, b"\n"), [(4, "altered")]),
    "spelt otherwise": (
        lambda x: replaced(x, 4, x[3].replace(b'","', b'", "', 1)),
        [(4, "altered")],
    ),
    "a field twice": (
        lambda x: replaced(x, 4, b'{"outcome":"denied",' + x[3][1:]),
        [(4, "altered")],
    ),
    "a newline taken away": (
        lambda x: [*x[:3], x[3][:-1] + x[4], *x[5:]],
        [(4, "altered"), (5, "missing")],
    ),
    "the first removed": (lambda x: without(x, 1), [(1, "missing")]),
    "one removed": (lambda x: without(x, 4), [(4, "missing")]),
    "three removed": (lambda x: without(x, 3, 4, 5), [(3, "missing")]),
    "two places removed": (lambda x: without(x, 2, 5), [(2, "missing"), (5, "missing")]),
    "two exchanged": (lambda x: swapped(x, 4, 5), [(4, "out of order")]),
    "far ones exchanged": (
        lambda x: swapped(x, 2, 6),
        [(2, "out of order"), (3, "out of order"), (4, "out of order"), (5, "out of order")],
    ),
    "one moved to the end": (lambda x: [*without(x, 3), x[2]], [(3, "out of order")]),
    "one moved, one removed": (
        lambda x: [*without(x, 3, 4), x[3]],
        [(3, "missing"), (4, "out of order")],
    ),
    "one copied": (lambda x: with_line(x, 6, x[2]), [(3, "inserted")]),
    "one doubled": (lambda x: with_line(x, 4, x[2]), [(3, "inserted")]),
    "a forged one inserted": (
        lambda x: with_line(x, 4, changed(x[3], outcome="denied")),
        [(4, "inserted")],
    ),
    "garbage inserted": (lambda x: with_line(x, 4, b"garbage\n"), [(4, "inserted")]),
    "an empty line inserted": (lambda x: with_line(x, 1, b"\n"), [(1, "inserted")]),
    "one altered, one removed": (
        lambda x: without(replaced(x, 3, changed(x[2], v=2)), 4),
        [(3, "altered"), (4, "missing")],
    ),
    "a copy of another chain": (
        lambda x: replaced(x, 4, chain([record("other")] * 4)[0][3]),
        [(4, "forked"), (5, "forked")],
    ),
}


@pytest.mark.parametrize(("spoil", "found"), BREAKS.values(), ids=BREAKS.keys())
def test_what_was_done_is_named(spoil, found):
    lines, head = chain(SOME)
    assert faults(spoil(lines)) == found
    assert faults(spoil(lines), heads=[head]) == found


def test_a_fault_says_where_it_shows():
    lines, _head = chain(SOME)
    (fault,) = verdict(without(lines, 4, 5)).faults
    assert fault.sentence() == "seq 4: missing: the records up to 5 (audit.jsonl:4)"
    (fault,) = verdict(replaced(lines, 4, b"x\n")).faults
    assert (fault.file, fault.line) == ("audit.jsonl", 4)


@pytest.mark.parametrize("left", [0, 1, 6])
def test_removed_ends_show_by_a_head_that_was_noted(left):
    lines, head = chain(SOME)
    assert faults(lines[:left]) == []
    assert faults(lines[:left], heads=[head]) == [(left + 1, "truncated")]
    earlier = Head(left, fields(lines[left - 1])["mac"]) if left else Head(0, "0" * 64)
    assert faults(lines, heads=[earlier, head]) == []


def test_garbage_at_the_end_is_told_from_an_altered_end():
    lines, head = chain(SOME)
    assert faults([*lines, b"garbage\n"], heads=[head]) == [(8, "inserted")]
    assert faults([*lines[:6], b"garbage\n"], heads=[head]) == [(7, "altered")]
    assert faults([*lines[:5], b"garbage\n"], heads=[head]) == [(6, "altered"), (7, "truncated")]


def test_a_rewritten_end_is_another_than_the_one_noted():
    """Somebody with the key can make a sound chain, but not the one whose head was noted."""
    lines, head = chain(SOME)
    rewritten, _head = chain([*SOME[:5], record("new"), record("new")])
    assert faults(rewritten) == []
    assert faults(rewritten, heads=[head]) == [(7, "forked")]
    assert faults(lines, heads=[head, Head(7, "0" * 64)]) == [(7, "forked")]


def test_an_unfinished_end_is_no_fault_but_a_removed_one_is():
    lines, head = chain(SOME)
    cut = [*lines[:6], lines[6][:-10]]
    found = verdict(cut)
    assert found.is_sound
    assert found.unfinished == len(lines[6]) - 10
    assert faults(cut, heads=[head]) == [(7, "truncated")]
    assert faults([*lines[:3], lines[3][:-10], *lines[4:]]) == [(4, "altered")]


def test_a_beginning_that_was_removed_has_to_be_said_in_the_log():
    said = Record(
        ts="t",
        event=audit_chain.RETENTION,
        outcome="ok",
        target=Target(type="audit_log", seq=4),
    )
    lines, _head = chain([*SOME[:5], said, *SOME[5:]])
    found = verdict(lines[3:])
    assert (found.is_sound, found.begins, found.records) == (True, 4, 5)
    assert verdict(lines[2:]).is_sound, "the files may not be removed yet"
    assert faults(lines[4:]) == [(4, "missing")]
    assert faults(replaced(lines, 6, changed(lines[5], v=2))[3:]) == [
        (1, "missing"),
        (6, "altered"),
    ]
    assert verdict(lines[4:], whole=False).is_sound


def test_what_cannot_be_read_is_no_record():
    for line in (b"", b"{}", b"[]", b"nul\0", b'{"seq":1}', b"\xff", b"[" * 100_000, b"1e999"):
        assert read(line, KEY) is None
    (line,), _head = chain([record()])
    for odd in (
        {"seq": True},
        {"seq": "1"},
        {"seq": 1.5},
        {"mac": "é" * 64},
        {"mac": 5},
        {"prev": None},
    ):
        assert read(changed(line, **odd)[:-1], KEY) is None
    for odd in ({"x": 10**30}, {"x": 1e300}, {"x": "\ufffd"}, {"x": [[]]}, {"é": None}):
        assert not read(changed(line, **odd)[:-1], KEY).genuine
    assert read(line[:-1].replace(b'"x"', rb'"\ud800"'), KEY) is None


def test_heads_are_read_as_they_are_printed():
    head = Head(815, "ab" * 32)
    assert head_of(str(head)) == head
    assert head_of(f"{815:018d}:{'ab' * 32}\n") == head
    for text in ("", "815", f"-1:{'ab' * 32}", f"815:{'AB' * 32}", f"815:{'ab' * 31}", f"x:{head}"):
        assert head_of(text) is None


def test_a_token_is_recorded_by_a_fingerprint_that_needs_the_key():
    assert len(fingerprint(KEY, "glpat-abc")) == 8
    assert fingerprint(KEY, "glpat-abc") == fingerprint(KEY, "glpat-abc")
    assert fingerprint(KEY, "glpat-abc") != fingerprint(KEY, "glpat-abd")
    assert fingerprint(KEY, "glpat-abc") != fingerprint(bytes(32), "glpat-abc")
    assert instance(KEY) != instance(bytes(32))


# -- any records, anything done to them ----------------------------------------------------------

any_text = st.text(st.characters(codec=None), max_size=30)
any_record = st.builds(
    Record,
    ts=any_text,
    event=any_text,
    outcome=st.sampled_from(["ok", "failed", "denied"]),
    reason=st.none() | any_text,
    actor=st.builds(Actor, type=any_text, username=st.none() | any_text),
    target=st.none() | st.builds(Target, type=any_text, iid=st.none() | st.integers(0, 2**60)),
    content=st.builds(Content, redactions=st.dictionaries(any_text, st.integers(0, 99))),
    text=st.none() | st.builds(Text, prompt=any_text),
)
some_records = st.lists(any_record, min_size=2, max_size=8)


@given(records=some_records)
def test_any_records_make_a_sound_chain_of_one_line_each(records):
    lines, head = chain(records)
    assert b"".join(lines).decode().splitlines(keepends=True) == [x.decode() for x in lines]
    assert verdict(lines, heads=[head]).is_sound
    for line in lines:
        assert audit_record.canonical(msgspec.json.decode(line)) == line[:-1]


@given(records=some_records, data=st.data())
def test_any_changed_byte_is_found_at_its_record(records, data):
    lines, head = chain(records)
    number = data.draw(st.integers(1, len(lines)))
    line = lines[number - 1]
    at = data.draw(st.integers(0, len(line) - 2))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte not in (line[at], 10)))
    bad = line[:at] + bytes([byte]) + line[at + 1 :]
    assert faults(replaced(lines, number, bad), heads=[head]) == [(number, "altered")]


@given(records=some_records, data=st.data())
def test_any_removed_and_any_reordered_lines_are_found_first_at_the_first(records, data):
    lines, head = chain(records)
    kept = data.draw(st.permutations(range(len(lines))))
    kept = kept[: data.draw(st.integers(0, len(lines)))]
    spoilt = [lines[at] for at in kept]
    first = next((n for n, at in enumerate(kept, 1) if at != n - 1), len(kept) + 1)
    found = verdict(spoilt, heads=[head])
    if first > len(lines):
        assert found.is_sound
    else:
        assert found.faults[0].seq == first
