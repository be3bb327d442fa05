"""What inline completion asks of llama.cpp, on the real server with two slots."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path

import httpx
import pytest
from answer_shape import shape
from drive import Driver

from fakes import FakeLlamaCpp, Script
from local_llm.backends.base import ChatAsk, Done, InfillAsk, Message, RawAsk, Sampling, Text
from local_llm.backends.llamacpp import LlamaCpp
from local_llm.ops.random_model import write_random_model
from local_llm.tokens.count import LocalCounter
from local_llm.tokens.gguf_vocab import read_vocab

pytest_plugins = ["real_server"]

CODE = Path(__file__).read_text("utf-8")
GREEDY = Sampling(temperature=0.0)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    from real_server import run_server

    folder = tmp_path_factory.mktemp("two-slots")
    with run_server(write_random_model(folder / "random.gguf"), folder, slots=2) as server:
        yield server


@pytest.fixture
def real(running):
    # The server closes a connection behind every stream, whatever its headers say.
    limits = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(base_url=running.url, trust_env=False, timeout=60, limits=limits) as client:
        yield Driver(client, LlamaCpp(), running.key), running


@pytest.fixture(scope="module")
def counter(running):
    vocab = read_vocab(running.model.path)
    assert vocab is not None
    return LocalCounter(vocab, "")


def complete(real, prompt, **more):
    driver, server = real
    fields = {"max_tokens": 6, "sampling": GREEDY, "progress": False, **more}
    ask = RawAsk(model=server.name, prompt=prompt, **fields)
    return driver.answer(LlamaCpp(), LlamaCpp().complete(ask), LlamaCpp().raw_decoder())


def said(events, index=0):
    return "".join(e.text for e in events if isinstance(e, Text) and e.index == index)


def test_the_slots_and_the_marker_are_told(real):
    driver, server = real
    model = driver.run(LlamaCpp().inspect(server.name))
    assert (model.fim, model.fim_mark, model.slots) == (True, "<|fim_prefix|>", 2)
    assert LlamaCpp().most_alternatives(model) == 2


def test_ids_of_our_own_are_the_same_prompt_as_the_text(real, counter):
    ids = counter.encode(CODE[:900])
    by_ids, by_text = complete(real, ids), complete(real, CODE[:900])
    assert said(by_ids) == said(by_text) != ""
    assert by_ids[-1].usage.prompt_tokens == by_text[-1].usage.prompt_tokens == len(ids)


def test_markers_go_as_ids_and_their_names_in_code_as_text(real, counter):
    marks = [counter.special(f"<|fim_{part}|>") for part in ("prefix", "suffix", "middle")]
    inside = counter.encode("x = '<|fim_middle|>'")
    events = complete(real, (marks[0], *inside, marks[1], marks[2]))
    assert events[-1].usage.prompt_tokens == 3 + len(inside) > 10


def test_a_pinned_slot_keeps_its_prompt_while_others_are_used(real, counter):
    ids = counter.encode(CODE[:1500])
    complete(real, ids, slot=0)
    driver, server = real
    chat = ChatAsk(
        model=server.name, messages=(Message("user", CODE[2000:4000]),), max_tokens=2, slot=1
    )
    driver.answer(LlamaCpp(), LlamaCpp().chat(chat), LlamaCpp().chat_decoder())
    typed = complete(real, (*ids, *counter.encode(" x")), slot=0)
    assert typed[-1].usage.cached_tokens >= len(ids)


def test_an_answer_begins_as_the_grammar_says(real, counter):
    for letters in ("pri", "zqx", "    return", "\N{SNOWMAN}"):
        events = complete(
            real, CODE[:400], grammar=f'root ::= "{letters}" [^\\x00]*', max_tokens=12
        )
        assert said(events).startswith(letters)


def test_alternatives_come_apart_and_are_counted_each(real):
    sampling = Sampling(temperature=1.5, seed=3)
    events = complete(real, CODE[:600], alternatives=2, sampling=sampling, slot=0)
    assert said(events, 0) != said(events, 1)
    ends = [event for event in events if isinstance(event, Done)]
    assert sorted(end.index for end in ends) == [0, 1]
    assert all(end.finish == "length" and end.usage.answer_tokens == 6 for end in ends)


def test_an_answer_ends_at_a_line_end_after_its_time(real):
    events = complete(real, CODE[:600], max_tokens=1500, time_limit_ms=1)
    assert events[-1].finish == "length"
    assert events[-1].usage.answer_tokens < 1500
    assert said(events).endswith("\n")


def test_a_gap_is_filled_with_pieces_of_other_files(real):
    driver, server = real
    ask = InfillAsk(
        model=server.name,
        prefix="def add(a, b):\n",
        suffix="\nprint(add(1, 2))\n",
        extra=(("util.py", "x = 1\n"),),
        max_tokens=5,
        sampling=GREEDY,
        slot=0,
    )
    events = driver.answer(LlamaCpp(), LlamaCpp().infill(ask), LlamaCpp().raw_decoder())
    assert events[-1].usage.answer_tokens == 5


@pytest.mark.parametrize("asked", [2, 3])
def test_the_fake_brings_alternatives_as_the_real_server_does(real, asked):
    driver, server = real
    ask = {"prompt": "hello", "n_predict": 5, "n_cmpl": asked, "id_slot": 0, "stream": True}
    script = Script(pieces=list("abcdefgh"), slots=2, key=server.key, models=[server.name])
    with (
        FakeLlamaCpp(script) as fake,
        httpx.Client(base_url=fake.url, trust_env=False, timeout=10) as client,
    ):
        wanted = driver.client.post("/completion", json=ask, headers=driver.headers)
        answer = client.post("/completion", json=ask, headers=driver.headers)
    assert shape(answer) == shape(wanted)
    assert order(answer) == order(wanted)


def order(answer):
    """Return which answer each record belongs to, runs of pieces of each as one."""
    lines = [line[6:] for line in answer.text.split("\n") if line.startswith("data: {")]
    records = [json.loads(line) for line in lines]
    ends = [record["index"] for record in records if record.get("stop")]
    begun = [index for index, _ in groupby(record.get("index") for record in records)]
    return begun[:4], ends


def test_no_bos_is_added_to_ids(tmp_path, monkeypatch):
    """Where prompts begin with BOS the server adds it to text alone: with ids it is ours to add."""
    import gguf

    from real_server import run_server

    add = gguf.GGUFWriter.add_add_bos_token
    monkeypatch.setattr(gguf.GGUFWriter, "add_add_bos_token", lambda writer, _: add(writer, True))
    model = write_random_model(tmp_path / "bos.gguf", merges=256)
    vocab = read_vocab(model.path)
    assert vocab is not None
    counter = LocalCounter(vocab, "")
    ids = counter.encode("ab") or ()
    with (
        run_server(model, tmp_path) as server,
        httpx.Client(
            base_url=server.url,
            trust_env=False,
            timeout=60,
            limits=httpx.Limits(max_keepalive_connections=0),
        ) as client,
    ):
        real = Driver(client, LlamaCpp(), server.key), server
        counts = [
            complete(real, prompt)[-1].usage.prompt_tokens
            for prompt in ("ab", ids, (counter.bos(), *ids))
        ]
    assert counts == [len(ids) + 1, len(ids), len(ids) + 1]
