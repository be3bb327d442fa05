"""Tools for C, C++, Rust and Go.

Tried: gcc 12.2, rustc and clippy 1.95, go 1.27.3. Addresses: gcc's is the one that it prints with
-fdiagnostics-urls, clippy's and rust-analyzer's stand in rust-analyzer's source, that of Go's
compiler in gopls'. clang and clang-tidy carry no text of their own.
"""

from __future__ import annotations

from local_llm.rules.base import Read, Row, Run

_WARNING = r"-W(?:no-)?(?:error=)?(?P<name>[a-z0-9][a-z0-9+-]*?)(?:=[A-Za-z0-9,]*)?"
_SAID_WARNING = r"\[(-W[a-z0-9+=,-]+)\]\s*$"
_GO = ("go", "gomod", "gowork", "gotmpl")
_CLANG_LINK = "https://clang.llvm.org/docs/DiagnosticsReference.html#w{name}"
_TIDY_LINK = "https://clang.llvm.org/extra/clang-tidy/checks/"
_LINT = r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
_VET = (
    "appends|asmdecl|assign|atomic|bools|buildtag|cgocall|composites|copylocks|defers|directive|"
    "errorsas|framepointer|hostport|httpresponse|ifaceassert|loopclosure|lostcancel|nilfunc|"
    "printf|shift|sigchanyzer|slog|stdmethods|stdversion|stringintconv|structtag|"
    "testinggoroutine|tests|timeformat|unmarshal|unreachable|unsafeptr|unusedresult|waitgroup"
)
_VET_HELP = Run(argv=("go", "tool", "vet", "help", "{code}"))
_STATICCHECK = Run(argv=("staticcheck", "-explain", "{code}"))
_STATICCHECK_CODE = r"(?:SA|ST|QF|S)[0-9]{4}"
_STATICCHECK_LINK = "https://staticcheck.dev/docs/checks/#{code}"

_C = (
    Row(
        names=frozenset({"gcc", "g++", "cc", "c++", "cpp"}),
        tool="gcc",
        code=_WARNING,
        said=_SAID_WARNING,
        ways=(Run(argv=("gcc", "--help=warnings"), extract="gcc"),),
        link="https://gcc.gnu.org/onlinedocs/gcc/Warning-Options.html#index-W{name}",
    ),
    Row(
        names=frozenset({"clang", "clangd", "clang++"}),
        tool="clang",
        code=_WARNING,
        said=_SAID_WARNING,
        link=_CLANG_LINK,
    ),
    Row(
        names=frozenset({"clang-tidy", "clangd", "clang"}),
        tool="clang-tidy",
        code=r"clang-diagnostic-(?P<name>[a-z0-9+-]+)",
        said=r"\[(clang-diagnostic-[a-z0-9+-]+)\]\s*$",
        link=_CLANG_LINK,
    ),
    Row(
        names=frozenset({"clang-tidy", "clangd", "clang"}),
        tool="clang-tidy",
        code=r"clang-analyzer-(?P<name>[A-Za-z0-9+.]+)",
        said=r"\[(clang-analyzer-[A-Za-z0-9+.]+)\]\s*$",
        link=_TIDY_LINK + "clang-analyzer/{name}.html",
    ),
    Row(
        names=frozenset({"clang-tidy"}),
        tool="clang-tidy",
        code=r"(?P<module>[a-z]+)-(?P<name>[a-z0-9+-]+)",
        said=r"\[([a-z]+-[a-z0-9+-]+)\]\s*$",
        link=_TIDY_LINK + "{module}/{name}.html",
    ),
)

_RUST = (
    Row(
        names=frozenset({"rustc", "rust-analyzer", "rust_analyzer", "cargo"}),
        tool="rustc",
        code=r"E[0-9]{4}",
        said=r"\[?(E[0-9]{4})\b",
        ways=(Run(argv=("rustc", "--explain", "{code}")),),
        link="https://doc.rust-lang.org/error-index.html#{code}",
    ),
    Row(
        names=frozenset({"rustc", "cargo"}),
        tool="rustc",
        code=_LINT,
        said=rf"#\[(?:warn|deny|forbid)\(({_LINT})\)\]",
        ways=(Run(argv=("rustc", "-W", "help"), extract="lint"),),
        link="https://doc.rust-lang.org/rustc/lints/",
    ),
    Row(
        names=frozenset({"clippy", "cargo-clippy", "rustc", "cargo", "rust-analyzer"}),
        tool="clippy",
        code=rf"clippy::(?P<name>{_LINT})",
        said=rf"#\[(?:warn|deny|forbid)\((clippy::{_LINT})\)\]",
        ways=(Run(argv=("cargo-clippy", "--explain", "{name}")),),
        link="https://rust-lang.github.io/rust-clippy/master/index.html#{name}",
    ),
    Row(
        names=frozenset({"clippy", "cargo-clippy"}),
        tool="clippy",
        code=_LINT,
        ways=(Run(argv=("cargo-clippy", "--explain", "{code}")),),
        link="https://rust-lang.github.io/rust-clippy/master/index.html#{code}",
    ),
    Row(
        names=frozenset({"rust-analyzer", "rust_analyzer"}),
        tool="rust-analyzer",
        code=r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*",
        link="https://rust-analyzer.github.io/book/diagnostics.html#{code}",
    ),
)

_GO_ROWS = (
    Row(
        names=frozenset({"compiler", "gopls", "typecheck", "go", "go list"}),
        tool="go",
        code=r"[A-Z][A-Za-z]+",
        filetypes=_GO,
        ways=(
            Read(
                paths=("../src/internal/types/errors/codes.go",),
                base="program",
                program="go",
                extract="go",
            ),
        ),
        link="https://pkg.go.dev/golang.org/x/tools/internal/typesinternal#{code}",
    ),
    Row(
        names=frozenset({"staticcheck", "gopls", "stylecheck", "gosimple", "golangci-lint"}),
        tool="staticcheck",
        code=_STATICCHECK_CODE,
        said=rf"(?:^|\()({_STATICCHECK_CODE})\b",
        filetypes=_GO,
        ways=(_STATICCHECK,),
        link=_STATICCHECK_LINK,
    ),
    Row(
        names=frozenset(),
        tool="staticcheck",
        code=_STATICCHECK_CODE,
        source_is_code=True,
        filetypes=_GO,
        ways=(_STATICCHECK,),
        link=_STATICCHECK_LINK,
    ),
    Row(
        names=frozenset({"go vet", "govet", "vet", "gopls", "golangci-lint"}),
        tool="go vet",
        code=_VET,
        said=rf"^({_VET}):",
        filetypes=_GO,
        ways=(_VET_HELP,),
        link="https://pkg.go.dev/cmd/vet",
    ),
    Row(
        names=frozenset(),
        tool="go vet",
        code=_VET,
        source_is_code=True,
        filetypes=_GO,
        ways=(_VET_HELP,),
        link="https://pkg.go.dev/cmd/vet",
    ),
)

ROWS = _C + _RUST + _GO_ROWS
