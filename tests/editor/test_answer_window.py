"""The answer window as a person sees it; the test plays the Python side."""

import json
from functools import partial

import pytest
from python_side import PythonSide

CODE = ["def add(a, b):", "    return a + b", "", "x = 1"]
FAILURE = {
    "code": "BackendUnreachable",
    "message": "nothing answers",
    "hint": "start the server",
    "where": "http://127.0.0.1:1",
}
STATS = {
    "model": "m:7b",
    "answer_tokens": 1234,
    "tokens_per_second": 33.333,
    "first_token_ms": 512.3,
    "prompt_tokens": 2000,
    "exact": True,
    "finish": "stop",
}
# vim.uv.walk would do, but it ends Neovim 0.10.
WATCH_TIMERS = """
local new = vim.uv.new_timer
_G.timers = {}
vim.uv.new_timer = function()
  local timer = new()
  table.insert(_G.timers, timer)
  return timer
end
"""
TIMERS = """
return #vim.tbl_filter(function(timer) return not timer:is_closing() end, _G.timers)
"""
FLOATS = """
return vim.tbl_filter(function(win)
  return vim.api.nvim_win_get_config(win).relative ~= ""
end, vim.api.nvim_list_wins())
"""


@pytest.fixture
def start(editor):
    def run(window="float", **options):
        child = editor(setup={"explain": {"window": window}}, **options)
        child.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, ...)", CODE)
        child.command("setfiletype python")
        child.lua(WATCH_TIMERS)
        return child, PythonSide(child)

    return run


@pytest.fixture
def answer(start):
    child, python = start()
    return child, python, python.explain("gg:LocalExplain<CR>")


def timers(child):
    return child.lua(TIMERS)


@pytest.mark.parametrize("window", ["float", "split", "vsplit"])
def test_the_window_opens_at_once_and_q_brings_everything_back(start, window):
    child, python = start(window)
    child.type("2G4l")
    before = child.lua("return { vim.api.nvim_get_current_win(), vim.fn.winsaveview() }")
    ask_id = python.explain()
    child.wait_screen("connecting")
    assert child.lua("return vim.api.nvim_get_current_win()") != before[0]
    assert bool(child.lua(FLOATS)) == (window == "float")
    python.call("append", ask_id, text="It adds.")
    child.wait_screen("It adds.")
    child.type("q")
    child.wait_until(lambda: python.sent("forget"), what="forget")
    assert python.sent("stop") == [{"name": "stop", "id": ask_id}]
    after = child.lua("return { vim.api.nvim_get_current_win(), vim.fn.winsaveview() }")
    assert after == before
    assert timers(child) == 0
    assert python.call("append", ask_id, text="late") is False


@pytest.mark.parametrize("window", ["float", "vsplit"])
def test_states_are_shown_and_the_end_is_counted(start, window):
    child, python = start(window, columns=160)
    ask_id = python.explain("gg:LocalExplain<CR>")
    python.call("meta", ask_id, model="m:7b", backend="ollama", window=None, notes=[])
    for state, percent, text in [
        ("loading", None, "loading the model · m:7b"),
        ("reading", 40, "reading the prompt 40%"),
        ("thinking", None, "thinking"),
    ]:
        python.call("state", ask_id, state=state, percent=percent, detail=None)
        child.wait_screen(text)
        assert child.lua("return require('local_llm').status_info().state") == state
    assert child.lua("return require('local_llm').status()") == "llm thinking"
    python.call("append", ask_id, text="text")
    child.wait_screen("writing")
    python.call("done", ask_id, **STATS)
    child.wait_screen("done · m:7b")
    child.wait_screen("1,234 tokens · 33.3 tokens/s · first token 512 ms · prompt 2,000")
    assert timers(child) == 0
    info = child.lua("return require('local_llm').status_info()")
    assert info == {"state": "idle", "model": "m:7b", "backend": "ollama"}


def test_the_spinner_moves_while_nothing_comes(answer):
    child, _, _ = answer
    frames = set()

    def seen(frame):
        (row,) = [line for line in frame.lines() if "connecting" in line]
        frames.add(row)
        return len(frames) > 3

    child.wait_screen(seen)


def test_text_is_cut_anywhere_and_arrives_whole(answer):
    child, python, ask_id = answer
    text = "\n\n  # Title\n\nünï 🎉 日本\n```lua\nlocal x\n```\n\ttail  \n"
    for letter in text:
        assert python.call("append", ask_id, text=letter) is True
    assert child.buffer() == text.lstrip("\n").split("\n")


def test_the_buffer_is_the_models_and_harmless(answer):
    child, python, ask_id = answer
    python.call("append", ask_id, text="vim: set ft=lua tw=7:\n%{system('touch /nowhere')}\n")
    child.command("doautocmd BufReadPost")
    child.type("ix<Esc>dd")
    buf = child.lua(
        """local o = vim.bo
        return { o.filetype, o.buftype, o.modifiable, o.modeline, o.textwidth, o.undolevels }"""
    )
    assert buf == ["markdown", "nofile", False, False, 0, -1]
    assert child.buffer()[0].startswith("vim: set")


def test_markdown_is_highlighted(answer):
    child, python, ask_id = answer
    python.call("append", ask_id, text="# Heading\n\nplain **strong** text\n")
    child.wait_screen("strong")
    child.wait_until(
        lambda: child.highlights("Heading") != child.highlights("plain"), what="a highlight"
    )
    assert child.highlights("strong") != child.highlights("plain")


def many(python, ask_id, first, last):
    for number in range(first, last):
        python.call("append", ask_id, text=f"line {number}\n")


def test_it_scrolls_only_while_the_cursor_is_at_the_end(answer):
    child, python, ask_id = answer
    many(python, ask_id, 0, 50)
    child.wait_screen("line 49")
    child.type("gg")
    child.wait_until(lambda: child.lua("return vim.fn.line('.')") == 1)
    many(python, ask_id, 50, 60)
    assert child.lua("return vim.fn.line('w0')") == 1
    child.type("G")
    python.call("append", ask_id, text="more")
    many(python, ask_id, 60, 90)
    child.wait_screen("line 89")


def test_a_cursor_moved_back_in_the_last_line_stays(answer):
    child, python, ask_id = answer
    python.call("append", ask_id, text="one two three")
    child.type("0")
    child.wait_until(lambda: child.lua("return vim.fn.col('.')") == 1)
    python.call("append", ask_id, text=" four")
    assert child.lua("return vim.fn.col('.')") == 1
    child.type("$")
    child.wait_until(lambda: child.lua("return vim.fn.col('.')") > 1)
    python.call("append", ask_id, text=" five")
    assert child.lua("return vim.fn.col('.')") == len("one two three four five")


def test_a_visual_selection_is_left_alone(answer):
    child, python, ask_id = answer
    python.call("append", ask_id, text="one two")
    child.type("vb")
    child.wait_until(lambda: child.mode()["mode"] == "v")
    python.call("append", ask_id, text=" three\nfour")
    child.type("y")
    assert child.wait_until(lambda: child.lua("return vim.fn.getreg('\"')")) == "two"


def test_reasoning_is_one_line_until_it_is_opened(answer):
    child, python, ask_id = answer
    python.call("thinking", ask_id, text="Let me th")
    python.call("thinking", ask_id, text="ink about\nthis")
    child.wait_screen("▸ thinking: 5 words")
    child.type("za")
    child.wait_screen("> Let me think about")
    python.call("thinking", ask_id, text=" too\n```\ncode\n```")
    child.wait_screen("> this too")
    python.call("append", ask_id, text="\n\nAnswer")
    child.wait_screen("▾ thought for 9 words")
    child.type("za")
    child.wait_screen("▸ thought for 9 words")
    assert child.buffer() == ["▸ thought for 9 words", "", "Answer"]


def test_notes_about_cuts_stand_above_the_answer(answer):
    child, python, ask_id = answer
    python.call("meta", ask_id, model="m", backend="b", notes=["lines 3-9 were cut: no room"])
    python.call("append", ask_id, text="Answer")
    assert child.buffer() == ["> lines 3-9 were cut: no room", "", "Answer"]


def test_a_failure_keeps_what_came_and_stops_the_spinner(answer):
    child, python, ask_id = answer
    python.call("append", ask_id, text="Half an ans")
    python.call("fail", ask_id, **FAILURE)
    child.wait_screen("failed")
    assert child.buffer() == [
        "Half an ans",
        "",
        "✗ nothing answers (http://127.0.0.1:1)",
        "hint: start the server",
    ]
    assert child.highlights("✗ nothing") != child.highlights("Half")
    assert timers(child) == 0
    assert child.messages() == []
    assert python.explain() > ask_id  # the next command works


def test_a_failure_without_a_window_is_a_message(answer):
    child, python, _ = answer
    python.call("fail", 999, **FAILURE)
    expected = "local-llm: nothing answers (http://127.0.0.1:1); start the server"
    child.wait_until(lambda: child.messages() == [expected], what=expected)


def test_stop_keeps_the_text(answer):
    child, python, ask_id = answer
    python.call("append", ask_id, text="Half")
    child.type("<C-c>")
    child.wait_screen("stopped")
    assert python.sent("stop") == [{"name": "stop", "id": ask_id}]
    python.call("done", ask_id, stopped=True)
    assert child.buffer() == ["Half"]
    assert timers(child) == 0


def test_a_second_command_takes_over_the_window(answer):
    child, python, first = answer
    python.call("append", first, text="first")
    window = child.lua("return vim.api.nvim_get_current_win()")
    child.type("<C-w>p")
    second = python.explain("gg:LocalExplain<CR>")
    assert python.sent("stop")[0] == {"name": "stop", "id": first}
    assert python.call("append", first, text="late") is False
    assert python.call("append", second, text="second") is True
    assert child.lua("return vim.api.nvim_get_current_win()") == window
    assert child.buffer() == ["second"]
    assert len(child.lua(FLOATS)) == 1
    child.type("q")
    child.wait_until(lambda: child.buffer() == CODE, what="the source window")


def test_another_tab_page_gets_the_window(answer):
    child, python, _ = answer
    child.command("tabnew")
    child.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'y = 2' })")
    python.explain()
    assert len(child.lua(FLOATS)) == 1
    tabs = "return vim.api.nvim_win_get_tabpage(0) == vim.api.nvim_list_tabpages()[2]"
    assert child.lua(tabs)


def test_again_asks_past_the_cache_with_the_same_text(answer):
    child, python, first = answer
    python.call("done", first, **STATS)
    child.type("gr")
    message = python.wait("explain", 2)
    assert message["again"] is True
    assert message["snapshot"] == python.sent("explain")[0]["snapshot"]
    assert {"name": "forget", "id": first} in python.sent("forget")


def test_a_follow_up_goes_on_below(answer):
    child, python, first = answer
    python.call("append", first, text="Answer")
    child.type("gftoo early<CR>")
    child.wait_until(lambda: "still coming" in "".join(child.messages()), what="a refusal")
    python.call("done", first, **STATS)
    child.type("gfand why?<CR>")
    second = python.wait("follow_up")
    assert second == {
        "name": "follow_up",
        "id": second["id"],
        "parent": first,
        "question": "and why?",
    }
    python.call("thinking", second["id"], text="hm")
    python.call("append", second["id"], text="\nBecause.")
    python.call("done", second["id"], **STATS)
    expected = ["Answer", "", "## and why?", "", "▸ thought for 1 word", "", "Because."]
    child.wait_until(lambda: child.buffer() == expected, what="the second answer")
    child.type("gr")
    third = python.wait("follow_up", 2)
    assert (third["parent"], third["question"]) == (first, "and why?")
    python.call("append", third["id"], text="Therefore.")
    assert child.buffer() == ["Answer", "", "## and why?", "", "Therefore."]
    child.type("q")
    gone = {first, second["id"], third["id"]}
    child.wait_until(lambda: {m["id"] for m in python.sent("forget")} == gone, what="forget")


BLOCKS = "a\n\n```py\nfirst\n```\n\n- b\n  ~~~~\n  second\n    two\n  ~~~~\n\nend\n"
NEAR = {"1G": "first\n", "4G": "first\n", "G": "second\n  two\n", "9G": "second\n  two\n"}


def test_gy_yanks_the_code_that_is_nearest(answer):
    child, python, ask_id = answer
    python.call("append", ask_id, text=BLOCKS)
    for keys, code in NEAR.items():
        child.type(f"{keys}gy")
        wanted = f"return vim.fn.getreg('\"') == {json.dumps(code)}"
        child.wait_until(partial(child.lua, wanted), what=keys)


def test_gy_without_code_says_so(answer):
    child, python, ask_id = answer
    python.call("append", ask_id, text="words")
    child.type("gy")
    child.wait_until(lambda: "no code block" in "".join(child.messages()), what="a message")


def test_help_lists_the_keys_in_force(start):
    child, python = start()
    child.lua(
        "require('local_llm').setup({ keys = { answer = { again = '<F5>', stop = false } } })"
    )
    python.explain("gg:LocalExplain<CR>")
    child.type("g?")
    frame = child.wait_screen("ask again")
    assert "<F5>" in frame.text()
    assert "<C-c>" not in frame.text()
    child.type("q")
    child.wait_until(lambda: len(child.lua(FLOATS)) == 1, what="the help is gone")


@pytest.mark.parametrize(
    ("window", "columns", "lines"),
    [("float", 12, 3), ("vsplit", 12, 3), ("split", 30, 8), ("float", 30, 8), ("vsplit", 200, 60)],
)
def test_any_screen_will_do(start, columns, lines, window):
    child, python = start(window, columns=columns, lines=lines)
    child.lua("vim.o.shortmess = vim.o.shortmess .. 'asWF'")
    ask_id = python.explain("gg:silent LocalExplain<CR>")
    for piece in ("# A title\n", "some words that wrap\n", "end"):
        assert python.call("append", ask_id, text=piece) is True
    child.wait_screen("end")
    python.call("done", ask_id, **STATS)
    child.type("q")
    child.wait_until(lambda: child.buffer() == CODE, what="the source window")
    assert child.messages() == []


def test_the_float_follows_the_size_of_the_screen(answer):
    child, python, ask_id = answer
    for columns, lines in [(40, 10), (12, 3), (100, 30)]:
        child.api("ui_try_resize", columns, lines)
        child.wait_until(
            partial(child.lua, f"return vim.o.columns == {columns}"), what="the new size"
        )
        (win,) = child.lua(FLOATS)
        assert child.lua("return vim.api.nvim_win_get_width(...)", win) <= columns
    python.call("append", ask_id, text="still here")
    child.wait_screen("still here")
    child.wait_screen("writing")


def test_the_command_line_window_is_no_place_for_it(start):
    child, python = start()
    child.type("q:iLocalExplain<Esc>:LocalExplain<CR>")
    child.wait_screen("close it with :q")
    child.type(":q<CR>")
    assert python.sent("explain") == []


def test_it_goes_on_while_the_command_line_window_is_open(answer):
    child, python, ask_id = answer
    child.type("<C-w>pq:")
    child.wait_until(lambda: child.lua("return vim.fn.getcmdwintype()") == ":")
    assert python.call("append", ask_id, text="more") is True
    python.call("done", ask_id, **STATS)
    child.wait_screen("more")


def test_the_answer_itself_can_be_explained(answer):
    child, python, first = answer
    python.call("append", first, text="one\ntwo\nthree")
    snapshot = python.snapshot("2GV:LocalExplain<CR>")
    assert snapshot["lines"] == ["two"]
    assert (snapshot["path"], snapshot["filetype"]) == ("", "markdown")
    child.type("q")
    child.wait_until(lambda: child.buffer() == CODE, what="the source window")


def test_the_last_window_can_be_closed_too(start):
    child, python = start("split")
    python.explain("gg:LocalExplain<CR>")
    child.type(":only!<CR>q")
    child.wait_until(lambda: python.sent("forget"), what="forget")
    assert child.lua("return #vim.api.nvim_list_wins()") == 1


@pytest.mark.parametrize("end", ["bwipeout!", "quit", "tabnew | tabonly", "enew!"])
def test_a_window_closed_in_any_way_ends_the_request(start, end):
    child, python = start("split")
    ask_id = python.explain("gg:LocalExplain<CR>")
    child.type(f":{end}<CR>")
    child.wait_until(lambda: python.sent("forget"), what="forget")
    assert python.call("append", ask_id, text="late") is False
    assert timers(child) == 0
    assert child.messages() == []


def test_events_carry_no_text(answer):
    child, _, ask_id = answer
    child.lua(
        """vim.api.nvim_create_autocmd("User", { pattern = "LocalLlm*", callback = function(it)
          _G.seen = { it.match, it.data } end })"""
    )
    told = {"command": "explain", "model": "m", "backend": "b", "code": None, "text": "secret"}
    child.lua(
        "require('local_llm.port').call('event', ...)",
        ask_id,
        {"name": "LocalLlmRequestFinished", **told},
    )
    assert child.lua("return _G.seen") == [
        "LocalLlmRequestFinished",
        {"id": ask_id, "command": "explain", "model": "m", "backend": "b"},
    ]


def test_nothing_is_thrown_back_at_python(answer):
    child, python, ask_id = answer
    for name in ("append", "state", "thinking", "meta", "done", "fail", "nonsense"):
        python.call(name, ask_id)  # not one field of it
    python.call("append", ask_id, text="fine")
    assert "fine" in child.buffer()[-1]
