"""What the editor sends, made fit for use, and whether it may be used at all."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import PurePath
from typing import Any

import msgspec

from local_llm.features.intake import context_rule, denying_rule, readable_text, refuse
from local_llm.fim.ring import Chunk
from local_llm.fim.ticket import Ticket
from local_llm.fim.trim import Place
from local_llm.settings import Guard, Settings

_AROUND = 64  # lines that trimming looks at on each side
_MOMENT_S = 2.0  # so long a path's judgement is kept

Judge = Callable[[str, str, Guard, str], str | None]
Origin = tuple[str, str, str]  # a file's path, its project's root, its filetype or ""
Rules = tuple[tuple[str, ...], tuple[str, ...], int]  # those of a Guard, which has no hash


def ticket_of(message: Mapping[str, Any]) -> Ticket:
    """Return the ticket in a message, its text as JSON can carry it."""
    ticket = msgspec.convert(message["ticket"], Ticket)
    before, after = readable_text(ticket.before), readable_text(ticket.after)
    if before is ticket.before and after is ticket.after:
        return ticket
    return msgspec.structs.replace(ticket, before=before, after=after)


def chunk_of(message: Mapping[str, Any]) -> Chunk:
    """Return the piece of a file in a message, named as prompts name it."""
    path, root = str(message.get("path") or ""), str(message.get("root") or "")
    text = readable_text(str(message.get("text") or ""))
    fields = {"path": relative(path, root), "text": text, "kind": message.get("kind")}
    return msgspec.convert(fields, Chunk)


def relative(path: str, root: str) -> str:
    """Return a path as a prompt may show it: below the root, else the name alone."""
    pure = PurePath(posixpath.normpath(readable_text(path)))
    if root and pure.is_relative_to(root):
        return str(pure.relative_to(root))
    return pure.name


def check(ticket: Ticket, settings: Settings, now_s: float) -> None:
    """Refuse what must not go out. Raises: PathRefused."""
    origin = ticket.path, ticket.root, ticket.filetype
    refuse(ticket.path, _judged(denying_rule, origin, settings.guard, now_s))


def unfit(origin: Origin, settings: Settings, now_s: float) -> str | None:
    """Return the rule that keeps a file out of other files' prompts; kept for a moment."""
    return _judged(context_rule, origin, settings.guard, now_s)


def moment_of(now_s: float) -> int:
    """Return the number of the moment; in the next one a judgement is made anew."""
    return int(now_s // _MOMENT_S)


def _judged(judge: Judge, origin: Origin, guard: Guard, now_s: float) -> str | None:
    rules = guard.deny_paths, guard.deny_filetypes, guard.max_file_kb
    return _kept(judge, origin, rules, moment_of(now_s))


@lru_cache(maxsize=256)
def _kept(judge: Judge, origin: Origin, rules: Rules, moment: int) -> str | None:
    """Judge a path once a moment: it costs system calls, and a key has no time for them."""
    del moment
    paths, types, size = rules
    path, root, filetype = origin
    guard = Guard(deny_paths=paths, deny_filetypes=types, max_file_kb=size)
    return judge(path, root, guard, filetype)


def is_unwanted(ticket: Ticket, settings: Settings) -> bool:
    """Tell whether `complete.filetypes` leaves a filetype out; the last rule that fits decides."""
    for rule in reversed(settings.complete.filetypes):
        if rule.removeprefix("!") in (ticket.filetype, "*"):
            return not rule.startswith("!")
    return False


def place_of(ticket: Ticket) -> Place:
    """Return what trimming looks at."""
    above = ticket.before.rsplit("\n", _AROUND + 1)[:-1]
    below = ticket.after.split("\n", _AROUND + 1)[1 : _AROUND + 1]
    return Place(
        left=ticket.left,
        right=ticket.right,
        above=tuple(reversed(above[-_AROUND:])),
        below=tuple(below),
        expandtab=ticket.expandtab,
        shiftwidth=ticket.shiftwidth,
        tabstop=ticket.tabstop,
    )
