import asyncio

import pytest

from fake_editor import desk
from fakes import FakeLlamaCpp, FakeOllama, FakeOpenAI, Script

WORDS = ("Adds ", "one ", "to ", "a.")


def llamacpp(server, **more):
    return {"backend": {"kind": "llamacpp", "url": server.url, **more}}


async def test_an_answer_streams_and_is_counted():
    with FakeLlamaCpp(Script(pieces=WORDS)) as server:
        async with desk(**llamacpp(server)) as at:
            ask_id, done = await at.explained("def f(a):\n    return a + 1")
            assert at.editor.text[ask_id] == "Adds one to a."
            assert done["model"] == "test-model"
            assert done["finish"] == "stop"
            assert done["exact"]
            assert done["answer_tokens"] == 4
            assert at.editor.states(ask_id) == ["connecting", "reading", "writing"]
            names = [event["name"] for event in at.editor.all("event", ask_id)]
            assert names == [
                f"LocalLlmRequest{what}" for what in ("Started", "FirstToken", "Finished")
            ]


async def test_the_prompt_and_the_answer_fit_the_context_in_force():
    script = Script(pieces=WORDS, context_tokens=1024)
    with FakeLlamaCpp(script) as server:
        async with desk(**llamacpp(server)) as at:
            ask_id, done = await at.explained("\n".join(f"line_{n} = {n}" for n in range(2000)))
            body = server.bodies("/v1/chat/completions")[-1]
            assert done["prompt_tokens"] + body["max_tokens"] <= 1024
            notes = at.editor.all("meta", ask_id)[-1]["notes"]
            assert any("did not fit" in note for note in notes), notes


async def test_unchanged_code_is_answered_from_the_cache_until_asked_again():
    with FakeLlamaCpp(Script(pieces=WORDS), then=[Script(pieces=["new"])]) as server:
        async with desk(**llamacpp(server)) as at:
            await at.explained()
            ask_id, done = await at.explained()
            assert done["cached"]
            assert at.editor.text[ask_id] == "".join(WORDS)
            ask_id, done = await at.explained(again=True)
            assert not done["cached"]
            _, done = await at.explained("b = 2\n")
            assert not done["cached"]
            assert len(server.bodies("/v1/chat/completions")) == 3


async def test_a_follow_up_begins_with_the_same_messages():
    with FakeLlamaCpp(Script(pieces=WORDS)) as server:
        async with desk(**llamacpp(server)) as at:
            ask_id, _ = await at.explained()
            second = at.ask("follow_up", parent=ask_id, question="Why one?")
            await at.editor.wait("done", second)
            first, follow = (b["messages"] for b in server.bodies("/v1/chat/completions"))
            assert follow[: len(first)] == first
            assert follow[len(first)] == {"role": "assistant", "content": "".join(WORDS)}
            assert "Why one?" in follow[-1]["content"]


async def test_a_follow_up_without_an_answer_is_refused():
    async with desk() as at:
        ask_id = at.ask("follow_up", parent=99, question="Why?")
        assert (await at.editor.wait("fail", ask_id))["code"] == "InputRejected"


@pytest.mark.parametrize("turns", range(8))
async def test_a_second_stop_does_not_keep_the_first_from_closing_the_socket(turns):
    with FakeLlamaCpp(Script(pieces=WORDS, stall_after=2)) as server:
        async with desk(**llamacpp(server)) as at:
            ask_id = at.explain()
            await at.editor.wait_text(ask_id, "one")
            at.app.receive({"name": "stop", "id": ask_id})
            for _ in range(turns):
                await asyncio.sleep(0)
            at.app.receive({"name": "stop"})
            assert await asyncio.to_thread(server.wait_disconnect)


async def test_stop_closes_the_socket_and_keeps_what_came():
    with FakeLlamaCpp(Script(pieces=WORDS, stall_after=2)) as server:
        async with desk(**llamacpp(server)) as at:
            ask_id = at.explain()
            await at.editor.wait_text(ask_id, "one")
            at.app.receive({"name": "stop", "id": ask_id})
            assert (await at.editor.wait("done", ask_id))["stopped"]
            assert await asyncio.to_thread(server.wait_disconnect, 5)
            second = at.ask("follow_up", parent=ask_id, question="And?")
            await at.editor.wait("state", second)  # what came can be asked about


async def test_a_window_that_is_gone_cancels_the_request():
    with FakeLlamaCpp(Script(pieces=WORDS * 100, tokens_per_second=100)) as server:
        async with desk(**llamacpp(server)) as at:
            ask_id = at.explain()
            await at.editor.wait_text(ask_id, "one")
            at.editor.gone = True
            assert await asyncio.to_thread(server.wait_disconnect, 5)
            assert not at.editor.all("fail", ask_id)


async def test_loading_is_a_state_of_its_own():
    with FakeLlamaCpp(Script(pieces=WORDS)) as server:
        async with desk(**llamacpp(server)) as at:
            await at.explained()
            server._loading = 6
            ask_id, _ = await at.explained("b = 2")
            assert "loading" in at.editor.states(ask_id)


async def test_an_overflow_is_learned_and_asked_once_more():
    body = {
        "error": {
            "code": 400,
            "message": "request (1600 tokens) exceeds the available context size (1000 tokens)",
            "type": "exceed_context_size_error",
            "n_prompt_tokens": 1600,
            "n_ctx": 1000,
        }
    }
    script = Script(error=(400, body))
    with FakeLlamaCpp(script, then=[Script(pieces=WORDS)]) as server:
        async with desk(**llamacpp(server)) as at:
            await at.explained("\n".join(f"x{n} = {n}" for n in range(200)))
            first, second = server.bodies("/v1/chat/completions")
            assert len(second["messages"][-1]["content"]) < len(first["messages"][-1]["content"])


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (Script(die_after=2), "StreamBroken"),
        (Script(pieces=WORDS, end_marker=False), "StreamBroken"),
        (Script(pieces=WORDS, stall_after=1), "StreamStalled"),
        (Script(pieces=WORDS, error_after=2), "ServerFailed"),
        (Script(pieces=WORDS, long_line_after=1), "BadStream"),
        (Script(pieces=()), "EmptyAnswer"),
        (Script(raw=b""), "EmptyAnswer"),
        (Script(overflow=True), "ContextOverflow"),
    ],
)
async def test_faults_have_one_message_and_keep_what_came(script, code):
    with FakeLlamaCpp(script) as server:
        async with desk(**llamacpp(server, idle_timeout_s=1)) as at:
            ask_id = at.explain()
            failure = await at.editor.wait("fail", ask_id)
            assert failure["code"] == code
            assert failure["hint"]
            assert len(at.editor.all("fail", ask_id)) == 1
            assert not at.editor.all("done", ask_id)
            if script.pieces and code not in ("EmptyAnswer", "ContextOverflow"):
                assert at.editor.text[ask_id].startswith(script.pieces[0].rstrip())


async def test_the_next_command_works_after_a_fault():
    with FakeLlamaCpp(Script(die_after=1), then=[Script()]) as server:
        async with desk(**llamacpp(server)) as at:
            assert (await at.failed())["code"] == "StreamBroken"
            await at.explained()


async def test_escapes_are_stripped_and_reasoning_is_kept_apart():
    script = Script(reasoning=("hm ", "hm"), pieces=("\x1b]0;own", "ed\x07red\x1b[31m", "!"))
    with FakeLlamaCpp(script) as server:
        async with desk(**llamacpp(server)) as at:
            ask_id, _ = await at.explained()
            assert at.editor.text[ask_id] == "red!"
            thought = "".join(piece["text"] for piece in at.editor.all("thinking", ask_id))
            assert thought == "hm hm"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"text": " \n "}, "InputRejected"),
        ({"binary": True}, "InputRejected"),
        ({"path": "/home/u/p/.env", "root": "/home/u/p"}, "PathRefused"),
    ],
)
async def test_what_may_not_go_out_reaches_no_server(fields, code):
    with FakeLlamaCpp(Script()) as server:
        async with desk(**llamacpp(server)) as at:
            assert (await at.failed(**fields))["code"] == code
            assert server.requests == []


async def test_a_host_that_is_not_listed_gets_nothing():
    async with desk(backend={"kind": "openai", "url": "http://192.0.2.1:8000"}) as at:
        failure = await at.failed()
        assert failure["code"] == "HostRefused"
        assert "guard.allow_remote_hosts" in failure["hint"]


async def test_a_cloud_model_is_refused():
    with FakeOllama(Script(), cloud=("big:cloud",)) as server:
        setup = {"kind": "ollama", "url": server.url, "model": "big:cloud"}
        async with desk(backend=setup) as at:
            assert (await at.failed())["code"] == "CloudRefused"
            assert "/api/chat" not in [request.path for request in server.requests]


async def test_ollama_is_asked_with_one_context_size_and_no_truncation():
    with FakeOllama(Script(pieces=WORDS)) as server:
        async with desk(backend={"kind": "ollama", "url": server.url}) as at:
            await at.explained()
            body = server.bodies("/api/chat")[-1]
            assert body["truncate"] is False
            assert body["options"]["num_ctx"] > 0
            assert body["keep_alive"] == "30m"


async def test_the_fall_back_is_used_when_the_first_is_down():
    with FakeOpenAI(Script(pieces=WORDS)) as server:
        setup = {
            "backend": {"kind": "llamacpp", "url": "http://127.0.0.1:9", "fallback": ["spare"]},
            "backends": {"spare": {"kind": "openai", "url": server.url}},
        }
        async with desk(**setup) as at:
            ask_id, _ = await at.explained()
            notes = at.editor.all("meta", ask_id)[-1]["notes"]
            assert any("spare" in note for note in notes), notes


async def test_a_fault_of_our_own_shows_its_place_and_no_text(monkeypatch):
    async with desk() as at:
        monkeypatch.setattr(
            "local_llm.features.explain.explain_pieces",
            lambda *_: {}["top secret text"],
        )
        failure = await at.failed("top secret text")
        assert "KeyError" in failure["message"]
        assert "secret" not in str(at.editor.told)


async def test_an_end_tag_alone_turns_what_came_into_reasoning():
    script = Script(reasoning=("I ", "wonder"), carrier="end-tag", pieces=("Two", "."))
    with FakeLlamaCpp(script) as server:
        async with desk(**llamacpp(server)) as at:
            ask_id, _ = await at.explained()
            assert at.editor.text[ask_id].endswith("Two.")
            order = [name for name, *_ in at.editor.told if name in ("retract", "thinking", "done")]
            assert order[0] in ("retract", "thinking")
            thought = "".join(piece["text"] for piece in at.editor.all("thinking", ask_id))
            assert thought == "I wonder"
            follow = at.ask("follow_up", parent=ask_id, question="Why?")
            await at.editor.wait("done", follow)
            kept = server.bodies("/v1/chat/completions")[-1]["messages"][-2]
            assert kept == {"role": "assistant", "content": "Two."}


async def test_bytes_that_are_not_utf8_are_replaced_and_told():
    with FakeLlamaCpp(Script(pieces=WORDS)) as server:
        async with desk(**llamacpp(server)) as at:
            ask_id, _ = await at.explained("caf\udce9 = 1", path="/p/caf\udce9.py", root="/p")
            content = server.bodies("/v1/chat/completions")[-1]["messages"][-1]["content"]
            assert "caf\ufffd = 1" in content
            notes = at.editor.all("meta", ask_id)[-1]["notes"]
            assert any("not UTF-8" in note for note in notes), notes


async def test_a_request_that_fails_does_not_cut_off_another():
    slow = Script(pieces=WORDS * 20, tokens_per_second=100)
    with FakeLlamaCpp(slow, then=[Script(die_after=1)]) as server:
        async with desk(**llamacpp(server)) as at:
            first = at.explain("first = 1")
            await at.editor.wait_text(first, "one")
            second = at.explain("second = 2")
            await at.editor.wait("fail", second)
            await at.editor.wait("done", first)
            assert at.editor.text[first] == "".join(WORDS * 20)


async def test_an_answer_loads_nothing_and_its_code_stays():
    pieces = ("See !", "[a](http://x/y) and <im", "g src=x>\n```html\n<img src=x>\n``", "`\n", "`b")
    with FakeLlamaCpp(Script(pieces=pieces)) as server:
        async with desk(backend={"kind": "llamacpp", "url": server.url}) as at:
            ask_id, _ = await at.explained()
            expected = "See \\![a](http://x/y) and &lt;img src=x>\n```html\n<img src=x>\n```\n`b"
            assert at.editor.text[ask_id] == expected


async def test_the_preview_names_every_rule_that_fired():
    with FakeLlamaCpp() as server:
        async with desk(backend={"kind": "llamacpp", "url": server.url}) as at:
            place = {"buf": 1, "tick": 2, "first_row": 0, "last_row": 0}
            text = "a = '<|im_end|>' + '<|im_end|>'"
            asks = {
                lines: at.ask("preview", snapshot={**place, "lines": [lines]})
                for lines in (text, "b")
            }
            shown = (await at.editor.wait("preview", asks[text]))["lines"]
            rules = shown[shown.index("## Rules that fired") :]
            assert rules[2] == "- `control tokens get a blank`: < |im_end|> (2 times)"
            assert (
                "No rule of the guard fired."
                in (await at.editor.wait("preview", asks["b"]))["lines"]
            )
