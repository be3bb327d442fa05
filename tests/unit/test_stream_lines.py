"""Lines, events and objects come out the same wherever the network cuts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.errors import BackendError, BadStream
from local_llm.stream.lines import Lines
from local_llm.stream.ndjson import NdjsonDecoder
from local_llm.stream.sse import SseDecoder, SseEvent

LINES = {
    "lf": (b"a\nb\n", [b"a", b"b"], b""),
    "crlf": (b"a\r\nb\r\n", [b"a", b"b"], b""),
    "cr": (b"a\rb\r", [b"a", b"b"], b""),
    "mixed": (b"a\r\n\rb\n\n\rc", [b"a", b"", b"b", b"", b""], b"c"),
    "unfinished": (b"a\nb", [b"a"], b"b"),
    "line separator inside": ("a\u2028b\u2029c\x85d\x0be\x0cf\n".encode(), None, b""),
    "empty": (b"", [], b""),
    "blank": (b"\n\n", [b"", b""], b""),
}


def cuts(wire):
    """Every way to cut once, then byte by byte."""
    yield from ([wire[:at], wire[at:]] for at in range(len(wire) + 1))
    yield [wire[at : at + 1] for at in range(len(wire))]


@pytest.mark.parametrize(("wire", "lines", "rest"), LINES.values(), ids=LINES)
def test_same_lines_wherever_the_network_cuts(wire, lines, rest):
    lines = [wire.removesuffix(b"\n")] if lines is None else lines
    for chunks in cuts(wire):
        cutter = Lines()
        assert [x for chunk in chunks for x in cutter.feed(chunk)] == lines
        assert cutter.rest() == rest
        assert cutter.rest() == b""


def test_lf_only_keeps_a_lone_cr_and_strips_one_before_lf():
    for chunks in cuts(b"a\rb\r\nc\r\r\n"):
        cutter = Lines(lf_only=True)
        assert [x for chunk in chunks for x in cutter.feed(chunk)] == [b"a\rb", b"c\r"]


def outcome(cutter, chunks):
    """What comes out in total, and how it ends."""
    out = []
    try:
        for chunk in chunks:
            out += cutter.feed(chunk)
        rest = cutter.rest()
    except BackendError as fault:
        return out, type(fault)
    return out, rest


@pytest.mark.parametrize("lf_only", [True, False])
@pytest.mark.parametrize("wire", [b"ok\n123456789\nlate\n", b"ok\n123456789", b"12345678\r\nx\n"])
def test_a_line_over_the_limit_is_refused_at_the_same_place(wire, lf_only):
    found = {repr(outcome(Lines(8 - lf_only, lf_only=lf_only), chunks)) for chunks in cuts(wire)}
    assert len(found) == 1


def test_a_line_at_the_limit_passes():
    for chunks in cuts(b"12345678\r\n12345678\n"):
        assert outcome(Lines(8), chunks) == ([b"12345678"] * 2, b"")


@given(st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b"bcdef"])), st.data())
def test_any_split_gives_the_same_lines(parts, data):
    wire = b"".join(parts)
    at = sorted(data.draw(st.lists(st.integers(0, len(wire)))))
    chunks = [wire[a:b] for a, b in zip([0, *at], [*at, len(wire)], strict=True)]
    assert outcome(Lines(4), chunks) == outcome(Lines(4), [wire])


def test_ten_megabytes_without_a_newline_are_refused_and_not_kept():
    cutter = Lines()
    for _ in range(16):
        assert cutter.feed(b"x" * 65536) == []
    assert len(cutter._tail) == 1 << 20
    with pytest.raises(BadStream, match="longer than 1024 KiB"):
        cutter.feed(b"x" * (9 << 20))
    assert len(cutter._tail) == 0
    with pytest.raises(BadStream):
        cutter.feed(b"\n")
    with pytest.raises(BadStream):
        cutter.rest()


M = "message"
EVENTS = {
    "one": (b"data: a\n\n", [SseEvent(M, b"a")]),
    "crlf": (b"data: a\r\n\r\ndata: b\r\n\r\n", [SseEvent(M, b"a"), SseEvent(M, b"b")]),
    "no space": (b"data:a\n\n", [SseEvent(M, b"a")]),
    "only one space goes": (b"data:  a\n\n", [SseEvent(M, b" a")]),
    "several data lines": (b"data: a\ndata: b\n\n", [SseEvent(M, b"a\nb")]),
    "named": (
        b"event: error\ndata: a\n\ndata: b\n\n",
        [SseEvent("error", b"a"), SseEvent(M, b"b")],
    ),
    "comments": (b":\n\n: ping - 2026\n\ndata: a\n\n:\n\n", [SseEvent(M, b"a")]),
    "comment inside": (b"data: a\n: ping\n\n", [SseEvent(M, b"a")]),
    "id and retry": (b"id: 1\nretry: 5\ndata: a\n\n", [SseEvent(M, b"a")]),
    "no blank line at the end": (
        b"data: a\n\ndata: [DONE]",
        [SseEvent(M, b"a"), SseEvent(M, b"[DONE]")],
    ),
    "one newline at the end": (b"data: [DONE]\n", [SseEvent(M, b"[DONE]")]),
    "error field": (
        b'data: a\n\nerror: {"code":500}\n\n',
        [SseEvent(M, b"a"), SseEvent("error", b'{"code":500}', "error")],
    ),
    "error field after data": (
        b"data: a\nerror: b\n",
        [SseEvent(M, b"a"), SseEvent("error", b"b", "error")],
    ),
    "bare object": (b'{"error":"x"}\n', [SseEvent("", b'{"error":"x"}', "")]),
    "html": (b"<html>\n", [SseEvent("", b"<html>", "")]),
    "byte order mark": (b"\xef\xbb\xbfdata: a\n\n", [SseEvent(M, b"a")]),
    "unknown field": (b"data: a\nfoo: b\n\n", [SseEvent(M, b"a")]),
    "field without colon": (b"data\n\n", [SseEvent(M, b"")]),
    "nothing": (b"", []),
    "line separator": (
        'data: {"a":"x\u2028y"}\n\n'.encode(),
        [SseEvent(M, '{"a":"x\u2028y"}'.encode())],
    ),
}


@pytest.mark.parametrize(("wire", "events"), EVENTS.values(), ids=EVENTS)
def test_same_events_wherever_the_network_cuts(wire, events):
    for chunks in cuts(wire):
        decoder = SseDecoder()
        found = [event for chunk in chunks for event in decoder.feed(chunk)]
        assert found + decoder.finish() == events


def test_an_event_over_the_limit_is_refused_after_the_one_before_it():
    decoder = SseDecoder(20)
    assert decoder.feed(b"data: a\n\n" + b"data: 12345\n" * 9) == [SseEvent(M, b"a")]
    with pytest.raises(BadStream, match="an event over"):
        decoder.feed(b"")
    with pytest.raises(BadStream):
        decoder.finish()


def test_an_endless_event_of_empty_lines_is_refused():
    decoder = SseDecoder(20)
    with pytest.raises(BadStream):
        decoder.feed(b"data:\n" * 30)


def test_the_unfinished_event_may_be_the_one_over_the_limit():
    decoder = SseDecoder(20)
    decoder.feed(b"data: 1234567890\ndata: 1234567890")
    with pytest.raises(BadStream):
        decoder.finish()


OBJECTS = {
    "two": (b'{"a":1}\n{"b":2}\n', [b'{"a":1}', b'{"b":2}']),
    "blank lines": (b'{"a":1}\n\n \r\n{"b":2}\n', [b'{"a":1}', b'{"b":2}']),
    "no newline at the end": (b'{"a":1}\n{"b":2}', [b'{"a":1}', b'{"b":2}']),
    "crlf": (b'{"a":1}\r\n', [b'{"a":1}']),
    "line separator": ('{"a":"x\u2028y"}\n'.encode(), ['{"a":"x\u2028y"}'.encode()]),
    "blank end": (b'{"a":1}\n  ', [b'{"a":1}']),
}


@pytest.mark.parametrize(("wire", "objects"), OBJECTS.values(), ids=OBJECTS)
def test_same_objects_wherever_the_network_cuts(wire, objects):
    for chunks in cuts(wire):
        decoder = NdjsonDecoder()
        found = [x for chunk in chunks for x in decoder.feed(chunk)]
        assert found + decoder.finish() == objects
