"""The program's commands as a part of `:help`, from its parser."""

# ruff: noqa: SLF001 - argparse tells what a parser holds by no public name

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterator

WIDTH = 78
_INDENT = "    "


def section(program: argparse.ArgumentParser) -> str:
    """Return every command with its help and its arguments, one paragraph each."""
    return "\n".join(_commands(program, program.prog, ""))


def _commands(parser: argparse.ArgumentParser, name: str, text: str) -> Iterator[str]:
    """Yield a command, or those of a group."""
    groups = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not groups:
        yield from _command(parser, name, text)
    for group in groups:
        texts = {action.dest: action.help or "" for action in group._choices_actions}
        for word, inner in group.choices.items():
            yield from _commands(inner, f"{name} {word}", texts.get(word, ""))


def _command(parser: argparse.ArgumentParser, name: str, text: str) -> Iterator[str]:
    tag = f"*{name.replace(' ', '-').replace('local-llm', 'local-llm-cli', 1)}*"
    yield tag.rjust(WIDTH)
    yield f"{name} ~"
    yield from _wrapped(_sentence(text), _INDENT)
    for action in parser._actions:
        if not isinstance(action, argparse._HelpAction):
            yield from _wrapped(f"`{_spelling(action)}`  {action.help}", _INDENT * 2)
    yield ""


def _spelling(action: argparse.Action) -> str:
    """Return an argument as one writes it: `--last N`, `[FILE ...]`."""
    choices = ",".join(map(str, action.choices or ()))  # with bars, `:help` would see a link
    value = action.metavar or (f"{{{choices}}}" if choices else action.dest.upper())
    if not action.option_strings:
        more = {"*": f"[{value} ...]", "?": f"[{value}]"}
        return more.get(str(action.nargs), str(value))
    return action.option_strings[-1] + ("" if action.nargs == 0 else f" {value}")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )
