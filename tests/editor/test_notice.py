"""Messages that belong to no window: seen, and never a prompt to press Enter."""

import pytest

LONG = "no model server answers at " + ", ".join(f"http://127.0.0.1:{p}" for p in range(8000, 8005))
SHOW = "require('local_llm.notice').show(...)"


def test_a_short_message_stands_in_the_message_line(child):
    child.lua(SHOW, "nothing is under way")
    child.wait_screen("local-llm: nothing is under way")
    assert child.messages() == ["local-llm: nothing is under way"]
    assert len(child.api("list_wins")) == 1


def test_a_long_message_is_read_whole_in_a_box(child):
    child.lua(SHOW, f"{LONG}; start the server", 4)
    frame = child.wait_screen("start the server")
    assert "8004" in frame.text()
    assert not child.mode()["blocking"]
    assert len(child.messages()) == 1
    assert child.messages()[0].endswith("…")


def test_the_box_does_not_take_the_focus_and_a_second_replaces_it(child):
    window = child.api("get_current_win")
    child.lua(SHOW, f"first {LONG}", 4)
    child.lua(SHOW, f"second {LONG}", 4)
    child.wait_screen("second no model")
    assert child.api("get_current_win") == window
    assert len(child.api("list_wins")) == 2


def test_wide_characters_fit_the_message_line(child):
    child.lua(SHOW, "漢字" * 60, 3)
    child.wait_screen("…")
    assert not child.mode()["blocking"]


def test_a_replaced_vim_notify_gets_the_whole_message(child):
    child.lua("_G.got = {}; vim.notify = function(...) table.insert(_G.got, { ... }) end")
    child.lua(SHOW, f"{LONG}\nsecond line", 4)
    assert child.lua("return _G.got") == [[f"local-llm: {LONG}\nsecond line", 4]]
    assert len(child.api("list_wins")) == 1


def test_a_tiny_screen(editor):
    child = editor(lines=5, columns=12)
    child.lua(SHOW, LONG, 4)
    assert not child.mode()["blocking"]


@pytest.mark.parametrize("level", [2, 3, 4])
@pytest.mark.parametrize("mode", ["n", "i"])
def test_several_at_a_time_do_not_make_the_user_press_enter(child, mode, level):
    child.command("set noshowmode")
    if mode == "i":
        child.type("i")
        child.wait_until(lambda: child.mode()["mode"] == "i")
    child.lua(
        """local level = ...
        for _, word in ipairs({ "one", "two", "three" }) do
          vim.schedule(function() require("local_llm.notice").show(word:rep(40), level) end)
        end
        vim.wait(1000, function() return #vim.fn.execute("messages") > 120 end, 1)""",
        level,
    )
    child.wait_screen("local-llm: threethree")
    assert child.mode() == {"mode": mode, "blocking": False}
    said = [line[11:14] for line in child.messages()]
    assert said == ["one", "two", "thr"]
