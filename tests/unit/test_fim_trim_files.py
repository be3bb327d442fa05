"""Files cut anywhere: what a perfect model says is shown, and gives the file back.

A perfect model that does not know where to stop says the rest of the file; then as much is shown as
is missing. The lines of these files are all different, as far as the languages allow.
"""

from __future__ import annotations

import re

import pytest

from local_llm.fim.trim import Place, trim

FILES = {
    "python": '''\
import os


class Stack(Base):
    """A stack (of things)."""

    def __init__(self, items=()):
        self.items = list(items)

    def pop(self, *, default=None):
        if not self.items:
            return default
        elif len(self.items) == 1:
            print(f"last one: {self.items[0]}", end="")
        value = self.items.pop(
            max(0, len(self.items) - 1),
        )
        return dict(value=value, left=[x for x in self.items if (x and "it's")])


def main():
    stack = Stack(os.environ.get("ITEMS", "a,b").split(","))
    while (value := stack.pop()) is not None:
        print(value, str(len(value)), sep="(")
''',
    "lua": """\
local M = {}

function M.map(list, fn)
  local out = {}
  for i, item in ipairs(list) do
    if item ~= nil then
      out[#out + 1] = fn(item, i)
    else
      print(("nothing at %d"):format(i))
    end
  end
  return out
end

vim.keymap.set("n", "<leader>x", function()
  local found = M.map({ 1, 2 }, tostring)
  vim.notify(table.concat(found, ", "))
end, { desc = "don't" })

return M
""",
    "c": """\
#include <stdio.h>

static int sum(const int *xs, size_t n)
{
	int total = 0;
	for (size_t i = 0; i < n; i++) {
		if (xs[i] < 0) {
			fprintf(stderr, "negative: %d\\n", xs[i]);
			continue;
		} else {
			total += xs[i];
		}
	}
	return total;
}

int main(void)
{
	int xs[] = {1, 2, (3 + 4)};
	printf("%d %c\\n", sum(xs, sizeof(xs) / sizeof(xs[0])), *"(");
	return 0;
}
""",
    "go": """\
package main

import (
	"fmt"
	"os"
)

type point struct {
	x, y int
}

func read(name string) ([]byte, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return data[:len(data)-1], nil
}

func main() {
	points := map[string]point{
		"a": {x: 1, y: 2},
		"b": {3, 4},
	}
	for name, p := range points {
		fmt.Println(name, p.x+(p.y*2))
	}
	go func() { fmt.Println("done") }()
}
""",
    "javascript": """\
const fs = require('fs');

export async function load(path, { retries = 3 } = {}) {
  try {
    const text = await fs.promises.readFile(path, 'utf8');
    return JSON.parse(text).items.map((item) => ({ ...item, id: `${item.id}` }));
  } catch (error) {
    if (retries > 0) {
      return load(path, { retries: retries - 1 });
    }
    throw new Error(`cannot load "${path}": ${error.message}`);
  }
}

describe('load', () => {
  it('reads', async () => {
    expect(await load('x.json')).toEqual([{ id: '1' }]);
  });
});
""",
    "yaml": """\
name: build
on:
  push:
    branches: [main, "release/*"]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Test (all)
        run: make test ARGS="-x"
      - run: |
          echo "${HOME}"
          ls
    env:
      CI: "1"
""",
    "markdown": """\
# Title (draft)

Some text with a [link](https://example.org/a_(b)) and `code()`.

1) first thing
2) second thing

- item *one*
  - nested "item"

| a | b |
|---|---|
| 1 | (2) |

```sh
make test ARGS="-k name"
```

The end, isn't it?
""",
}


CLOSING = re.compile(r"\s*(?:[)\]}]|(?:end|else|elif)\b|```)")


def width(line: str) -> int:
    return len(line) - len(line.lstrip())


def place_of(lines: list[str], row: int, left: str, right: str, end: int) -> Place:
    """Return the place in `row`; the lines below start after `end`."""
    tabs = any(line.startswith("\t") for line in lines)
    above, below = tuple(reversed(lines[:row])), tuple(lines[end + 1 :])
    return Place(left=left, right=right, above=above, below=below, expandtab=not tabs)


def gaps(lines: list[str]):
    """Yield the gaps that somebody may want to have filled: (row, column, last row).

    Without the gap, the file is one: no block begins in the gap and ends after it, or the other
    way round. Nobody can tell where a block is to be cut in two.
    """
    for row, line in enumerate(lines):
        for end in range(row, row + 1 if CLOSING.match(line) else min(row + 8, len(lines))):
            following = next((x for x in lines[end + 1 :] if x.strip()), "")
            deep = [width(x) for x in lines[row + 1 : end + 1] if x.strip()]
            leaves = min(deep, default=99) < width(line)
            ends = CLOSING.match(following) is not None
            inside = end > row and width(following) + ends > width(line)
            if lines[end].strip() and not leaves and not inside:
                yield from ((row, col, end) for col in range(width(line), len(line)))


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_a_gap_is_filled_with_what_was_there(text):
    lines = text.rstrip("\n").split("\n")
    wrong = []
    for row, col, end in gaps(lines):
        gap = "\n".join([lines[row][col:], *lines[row + 1 : end + 1]])
        place = place_of(lines, row, lines[row][:col], "", end)
        got = trim(gap, place, done=True)
        if got != gap:
            wrong.append((row, col, end, gap, got))
    assert not wrong, f"{len(wrong)}: {wrong[:: max(1, len(wrong) // 6)]}"


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_of_the_whole_rest_only_the_gap_is_shown(text):
    lines = text.rstrip("\n").split("\n")
    wrong = []
    for row, col, end in gaps(lines):
        gap = "\n".join([lines[row][col:], *lines[row + 1 : end + 1]])
        place = place_of(lines, row, lines[row][:col], "", end)
        got = trim("\n".join([gap, *lines[end + 1 :]]), place, done=True)
        if got != gap and end + 1 < len(lines):
            wrong.append((row, col, end, gap, got))
    assert not wrong, f"{len(wrong)}: {wrong[:: max(1, len(wrong) // 6)]}"


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
@pytest.mark.parametrize("rest", ["", "rest"])
def test_a_gap_before_a_bracket_is_filled_with_what_was_there(text, rest):
    lines = text.rstrip("\n").split("\n")
    wrong = []
    for row, line in enumerate(lines):
        for end in (at for at, char in enumerate(line) if char in ")]}"):
            for col in range(width(line), end):
                gap, left = line[col:end], line[:col]
                in_string = any(line[:end].count(quote) % 2 for quote in "\"'`")
                if gap != gap.rstrip() or not left.strip() or in_string:
                    continue
                place = place_of(lines, row, left, line[end:], row)
                answer = "\n".join([line[col:], *lines[row + 1 :]]) if rest else gap
                got = trim(answer, place, done=True)
                if got != gap:
                    wrong.append((left, line[end:], answer.split("\n")[0], gap, got))
    assert not wrong, f"{len(wrong)}: {wrong[:: max(1, len(wrong) // 6)]}"
