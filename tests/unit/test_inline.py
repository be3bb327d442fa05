"""Inline completion from the ticket to what the editor is told, against fake servers."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace

import pytest

from fake_editor import desk
from fakes import ClosedPort, FakeLlamaCpp, FakeOllama, FakeOpenAI, FakeTextgen, Script, tokens
from local_llm.features.inline.route import Route

CODER = "qwen2.5-coder-1.5b"
ABOVE = "def add(a, b):\n"
LINE = "    return a + b"
BELOW = "\n\n\nprint(add(1, 2))\n"
RAW = "/completion"
ids = itertools.count(1)


def coder(**script):
    return Script(**{"continues": LINE, "models": (CODER,), **script})


def setup(server, kind="llamacpp", **complete):
    backend = {"kind": kind, "url": server.url}
    return {"backend": backend, "complete": {"speculate": False, **complete}}


def ticket(before, after=BELOW, **fields):
    lines = before.split("\n")
    place = {"row": len(lines) - 1, "col": len(lines[-1].encode()), "first_row": 0}
    known = {"buf": 1, "tick": next(ids), "path": "/p/a.py", "root": "/p", "filetype": "python"}
    return {"id": next(ids), **known, **place, "before": before, "after": after, **fields}


def prompts(server):
    """Return the prompts that were sent, as text."""
    sent = (body["prompt"] for body in server.bodies(RAW))
    return [tokens.decode(prompt) if isinstance(prompt, list) else prompt for prompt in sent]


def ask(at, typed="    return ", after=BELOW, **fields):
    asked = ticket(ABOVE + typed, after, **fields)
    at.app.receive({"name": "complete", "ticket": asked})
    return asked["id"]


async def until(condition, what="condition"):
    for _ in range(2000):
        if value := condition():
            return value
        await asyncio.sleep(0.002)
    raise AssertionError(what)


async def ended(at, ask_id):
    """Return the last message for a ticket once it is done."""

    def last():
        told = at.editor.all("ghost", ask_id)
        return told[-1] if told and told[-1]["done"] else None

    return await until(last, at.editor.told)


async def suggested(at, *args, **fields):
    return (await ended(at, ask(at, *args, **fields)))["texts"]


# -- asking -----------------------------------------------------------------------------------


async def test_a_gap_is_filled():
    with FakeLlamaCpp(coder()) as server:
        async with desk(**setup(server)) as at:
            assert await suggested(at) == ["a + b"]
            (body,) = server.bodies(RAW)
            assert prompts(server) == [
                f"<|fim_prefix|>{ABOVE}<|fim_suffix|>{BELOW}<|fim_middle|>    return"
            ]
            assert body["temperature"] == 0
            assert "<|fim_prefix|>" in body["stop"]


async def test_typed_and_suggested_text_equal_the_script_at_every_cut():
    middle = "    total = a + b\n    if total >= 10:\n        print(f'{total}!')\n    return total"
    with FakeLlamaCpp(coder(continues=middle)) as server:
        async with desk(**setup(server)) as at:
            for cut in range(len(middle)):
                (text,) = await suggested(at, middle[:cut])
                assert middle[:cut] + text == middle, cut


async def test_the_prompt_grows_at_its_end_while_somebody_types():
    with FakeLlamaCpp(coder()) as server:
        async with desk(**setup(server)) as at:
            for cut in range(4, len(LINE)):
                await suggested(at, LINE[:cut])
            heads = {prompt.partition("<|fim_middle|>")[0] for prompt in prompts(server)}
            assert len(prompts(server)) == len(LINE) - 4
            assert len(heads) == 1


async def test_the_anchor_moves_with_the_cursor():
    with FakeLlamaCpp(coder()) as server:
        async with desk(**setup(server)) as at:
            await suggested(at)
            await suggested(at, "    return a + b\n\n\nprint(", "add(1, 2))\n")
            first, *_, second = prompts(server)
            assert "return a + b" in second.partition("<|fim_suffix|>")[0]
            assert first != second


async def test_markers_in_the_text_are_no_markers():
    with FakeLlamaCpp(coder()) as server:
        async with desk(**setup(server)) as at:
            await suggested(at, "x = '<|fim_middle|>'; y", "\n'<|endoftext|>'\n")
            (middle,) = tokens.encode("<|fim_middle|>", parse_special=True)
            (end,) = tokens.encode("<|endoftext|>", parse_special=True)
            for body in server.bodies(RAW):
                assert body["prompt"].count(middle) == 1
                assert end not in body["prompt"]
    with FakeOllama(coder()) as server:
        async with desk(**setup(server, "ollama")) as at:
            await suggested(at, "x = '<|fim_middle|>'; y", "\n'<|endoftext|>'\n")
            for body in server.bodies("/api/generate"):
                assert body["prompt"].count("<|fim_middle|>") == 1
                assert "<|endoftext|>" not in body["prompt"]


async def test_text_behind_the_cursor_allows_one_line_only():
    with FakeLlamaCpp(coder(continues="    print(a, b)\n    return")) as server:
        async with desk(**setup(server)) as at:
            assert await suggested(at, "    print(a", ")" + BELOW) == [", b"]
            assert "\n" in server.bodies(RAW)[0]["stop"]


async def test_a_model_that_is_not_in_the_table_is_asked_by_the_servers_own_route():
    with FakeOllama(Script(models=("some-model",), continues=LINE)) as server:
        async with desk(**setup(server, "ollama")) as at:
            assert await suggested(at) == ["a + b"]
            (body,) = server.bodies("/api/generate")
            assert body["suffix"] == BELOW
            assert body["prompt"] == f"{ABOVE}    return"


@pytest.mark.parametrize("row", [0, 20, 400])
async def test_the_servers_own_route_gets_no_more_than_it_keeps(row, monkeypatch):
    """llama.cpp keeps 1,536 tokens before the gap and 510 behind it, and says nothing.

    Tokens are estimated here, of 4 bytes at most.
    """

    async def infill(*_):
        return Route(kind="infill")

    monkeypatch.setattr("local_llm.features.inline.route.Routes.find", infill)
    lines = [f"value_{n} = compute({n})\n" for n in range(900)]
    before, after = "".join(lines[:row]), "".join(lines[row:])
    with FakeLlamaCpp(coder(context_tokens=32768)) as server:
        async with desk(**setup(server, window_tokens=20_000)) as at:
            at.app.receive({"name": "complete", "ticket": ticket(before, after)})
            (body,) = await until(lambda: server.bodies("/infill"))
            assert len(body["input_prefix"]) <= 1536 * 4
            assert 700 < len(body["input_suffix"]) <= 510 * 4


async def test_ollama_gets_the_markers_of_a_model_in_the_table():
    with FakeOllama(coder(inserts=False)) as server:
        async with desk(**setup(server, "ollama")) as at:
            assert await suggested(at) == ["a + b"]
            (body,) = server.bodies("/api/generate")
            assert body["raw"] is True
            assert body["truncate"] is False
            room = body["options"]["num_ctx"] - body["options"]["num_predict"]
            assert len(body["prompt"]) < room


@pytest.mark.parametrize(("fake", "kind"), [(FakeOpenAI, "openai"), (FakeTextgen, "textgen")])
async def test_other_servers_get_the_markers_as_text(fake, kind):
    with fake(coder()) as server:
        async with desk(**setup(server, kind)) as at:
            assert await suggested(at) == ["a + b"]
            (body,) = server.bodies("/v1/completions")
            assert body["prompt"].startswith("<|fim_prefix|>")
            assert "suffix" not in body


async def test_markers_are_tried_out_where_nobody_tells_them():
    first = Script(models=("mystery",), continues="second")
    with FakeOpenAI(first, then=[Script(continues=LINE)]) as server:
        async with desk(**setup(server, "openai")) as at:
            assert await suggested(at) == ["a + b"]
            tried = server.bodies("/v1/completions")[0]["prompt"]
            assert tried.startswith("<|fim_prefix|>def add")


async def test_a_model_that_cannot_fill_in_is_asked_in_a_chat():
    answer = ("Sure! Here it is:\n", "```python\n", "    return a + b\n", "```\n", "Done.")
    with FakeOpenAI(Script(models=("chatty",), pieces=answer)) as server:
        async with desk(**setup(server, "openai")) as at:
            assert await suggested(at) == ["a + b"]
            messages = server.bodies("/v1/chat/completions")[-1]["messages"]
            assert BELOW.strip() in messages[-1]["content"]


async def test_suffix_first_families():
    with FakeOpenAI(coder(models=("codestral-22b",))) as server:
        async with desk(**setup(server, "openai")) as at:
            assert await suggested(at) == ["a + b"]
            (body,) = server.bodies("/v1/completions")
            assert body["prompt"].startswith(f"[SUFFIX]{BELOW}[PREFIX]{ABOVE}")


async def test_several_alternatives_come_in_one_request():
    script = coder(slots=3, others=("    return b + a",))
    with FakeLlamaCpp(script) as server:
        async with desk(**setup(server)) as at:
            assert await suggested(at, alternatives=2) == ["a + b", "b + a"]
            assert len(server.bodies(RAW)) == 1


async def test_another_suggestion_of_a_server_with_one_slot_is_asked_warmer_and_joins_the_first():
    with FakeLlamaCpp(coder(slots=1)) as server:
        async with desk(**setup(server)) as at:
            assert await suggested(at) == ["a + b"]
            server.script = coder(slots=1, continues="    return b + a")
            assert await suggested(at, manual=True, alternatives=3) == ["a + b", "b + a"]
            first, second = server.bodies(RAW)
            assert first["temperature"] < 0.5 < second["temperature"]


async def test_completion_keeps_a_slot_to_itself():
    with FakeLlamaCpp(coder(slots=3)) as server:
        async with desk(**setup(server)) as at:
            await suggested(at)
            await at.explained()
            assert server.bodies(RAW)[0]["id_slot"] == 2
            assert server.bodies("/v1/chat/completions")[0]["id_slot"] == 0


async def test_the_prompt_and_the_answer_fit_the_context_in_force():
    with FakeLlamaCpp(coder(context_tokens=600)) as server:
        async with desk(**setup(server)) as at:
            long = "".join(f"line_{n} = {n}\n" for n in range(2000))
            await suggested(at, long + "    return ", BELOW + long)
            assert len(server.bodies(RAW)) == 1


async def test_a_window_that_turns_out_too_large_is_cut_once():
    with FakeLlamaCpp(coder(overflow=True), then=[coder()]) as server:
        async with desk(**setup(server)) as at:
            long = "".join(f"line_{n} = {n}\n" for n in range(2000))
            await suggested(at, long + "    return ", BELOW)
            assert len(server.bodies(RAW)) == 2


# -- one at a time ----------------------------------------------------------------------------


async def test_a_newer_ticket_closes_the_socket_of_the_older():
    with FakeLlamaCpp(coder(stall_after=0), then=[coder()]) as server:
        async with desk(**setup(server)) as at:
            first = ask(at, "    retu")
            await asyncio.to_thread(server.wait_request, RAW)
            second = ask(at, "    retur")
            assert (await ended(at, second))["texts"] == ["n a + b"]
            await asyncio.to_thread(server.wait_disconnect)
            assert at.editor.all("ghost", first) == []
            assert server.most_open == 1


async def test_cancelling_closes_the_socket():
    with FakeLlamaCpp(coder(stall_after=0)) as server:
        async with desk(**setup(server)) as at:
            ask(at)
            await asyncio.to_thread(server.wait_request, RAW)
            at.app.receive({"name": "complete_cancel"})
            await asyncio.to_thread(server.wait_disconnect)


async def test_the_first_line_comes_while_the_rest_is_still_written():
    middle = f"{LINE}\n\n\ndef more():\n    pass"
    with FakeLlamaCpp(coder(continues=middle, stall_after=8)) as server:
        async with desk(**setup(server)) as at:
            first = ask(at, after="\n")
            told = await until(lambda: at.editor.all("ghost", first))
            assert not told[0]["done"]
            assert told[0]["texts"][0].startswith("a + b")
            server.release()
            assert (await ended(at, first))["texts"][0].startswith("a + b\n\n\ndef more")


async def test_the_next_suggestion_is_ready_when_this_one_is_taken():
    middle = f"{LINE}\n    # the end"
    with FakeLlamaCpp(coder(continues=LINE), then=[coder(continues=middle)]) as server:
        async with desk(**setup(server, speculate=True)) as at:
            assert await suggested(at, after="\n") == ["a + b"]
            await until(lambda: len(server.bodies(RAW)) == 2)
            assert await suggested(at, LINE, after="\n") == ["\n    # the end"]
            assert len(server.bodies(RAW)) == 2


async def test_what_follows_several_lines_is_asked_behind_the_same_anchor():
    """A prompt of its own would throw out the one that the next key goes on with."""
    lines = f"{LINE}\n\n\ndef sub(a, b):\n    return a - b"
    with FakeLlamaCpp(coder(continues=lines)) as server:
        async with desk(**setup(server, speculate=True)) as at:
            (text,) = await suggested(at, "    return a", after="\n")
            assert text.count("\n") == 4
            await until(lambda: len(server.bodies(RAW)) == 2)
            await suggested(at, "    return a ", after="\n")
            first, ahead, again = prompts(server)
            assert ahead.startswith(first)
            assert again.startswith(first)


async def test_what_was_suggested_here_before_is_not_asked_again():
    with FakeLlamaCpp(coder()) as server:
        async with desk(**setup(server)) as at:
            assert await suggested(at) == await suggested(at)
            assert len(server.bodies(RAW)) == 1


async def test_the_speed_of_a_model_is_known_to_the_next_session():
    with FakeLlamaCpp(coder()) as server:
        waits = []
        for _ in range(2):
            async with desk(**setup(server)) as at:
                waits.append((await ended(at, ask(at)))["debounce_ms"])
        assert waits[0] == 30 > waits[1]


async def test_completion_waits_while_an_answer_streams():
    with FakeLlamaCpp(coder(stall_after=1, slots=2)) as server:
        async with desk(**setup(server)) as at:
            explained = at.explain()
            await asyncio.to_thread(server.wait_sent, 1)
            asked = ask(at)
            at.ask("models", root="")  # something in between that needs no model
            await until(lambda: at.editor.all("pick"))
            assert server.bodies(RAW) == []
            server.script = replace(server.script, stall_after=None)
            server.release()
            await at.editor.wait("done", explained)
            assert (await ended(at, asked))["texts"] == ["a + b"]


# -- what goes wrong --------------------------------------------------------------------------


async def test_no_server_is_told_once():
    with ClosedPort() as port:
        async with desk(**setup(port)) as at:
            assert await suggested(at) == []
            ask(at, "    return a")
            await asyncio.sleep(0)
            (notice,) = at.editor.all("notice")
            assert "no suggestions" in notice["message"]
            assert notice["level"] == "warn"
            assert await suggested(at, manual=True) == []
            assert len(at.editor.all("notice")) == 2


async def test_a_server_that_goes_on_failing_is_left_alone_for_a_while():
    with FakeLlamaCpp(coder()) as server:
        async with desk(**setup(server)) as at:
            await suggested(at)
            server.script = replace(coder(continues=""), raw=b"data: {")
            for typed in ("    r", "    re"):
                assert await suggested(at, typed) == []
            asked = len(server.bodies(RAW))
            assert await suggested(at, "    ret") == []
            assert len(server.bodies(RAW)) == asked
            server.script = coder()
            assert await suggested(at, "    ret", manual=True) == ["urn a + b"]
            assert await suggested(at, "    retu") == ["rn a + b"]


async def test_another_server_that_is_not_there_is_told_of_as_well():
    with ClosedPort() as one, ClosedPort() as other:
        async with desk(**setup(one)) as at:
            assert await suggested(at) == []
            at.configure(**setup(other))
            assert await suggested(at) == []
            said = [told["message"] for told in at.editor.all("notice")]
            assert [one.url in said[0], other.url in said[1]] == [True, True]


async def test_a_denied_file_is_refused_without_a_word_and_never_sent():
    with FakeLlamaCpp(coder()) as server:
        async with desk(**setup(server)) as at:
            told = await ended(at, ask(at, path="/p/.env"))
            assert told["refused"]
            assert told["texts"] == []
            assert server.bodies(RAW) == []
            assert at.editor.all("notice") == []
            await ended(at, ask(at, path="/p/.env", manual=True))
            assert ".env never goes out" in at.editor.all("notice")[0]["message"]


async def test_a_denied_filetype_is_asked_only_by_hand():
    with FakeLlamaCpp(coder()) as server:
        async with desk(**setup(server, filetypes=["python"])) as at:
            assert await suggested(at) == []
            assert await suggested(at, manual=True) == ["a + b"]
            assert at.editor.all("notice") == []


FAULTS = {
    "prose about nothing": {"pieces": ("I am sorry, ", "but I cannot")},
    "nothing": {"raw": b""},
    "half an event": {"raw": b"data: {"},
    "invalid UTF-8": {"raw": b'data: {"content":"\xff\xfe","stop":false}\n\n'},
    "an error": {"error": (500, {"error": {"message": "out of memory", "code": 500}})},
    "an error in the stream": {"error_after": 1},
    "a dead server": {"die_after": 1},
    "a reset": {"die_after": 1, "die_by": "reset"},
    "no end marker": {"end_marker": False},
    "an endless line": {"long_line_after": 1, "long_line_bytes": 8 << 20},
    "a redirect": {"redirect": "http://127.0.0.1:1/"},
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_a_fault_shows_nothing_wrong_and_the_next_ticket_works(fault):
    with FakeLlamaCpp(coder()) as server:
        async with desk(**setup(server)) as at:
            await suggested(at)
            server.script = replace(coder(continues=""), **fault)
            assert await suggested(at, "    retu") == []
            server.script = coder()
            assert await suggested(at, "    ret") == ["urn a + b"]
            assert all("Traceback" not in str(told) for told in at.editor.told)


async def test_ten_thousand_lines_are_not_read_to_the_end():
    middle = f"{LINE}\n" + "".join(f"    x{n} = {n}\n" for n in range(10_000))
    with FakeLlamaCpp(coder(continues=middle)) as server:
        async with desk(**setup(server, max_lines=5)) as at:
            (text,) = await suggested(at, after="\n")
            assert len(text.split("\n")) <= 5


async def test_control_characters_never_reach_the_editor():
    with FakeLlamaCpp(coder(continues="    \x1b[31mred\x1b[0m = 1\x07")) as server:
        async with desk(**setup(server)) as at:
            texts = await suggested(at, "    ")
            assert not any("\x1b" in text or "\x07" in text for text in texts)


async def test_options_that_change_count_at_the_next_ticket():
    with FakeLlamaCpp(coder()) as one, FakeLlamaCpp(coder(continues=LINE + " + 1")) as other:
        async with desk(**setup(one)) as at:
            assert await suggested(at) == ["a + b"]
            at.configure(**setup(other))
            assert await suggested(at) == ["a + b + 1"]


async def test_a_fault_of_our_own_ends_the_ticket_and_says_nothing_of_the_text(monkeypatch):
    def broken(*_args, **_more):
        raise ValueError("secret text")

    with FakeLlamaCpp(coder()) as server:
        async with desk(**setup(server)) as at:
            monkeypatch.setattr("local_llm.features.inline.finder.Run", broken)
            assert await suggested(at) == []
            (notice,) = at.editor.all("notice")
            assert "a fault of local-llm itself: ValueError" in notice["message"]
            assert "secret" not in str(at.editor.told)
