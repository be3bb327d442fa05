"""The keys of the diff view: there while it is open, and no trace of them at any other time."""

import pytest

KEYS = {"ga", "gx", "gA", "gX", "]c", "[c"}
PLUGS = {
    "accept": "ga",
    "reject": "gx",
    "accept-all": "gA",
    "reject-all": "gX",
    "next": "]c",
    "previous": "[c",
}
OLD = ["a", "b", "c", "d", "e"]
NEW = ["A", "b", "C", "d", "E"]
OWN = {
    "a text": '{ "ga", "ixown<Esc>" }',
    "an expression": '{ "ga", function() return "ixown<Esc>" end, { expr = true } }',
    "a function": '{ "ga", function() vim.api.nvim_put({ "xown" }, "c", false, true) end }',
    "a remapped key": '{ "ga", "<Plug>(own)", { remap = true, nowait = true, desc = "mine" } }',
}


@pytest.fixture
def reviewer(reviewer):
    """Someone whose screen is wide enough for every message."""
    reviewer.starts_over(columns=100)
    return reviewer


def ours(child):
    """Return the keys that are ours in the buffer."""
    return set(
        child.lua(
            """return vim.tbl_map(function(map) return map.lhs end, vim.tbl_filter(function(map)
              return (map.desc or ""):find("local%-llm") ~= nil
            end, vim.api.nvim_buf_get_keymap(0, "n")))"""
        )
    )


def mapping(child, lhs="ga"):
    """Return what maparg() tells; a function by whether it is the one that was mapped."""
    return child.lua(
        """local map = vim.fn.maparg(..., "n", false, true)
        if map.callback then map.callback = map.callback == _G.own_callback end
        return map""",
        lhs,
    )


def cursor_row(reviewer):
    return reviewer.child.api("win_get_cursor", 0)[0]


def test_the_keys_are_there_while_it_is_open(reviewer):
    reviewer.has(*OLD)
    assert ours(reviewer.child) == set()
    reviewer.is_shown(OLD, NEW)
    assert ours(reviewer.child) == KEYS
    reviewer.types("ga")
    assert ours(reviewer.child) == KEYS
    reviewer.types("gX")
    assert ours(reviewer.child) == set()


def test_the_keys_are_in_no_other_buffer(reviewer):
    reviewer.has(*OLD)
    reviewer.is_shown(OLD, NEW)
    reviewer.child.command("enew")
    assert ours(reviewer.child) == set()


@pytest.mark.parametrize("kind", OWN)
@pytest.mark.parametrize("away", [False, True])
def test_a_users_own_key_of_the_buffer_is_put_back_as_it_was(reviewer, kind, away):
    child = reviewer.child
    reviewer.has(*OLD)
    child.lua(
        f"""vim.keymap.set("n", "<Plug>(own)", "ixown<Esc>")
        local lhs, rhs, options = unpack({OWN[kind]})
        options = vim.tbl_extend("force", options or {{}}, {{ buffer = true }})
        vim.keymap.set("n", lhs, rhs, options)
        _G.own_callback = vim.fn.maparg(lhs, "n", false, true).callback"""
    )
    before = mapping(child)
    buf = child.lua("return vim.api.nvim_get_current_buf()")
    reviewer.is_shown(OLD, NEW)
    assert mapping(child) != before
    if away:
        child.command("enew")
    child.lua("require('local_llm.diff').close(...)", buf)
    child.command(f"buffer {buf}")
    assert mapping(child) == before
    reviewer.types("ggga")
    assert child.buffer()[0] == "xowna"


def test_a_key_mapped_by_somebody_else_meanwhile_is_theirs(reviewer):
    reviewer.has(*OLD)
    reviewer.is_shown(OLD, NEW)
    reviewer.child.command("nnoremap <buffer> gx itheirs<Esc>")
    reviewer.types("gAgx")
    assert reviewer.child.buffer()[0] == "theirsA"


def test_a_buffer_unloaded_meanwhile_has_its_own_keys_again(reviewer, tmp_path):
    (tmp_path / "a.txt").write_text("a\n")
    reviewer.child.command(f"edit {tmp_path}/a.txt")
    reviewer.child.command("nnoremap <buffer> ga iown<Esc>")
    reviewer.is_shown(["a"], ["b"])
    reviewer.child.command("set nohidden | enew!")
    reviewer.child.wait_until(lambda: reviewer.states() == ["closed"], what="the end")
    reviewer.child.command(f"edit {tmp_path}/a.txt")
    reviewer.types("ga")
    assert reviewer.child.buffer() == ["owna"]
    assert ours(reviewer.child) == set()


def test_keys_can_be_changed_and_switched_off(reviewer):
    reviewer.child.lua(
        """require("local_llm").setup({
          keys = { diff = { accept = "<CR>", reject = false, next = "<Tab>" } },
        })"""
    )
    reviewer.has(*OLD)
    reviewer.is_shown(OLD, NEW)
    assert ours(reviewer.child) == (KEYS - {"ga", "gx", "]c"}) | {"<CR>", "<Tab>"}
    reviewer.child.wait_screen("hunk 1 of 3: <CR> accept, gA all, gX none, <Tab> next")
    reviewer.types("<Tab><CR>")
    assert reviewer.child.buffer() == ["a", "b", "C", "d", "e"]


def test_the_defaults_equal_the_schema(reviewer):
    schema = reviewer.child.lua("return require('local_llm.options').check({}).keys.diff")
    defined = reviewer.child.lua("return require('local_llm.diff_keys').KEYS")
    assert schema == {key["name"]: key["lhs"] for key in defined}


def test_the_last_hunk_has_a_hint_without_the_keys_for_many(reviewer):
    reviewer.has("a")
    reviewer.is_shown(["a"], ["b"])
    reviewer.child.wait_screen(
        lambda frame: "── hunk 1 of 1: ga accept, gx reject" in frame.lines()
    )


@pytest.mark.parametrize("name", PLUGS)
def test_a_users_own_key_does_the_same(reviewer, name):
    seen = []
    for keys in (PLUGS[name], "<F5>"):
        reviewer.has(*OLD, at=3)
        reviewer.child.command(f"nmap <buffer> <F5> <Plug>(local-llm-diff-{name})")
        reviewer.is_shown(OLD, NEW)
        reviewer.types(keys)
        seen.append((reviewer.child.buffer(), cursor_row(reviewer), reviewer.states()))
        reviewer.types("gX")
        reviewer.child.lua("_G.done = {}")
    assert seen[0] == seen[1]
    assert seen[0] != (OLD, 3, []) or name == "reject"


@pytest.mark.parametrize("name", PLUGS)
def test_where_nothing_is_shown_a_key_changes_nothing(reviewer, name):
    reviewer.has(*OLD)
    reviewer.child.command(f"nmap <buffer> <F5> <Plug>(local-llm-diff-{name})")
    reviewer.types("<F5>")
    assert reviewer.child.buffer() == OLD
    assert reviewer.told() == ["no change is shown in this buffer"]


def test_next_and_previous_go_round(reviewer):
    reviewer.has(*OLD)
    reviewer.is_shown(OLD, NEW)
    rows = []
    for keys in ("]c", "]c", "]c", "[c", "[c", "2]c", "2[c"):
        reviewer.types(keys)
        rows.append(cursor_row(reviewer))
    assert rows == [3, 5, 1, 5, 3, 1, 3]


def test_from_between_hunks_next_and_previous_go_to_the_nearest(reviewer):
    reviewer.has(*OLD)
    reviewer.is_shown(OLD, NEW)
    for keys, row in (("4G]c", 5), ("4G[c", 3), ("2G[c", 1), ("2G]c", 3)):
        reviewer.types(keys)
        assert cursor_row(reviewer) == row


@pytest.mark.parametrize("key", ["ga", "gx"])
def test_with_no_hunk_under_the_cursor_the_next_one_is_shown_first(reviewer, key):
    reviewer.has(*OLD)
    reviewer.is_shown(OLD, NEW)
    reviewer.types(f"4G{key}")
    assert reviewer.child.buffer() == OLD
    assert cursor_row(reviewer) == 5
    assert reviewer.told()[-1] == "no hunk was under the cursor; this is the next one"
    reviewer.types(key)
    assert reviewer.child.buffer() == (["a", "b", "c", "d", "E"] if key == "ga" else OLD)


def test_in_a_window_in_diff_mode_the_keys_are_those_of_the_view(reviewer):
    reviewer.has(*OLD)
    reviewer.child.command("diffthis | vnew")
    reviewer.child.api("buf_set_lines", 0, 0, -1, False, ["a", "x"])
    reviewer.child.command("diffthis | wincmd p | normal! gg")
    reviewer.is_shown(OLD, NEW)
    reviewer.types("]cga")
    assert reviewer.child.buffer() == ["a", "b", "C", "d", "e"]
