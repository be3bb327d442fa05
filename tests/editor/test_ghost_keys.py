"""The keys of ghost text: there while it is shown, and no trace of them at any other time."""

import pytest

KEYS = ["<Tab>", "<S-Tab>", "<M-Right>", "<M-]>", "<M-[>", "<C-]>"]
PLUGS = ["accept", "accept-line", "accept-word", "next", "previous", "dismiss"]
# How a user may have mapped a key in the buffer, and what the key then types behind "x".
OWN = {
    "a text": ('{ "<Tab>", "own" }', "xown"),
    "an expression": ('{ "<Tab>", function() return "o" .. "wn" end, { expr = true } }', "xown"),
    "a function": (
        '{ "<Tab>", function() vim.api.nvim_put({ "own" }, "c", false, true) end }',
        "xown",
    ),
    "a remapped key": ('{ "<Tab>", "<Plug>(own)", { remap = true } }', "xown"),
    "flags": (
        '{ "<Tab>", "own", { nowait = true, silent = true, desc = "mine", remap = true } }',
        "xown",
    ),
    "an expression with raw codes": (
        """{ "<Tab>", "'own'", { expr = true, replace_keycodes = false, silent = true } }""",
        "xown",
    ),
}
MAPPING = "return vim.fn.maparg(..., 'i', false, true)"


def ours(child):
    """Return the keys that are ours in the buffer."""
    return child.lua(
        """return vim.tbl_map(function(map) return map.lhs end, vim.tbl_filter(function(map)
          return (map.desc or ""):find("local%-llm") ~= nil
        end, vim.api.nvim_buf_get_keymap(0, "i")))"""
    )


def mapping(child, lhs="<Tab>"):
    """Return what maparg() tells; a function by whether it is the one that was mapped."""
    return child.lua(
        """local map = vim.fn.maparg(..., "i", false, true)
        if map.callback then map.callback = map.callback == _G.own_callback end
        return map""",
        lhs,
    )


def test_the_keys_are_there_while_it_is_shown(typist):
    typist.has("|")
    assert ours(typist.child) == []
    typist.is_offered("foo")
    assert sorted(ours(typist.child)) == sorted(KEYS)
    typist.types("fo")
    assert sorted(ours(typist.child)) == sorted(KEYS)
    typist.types("x")
    assert ours(typist.child) == []


@pytest.mark.parametrize(
    "end", ["<C-]>", "<Tab>", "x", "<Esc>", "<Up>", "<Esc>:enew!<CR>i", "foo", "<S-Tab>"]
)
def test_however_it_ends_the_keys_go(typist, end):
    typist.has("above", "|")
    buf = typist.child.lua("return vim.api.nvim_get_current_buf()")
    typist.is_offered("foo")
    typist.types(end)
    assert ours(typist.child) == []
    left = typist.child.lua("return vim.api.nvim_buf_get_keymap(..., 'i')", buf)
    assert left == []
    assert typist.child.messages() == []


def test_a_deleted_buffer_takes_its_keys_along(typist):
    typist.has("|")
    typist.is_offered("foo")
    typist.child.command("bwipeout!")
    assert typist.child.messages() == []
    typist.has("|")
    typist.is_offered("foo")
    assert sorted(ours(typist.child)) == sorted(KEYS)


@pytest.mark.parametrize("kind", OWN)
def test_a_users_own_key_of_the_buffer_is_put_back_as_it_was(typist, kind):
    arguments, typed = OWN[kind]
    child = typist.child
    typist.has("|")
    child.lua(
        f"""vim.keymap.set("i", "<Plug>(own)", "own")
        local lhs, rhs, options = unpack({arguments})
        options = vim.tbl_extend("force", options or {{}}, {{ buffer = true }})
        vim.keymap.set("i", lhs, rhs, options)
        _G.own_callback = vim.fn.maparg(lhs, "i", false, true).callback"""
    )
    before = mapping(child)
    for _ in range(2):
        typist.is_offered("foo")
        assert mapping(child) != before
        typist.types("<C-]>")
        assert mapping(child) == before
    typist.types("x<Tab>")
    assert typist.text() == f"{typed}|"


def test_a_script_mapping_is_put_back_with_its_script(typist, tmp_path):
    script = tmp_path / "own.vim"
    script.write_text(
        "function! s:Own()\n  return 'own'\nendfunction\n"
        "inoremap <buffer> <script> <expr> <Tab> <SID>Own()\n"
        "noremap! <buffer> <silent> <S-Tab> both\n"
    )
    typist.has("|")
    typist.child.command(f"source {script}")
    before = mapping(typist.child)
    typist.is_offered("foo")
    typist.types("<C-]>x<Tab><S-Tab>")
    assert mapping(typist.child) == before
    assert typist.text() == "xownboth|"
    assert typist.child.lua("return vim.fn.maparg('<S-Tab>', 'c')") == "both"


def test_a_users_own_key_for_all_buffers_is_behind_it(typist):
    typist.has("|")
    typist.child.command("inoremap <Tab> own")
    typist.is_offered("foo")
    typist.types("<Tab><Tab>")
    assert typist.text() == "fooown|"
    typist.child.command("iunmap <Tab>")


def test_a_key_mapped_by_somebody_else_meanwhile_is_theirs(typist):
    typist.has("|")
    typist.is_offered("foo")
    typist.child.command("inoremap <buffer> <Tab> theirs")
    typist.types("<C-]><Tab>")
    assert typist.text() == "theirs|"


def test_keys_typed_at_once_reach_the_users_own_key(typist):
    typist.has("|")
    typist.child.command("inoremap <buffer> <Tab> own")
    typist.is_offered("foo")
    typist.types("x<Tab><Tab>")
    assert typist.text() == "xownown|"


def test_in_a_menu_tab_belongs_to_the_menu(typist):
    typist.has("alpha alphabet |")
    typist.child.command("inoremap <buffer> <expr> <Tab> pumvisible() ? '<C-N>' : 'own'")
    typist.types("al")
    typist.is_offered("phabetical")
    typist.types("<C-N><C-P>")
    assert typist.rest() == "phabetical"
    typist.types("<Tab>")
    assert typist.text() == "alpha alphabet alpha|"
    assert typist.rest() == "betical"
    assert sorted(ours(typist.child)) == sorted(KEYS)


def test_in_the_menu_of_a_plugin_tab_belongs_to_it(typist):
    typist.has("|")
    typist.child.command("inoremap <buffer> <Tab> menu")
    typist.child.lua(
        """package.loaded["blink.cmp"] = {
          is_menu_visible = function() return true end,
        }"""
    )
    typist.is_offered("foo")
    typist.types("<Tab>")
    typist.child.lua("package.loaded['blink.cmp'] = nil")
    assert typist.text() == "menu|"


def test_keys_that_are_switched_off_stay_as_they_are(typist):
    typist.has("|")
    child = typist.child
    child.lua("_G.kept = _G.keys _G.keys = { accept = '<C-L>', accept_line = false, next = '' }")
    typist.is_offered("foo")
    shown = ours(child)
    typist.types("<Tab>")
    child.lua("_G.keys = _G.kept")
    assert shown == ["<C-L>"]
    assert typist.text() == "\t|"


def test_a_key_that_is_none_of_ours_does_what_it_always_did(typist):
    typist.has("\t\tx|", options="shiftwidth=8")
    typist.is_offered("foo")
    typist.types("<C-D>")
    assert typist.text() == "\tx|"


def test_showing_them_again_is_no_work(typist):
    typist.has("|")
    typist.is_offered("foo(bar)")
    typist.child.lua(
        """_G.work = 0
        local set = vim.keymap.set
        vim.keymap.set = function(...) _G.work = _G.work + 1 return set(...) end
        for _ = 1, 10 do
          require("local_llm.ghost_keys").show(_G.keys, vim.api.nvim_get_current_buf())
        end
        vim.keymap.set = set"""
    )
    assert typist.child.lua("return _G.work") == 0


@pytest.mark.parametrize("name", PLUGS)
def test_a_users_key_for_it_types_nothing_where_nothing_is_shown(typist, name):
    typist.has("a|b")
    typist.child.command(f"imap <buffer> <F5> <Plug>(local-llm-{name})")
    tick = typist.child.lua("return vim.b.changedtick")
    typist.types("<F5>")
    assert typist.text() == "a|b"
    assert typist.child.lua("return vim.b.changedtick") == tick
    assert typist.child.messages() == []


@pytest.mark.parametrize(
    ("name", "text", "rest"),
    [
        ("accept", "one two\nthree|", None),
        ("accept-line", "one two|", "\nthree"),
        ("accept-word", "one|", " two\nthree"),
        ("next", "|", "other"),
        ("previous", "|", "last"),
        ("dismiss", "|", None),
    ],
)
def test_a_users_own_key_does_it(typist, name, text, rest):
    typist.has("|")
    typist.child.command(f"imap <buffer> <F5> <Plug>(local-llm-{name})")
    typist.is_offered("one two\nthree", "other", "last")
    typist.types("<F5>")
    assert typist.text() == text
    assert typist.rest() == rest
