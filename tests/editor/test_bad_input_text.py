"""What is asked about is no text to explain, or changes while the answer comes."""

from __future__ import annotations

import pytest

from fakes import FakeLlamaCpp, Script
from person import wait_closed

STALLED = Script(stall_after=2)


@pytest.fixture
def server(person):
    with FakeLlamaCpp() as server:
        person.uses(server)
        yield server


@pytest.fixture
def stalled(person):
    """A server that has sent "Hello, " and keeps the rest back; the answer is in its window."""
    with FakeLlamaCpp(STALLED, then=[Script()]) as server:
        person.uses(server)
        person.asks()
        person.reads("Hello,")
        yield server


def asked(server):
    return server.bodies("/v1/chat/completions")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((), "the buffer is empty"),
        (("",), "the buffer is empty"),
        (("   ", "\t"), "empty"),
    ],
)
def test_nothing_to_explain(person, server, lines, message):
    person.child.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, ...)", lines)
    person.child.type(":%LocalExplain<CR>")
    person.is_told_once(message, "select")
    assert asked(server) == []
    person.is_well()
    person.gets_an_answer(server)


def test_a_binary_file(person, server, tmp_path):
    path = tmp_path / "program"
    path.write_bytes(bytes(range(256)) * 8)
    person.child.command(f"edit {path}")
    person.child.type(":%LocalExplain<CR>")
    person.is_told_once("the buffer is binary", "open a text file")
    assert asked(server) == []
    person.is_well()
    person.gets_an_answer(server)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "cp1252"])
def test_a_file_in_another_encoding(person, server, tmp_path, encoding):
    path = tmp_path / "menu.txt"
    path.write_bytes(
        "Frühstück: Käse für 3€\n".replace("€" * (encoding == "latin-1"), "").encode(encoding)
    )
    person.child.command(f"edit {path}")
    person.child.type(":%LocalExplain<CR>")
    person.reads("Hello, world.")
    person.is_well()
    assert len(asked(server)) == 1


def test_bytes_that_are_not_utf8(person, server):
    person.child.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, {...})", b"caf\xe9 = '\xff\xfe'")
    person.child.type(":%LocalExplain<CR>")
    person.reads("Hello, world.")
    person.is_well()
    (body,) = asked(server)
    assert "caf\N{REPLACEMENT CHARACTER} = " in body["messages"][-1]["content"]


def test_a_buffer_of_50_mb(person, server, record_property):
    person.child.lua(
        """
        local lines = {}
        for i = 1, 500000 do lines[i] = ("x"):rep(99) end
        vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
        _G.longest_ms, _G.last = 0, vim.uv.hrtime()
        _G.pulse = vim.uv.new_timer()
        _G.pulse:start(0, 5, function()
          local now = vim.uv.hrtime()
          _G.longest_ms = math.max(_G.longest_ms, (now - _G.last) / 1e6)
          _G.last = now
        end)
        """
    )
    server.script = STALLED
    person.child.type(":%LocalExplain<CR>")
    person.reads("Hello,")
    assert "not sent: " in person.sees()
    assert "not read: " in person.sees()
    # Typing goes on while the answer comes, in the window of those 50 MB as well.
    person.child.type("<C-W>pGotyped<Esc>")
    person.child.wait_until(lambda: person.child.lua("return vim.fn.getline('$')") == "typed")
    server.release()
    person.reads("world.")
    person.is_well()
    record_property("longest_block_ms", person.child.lua("_G.pulse:close() return _G.longest_ms"))
    (body,) = asked(server)
    assert len(str(body)) < 1 << 20


def test_one_line_of_10_mb(person, server):
    person.child.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { ('x'):rep(10e6) })")
    person.child.type(":%LocalExplain<CR>")
    person.waits_for_the_end()
    # Either as much as fits is explained, or one message says what to do.
    assert len(person.told()) + len(asked(server)) == 1
    person.is_well()
    person.gets_an_answer(server)


def test_the_source_may_change_while_the_answer_comes(person, stalled):
    person.child.type("<C-W>pggdGiother text<Esc>")
    stalled.release()
    person.reads("Hello, world.")
    person.is_well()
    assert person.told() == []


def test_the_source_may_go_while_the_answer_comes(person, stalled):
    person.child.type("<C-W>p:bwipeout!<CR>")
    stalled.release()
    person.reads("Hello, world.")
    person.is_well()
    assert person.told() == []


CLOSINGS = {
    "q": "q",
    "quit": ":q<CR>",
    "bwipeout": ":bwipeout!<CR>",
    "only": "<C-W>p:only<CR>",
    "another buffer": ":enew<CR>",
}


@pytest.mark.parametrize("closing", CLOSINGS)
def test_an_answer_that_is_closed_is_cancelled(person, stalled, closing):
    person.child.type(CLOSINGS[closing])
    stalled.wait_disconnect()
    person.is_well()
    assert person.told() == []
    person.gets_an_answer(stalled)


def test_a_window_closed_while_text_arrives(person, sound):
    with FakeLlamaCpp(Script(pieces=("word ",) * 50_000, tokens_per_second=2000)) as server:
        person.uses(server)
        person.asks()
        person.reads("word word")
        person.child.type("q")
        server.wait_disconnect()
        wait_closed(server)
        person.is_well()
        assert person.told() == []
    person.gets_an_answer(sound)
