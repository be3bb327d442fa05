"""What of an output or a file is the text about one rule."""

from __future__ import annotations

import time

import pytest

from local_llm.rules import eslint_source
from local_llm.rules.extract import EXTRACTORS, LIMIT_CHARS, extract
from local_llm.rules.versions import CHAINS, question, version_in

GCC = """\
The following options control compiler warning messages:
  -W                          This switch is deprecated; use -Wextra instead.
  -Wformat                    Warn about format string anomalies.
  -Wformat=<0,2>              Warn about printf format string
                              anomalies, by level.
  -Wunused-variable           Warn when a variable is unused.
"""
FORMAT = "-Wformat: Warn about format string anomalies."
LEVELS = "-Wformat=<0,2>: Warn about printf format string anomalies, by level."
LINTS = """\
                         name  default  meaning
                         ----  -------  -------
                unused-unsafe  warn     unnecessary use of an `unsafe` block
             unused-variables  warn     detect variables which are not used
               missing-docs    allow    detects missing documentation
                       unused  unused-imports, unused-variables
"""
MYPY = """\
from typing import Final
ARG_TYPE: Final = ErrorCode("arg-type", "Check argument types in calls", "General")
MISC: Final[ErrorCode] = ErrorCode("misc", "Other checks", "General")
"""
GO = """\
const (
\t// Other occurs elsewhere.
\tOther

\t// UnusedVar occurs when a variable is declared but unused.
\t//
\t// Example:
\t//  func f() { x := 1 }
\tUnusedVar
\tUnusedVarToo
)
"""
PEP8 = '''\
def check(line):
    """Comparison to None.

    E711: if x == None:
    """
def other(line):
    """Reports E71."""
'''
LUA = """\
config.diagnostics['unused-local'] =
'Enable unused local diagnostics.'
config.diagnostics["other"] = "x"
"""
LUACHECK = """\
List of warnings
****************

+------+-----------------------------------------+
| Code | Description                             |
|======|=========================================|
| 111  | Setting an undefined global variable.   |
+------+-----------------------------------------+
| 631  | Line is too long.                       |
+------+-----------------------------------------+


Global variables (1xx)
======================

By default only globals of the standard
library are defined.


Read-only globals
-----------------

Most are marked as read-only.


Formatting issues (6xx)
=======================


Line length limits
------------------
"""
SETTING = """\
111: Setting an undefined global variable.

By default only globals of the standard
library are defined."""
TSC = r"""
  Cannot_find_name_0: diag(2304, 1 /* Error */, "Cannot_find_name_0_2304", "Cannot find \"{0}\"."),
  A: diag(23045, 1, "a", "Not this."),
"""
ESLINT = """\
const BASE = 'Promises must be awaited';
const ID = "error";
const messages = {
  floating: BASE,
  [ID]: `${x} ` + "and " + BASE, // not { this
  /* nor: 'that', { */
  plain: "it's { unused }",
  computed: make("x"),
};
module.exports = { meta: {
  docs: { description: 'Require ' + "await\\u0021", url: 'https://e.org/rule' },
  messages,
  schema: [{ properties: { a: { description: 'not this' } } }],
} };
"""
REQUIRED = """\
Require await!

What it reports:
- floating: Promises must be awaited
- error: ${x} and Promises must be awaited
- plain: it's { unused }"""

CASES = [
    ("all", "# text\n", {}, "# text", ""),
    ("ruff", "# unused-import (F401)\n\nx", {}, "# unused-import (F401)\n\nx",
     "https://docs.astral.sh/ruff/rules/unused-import/"),
    ("ruff", "something else", {}, "something else", ""),
    ("gcc", GCC, {"name": "unused-variable"},
     "-Wunused-variable: Warn when a variable is unused.", ""),
    ("gcc", GCC, {"name": "format"}, f"{FORMAT}\n{LEVELS}", ""),
    ("gcc", GCC.replace("  -Wformat  ", "  -Wother   "), {"name": "format"},
     LEVELS, ""),
    ("gcc", GCC, {"name": "unused"}, "", ""),
    ("lint", LINTS, {"code": "unused_variables", "kebab": "unused-variables"},
     "The lint `unused_variables` (by default: warn): detect variables which are not used",
     "https://doc.rust-lang.org/rustc/lints/listing/warn-by-default.html#unused-variables"),
    ("lint", LINTS, {"code": "missing_docs", "kebab": "missing-docs"},
     "The lint `missing_docs` (by default: allow): detects missing documentation",
     "https://doc.rust-lang.org/rustc/lints/listing/allowed-by-default.html#missing-docs"),
    ("lint", LINTS, {"code": "unused", "kebab": "unused"}, "", ""),
    ("mypy", MYPY, {"name": "arg-type"}, "Check argument types in calls.", ""),
    ("mypy", MYPY, {"name": "type"}, "", ""),
    ("mypy", "def (", {"name": "type"}, "", ""),
    ("module", '# licence\n"""Use this rule."""\n', {}, "Use this rule.", ""),
    ("module", "x = 1", {}, "", ""),
    ("function", PEP8, {"code": "E711"}, "Comparison to None.\n\nE711: if x == None:", ""),
    ("function", PEP8, {"code": "E7"}, "", ""),
    ("go", GO, {"code": "UnusedVar"},
     "UnusedVar occurs when a variable is declared but unused.\n\nExample:\n func f() { x := 1 }",
     ""),
    ("go", GO, {"code": "Unused"}, "", ""),
    ("lua", LUA, {"code": "unused-local"}, "Enable unused local diagnostics.", ""),
    ("lua", LUA, {"code": "unused"}, "", ""),
    ("luacheck", LUACHECK, {"number": "111"}, SETTING, ""),
    ("luacheck", LUACHECK, {"number": "631"}, "631: Line is too long.", ""),
    ("luacheck", LUACHECK, {"number": "112"}, "", ""),
    ("typescript", TSC, {"number": "2304"},
     'TS2304: Cannot find "{0}".\n\n({0}, {1} ... stand for names.)', ""),
    ("typescript", TSC, {"number": "304"}, "", ""),
    ("eslint", ESLINT, {},
     REQUIRED, "https://e.org/rule"),
    ("eslint", "export default {}", {}, "", ""),
    ("eslint", "docs: { url: 'javascript:x', description: fn() }", {}, "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "words", "said", "link"), CASES)
def test_an_extractor_finds_the_rule(name, text, words, said, link):
    found = extract(name, text, tuple(words.items()))
    assert (found.text, found.link) == (said, link)


def test_every_extractor_is_tried():
    assert {case[0] for case in CASES} == set(EXTRACTORS)


def test_a_text_is_data():
    found = extract("all", "a\x1b[31mred\x1b]0;title\x07\u202e b\x00\r\nc", ())
    assert found.text == "ared b\nc"


def test_a_text_is_bounded_at_the_end_of_a_line():
    found = extract("all", "a line of text\n" * 5000, ())
    assert len(found.text) <= LIMIT_CHARS
    assert found.text.endswith("a line of text\n[...]")
    assert len(extract("all", "x" * 100_000, ()).text) == LIMIT_CHARS


WORDS = {"name": "x", "code": "x", "kebab": "x", "number": "2304"}
LONG = [
    "a" * 500_000,
    "/*" * 250_000,
    "messages: {" + "/*" * 250_000,
    "messages: {" + "a" * 500_000,
    "messages: {" + "'" * 499_999,
    "messages: {" + "a:" * 250_000,
    "messages: {" + "a+" * 250_000,
    "const a=" * 60_000,
    "const a=" + "a+" * 250_000,
    "const a=`" * 60_000,
    "messages: {" * 45_000,
    "diag(2304, " * 45_000,
    'diag(2304, 1, "a", "' * 25_000,
    "  -Wx " * 80_000,
    "\t//\n" * 100_000,
    "| 2304 |" * 60_000,
    "| 2304 | x" + " " * 500_000,
    "a\n---\n" * 80_000,
    " " * 500_000,
    "\n" * 500_000,
]


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_a_hostile_file_takes_no_time(text):
    """A second each, on a busy machine; what takes the square of the length takes minutes."""
    for name in set(EXTRACTORS) - {"mypy", "module", "function"}:
        start = time.process_time()
        extract(name, text, tuple(WORDS.items()))
        assert time.process_time() - start < 1.0, name


def test_an_escape_in_a_literal():
    assert eslint_source.literal(r"'a\'b\nc\x41\u00e9\`'") == "a'b\ncAé`"


VERSIONS = [
    ("ruff 0.17.6\n", "0.17.6"),
    ("mypy 2.4.1 (compiled: yes)\n", "2.4.1"),
    ("Python 3.11.7", "3.11.7"),
    ("Python 3.14.0rc2", "3.14.0rc2"),
    ("rustc 1.95.0 (59807616e 2026-04-14)", "1.95.0"),
    ("rustc 1.97.0-nightly (abc 2026-04-14)", "1.97.0-nightly"),
    ("gcc (Debian 12.2.0-14+deb12u1) 12.2.0\nCopyright (C) 2022", "12.2.0"),
    ("Debian clang version 14.0.6", "14.0.6"),
    ("LLVM (http://llvm.org/):\n  LLVM version 23.1.4\n", "23.1.4"),
    ("go version go1.27.3 linux/amd64", "1.27.3"),
    ("v20.20.2\n", "20.20.2"),
    ("pylint 4.1.4\nastroid 4.3.4\nPython 3.11.7 (main)", "4.1.4"),
    ("7.5.0 (flake8-bugbear: 26.10.27, mccabe: 0.7.0) CPython", "7.5.0"),
    ("ShellCheck - shell script analysis tool\nversion: 0.11.0\n", "0.11.0"),
    ("Haskell Dockerfile Linter 2.15.1", "2.15.1"),
    ("GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)", "5.2.15"),
    ("clippy 0.1.95 (59807616e1 2026-04-14)", "0.1.95"),
    ("Lua 5.1.5  Copyright (C) 1994-2012 Lua.org", "5.1.5"),
    ("openjdk 21 2023-09-19", "21"),
    ("", ""),
    ("no version", ""),
    ("\x1b[31m", ""),
    ("1" * 5000, "1" * 40),
]


@pytest.mark.parametrize(("output", "version"), VERSIONS)
def test_a_version_is_read(output, version):
    assert version_in(output) == version


def test_every_program_of_a_filetype_can_be_asked():
    assert all(question(name) for chain in CHAINS.values() for name in chain.programs)
    assert question("rm") == ""


WRITTEN = [
    ("python", "home = /usr/bin\nversion = 3.11.7\n", "3.11.7"),
    ("python", "version_info = 3.12.1.final.0\n", "3.12.1"),
    ("rust", '[toolchain]\nchannel = "1.70.0"\n', "1.70.0"),
    ("rust", '[toolchain]\nchannel = "stable"\n', ""),
    ("go", "module x\n\ngo 1.22\n", "1.22"),
    ("typescript", '{"name": "typescript", "version": "5.9.3"}', "5.9.3"),
    ("typescript", "{}", ""),
]


@pytest.mark.parametrize(("filetype", "text", "version"), WRITTEN)
def test_a_version_that_a_project_writes_down(filetype, text, version):
    assert CHAINS[filetype].written[0].found(text) == version
