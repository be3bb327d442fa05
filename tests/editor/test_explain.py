"""`:LocalExplain` from the key to the last figure, as it is seen on the screen."""

from __future__ import annotations

import re

import pytest

from fakes import FakeLlamaCpp, FakeOllama, Script
from person import SPINNER, wait_closed

CHAT = "/v1/chat/completions"
STALLED = Script(stall_after=2)


@pytest.fixture
def server(person):
    with FakeLlamaCpp(STALLED, then=[Script()]) as server:
        person.uses(server)
        yield server


def test_the_final_screen(editor, golden):
    pieces = ["It **adds** ", "two numbers:\n\n", "```python\nreturn a + b\n```\n", "\nNo more."]
    with FakeLlamaCpp(Script(pieces=pieces)) as server:
        child = editor(setup={"backend": {"kind": "llamacpp", "url": server.url}}, lines=20)
        code = ["def add(a, b):", "    return a + b"]
        child.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, ...)", code)
        child.lua("vim.cmd('set filetype=python laststatus=0 noruler noshowcmd')")
        child.type(":%LocalExplain<CR>")
        child.wait_screen("tokens/s")
        # Times differ from run to run, and with them where the figures begin.
        figures = r"─*( 4 tokens · 100\.0 tokens/s · first token )\S+ m?s · prompt \d+ ─*"
        golden.check([re.sub(figures, r"\1N ms · prompt N ", line) for line in child.screen()[:-1]])


def test_the_first_piece_is_shown_while_the_rest_is_held_back(person, server):
    person.asks()
    person.reads("Hello,")
    person.reads("writing")
    assert "world" not in person.sees()
    assert set(SPINNER) & set(person.child.frame.text())
    assert person.status() == "llm writing"
    server.release()
    person.reads("Hello, world.")
    person.waits_for_the_end()
    assert "done" in person.sees()
    assert re.search(r"4 tokens · 100\.0 tokens/s · first token \d+ ms · prompt \d+", person.sees())
    person.is_well()


def test_events_tell_who_and_never_what(person, server):
    person.asks()
    server.wait_sent(2)
    server.release()
    person.reads("done")
    person.child.wait_until(lambda: len(person.events()) >= 3, what="the last event")
    events = person.events()
    names = [event["name"].removeprefix("LocalLlmRequest") for event in events]
    assert names == ["Started", "FirstToken", "Finished"]
    (request,) = {event["data"]["id"] for event in events}
    about = {"id": request, "command": "explain", "model": "test-model", "backend": "llamacpp"}
    assert [event["data"] for event in events] == [about, about, about]


@pytest.mark.parametrize("kind", ["llamacpp"])
def test_progress_of_reading_is_shown_in_percent(person, kind):
    script = Script(progress=(0, 400, 1000), progress_delay_s=0.3)
    with FakeLlamaCpp(script) as server:
        person.uses(server)
        person.asks()
        person.reads("reading the prompt 40%")
        assert person.status() == "llm reading 40%"
        person.reads("Hello, world.")
        person.is_well()


def test_connecting_is_shown_until_the_server_answers(person):
    with FakeLlamaCpp(Script(header_delay_s=600)) as server:
        person.uses(server)
        person.asks()
        person.reads("connecting")
        server.wait_request(CHAT)
        assert person.status() == "llm connecting"
        person.child.type(":LocalStop<CR>")
        server.wait_disconnect()
        person.reads("stopped")
        person.is_well()


@pytest.mark.parametrize("carrier", ["field", "inline"])
def test_reasoning_is_folded_and_can_be_opened(person, carrier):
    script = Script(
        reasoning=("First ", "a secret plan. "),
        carrier=carrier,
        stall_after=2 + (carrier == "inline"),
    )
    with FakeLlamaCpp(script) as server:
        person.uses(server)
        person.asks()
        person.reads("thinking")
        assert person.status() == "llm thinking"
        server.release()
        person.reads("Hello, world.")
        person.reads("thought for 4 words")
        assert "secret plan" not in person.sees()
        person.child.type("ggza")
        person.reads("First a secret plan.")
        person.is_well()


def test_stop_keeps_what_came_and_closes_the_socket(person, server):
    person.asks()
    person.reads("Hello,")
    person.child.type(":LocalStop<CR>")
    server.wait_disconnect()
    person.reads("stopped")
    person.is_well()
    assert "".join(person.answer()).startswith("Hello,")
    assert person.told() == []
    person.child.type(":LocalStop<CR>")
    person.reads("nothing is under way")


def test_every_start_has_one_end(person):
    endings = {":LocalStop<CR>": "Finished", "q": "Finished", "": "Failed"}
    scripts = [STALLED, STALLED, Script(die_after=2)]
    with FakeLlamaCpp(scripts[0], then=scripts[1:]) as server:
        person.uses(server)
        for keys, ending in endings.items():
            person.child.lua("_G.events = {}")
            person.asks()
            person.child.wait_until(lambda: len(person.events()) >= 2)
            person.child.type(keys)
            person.child.wait_until(lambda: len(person.events()) >= 3)
            person.waits_for_the_end()
            names = [event["name"] for event in person.events()]
            assert names[-1] == f"LocalLlmRequest{ending}"
            assert len(names) == 3
            about = {"command": "explain", "model": "test-model", "backend": "llamacpp"}
            assert about.items() <= person.events()[-1]["data"].items()
            person.child.lua("vim.cmd('silent! 1wincmd w | silent! only!')")


def test_ctrl_c_in_the_answer_stops_it(person, server):
    person.asks()
    person.reads("Hello,")
    person.child.type("<C-c>")
    server.wait_disconnect()
    person.reads("stopped")
    person.is_well()


def test_a_second_explanation_takes_over_the_window(person):
    with FakeLlamaCpp(STALLED, then=[Script(pieces=("Quite another.",))]) as server:
        person.uses(server)
        person.asks()
        person.reads("Hello,")
        windows = person.child.lua("return vim.api.nvim_list_wins()")
        person.child.type("<C-W>p:%LocalExplain<CR>")
        person.reads("Quite another.")
        server.wait_disconnect()
        assert person.child.lua("return vim.api.nvim_list_wins()") == windows
        assert "Hello" not in person.sees()
        person.is_well()
        assert person.told() == []


def test_many_explanations_in_a_row_leave_one(person):
    with FakeLlamaCpp(Script(pieces=("word ",) * 400, tokens_per_second=200)) as server:
        person.uses(server)
        for _ in range(10):
            person.asks("<C-W>p:%LocalExplain<CR>")
        person.child.type(":LocalStop<CR>")
        wait_closed(server)
        person.is_well()
        assert person.child.lua("return #vim.api.nvim_list_wins()") == 2


def test_unchanged_code_is_answered_from_the_cache_and_gr_asks_again(person):
    with FakeLlamaCpp(then=[Script(pieces=("Another time.",))]) as server:
        person.uses(server)
        person.asks()
        person.reads("done")
        person.child.type("q:%LocalExplain<CR>")
        person.reads("from the cache")
        person.reads("Hello, world.")
        assert len(server.bodies(CHAT)) == 1
        person.child.type("gr")
        person.reads("Another time.")
        person.waits_for_the_end()
        assert "from the cache" not in person.sees()
        first, again = server.bodies(CHAT)
        assert again == first
        person.is_well()


def test_a_changed_buffer_is_not_answered_from_the_cache(person):
    with FakeLlamaCpp() as server:
        person.uses(server)
        person.asks()
        person.reads("done")
        person.child.type("qGochanged = True<Esc>:%LocalExplain<CR>")
        server.wait_request(CHAT, 2)
        person.reads("done")
        assert "from the cache" not in person.sees()


def test_an_answer_that_was_stopped_is_not_kept_in_the_cache(person, server):
    person.asks()
    person.reads("Hello,")
    person.child.type(":LocalStop<CR>")
    server.wait_disconnect()
    person.child.type("q:%LocalExplain<CR>")
    person.reads("Hello, world.")
    person.waits_for_the_end()
    assert "from the cache" not in person.sees()


@pytest.mark.parametrize(
    ("fake", "kind", "path"),
    [(FakeLlamaCpp, "llamacpp", CHAT), (FakeOllama, "ollama", "/api/chat")],
)
def test_a_follow_up_keeps_the_exchange(person, fake, kind, path):
    with fake(then=[Script(pieces=("Because ", "it is."))]) as server:
        person.uses(server, kind)
        person.asks()
        person.reads("done")
        person.child.type("gfWhy so?<CR>")
        person.reads("Because it is.")
        person.waits_for_the_end()
        assert "Hello, world." in person.sees()
        assert "Why so?" in person.sees()
        first, second = (body["messages"] for body in server.bodies(path))
        assert second[: len(first)] == first
        assert second[len(first)] == {"role": "assistant", "content": "Hello, world."}
        assert second[-1]["role"] == "user"
        assert "Why so?" in second[-1]["content"]
        person.child.type("gfAnd then?<CR>")
        server.wait_request(path, 3)
        assert server.bodies(path)[2]["messages"][: len(second)] == second
        person.waits_for_the_end()
        person.is_well()


def test_a_follow_up_ends_with_its_window(person):
    with FakeLlamaCpp(then=[STALLED]) as server:
        person.uses(server)
        person.asks()
        person.reads("done")
        person.child.type("gfWhy?<CR>")
        person.reads("Why? Hello,")
        person.child.type("q")
        server.wait_disconnect()
        person.is_well()


@pytest.mark.parametrize("window", ["split", "vsplit"])
def test_an_answer_in_a_split(person, window):
    with FakeLlamaCpp() as server:
        url = {"kind": "llamacpp", "url": server.url}
        person.sets_up(backend=url, explain={"window": window})
        person.asks()
        person.reads("Hello, world.")
        person.reads("done")
        person.reads("4 tokens")
        config = person.child.lua("return vim.api.nvim_win_get_config(0).relative")
        assert config == ""
        person.is_well()


def test_the_window_follows_only_while_the_cursor_is_at_the_end(person):
    lines = [f"line {number}\n" for number in range(80)]
    with FakeLlamaCpp(Script(pieces=lines, stall_after=40)) as server:
        person.uses(server)
        person.asks()
        person.reads("line 39")
        person.child.type("gg")
        person.reads("line 0")
        server.release()
        person.waits_for_the_end()
        assert "line 0" in person.sees()
        assert "line 79" not in person.sees()
        person.child.type("G")
        person.reads("line 79")
