"""The fakes' model that knows the middle of a text by heart, and llama.cpp's slots."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from fakes import FakeLlamaCpp, FakeOllama, FakeTextgen, FakeVllm, Script, tokens
from fakes.middle import words
from fakes.slots import Slots
from fakes.vocabulary import FromGguf
from local_llm.ops.random_model import write_random_model
from local_llm.tokens.count import LocalCounter
from local_llm.tokens.gguf_vocab import read_vocab

TESTS = Path(__file__).parent.parent
MIDDLE = "    total = präzise(x)\n  \n    return total.x + 1\n"
QWEN = "<|fim_prefix|>def f(x):\n<|fim_suffix|>\nf(1)\n<|fim_middle|>"
STARCODER = "<fim_prefix>def f(x):\n<fim_suffix>\nf(1)\n<fim_middle>"
SEED = "<[fim-suffix]>\nf(1)\n<[fim-prefix]>def f(x):\n"
CODESTRAL = "[SUFFIX]\nf(1)\n[PREFIX]def f(x):\n"


@pytest.fixture(scope="module")
def gguf(tmp_path_factory):
    return write_random_model(tmp_path_factory.mktemp("vocabulary") / "m.gguf", merges=512).path


@contextmanager
def served(kind=FakeLlamaCpp, script=None, **server):
    script = script or Script(continues=MIDDLE, slots=2)
    with (
        kind(script, **server) as fake,
        httpx.Client(base_url=fake.url, trust_env=False, timeout=10) as client,
    ):
        yield fake, client


def said(answer) -> str:
    """Return the text of a stream, whatever its dialect."""
    lines = [line.removeprefix("data: ") for line in answer.text.split("\n")]
    records = [json.loads(line) for line in lines if line.startswith("{")]
    texts = [one.get("content") or one.get("response") or _choice(one) for one in records]
    return "".join(texts)


def _choice(record) -> str:
    return "".join(choice.get("text", "") for choice in record.get("choices", ()))


def complete(client, prompt, **more):
    body = {"prompt": prompt, "n_predict": 99, "stream": True, **more}
    return client.post("/completion", json=body)


def test_words_take_the_blank_before_them():
    assert words("x = präz(a)\n\n  b") == ["x", " =", " präz", "(", "a", ")\n\n", " ", " b"]


def test_ids_are_gone_on_with_at_every_cut_once_the_last_token_is_handed_back():
    head = tokens.encode(QWEN, parse_special=True)
    with served() as (_, client):
        for cut in range(len(MIDDLE)):
            typed, begun = handed_back(MIDDLE[:cut])
            assert begun + said(complete(client, head + typed)) == MIDDLE


def handed_back(text):
    """Return all ids but the last, or those of the last character, and their text."""
    ids = tokens.encode(text)
    for kept in range(len(ids) - 1, -1, -1):
        begun = b"".join(map(tokens.piece, ids[:kept]))
        if begun.decode("utf-8", "ignore").encode() == begun:
            return ids[:kept], begun.decode()
    return [], ""


def test_a_models_own_ids_are_gone_on_with_once_the_last_word_is_handed_back(gguf):
    counter = LocalCounter(read_vocab(gguf), "")
    head = FromGguf(gguf).encode(QWEN, parse_special=True)
    with served(gguf=gguf) as (_, client):
        for cut in range(len(MIDDLE)):
            begun = MIDDLE[: counter.last_word(MIDDLE[:cut])]
            typed = list(counter.encode(begun))
            assert begun + said(complete(client, head + typed)) == MIDDLE


def test_half_a_character_is_gone_on_with_too():
    ids = tokens.encode(MIDDLE[: MIDDLE.index("zise")])[:-1]
    with served() as (_, client):
        head = tokens.encode(QWEN, parse_special=True)
        assert (
            said(complete(client, head + ids))
            == "\N{REPLACEMENT CHARACTER}zise(x)" + (MIDDLE.partition("(x)")[2])
        )


def test_a_prompt_that_ends_inside_a_token_derails(gguf):
    vocabulary = FromGguf(gguf)
    head = vocabulary.encode(QWEN, parse_special=True)
    with served(gguf=gguf) as (_, client):
        inside = vocabulary.encode(MIDDLE[: MIDDLE.index("urn")])
        assert said(complete(client, head + inside)) == "?derailed"
        assert said(complete(client, head + inside, grammar='root ::= "x"')) == "?derailed"
        assert said(complete(client, head + vocabulary.encode("    x"))) == "?astray"


def test_the_name_of_a_marker_in_user_text_is_no_marker_where_ids_are_sent():
    typed = tokens.encode(MIDDLE[:4] + "<|fim_middle|>")
    with served(script=Script(continues=MIDDLE[:4] + "<|fim_middle|> here")) as (_, client):
        head = tokens.encode(QWEN, parse_special=True)
        assert said(complete(client, head + typed)) == " here"


@pytest.mark.parametrize("head", [QWEN, STARCODER, CODESTRAL])
@pytest.mark.parametrize("typed", [0, 1, 3, 7])
def test_text_is_gone_on_with_behind_the_marker_or_at_the_end(head, typed):
    known = words(MIDDLE)
    prompt = head + "".join(known[:typed])
    with served() as (_, client):
        assert said(complete(client, prompt)) == "".join(known[typed:])
        assert said(complete(client, prompt + known[typed][:1])).startswith("?") or known[typed][1:]


def test_in_suffix_first_order_what_was_typed_stands_before_the_marker():
    known = words(MIDDLE)
    prompt = SEED + "".join(known[:3]) + "<[fim-middle]>"
    with served() as (_, client):
        assert said(complete(client, prompt)) == "".join(known[3:])


def test_the_tokens_may_be_told():
    script = Script(continues="return x", continues_tokens=["ret", "urn x"])
    with served(script=script) as (_, client):
        assert said(complete(client, QWEN + "ret")) == "urn x"
        assert said(complete(client, QWEN + "return")) == "?derailed"


def test_where_all_is_written_nothing_is_left_to_say():
    with served() as (_, client):
        assert said(complete(client, QWEN + MIDDLE)) == ""


@pytest.mark.parametrize(
    ("kind", "path", "body"),
    [
        (FakeLlamaCpp, "/infill", {"input_prefix": "a\n{}", "input_suffix": "b"}),
        (FakeLlamaCpp, "/infill", {"input_prefix": "a\n", "prompt": "{}", "input_suffix": "b"}),
        (FakeLlamaCpp, "/v1/completions", {"prompt": QWEN + "{}"}),
        (FakeOllama, "/api/generate", {"prompt": QWEN + "{}", "raw": True}),
        (FakeOllama, "/api/generate", {"prompt": "def f(x):\n{}", "suffix": "\nf(1)"}),
        (FakeTextgen, "/v1/completions", {"prompt": QWEN + "{}"}),
        (FakeVllm, "/v1/completions", {"prompt": STARCODER + "{}"}),
    ],
)
def test_every_raw_route_knows_the_text(kind, path, body):
    known = words(MIDDLE)
    body = {name: _filled(value, "".join(known[:2])) for name, value in body.items()}
    with served(kind) as (_, client):
        answer = client.post(path, json={"model": "test-model", "stream": True, **body})
    assert said(answer) == "".join(known[2:])


def _filled(value, typed):
    return value.replace("{}", typed) if isinstance(value, str) else value


def test_a_chat_is_answered_with_the_pieces():
    with served() as (_, client):
        body = {"messages": [{"role": "user", "content": QWEN}]}
        answer = client.post("/v1/chat/completions", json=body).json()
    assert answer["choices"][0]["message"]["content"] == "Hello, world."


def records(answer):
    return [json.loads(line[6:]) for line in answer.text.split("\n") if line.startswith("data: {")]


def test_alternatives_come_mixed_and_end_one_by_one():
    script = Script(continues="one two three", others=["1 2"], slots=2)
    with served(script=script) as (_, client):
        events = records(complete(client, QWEN, n_cmpl=2))
    assert [(e["index"], e["content"] or "end") for e in events] == [
        (0, "one"),
        (1, "1"),
        (0, " two"),
        (1, " "),
        (0, " three"),
        (0, "end"),
        (1, "2"),
        (1, "end"),
    ]
    assert [e["id_slot"] for e in events if e["stop"]] == [0, 1]


def test_an_alternative_that_is_shorter_ends_before_the_others_go_on():
    script = Script(pieces=["a", "b", "c"], others=["z"], slots=2)
    with served(script=script) as (_, client):
        events = records(complete(client, "x", n_cmpl=2))
    assert [(e["index"], e["stop"]) for e in events] == [
        (0, False),
        (1, False),
        (1, True),
        (0, False),
        (0, False),
        (0, True),
    ]


def test_more_alternatives_than_slots_are_refused():
    with served() as (_, client):
        answer = complete(client, "x", n_cmpl=3)
    assert answer.status_code == 400
    message = "Field 'n_cmpl': Value must be between 1 <= value <= 2, but got 3"
    assert answer.json()["error"]["message"] == message


def test_openai_alternatives_come_mixed():
    script = Script(continues="a b", others=["c"])
    with served(FakeVllm, script) as (_, client):
        body = {"model": "test-model", "prompt": QWEN, "n": 2, "stream": True}
        events = records(client.post("/v1/completions", json=body))
    choices = [event["choices"][0] for event in events]
    assert [(c["index"], c["text"]) for c in choices if c["text"]] == [
        (0, "a"),
        (1, "c"),
        (0, " b"),
    ]
    assert [c["index"] for c in choices if c["finish_reason"]] == [0, 1]


def timings(answer):
    return records(answer)[-1]["timings"]


def test_a_pinned_slot_keeps_its_prompt():
    ids = tokens.encode("def f(a, b, c): return 1")
    with served(script=Script(slots=2, pieces=["x"])) as (fake, client):
        first = timings(complete(client, ids, id_slot=1))
        other = timings(complete(client, "something else", id_slot=0))
        again = timings(complete(client, [*ids, 65, 66], id_slot=1))
        same = timings(complete(client, [*ids, 65, 66], id_slot=1))
        assert fake.evaluated() == sum(r.evaluated for r in fake.requests)
        assert fake.evaluated(since=2) == 3
        assert [request.json["id_slot"] for request in fake.requests] == [1, 0, 1, 1]
    assert (first["cache_n"], first["prompt_n"]) == (0, len(ids))
    assert other["cache_n"] == 0
    assert (again["cache_n"], again["prompt_n"]) == (len(ids), 2)
    assert (same["cache_n"], same["prompt_n"]) == (len(ids) + 1, 1)


@pytest.mark.parametrize(
    ("shared", "slot"), [(0, 0), (9, 0), (11, 1), (90, 1)], ids=["none", "little", "enough", "most"]
)
def test_without_a_pin_the_slot_that_knows_a_tenth_of_the_prompt_is_taken(shared, slot):
    slots, known = Slots(2), list(range(100))
    slots.leave(slots.take([1, 2, 3], 0))
    slots.leave(slots.take(known, 1))
    assert slots.take([*known[:shared], *range(1000, 1100 - shared)], None).slots == (slot,)


def test_a_slot_that_there_is_not_is_no_error():
    slots = Slots(2)
    slots.leave(slots.take([1], 0))
    assert slots.take([9], 7).slots == (1,)


def test_a_busy_slot_is_left_alone_while_another_is_free():
    slots = Slots(2)
    assert slots.take([1, 2, 3], None).slots == (0,)
    assert slots.take([1, 2, 3], None).slots == (1,)


def test_what_was_written_is_known_but_for_its_last_token():
    slots = Slots(1)
    slots.leave(slots.take([1, 2], 0), [3, 4, 5])
    assert slots.take([1, 2, 3, 4, 5, 6], 0).cached == 4


def test_alternatives_take_the_other_slots_too_and_leave_them_empty():
    slots = Slots(2)
    slots.leave(slots.take([7, 8, 9], 1))
    slots.leave(slots.take([1, 2, 3], 0, more=1))
    assert slots.take([7, 8, 9], 1).cached == 0
    slots.leave(slots.take([1, 2, 3], 0, more=1))
    assert slots.take([1, 2, 3], 1).cached == 0
    assert slots.take([1, 2, 3], 0).cached == 2


def test_properties_name_the_slots_and_the_vocabulary(gguf):
    with served(gguf=gguf) as (_, client):
        props = client.get("/props").json()
    assert (props["total_slots"], props["model_path"]) == (2, str(gguf))


def test_the_most_generations_at_a_time_are_noted():
    with served(script=Script(stall_after=1, slots=2)) as (fake, client):
        with (
            client.stream("POST", "/completion", json={"prompt": "x", "stream": True}),
            client.stream("POST", "/completion", json={"prompt": "y", "stream": True}),
        ):
            fake.wait_request("/completion", 2)
            assert client.get("/props").status_code == 200
        fake.wait_disconnect()
        assert fake.most_open == 2


def test_an_answer_can_come_in_one_write():
    script = Script(pieces=["a", "b"], at_once=True)
    with served(script=script) as (fake, client):
        assert said(complete(client, "x")) == "ab"
        assert len(fake.requests[-1].sent_ns) == 2
        assert len(set(fake.requests[-1].sent_ns)) == 1


def test_a_server_can_hang_up_behind_a_stream_although_it_promised_otherwise():
    body = b'{"prompt":"x","stream":true}'
    head = f"POST /completion HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    with (
        served(script=Script(hangs_up=True)) as (fake, _),
        socket.create_connection(("127.0.0.1", fake.port), timeout=10) as connection,
    ):
        connection.sendall(head.encode() + body)
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    assert b"Keep-Alive: timeout=5" in answer
    assert answer.endswith(b"0\r\n\r\n")


def test_a_process_of_its_own_knows_a_middle_too(tmp_path, gguf):
    (tmp_path / "middle").write_text(MIDDLE)
    switches = ["--continues", str(tmp_path / "middle"), "--slots", "3", "--at-once"]
    with subprocess.Popen(
        [sys.executable, "-m", "fakes.serve", "llamacpp", *switches, "--gguf", str(gguf)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{TESTS}:{TESTS.parent / 'python'}"},
    ) as child:
        url = child.stdout.readline().strip()
        with httpx.Client(base_url=url, trust_env=False, timeout=10) as client:
            assert said(complete(client, QWEN)) == MIDDLE
            assert client.get("/props").json()["total_slots"] == 3
            (entry,) = [e for e in client.get("/_fake/log").json() if e["path"] == "/completion"]
        child.stdin.close()
        assert child.wait(10) == 0
    assert entry["evaluated"] == entry["prompt_tokens"] > 0
