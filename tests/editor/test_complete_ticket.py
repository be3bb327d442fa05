"""The text of a ticket is what the buffer holds, however it came to change."""

from __future__ import annotations

import random

import pytest

_TAKE = """
local ticket = require("local_llm.complete_ticket").take(vim.api.nvim_get_current_buf(), {})
return { ticket.before, ticket.after, ticket.first_row }
"""
LINES = [f"line {number} = {number * 7}" for number in range(900)]

CHANGES = {
    "the cursor's line": "vim.api.nvim_buf_set_text(0, row, 0, row, 0, { 'x' })",
    "the line and the next": "vim.api.nvim_buf_set_lines(0, row, row + 2, false, { 'a', 'b' })",
    "a line above": "vim.api.nvim_buf_set_lines(0, row - 3, row - 2, false, { 'as long = 1' })",
    "a line below": "vim.api.nvim_buf_set_text(0, row + 2, 0, row + 2, 0, { 'L' })",
    "a new line above": "vim.api.nvim_buf_set_lines(0, 0, 0, false, { 'first' })",
    "a line less below": "vim.api.nvim_buf_set_lines(0, row + 1, row + 2, false, {})",
    "the line split": "vim.api.nvim_buf_set_text(0, row, 0, row, 0, { 'cut', '' })",
    "undone": "vim.cmd('silent undo')",
    "another row": "vim.api.nvim_win_set_cursor(0, { row - 40, 1 })",
    "the file again": "vim.cmd('silent write | silent edit!')",
    "another buffer and back": "vim.cmd('silent write | enew | silent edit #')",
    "unloaded and back": "vim.cmd('silent write | enew! | silent bunload # | silent edit #')",
}


@pytest.fixture
def file(editor, tmp_path):
    path = tmp_path / "a.py"
    path.write_text("".join(f"{line}\n" for line in LINES))
    child = editor()
    child.command(f"edit {path}")
    child.command("500")
    return child


def is_true(child) -> bool:
    """Take a ticket, and compare it with the buffer."""
    before, after, first = child.lua(_TAKE)
    row, col = child.lua("return vim.api.nvim_win_get_cursor(0)")
    lines = child.buffer()
    left, right = lines[row - 1][:col], lines[row - 1][col:]
    expected = "\n".join([*lines[first : row - 1], left])
    return before == expected and "\n".join([right, *lines[row:]]).startswith(after)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_seen(file, change):
    assert is_true(file)
    file.lua("local row = vim.api.nvim_win_get_cursor(0)[1] - 1\n" + change)
    assert is_true(file)


def test_many_changes_are_seen(file):
    chance = random.Random(7)
    for _ in range(60):
        change = chance.choice(list(CHANGES.values()))
        file.lua("local row = vim.api.nvim_win_get_cursor(0)[1] - 1\n" + change)
        assert is_true(file), change
