"""Tools for shells, containers and Lua.

Tried: shellcheck 0.11, hadolint 2.15.1; they carry no text of their own. That of luacheck is its
manual, where a distribution installs it (Debian does, LuaRocks does not), and that of
lua-language-server its help on the option that switches a diagnostic.
"""

from __future__ import annotations

from local_llm.rules.base import Read, Row

_SHELLCHECK_LINK = "https://www.shellcheck.net/wiki/SC{number}"
_SETTING = "locale/en-us/setting.lua"

ROWS = (
    Row(
        names=frozenset({"shellcheck", "bashls", "bash-language-server"}),
        tool="shellcheck",
        code=r"(?:SC)?(?P<number>[1-9][0-9]{3})",
        said=r"\bSC([1-9][0-9]{3})\b",
        link=_SHELLCHECK_LINK,
    ),
    Row(
        names=frozenset({"hadolint"}),
        tool="hadolint",
        code=r"SC(?P<number>[1-9][0-9]{3})",
        said=r"\b(SC[1-9][0-9]{3})\b",
        link=_SHELLCHECK_LINK,
    ),
    Row(
        names=frozenset({"hadolint"}),
        tool="hadolint",
        code=r"DL[0-9]{4}",
        said=r"\b(DL[0-9]{4})\b",
        link="https://github.com/hadolint/hadolint/wiki/{code}",
    ),
    Row(
        names=frozenset({"luacheck"}),
        tool="luacheck",
        code=r"[WE]?(?P<number>[0-9]{3})",
        said=r"\(([WE][0-9]{3})\)",
        ways=(
            Read(
                paths=("../share/doc/lua-check/warnings.txt.gz",),
                base="program",
                program="luacheck",
                extract="luacheck",
            ),
        ),
        link="https://luacheck.readthedocs.io/en/stable/warnings.html#list-of-warnings",
    ),
    Row(
        names=frozenset(
            {"lua diagnostics", "lua syntax check", "lua_ls", "luals", "lua-language-server"}
        ),
        tool="lua-language-server",
        code=r"[a-z]+(?:-[a-z]+)*",
        ways=(
            Read(
                # Its release, Mason's and Homebrew's wrapper, Nix and Arch Linux.
                paths=tuple(
                    f"{folder}{_SETTING}"
                    for folder in (
                        "../",
                        "libexec/",
                        "../libexec/",
                        "../share/lua-language-server/",
                        "../lib/lua-language-server/",
                    )
                ),
                base="program",
                program="lua-language-server",
                extract="lua",
            ),
        ),
        link="https://luals.github.io/wiki/diagnostics/#{code}",
    ),
)
