"""Forty broken snippets, each with the row (0-based) that is complained about and what mends it.

Lines are separated by `/`; all of it is the region that is written anew.
"""

from __future__ import annotations

from typing import NamedTuple


class Broken(NamedTuple):
    """A snippet."""

    name: str
    filetype: str
    row: int
    lines: tuple[str, ...]
    fixed: tuple[str, ...]


_TABLE = """
misspelt|python|1|def f(number):/    return numbr|def f(number):/    return number
unused import|python|0|import os/x = 1|x = 1
two unused imports|python|0|import os/import re/x = 1|x = 1
missing import|python|0|x = os.getcwd()|import os//x = os.getcwd()
mutable default|python|0|def f(a=[]):/    return a|def f(a=None):/    return a or []
bare except|python|2|try:/    f()/except:/    pass|try:/    f()/except OSError:/    pass
missing colon|python|0|def f()/    return 1|def f():/    return 1
is literal|python|0|if x is 1:/    f()|if x == 1:/    f()
f-string|python|0|print(f"a")|print("a")
unreachable|python|2|def f():/    return 1/    g()|def f():/    return 1
wrong indent|python|2|if x:/    f()/     g()|if x:/    f()/    g()
shadowed|python|0|list = [1]/print(list)|items = [1]/print(items)
missing return|python|1|def f(x):/    x + 1|def f(x):/    return x + 1
not in|python|0|if not a in b:/    f()|if a not in b:/    f()
none compare|python|0|if x == None:/    f()|if x is None:/    f()
open|python|0|text = open(p).read()|with open(p) as file:/    text = file.read()
unused variable|lua|0|local a = 1/return 2|return 2
global|lua|0|count = 1/return count|local count = 1/return count
missing end|lua|1|if x then/  f()|if x then/  f()/end
nil check|lua|1|local t = get()/print(t.name)|local t = get()/if t then print(t.name) end
tilde|lua|0|if a != b then f() end|if a ~= b then f() end
unquoted|sh|1|name=$1/rm $name|name=$1/rm -- "$name"
backticks|sh|0|now=`date`|now=$(date)
cd|sh|0|cd "$1"/rm -r build|cd "$1" || exit/rm -r build
equals|sh|0|if [ $a == b ]; then f; fi|if [ "$a" = b ]; then f; fi
read|sh|0|while read line; do f; done|while IFS= read -r line; do f; done
var|javascript|0|var a = 1;/f(a);|const a = 1;/f(a);
loose equal|javascript|0|if (a == b) f();|if (a === b) f();
await|javascript|1|async function f() {/  g();/}|async function f() {/  await g();/}
semicolon|javascript|0|let a = 1/(b || c).d()|let a = 1;/(b || c).d()
undefined|typescript|0|const n: number = m.get(k);|const n: number = m.get(k) ?? 0;
any|typescript|0|function f(a) { return a; }|function f<T>(a: T): T { return a; }
optional|typescript|0|return a.b.c;|return a?.b?.c;
format|c|0|printf("%d", size);|printf("%zu", size);
assignment|c|0|if (a = b) f();|if (a == b) f();
uninitialised|c|0|int a;/return a;|int a = 0;/return a;
missing include|c|0|int main(void) { puts("a"); }|#include <stdio.h>//int main(void) { puts("a"); }
moved|rust|1|let b = a;/f(a);|let b = a.clone();/f(a);
borrow|rust|0|let a = 1;/a += 1;|let mut a = 1;/a += 1;
tabs|yaml|1|a:/\tb: 1|a:/  b: 1
"""


def _read(row: str) -> Broken:
    name, filetype, at, lines, fixed = row.replace("\\t", "\t").split("|", 4)
    return Broken(name, filetype, int(at), tuple(lines.split("/")), tuple(fixed.split("/")))


def _rows() -> list[Broken]:
    return [_read(row.replace("||", "\0")) for row in _TABLE.strip().split("\n")]


def _whole(it: Broken) -> Broken:
    lines, fixed = (tuple(line.replace("\0", "||") for line in part) for part in it[3:])
    return it._replace(lines=lines, fixed=fixed)


SNIPPETS = [_whole(it) for it in _rows()]
