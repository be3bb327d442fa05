"""Tools for JavaScript and TypeScript: their rules are files below node_modules, read as text.

Tried: eslint 10.15.0, typescript 5.9.3, and the plugins @typescript-eslint, @stylistic, import, n,
react, unicorn and vue. TypeScript 7 is a compiled program whose messages cannot be read.
"""

from __future__ import annotations

from local_llm.rules.base import Read, Row, Way

_ESLINT = frozenset({"eslint", "eslint_d", "eslint-lsp", "eslint_lsp"})
_TYPESCRIPT = frozenset(
    {"typescript", "ts", "tsserver", "ts_ls", "tsc", "vtsls", "typescript-tools", "deno-ts"}
)
_NAME = r"[a-z0-9][a-z0-9-]*"
_RULE = r"(?P<rule>[a-zA-Z][a-zA-Z0-9-]*)"
_SAID = r"\(((?:@?[a-z0-9-]+/){0,2}[a-z][a-z0-9-]+)\)\s*$"
_COMPILER_BYTES = 16 * 1024 * 1024


def _package(name: str) -> tuple[Way, ...]:
    """Return the ways to a rule of a package: its page if it brings pages, else its source."""
    sources = ("lib/rules/{rule}", "dist/rules/{rule}", "rules/{rule}", "src/rules/{rule}")
    files = tuple(
        f"{name}/{path}{end}" for path in sources for end in (".js", ".cjs", ".mjs", "/index.js")
    )
    return (
        Read(paths=(f"{name}/docs/rules/{{rule}}.md",), base="modules"),
        Read(paths=files, base="modules", extract="eslint"),
    )


def _plugin(code: str, package: str, link: str = "") -> Row:
    return Row(
        names=_ESLINT,
        tool="eslint",
        code=f"{code}/{_RULE}",
        said=_SAID,
        ways=_package(package),
        link=link,
    )


ROWS = (
    Row(
        names=_ESLINT,
        tool="eslint",
        code=_RULE,
        said=_SAID,
        ways=_package("eslint"),
        link="https://eslint.org/docs/latest/rules/{rule}",
    ),
    _plugin(
        "@typescript-eslint",
        "@typescript-eslint/eslint-plugin",
        "https://typescript-eslint.io/rules/{rule}/",
    ),
    _plugin(
        "react",
        "eslint-plugin-react",
        "https://github.com/jsx-eslint/eslint-plugin-react/blob/master/docs/rules/{rule}.md",
    ),
    _plugin(
        "unicorn",
        "eslint-plugin-unicorn",
        "https://github.com/sindresorhus/eslint-plugin-unicorn/blob/main/docs/rules/{rule}.md",
    ),
    _plugin(f"(?P<plugin>{_NAME})", "eslint-plugin-{plugin}"),
    _plugin(f"(?P<scope>@{_NAME})", "{scope}/eslint-plugin"),
    _plugin(f"(?P<scope>@{_NAME})/(?P<plugin>{_NAME})", "{scope}/eslint-plugin-{plugin}"),
    Row(
        names=_TYPESCRIPT,
        tool="TypeScript",
        code=r"(?:TS)?(?P<number>[1-9][0-9]{3,4})",
        said=r"\bTS([1-9][0-9]{3,4})\b",
        ways=(
            Read(
                paths=("typescript/lib/_tsc.js", "typescript/lib/tsc.js"),
                base="modules",
                extract="typescript",
                limit_bytes=_COMPILER_BYTES,
            ),
        ),
        link="https://typescript.tv/errors/#ts{number}",
    ),
)
