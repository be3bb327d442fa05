"""Rule texts in files: of packages, of the user's own; and versions that a project writes down."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from local_llm.features.wtf.rulebook import RuleAsk
from local_llm.settings import Rule
from rule_place import PAGE, Place

RUFF = RuleAsk(source="Ruff", code="F401", filetype="python")
SOURCE = "module.exports = { meta: { docs: { description: 'What %s does.' } } };"
RULE = "node_modules/eslint/lib/rules/no-undef.js"


def eslint(place, path="project/src/a.js", root="project", code="no-undef"):
    return RuleAsk(
        source="eslint",
        code=code,
        path=str(place.folder / path),
        root=str(place.folder / root) if root else "",
    )


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


async def test_a_rule_is_read_from_its_package(place):
    place.put(f"project/{RULE}", SOURCE % "no-undef")
    place.put("project/node_modules/eslint/package.json", '{"version": "9.9.9"}')
    book = place.book()
    found = await book.find(eslint(place))
    assert found.text == "What no-undef does."
    assert found.origin == "eslint/lib/rules/no-undef.js (eslint 9.9.9)"
    assert await book.find(eslint(place)) == found
    place.put(f"project/{RULE}", "x").unlink()
    assert (await book.find(eslint(place))).text == ""


async def test_a_file_that_changed_is_read_again(place):
    place.put(f"project/{RULE}", SOURCE % "it")
    book = place.book()
    assert (await book.find(eslint(place))).text == "What it does."
    place.put(f"project/{RULE}", SOURCE % "another thing it")
    assert (await book.find(eslint(place))).text == "What another thing it does."


async def test_the_nearest_modules_count(place):
    place.put(f"project/{RULE}", SOURCE % "far")
    place.put(f"project/packages/a/{RULE}", SOURCE % "near")
    ask = eslint(place, path="project/packages/a/src/x.js")
    assert (await place.book().find(ask)).text == "What near does."


async def test_above_the_root_no_modules_count(place):
    place.put(RULE, SOURCE % "far")
    assert (await place.book().find(eslint(place))).text == ""
    assert (await place.book().find(eslint(place, root=""))).text == "What far does."


async def test_a_workspace_keeps_its_packages_above(place):
    """As pnpm lays them: a link from the package into the modules of the workspace."""
    real = "node_modules/.pnpm/eslint@9/node_modules/eslint"
    place.put(f"project/{real}/lib/rules/no-undef.js", SOURCE % "it")
    modules = place.folder / "project/packages/a/node_modules"
    modules.mkdir(parents=True)
    (modules / "eslint").symlink_to(place.folder / "project" / real)
    ask = eslint(place, path="project/packages/a/x.js", root="project/packages/a")
    assert (await place.book().find(ask)).text == "What it does."


LINKS = ["lib/rules/no-undef.js", "lib/rules", "docs/rules/no-undef.md", ""]


@pytest.mark.parametrize("name", LINKS)
async def test_a_link_out_of_the_modules_is_not_followed(place, name):
    for path in ("no-undef.js", "no-undef.md", "lib/rules/no-undef.js", "docs/rules/no-undef.md"):
        place.put(f"secret/{path}", SOURCE % "secret")
    link = place.folder / "project/node_modules/eslint" / name
    link.parent.mkdir(parents=True)
    target = place.folder / "secret"
    link.symlink_to(target / Path(name).name if link.suffix else target)
    assert (await place.book().find(eslint(place))).text == ""


async def test_modules_of_another_project_do_not_count(place):
    place.put(f"other/{RULE}", SOURCE % "secret")
    (place.folder / "project").mkdir()
    (place.folder / "project/node_modules").symlink_to(place.folder / "other/node_modules")
    assert (await place.book().find(eslint(place))).text == ""


async def test_a_fifo_and_a_huge_file_are_not_read(place):
    path = place.put(f"project/{RULE}", "x")
    path.unlink()
    os.mkfifo(path)
    assert (await place.book().find(eslint(place))).text == ""
    path.unlink()
    place.put(f"project/{RULE}", SOURCE % "it" + " " * 600_000)
    assert (await place.book().find(eslint(place))).text == ""


LUACHECK = RuleAsk(source="luacheck", code="W611")
MANUAL = "| 611  | A line consists of nothing but whitespace. |\n"


async def test_a_manual_that_a_distribution_has_compressed(place):
    place.program("luacheck", "exit 1")
    place.put("share/doc/lua-check/warnings.txt.gz", "").write_bytes(gzip.compress(MANUAL.encode()))
    found = await place.book().find(LUACHECK)
    assert found.text == "611: A line consists of nothing but whitespace."
    assert found.origin == "doc/lua-check/warnings.txt.gz"


DAMAGED = {
    "no gzip": MANUAL.encode(),
    "cut off": gzip.compress(MANUAL.encode())[:-9],
    "damaged": gzip.compress(MANUAL.encode())[:12] + b"\xff" * 40,
    "huge": gzip.compress(MANUAL.encode() + b" " * (1 << 26)),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
async def test_a_compressed_manual_that_cannot_be_read(place, content):
    place.program("luacheck", "exit 1")
    place.put("share/doc/lua-check/warnings.txt.gz", "").write_bytes(content)
    assert (await place.book().find(LUACHECK)).text == ""


async def test_nothing_of_a_package_is_run(place):
    script = f"require('fs').writeFileSync('{place.folder}/owned', '');"
    place.put(f"project/{RULE}", script + SOURCE % "it")
    place.put("project/node_modules/.bin/eslint", f"#!/bin/sh\ntouch {place.folder}/owned\n")
    (place.folder / "project/node_modules/.bin/eslint").chmod(0o755)
    assert (await place.book().find(eslint(place))).text == "What it does."
    await place.book().versions("javascript", str(place.folder / "project"))
    assert not (place.folder / "owned").exists()


async def test_a_tool_of_the_users(place):
    place.program("mytool", 'echo "why $2"')
    place.own = {"My Tool": Rule(command=("mytool", "why", "{code}"), link="https://e.org/{code}")}
    found = await place.book().find(RuleAsk(source="my tool.", code="X-1"))
    assert (found.text, found.origin) == ("why X-1", "mytool why X-1")
    assert found.link == "https://e.org/X-1"
    assert place.runs("mytool") == ["why X-1"], "it was asked what it need not understand"


async def test_a_file_of_the_users(place):
    place.put("project/docs/X1.md", "# X1\n\nWhy.")
    place.own = {"t": Rule(file="docs/{code}.md")}
    root = str(place.folder / "project")
    assert (await place.book().find(RuleAsk(source="t", code="X1", root=root))).title == "X1"
    assert await place.book().find(RuleAsk(source="t", code="X1")) is None
    place.own = {"t": Rule(file=f"{root}/docs/{{code}}.md")}
    assert (await place.book().find(RuleAsk(source="t", code="X1"))).text == "# X1\n\nWhy."


async def test_a_file_of_the_users_is_no_link_out_of_the_project(place):
    place.put("secret.md", "secret")
    (place.folder / "project/docs").mkdir(parents=True)
    (place.folder / "project/docs/X1.md").symlink_to(place.folder / "secret.md")
    place.own = {"t": Rule(file="docs/{code}.md")}
    ask = RuleAsk(source="t", code="X1", root=str(place.folder / "project"))
    assert await place.book().find(ask) is None


async def test_a_pattern_that_is_none_finds_nothing(place):
    place.own = {"ruff": Rule(command=("evil", "{code}"), code="(")}
    place.ruff()
    assert (await place.book().find(RUFF)).text == PAGE


async def test_versions_of_a_filetype(place):
    place.ruff()
    place.program("mypy", "", version="2.0")
    place.program("python3", "", version="3.13.1")
    book = place.book()
    expected = ("python 3.13.1", "ruff 1.2.3", "mypy 2.0")
    assert await book.versions("python", "") == await book.versions("python", "") == expected
    assert [len(place.runs(name)) for name in ("ruff", "mypy", "python3")] == [1, 1, 1]
    assert await book.versions("no-such-filetype", "") == ()


async def test_versions_that_a_project_writes_down_need_no_program(place):
    for name in ("ruff", "mypy", "python3", "node"):
        place.program(name, "", version="9.0")
    place.put("project/.venv/pyvenv.cfg", "version = 3.11.7\n")
    package = json.dumps({"name": "typescript", "version": "5.9.3"})
    place.put("project/node_modules/typescript/package.json", package)
    root = str(place.folder / "project")
    book = place.book()
    assert await book.versions("python", root) == ("python 3.11.7", "ruff 9.0", "mypy 9.0")
    assert await book.versions("typescript", root) == ("node 9.0", "typescript 5.9.3")
    assert place.runs("python3") == []


async def test_a_slow_one_is_left_out(place):
    place.program("ruff", "", version="1.0")
    (place.folder / "bin/python3").write_text("#!/bin/sh\nsleep 600\n")
    (place.folder / "bin/python3").chmod(0o755)
    place.program("mypy", "", version="2.0")
    assert await place.book().versions("python", "") == ("ruff 1.0", "mypy 2.0")
