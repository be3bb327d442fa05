"""Which programs' versions matter to a filetype, and how they are read."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

# How a program is asked for its version, where not by `--version`.
_ODD = {"go": "version", "zig": "version", "lua": "-v", "luajit": "-v", "staticcheck": "-version"}
_ASKED = frozenset(
    {"python3", "python", "ruff", "mypy", "pylint", "flake8", "yamllint", "rustc", "cargo-clippy"}
    | {
        "gcc",
        "clang",
        "clangd",
        "clang-tidy",
        "node",
        "bash",
        "zsh",
        "shellcheck",
        "hadolint",
        "luacheck",
    }
    | {"lua-language-server", "java", "ruby", "php", "ghc"}
)
_IN_BRACKETS = re.compile(r"\([^()\n]*\)")
_DOTTED = re.compile(
    r"(?<![\w.])(?:v|go)?(\d+(?:\.\d+)+(?:[-+.]?(?:rc|alpha|beta|dev|nightly|a|b)[.\d]*)?)(?![\d.])"
)
_WHOLE = re.compile(r"\b(\d+)\b")


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A version that a project writes down.

    name: What it is the version of. paths: Files to look at, in this order, below the project's
        root, or each folder of `node_modules` where `modules` is set. pattern: Finds it, group 1.
    """

    name: str
    paths: tuple[str, ...]
    pattern: str
    modules: bool = False

    def found(self, text: str) -> str:
        """Return the version in a file, "" where it holds none."""
        found = re.search(self.pattern, text)
        return found.group(1)[:40] if found else ""


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """The tools of a filetype. A written version stands for the program of the same name."""

    programs: tuple[str, ...] = ()
    written: tuple[Written, ...] = ()


_PACKAGE = r'"version"\s*:\s*"([0-9][\w.+-]*)"'
_PYTHON = Chain(
    programs=("python3", "ruff", "mypy"),
    written=(
        Written(
            name="python3",
            paths=(".venv/pyvenv.cfg", "venv/pyvenv.cfg"),
            pattern=r"(?m)^version(?:_info)?\s*=\s*(\d+\.\d+(?:\.\d+)?)",
        ),
    ),
)
_SCRIPT = Chain(
    programs=("node",),
    written=tuple(
        Written(name=name, paths=(f"{name}/package.json",), pattern=_PACKAGE, modules=True)
        for name in ("typescript", "eslint")
    ),
)
_RUST = Chain(
    programs=("rustc",),
    written=(
        Written(
            name="rustc",
            paths=("rust-toolchain.toml",),
            pattern=r'(?m)^\s*channel\s*=\s*"((?:nightly-)?\d[\w.-]*)"',
        ),
    ),
)
_GO = Chain(
    programs=("go",),
    written=(
        Written(name="go.mod: go", paths=("go.mod",), pattern=r"(?m)^go\s+(\d+\.\d+(?:\.\d+)?)"),
    ),
)

CHAINS: Mapping[str, Chain] = {
    "python": _PYTHON,
    "rust": _RUST,
    "go": _GO,
    "gomod": _GO,
    "c": Chain(programs=("gcc", "clang", "clangd")),
    "cpp": Chain(programs=("gcc", "clang", "clangd")),
    "javascript": _SCRIPT,
    "javascriptreact": _SCRIPT,
    "typescript": _SCRIPT,
    "typescriptreact": _SCRIPT,
    "vue": _SCRIPT,
    "svelte": _SCRIPT,
    "sh": Chain(programs=("bash", "shellcheck")),
    "bash": Chain(programs=("bash", "shellcheck")),
    "zsh": Chain(programs=("zsh",)),
    "lua": Chain(programs=("luajit", "lua", "lua-language-server", "luacheck")),
    "dockerfile": Chain(programs=("hadolint",)),
    "yaml": Chain(programs=("yamllint",)),
    "java": Chain(programs=("java",)),
    "ruby": Chain(programs=("ruby",)),
    "php": Chain(programs=("php",)),
    "haskell": Chain(programs=("ghc",)),
    "zig": Chain(programs=("zig",)),
}


def question(program: str) -> str:
    """Return the argument that makes a program print its version; "" = it must not be asked."""
    return _ODD.get(program) or ("--version" if program in _ASKED else "")


def shown(program: str) -> str:
    """Return a program's name as people know it."""
    return {"python3": "python", "cargo-clippy": "clippy"}.get(program, program)


def version_in(output: str) -> str:
    """Return the version in what a program printed, "" where there is none."""
    text = _IN_BRACKETS.sub("", output[:2000])
    found = _DOTTED.search(text) or _WHOLE.search(text)
    return found.group(1)[:40] if found else ""
