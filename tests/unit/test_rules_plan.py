"""From a diagnostic to the ways of finding its rule's text, and what a hostile one cannot do."""

from __future__ import annotations

import pytest

from local_llm.rules.base import Plan, Read, RuleAsk, Run
from local_llm.rules.plan import checked_href, plan
from local_llm.rules.table import BUILT_IN, rows
from local_llm.settings import Rule

RUFF = "https://docs.astral.sh/ruff/rules/"
FLAKE8 = "https://www.flake8rules.com/rules/"
MYPY = "https://mypy.rtfd.io/en/stable/_refs.html#code-"
PYRIGHT = "https://github.com/microsoft/pyright/blob/main/docs/configuration.md#"
BASED = "https://docs.basedpyright.com/latest/configuration/config-files/#"
PYLINT = "https://pylint.readthedocs.io/en/stable/user_guide/messages/messages_overview.html"
YAML = "https://yamllint.readthedocs.io/en/stable/rules.html#module-yamllint.rules."
ESLINT = "https://eslint.org/docs/latest/rules/"
TYPED = "https://typescript-eslint.io/rules/"
TS = "https://typescript.tv/errors/#ts"
GCC = "https://gcc.gnu.org/onlinedocs/gcc/Warning-Options.html#index-W"
CLANG = "https://clang.llvm.org/docs/DiagnosticsReference.html#w"
TIDY = "https://clang.llvm.org/extra/clang-tidy/checks/"
RUSTC = "https://doc.rust-lang.org/error-index.html#"
LINTS = "https://doc.rust-lang.org/rustc/lints/"
CLIPPY = "https://rust-lang.github.io/rust-clippy/master/index.html#"
ANALYZER = "https://rust-analyzer.github.io/book/diagnostics.html#"
GO = "https://pkg.go.dev/golang.org/x/tools/internal/typesinternal#"
VET = "https://pkg.go.dev/cmd/vet"
STATIC = "https://staticcheck.dev/docs/checks/#"
SHELL = "https://www.shellcheck.net/wiki/SC"
HADOLINT = "https://github.com/hadolint/hadolint/wiki/"
LUA = "https://luals.github.io/wiki/diagnostics/#"
LUACHECK = "https://luacheck.readthedocs.io/en/stable/warnings.html#list-of-warnings"

# source, code, message, filetype -> the commands, a file among those looked at, the link
LOOKUPS = [
    ("Ruff", "F401", "", "python", ["ruff rule F401"], "", RUFF),
    ("ruff", "F401", "", "python", ["ruff rule F401"], "", RUFF),
    (" RUFF. ", "PLR0913", "", "python", ["ruff rule PLR0913"], "", RUFF),
    ("ruff", "ASYNC100", "", "python", ["ruff rule ASYNC100"], "", RUFF),
    ("ruff", "unused-import", "", "python", ["ruff rule unused-import"], "", RUFF),
    ("ruff", "", "F841 Local variable `x` is unused", "python", ["ruff rule F841"], "", RUFF),
    ("ruff_lsp", "E711", "", "python", ["ruff rule E711"], "", RUFF),
    ("mypy", "arg-type", "", "python", [], "mypy/errorcodes.py", MYPY + "arg-type"),
    ("mypy", "[arg-type]", "", "python", [], "mypy/errorcodes.py", MYPY + "arg-type"),
    ("mypy", "", 'expected "int"  [arg-type]', "python", [], "errorcodes.py", MYPY + "arg-type"),
    ("dmypy", "no-untyped-def", "", "python", [], "errorcodes.py", MYPY + "no-untyped-def"),
    ("pylsp_mypy", "misc", "", "python", [], "mypy/errorcodes.py", MYPY + "misc"),
    ("Pyright", "reportMissingImports", "", "python", [], "", PYRIGHT + "reportMissingImports"),
    ("pyright", "", "x (reportCallIssue)", "python", [], "", PYRIGHT + "reportCallIssue"),
    ("Pylance", "reportOptionalMemberAccess", "", "python", [], "", PYRIGHT),
    ("basedpyright", "reportUnusedCallResult", "", "python", [], "", BASED),
    ("basedpyright", "reportAny", "", "python", [], "", BASED + "reportAny"),
    ("pylint", "W0611", "", "python", ["pylint --help-msg=W0611"], "", PYLINT),
    ("Pylint", "unused-import", "", "python", ["pylint --help-msg=unused-import"], "", PYLINT),
    ("pylint", "C0114", "", "python", ["pylint --help-msg=C0114"], "", PYLINT),
    ("pylint", "", "Unused x (unused-import)", "python", ["pylint --help-msg=unused-import"], "",
     ""),
    ("flake8", "E501", "", "python", ["ruff rule E501"], "pycodestyle.py", FLAKE8 + "E501.html"),
    ("flake8", "W605", "", "python", ["ruff rule W605"], "pycodestyle.py", FLAKE8 + "W605.html"),
    ("flake8", "F401", "", "python", ["ruff rule F401"], "", FLAKE8 + "F401.html"),
    ("flake8", "C901", "", "python", ["ruff rule C901"], "", FLAKE8 + "C901.html"),
    ("flake8", "B006", "", "python", ["ruff rule B006"], "", ""),
    ("flake8", "", "E302 expected 2 blank lines", "python", ["ruff rule E302"], "pycodestyle", ""),
    ("pycodestyle", "E225", "", "python", ["ruff rule E225"], "pycodestyle.py", FLAKE8),
    ("yamllint", "line-length", "", "yaml", [], "yamllint/rules/line_length.py", YAML),
    ("yamllint", "", "too long (line-length)", "yaml", [], "line_length.py", YAML + "line_length"),
    ("yamllint", "truthy", "", "yaml", [], "yamllint/rules/truthy.py", YAML + "truthy"),
    ("eslint", "no-undef", "", "javascript", [], "eslint/lib/rules/no-undef.js", ESLINT),
    ("eslint_d", "eqeqeq", "", "javascript", [], "eslint/lib/rules/eqeqeq.js", ESLINT + "eqeqeq"),
    ("ESLint", "no-undef", "", "vue", [], "eslint/docs/rules/no-undef.md", ESLINT + "no-undef"),
    ("eslint", "", "x is undefined. (no-undef)", "javascript", [], "no-undef.js", ESLINT),
    ("eslint", "@typescript-eslint/await-thenable", "", "typescript", [],
     "@typescript-eslint/eslint-plugin/dist/rules/await-thenable.js", TYPED + "await-thenable/"),
    ("eslint", "react/jsx-key", "", "javascriptreact", [],
     "eslint-plugin-react/lib/rules/jsx-key.js", "https://github.com/jsx-eslint/"),
    ("eslint", "import/no-cycle", "", "javascript", [],
     "eslint-plugin-import/docs/rules/no-cycle.md", ""),
    ("eslint", "unicorn/no-null", "", "javascript", [],
     "eslint-plugin-unicorn/rules/no-null.js", ""),
    ("eslint", "vue/no-unused-vars", "", "vue", [],
     "eslint-plugin-vue/dist/rules/no-unused-vars.js", ""),
    ("eslint", "@stylistic/indent", "", "javascript", [],
     "@stylistic/eslint-plugin/dist/rules/indent.js", ""),
    ("eslint", "@angular-eslint/template/alt-text", "", "html", [],
     "@angular-eslint/eslint-plugin-template/dist/rules/alt-text.js", ""),
    ("typescript", "2304", "", "typescript", [], "typescript/lib/_tsc.js", TS + "2304"),
    ("ts", "2345", "", "typescript", [], "typescript/lib/tsc.js", TS + "2345"),
    ("tsserver", "TS7006", "", "javascript", [], "typescript/lib/_tsc.js", TS + "7006"),
    ("tsc", "", "error TS2322: Type", "typescript", [], "typescript/lib/_tsc.js", TS + "2322"),
    ("ts_ls", "18048", "", "typescript", [], "typescript/lib/_tsc.js", TS + "18048"),
    ("gcc", "-Wunused-variable", "", "c", ["gcc --help=warnings"], "", GCC + "unused-variable"),
    ("GCC", "-Wformat=", "", "c", ["gcc --help=warnings"], "", GCC + "format"),
    ("gcc", "-Werror=return-type", "", "cpp", ["gcc --help=warnings"], "", GCC + "return-type"),
    ("gcc", "", "unused [-Wunused-but-set-variable]", "c", ["gcc --help=warnings"], "", GCC),
    ("clang", "-Wunused-variable", "", "c", [], "", CLANG + "unused-variable"),
    ("clangd", "-Wimplicit-fallthrough", "", "cpp", [], "", CLANG + "implicit-fallthrough"),
    ("clang-tidy", "clang-diagnostic-unused-value", "", "c", [], "", CLANG + "unused-value"),
    ("clang-tidy", "bugprone-use-after-move", "", "cpp", [], "",
     TIDY + "bugprone/use-after-move.html"),
    ("clang-tidy", "clang-analyzer-core.DivideZero", "", "c", [], "",
     TIDY + "clang-analyzer/core.DivideZero.html"),
    ("clang-tidy", "", "magic [readability-magic-numbers]", "cpp", [], "",
     TIDY + "readability/magic-numbers.html"),
    ("rustc", "E0382", "", "rust", ["rustc --explain E0382"], "", RUSTC + "E0382"),
    ("rust-analyzer", "E0308", "", "rust", ["rustc --explain E0308"], "", RUSTC + "E0308"),
    ("cargo", "", "error[E0502]: cannot", "rust", ["rustc --explain E0502"], "", RUSTC + "E0502"),
    ("rustc", "unused_variables", "", "rust", ["rustc -W help"], "", LINTS),
    ("rustc", "", "`#[warn(dead_code)]` on by default", "rust", ["rustc -W help"], "", LINTS),
    ("clippy", "needless_return", "", "rust",
     ["cargo-clippy --explain needless_return"], "", CLIPPY + "needless_return"),
    ("rustc", "clippy::len_zero", "", "rust",
     ["cargo-clippy --explain len_zero"], "", CLIPPY + "len_zero"),
    ("rust-analyzer", "unlinked-file", "", "rust", [], "", ANALYZER + "unlinked-file"),
    ("rust-analyzer", "syntax-error", "", "rust", [], "", ANALYZER + "syntax-error"),
    ("compiler", "UndeclaredName", "", "go", [], "types/errors/codes.go", GO + "UndeclaredName"),
    ("gopls", "UnusedVar", "", "go", [], "types/errors/codes.go", GO + "UnusedVar"),
    ("printf", "default", "", "go", ["go tool vet help printf"], "", VET),
    ("copylocks", "", "", "go", ["go tool vet help copylocks"], "", VET),
    ("govet", "", "printf: wrong type", "go", ["go tool vet help printf"], "", VET),
    ("go vet", "unreachable", "", "go", ["go tool vet help unreachable"], "", VET),
    ("SA4006", "default", "", "go", ["staticcheck -explain SA4006"], "", STATIC + "SA4006"),
    ("staticcheck", "ST1005", "", "go", ["staticcheck -explain ST1005"], "", STATIC + "ST1005"),
    ("staticcheck", "", "never used (SA4006)", "go", ["staticcheck -explain SA4006"], "", STATIC),
    ("stylecheck", "", "ST1003: name", "go", ["staticcheck -explain ST1003"], "", STATIC),
    ("shellcheck", "SC2086", "", "sh", [], "", SHELL + "2086"),
    ("shellcheck", "2086", "", "bash", [], "", SHELL + "2086"),
    ("ShellCheck", "", "Double quote (SC2086)", "sh", [], "", SHELL + "2086"),
    ("hadolint", "DL3008", "", "dockerfile", [], "", HADOLINT + "DL3008"),
    ("hadolint", "SC2046", "", "dockerfile", [], "", SHELL + "2046"),
    ("Lua Diagnostics.", "undefined-global", "", "lua", [], "setting.lua",
     LUA + "undefined-global"),
    ("Lua Syntax Check.", "miss-symbol", "", "lua", [], "setting.lua", LUA + "miss-symbol"),
    ("lua_ls", "unused-local", "", "lua", [], "locale/en-us/setting.lua", LUA + "unused-local"),
    ("luacheck", "W211", "", "lua", [], "lua-check", LUACHECK),
    ("luacheck", "113", "", "lua", [], "lua-check", LUACHECK),
    ("luacheck", "", "(W113) accessing undefined", "lua", [], "lua-check", LUACHECK),
]  # fmt: skip


def planned(source="", code="", message="", filetype="", own=None, **more) -> Plan | None:
    ask = RuleAsk(source=source, code=code, message=message, filetype=filetype, **more)
    return plan(ask, rows(own or {}))


def commands(found):
    return [" ".join(way.argv) for way in found.ways if isinstance(way, Run)]


def files(found):
    return [path for way in found.ways if isinstance(way, Read) for path in way.paths]


def test_the_table_is_long_enough():
    assert len(LOOKUPS) >= 80


@pytest.mark.parametrize("row", LOOKUPS, ids=[f"{r[0].strip()}-{r[1] or r[2]}" for r in LOOKUPS])
def test_a_diagnostic_leads_to_its_rule(row):
    source, code, message, filetype, runs, file, link = row
    found = planned(source, code, message, filetype)
    assert commands(found) == runs
    assert bool(files(found)) == bool(file)
    assert not file or any(path.endswith(file) or file in path for path in files(found))
    if link:
        assert found.link.startswith(link)


NOTHING = [
    ("", "", "", ""),
    ("mystery", "X1", "", "python"),
    ("ruff", "", "no code in here", "python"),
    ("printf", "default", "", "c"),  # the analyzer's name counts in Go only
    ("compiler", "UndeclaredName", "", "ocaml"),
    ("shellcheck", "86", "", "sh"),
    ("typescript", "12", "", "typescript"),
    ("rust-analyzer", "", "", "rust"),
]


@pytest.mark.parametrize(("source", "code", "message", "filetype"), NOTHING)
def test_what_nobody_knows_leads_nowhere(source, code, message, filetype):
    assert planned(source, code, message, filetype) is None


HOSTILE = [
    "--version",
    "-rf",
    "--config=/tmp/evil",
    "F401 --config=x",
    "F401;id",
    "F401\n",
    "F401\0",
    "$(id)",
    "`id`",
    "../../etc/passwd",
    "/etc/passwd",
    "a/../../b",
    "..",
    ".",
    ".hidden/rule",
    "@scope/../x",
    "@../x/y",
    "@scope/-x/rule",
    "no-undef/../../../secret",
    "{code}",
    "{rule}",
    "*",
    "no-*",
    "[a-z]",
    "%s%n",
    "F401|id",
    "A" * 5000,
    "a-" * 200,
    "\u202eF401",
    "\x1b]0;x\x07",
    "\uff33\uff232086",
    "E\uff10382",
    "-Wl,-plugin,/tmp/evil.so",
    "-W",
    "-Wx/../y",
    "-specs=/tmp/x",
]


@pytest.mark.parametrize("code", HOSTILE, ids=[ascii(code)[:30] for code in HOSTILE])
def test_a_hostile_code_is_no_option_and_no_path(code):
    sources = {name for row in BUILT_IN for name in row.names} | {code}
    own = {"mine": Rule(command=("mine", "explain", "{code}"), file="docs/{code}.md")}
    for source in (*sources, "mine"):
        for filetype in ("go", "python", ""):
            for said in ("", code, f"x [{code}]", f"x ({code})"):
                found = planned(source, "" if said else code, said, filetype, own)
                assert found is None or harmless(found), (source, found)


def harmless(found: Plan) -> bool:
    """Every argument is one of the tables', or a plain word where they have `{code}`."""
    fixed = {
        text for row in BUILT_IN for way in row.ways if isinstance(way, Run) for text in way.argv
    }
    for way in found.ways:
        if isinstance(way, Run):
            for text in set(way.argv) - fixed - {"mine", "explain"}:
                word = text.removeprefix("--help-msg=")
                if word.startswith("-") or set(word) & set("/\\ \n\0;|`$*?[]{}"):
                    return False
        else:
            for path in way.paths:
                if ".." in path.removeprefix("../").split("/") or "\0" in path or "\n" in path:
                    return False
    return "\n" not in found.link and " " not in found.link


def test_a_code_in_a_link_is_escaped():
    own = {"x": Rule(link="https://e.org/?q={code}", code=r".*")}
    assert (
        planned("x", "a&b=<c> d/é", own=own).link == "https://e.org/?q=a%26b%3D%3Cc%3E%20d%2F%C3%A9"
    )


HREFS = [
    ("https://docs.astral.sh/ruff/rules/unused-import", True),
    ("http://127.0.0.1/x", True),
    ("", False),
    ("javascript:alert(1)", False),
    ("file:///etc/passwd", False),
    ("https://", False),
    ("https://a b", False),
    ("https://a\n", False),
    ("https://[::1", False),
    ("https://e.org/\x1b[31m", False),
    ("https://e.org/" + "a" * 3000, False),
]


@pytest.mark.parametrize(("href", "good"), HREFS)
def test_an_address_of_a_diagnostic_is_checked(href, good):
    assert checked_href(href) == (href if good else "")


def test_the_address_of_the_diagnostic_comes_before_the_table():
    href = "https://docs.astral.sh/ruff/rules/unused-import"
    assert planned("Ruff", "F401", href=href).link == href
    assert planned("Ruff", "F401", href="file:///x").link == RUFF


def test_an_unknown_tool_with_an_address_has_a_link():
    found = planned("mystery", "X1", href="https://e.org/X1")
    assert (found.title, found.ways, found.link) == ("mystery X1", (), "https://e.org/X1")


def test_the_users_table_comes_first():
    own = {"Ruff": Rule(command=("my-ruff", "why", "{code}"), link="https://e.org/{code}")}
    found = planned("ruff", "F401", own=own)
    assert (commands(found), found.link) == (["my-ruff why F401"], "https://e.org/F401")


def test_an_empty_entry_takes_a_tool_out():
    found = planned("ruff", "F401", own={"ruff": Rule()})
    assert (found.ways, found.link) == ((), "")


def test_a_group_of_the_users_pattern_is_a_word():
    own = {"x": Rule(command=("x", "--rule={n}", "{missing}"), code=r"-W(?P<n>[a-z]+)")}
    assert planned("x", "-Wfoo", own=own).ways == ()
    own = {"x": Rule(command=("x", "--rule={n}"), code=r"-W(?P<n>[a-z]+)")}
    assert commands(planned("x", "-Wfoo", own=own)) == ["x --rule=foo"]


@pytest.mark.parametrize("code", ["-x", "a/b", "a b", "", ".x", "a*"])
def test_the_usual_pattern_of_the_users_table_is_strict(code):
    assert planned("x", code, own={"x": Rule(command=("x", "{code}"))}) is None


def test_a_loose_pattern_of_the_users_lets_no_option_through():
    own = {"x": Rule(command=("x", "{code}"), file="{code}", code=r"(?s).*")}
    for code in ("--evil", "a/b", "../x", "a\0b", "*"):
        assert planned("x", code, own=own).ways == ()


def test_nothing_of_a_diagnostic_stands_in_a_repr():
    assert "secret" not in repr(RuleAsk(source="ruff", message="secret"))
