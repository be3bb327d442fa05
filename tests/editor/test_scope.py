"""Which lines a command without a selection means, by tables of text."""

import pytest

PYTHON = '''\
import os

@cache
def outer(a,
          b):
    """Docs
with a line at the margin."""
    x = 1

    def inner():
        # a comment
        return x
# a comment at the margin
    return inner


class Thing:
    size = 3

    @property
    async def name(self) -> str:
        if self.size:
            return "a"

        return "b"

    def other(
        self,
    ) -> None:
        pass

last = 1
'''
LUA = """\
local M = {}

function M.first(a)
  if a then
    return function() return 1 end
  end
end

local second = function()
  return 2
end

return M
"""
C = """\
#include <stdio.h>

/* not { code */
static int
add(int a,
    int b)
{
    if (a) {
        printf("}%d // {", a); // }
    }
    return a + b;
}

struct pair {
    int x;
};

int last;
"""
TYPESCRIPT = """\
const table = {
  a: 1,
};

export class Store<T> {
  private items: T[] = [];

  add(item: T): void {
    for (const x of this.items) {
      if (x === item) {
        return;
      }
    }
  }

  each = (f: (x: T) => void) => {
    this.items.forEach(f);
  };
}
"""
RUST = """\
impl<'a> Parser<'a> {
    pub fn next(&'a mut self) -> Option<char> {
        match self.peek() {
            Some('{') => None,
            c => c,
        }
    }
}
"""
RUBY = """\
module Shop
  class Cart
    def total
      items.sum do |item|
        item.price
      end
    end
  end
end
"""
PROSE = """\
One paragraph
of two lines.


Another.
"""

# text, filetype, row of the cursor (1-based), how, first, last, enclosing rows
CASES = {
    "python, in the body": (PYTHON, "python", 8, "indent", 3, 14, []),
    "python, in the signature": (PYTHON, "python", 5, "indent", 3, 14, []),
    "python, on the decorator": (PYTHON, "python", 3, "indent", 3, 14, []),
    "python, inner": (PYTHON, "python", 12, "indent", 10, 12, [4]),
    "python, blank line inside": (PYTHON, "python", 9, "indent", 3, 14, []),
    "python, method": (PYTHON, "python", 23, "indent", 20, 25, [17]),
    "python, one-line decorator": (PYTHON, "python", 20, "indent", 20, 25, [17]),
    "python, blank line in a method": (PYTHON, "python", 24, "indent", 20, 25, [17]),
    "python, closing bracket": (PYTHON, "python", 29, "indent", 27, 30, [17]),
    "python, class head": (PYTHON, "python", 17, "indent", 17, 30, []),
    "python, class body": (PYTHON, "python", 18, "indent", 17, 30, []),
    "python, module level": (PYTHON, "python", 1, "paragraph", 1, 1, []),
    "python, after all": (PYTHON, "python", 32, "paragraph", 32, 32, []),
    "lua, in a branch": (LUA, "lua", 4, "indent", 3, 7, []),
    "lua, on the end": (LUA, "lua", 11, "indent", 9, 11, []),
    "lua, local function": (LUA, "lua", 10, "indent", 9, 11, []),
    "lua, module level": (LUA, "lua", 13, "paragraph", 13, 13, []),
    "c, in a branch": (C, "c", 9, "braces", 4, 12, []),
    "c, in the signature": (C, "c", 5, "braces", 4, 12, []),
    "c, on the closing brace": (C, "c", 12, "braces", 4, 12, []),
    "c, struct": (C, "c", 15, "braces", 14, 16, []),
    "c, top level": (C, "c", 18, "paragraph", 18, 18, []),
    "typescript, method": (TYPESCRIPT, "typescript", 11, "braces", 8, 14, [5]),
    "typescript, arrow": (TYPESCRIPT, "typescript", 17, "braces", 16, 18, [5]),
    "typescript, member": (TYPESCRIPT, "typescript", 6, "braces", 5, 19, []),
    "typescript, a table is no function": (TYPESCRIPT, "typescript", 2, "paragraph", 1, 3, []),
    "rust, in a match": (RUST, "rust", 4, "braces", 2, 7, [1]),
    "ruby, in a block": (RUBY, "ruby", 5, "indent", 3, 7, [1, 2]),
    "unknown, with indentation": (PYTHON, "", 8, "indent", 3, 14, []),
    "prose": (PROSE, "text", 2, "paragraph", 1, 2, []),
    "prose, blank line": (PROSE, "text", 3, "paragraph", 5, 5, []),
    "prose, after the last": (PROSE + "\n\n", "text", 7, "paragraph", 5, 5, []),
}


@pytest.fixture(scope="module")
def lua(nvim, tmp_path_factory):
    from child import Child

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        child = Child(nvim)
        yield child.lua
        child.close()


@pytest.mark.parametrize("case", CASES)
def test_text_tells_the_function(lua, case):
    text, filetype, row, how, first, last, enclosing = CASES[case]
    found = lua(
        """local lines, row, filetype = ...
        local scope = require("local_llm.scope")
        return scope.from_lines({ first = 100, lines = lines }, 99 + row, filetype)""",
        text.splitlines(),
        row,
        filetype,
    )
    assert (found["scope"], found["first_row"] - 99, found["last_row"] - 99) == (how, first, last)
    assert [head["row"] - 99 for head in found["enclosing"]] == enclosing


@pytest.mark.parametrize("lines", [[], [""], ["", "  ", "\t"]])
@pytest.mark.parametrize("filetype", ["python", "c", "text"])
def test_nothing_but_blanks_is_nothing(lua, lines, filetype):
    code = "return require('local_llm.scope').from_lines({ first = 0, lines = ... }, 0, 'x')"
    assert lua(code, lines) is None


@pytest.mark.parametrize("text", [PYTHON, LUA, C, TYPESCRIPT, RUST, RUBY, PROSE])
@pytest.mark.parametrize("filetype", ["python", "c"])
def test_every_row_of_every_text_has_a_place_around_it(lua, text, filetype):
    lines = text.splitlines()
    places = lua(
        """local lines, filetype = ...
        local scope, places = require("local_llm.scope"), {}
        for row = 1, #lines do
          places[row] = scope.from_lines({ first = 0, lines = lines }, row - 1, filetype)
        end
        return places""",
        lines,
        filetype,
    )
    assert len(places) == len(lines)
    for row, found in enumerate(places):
        first, last = found["first_row"], found["last_row"]
        assert 0 <= first <= last < len(lines)
        assert first <= row <= last or found["scope"] == "paragraph"
        assert all(head["row"] < first for head in found["enclosing"])


ENCLOSING = {
    "python": (PYTHON, "python", 23, 23, [17, 21]),
    "python, whole method": (PYTHON, "python", 20, 25, [17]),
    "lua": (LUA, "lua", 4, 4, [3]),
    "c": (C, "c", 9, 9, [4]),
    "rust": (RUST, "rust", 4, 5, [1, 2]),
    "top level": (C, "c", 18, 18, []),
}


@pytest.mark.parametrize("case", ENCLOSING)
def test_heads_around_a_range(lua, case):
    text, filetype, first, last, rows = ENCLOSING[case]
    found = lua(
        """local lines, first, last, filetype = ...
        local buf = vim.api.nvim_create_buf(false, true)
        vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
        -- without FileType events: no parser is to be found by its name
        vim.cmd("noautocmd lua vim.bo[" .. buf .. "].filetype = '" .. filetype .. "'")
        local tree = require("local_llm.scope_tree")
        local heads = tree.heads
        tree.heads = function() end
        local scope = require("local_llm.scope")
        local window = scope.window(buf, first - 1, last - 1)
        local found = scope.enclosing(buf, window, first - 1, last - 1)
        tree.heads = heads
        return found""",
        text.splitlines(),
        first,
        last,
        filetype,
    )
    assert [head["row"] + 1 for head in found] == rows


def test_a_parser_is_believed_first(lua):
    found = lua(
        """local lines = ...
        vim.cmd.enew()
        vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
        vim.bo.filetype = "lua"
        local found
        local scope = require("local_llm.scope")
        local function find(row)
          scope.find(0, scope.window(0, row, row), row, function(it) found = it end)
          return { found.scope, found.first_row + 1, found.last_row + 1 }
        end
        return { find(3), find(4), find(9), find(12) }""",
        LUA.splitlines(),
    )
    # rows 4 and 5 (inside a lambda of one line), 10, and the module level
    expected = [["treesitter", 3, 7]] * 2 + [["treesitter", 9, 11], ["paragraph", 13, 13]]
    assert found == expected


SERVER = """
local answer, late = ...
vim.lsp.start({ name = "fake", cmd = function()
  return {
    request = function(method, _, reply)
      if method == "initialize" then
        reply(nil, { capabilities = { documentSymbolProvider = true } })
      elseif method == "textDocument/documentSymbol" and not late then
        reply(nil, answer)
      end
      return true, 1
    end,
    notify = function() return true end,
    is_closing = function() return false end,
    terminate = function() end,
  }
end })
"""


def _range(first, last):
    return {"start": {"line": first, "character": 0}, "end": {"line": last, "character": 3}}


SYMBOLS = [
    {
        "name": "Cart",
        "kind": 5,
        "range": _range(1, 7),
        "selectionRange": _range(1, 1),
        "children": [
            {"name": "total", "kind": 6, "range": _range(2, 6), "selectionRange": _range(2, 2)}
        ],
    }
]


@pytest.mark.parametrize(("late", "how"), [(False, "lsp"), (True, "indent")])
def test_a_language_server_is_asked_but_not_waited_for(editor, late, how):
    child = editor()
    child.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, ...)", RUBY.splitlines())
    child.command("setfiletype ruby")
    child.lua(SERVER, SYMBOLS, late)
    child.wait_until(lambda: child.lua("return #vim.lsp.get_clients({ bufnr = 0 })"))
    child.lua(
        """local scope = require("local_llm.scope")
        scope.find(1, scope.window(1, 4, 4), 4, function(found) _G.found = found end)"""
    )
    found = child.wait_until(lambda: child.lua("return _G.found"), what="an answer")
    assert (found["scope"], found["first_row"], found["last_row"]) == (how, 2, 6)
    assert found["enclosing"][-1] == {"row": 1, "text": "class Cart"}
