"""Text for GitLab that does nothing there: no quick action, no mention, no reference.

What a model wrote is posted with a bot's rights. GitLab runs lines that begin with a slash
(`/merge`, `/label ~x`), tells people that are named (@user), links what looks like a reference (#1,
!2, group/project#3), which leaves a note there, and closes issues on `Closes #4`. None of that may
come of somebody else's words.

A word joiner (U+2060, which has no width) goes behind the sign that such a thing begins with, so
people read what was written. Text that went through once stays as it is, and so do lines and their
number. In code GitLab links nothing, so it is left alone, but for lines of a fence that look like a
command: which fences are code its parser for quick actions judges in a way of its own.

Character references (`&#64;user`) are read before references are looked for; those but the plainest
lose their meaning. Images and HTML are made harmless first (markdown.py).
Source: GitLab's documentation of quick actions and of GitLab Flavored Markdown, and
lib/gitlab/quick_actions/extractor.rb.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from local_llm.guard.defuse import clean
from local_llm.guard.markdown import Inert, Piece

JOINER = "\u2060"
_STARTS = "\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029"  # where somebody's parser might begin a line
# Whatever stands before the slash: marks of lists and quotes, blanks, what nobody sees.
_COMMAND = re.compile(rf"(?:(?<=[{_STARTS}])|^)([^A-Za-z/`{_STARTS}]*/)(?=[A-Za-z])")
_CODE_COMMAND = re.compile(r"^(\s*/)(?=[A-Za-z_]+(?:\s|$))")
_PLAIN_ENTITY = r"(?!(?:lt|gt|quot|apos|nbsp);)"
_KINDS = (
    "alert|cadence|commit|contact|epic|feature_flag|issue|iteration|label|merge_request|milestone"
    "|project|snippet|user|vulnerability|wiki_page|work_item"
)
_SIGNS = (
    rf"&(?={_PLAIN_ENTITY}#?[0-9A-Za-z]+;|[0-9])",  # a character reference, an epic
    r"@(?=\w)",  # a user, a group, everybody; a commit of a project
    r"[#!$^](?=[0-9])",  # an issue, a merge request, a snippet
    r"[~%](?=[\w\"'])",  # a label, a milestone
    r"\^(?=alert)",
    r"\*(?=iteration:)",
    rf"\[(?=\[|(?:{_KINDS}):)",  # a page of the wiki; the long form of references
    r"\b[A-Z][A-Z0-9_]+-(?=[0-9])",  # an issue of another tracker, such as Jira
)
# An address elsewhere is a link as a whole, and nothing inside a link is a reference.
_ELSEWHERE = (
    r"(?<![^\s(<\[])https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[0-9]+)?/[A-Za-z0-9/._%?=&#+-]*"
)
_HASH = r"(?<![0-9A-Za-z_])[0-9a-f]{7,}(?![0-9A-Za-z_])"
_REFERENCE = re.compile(rf"(?P<link>{_ELSEWHERE})|(?P<hash>{_HASH})|{'|'.join(_SIGNS)}")
_HASH_PART = 6  # characters: one less than what GitLab takes for a commit


def harmless(text: str, hosts: Iterable[str] = ()) -> str:
    """Return Markdown that GitLab shows and does not act on.

    Args:
        text: What a model or somebody else wrote.
        hosts: Names of the GitLab instance, with a port where it has one; whole addresses there
            are references, too.

    """
    address = _address(hosts)
    pieces = [piece for piece in Inert().pieces(clean(text)) if piece.text]
    done: list[str] = []
    for is_code, group in groupby(pieces, key=_is_code):
        if is_code:
            done += [_quiet_code(piece.text, begins=_begins(done)) for piece in group]
        else:
            prose = "".join(piece.text for piece in group)
            done.append(_quiet(prose, address, begins=_begins(done)))
    return "".join(done)


def _is_code(piece: Piece) -> bool:
    return piece.is_code


def _begins(done: list[str]) -> bool:
    """Tell whether what follows begins a line."""
    return not done or done[-1].endswith("\n")


def _quiet_code(text: str, *, begins: bool) -> str:
    return _CODE_COMMAND.sub(rf"\1{JOINER}", text) if begins else text


def _quiet(text: str, address: re.Pattern[str], *, begins: bool) -> str:
    # Where it goes on in a line, a sign in front keeps its beginning from being one of a line.
    led = text if begins else f"`{text}"
    led = _COMMAND.sub(rf"\1{JOINER}", led)
    led = _REFERENCE.sub(_dulled, address.sub(rf"\g<0>{JOINER}", led))
    return led if begins else led[1:]


def _dulled(match: re.Match[str]) -> str:
    found = match[0]
    if match["link"]:
        return found
    if match["hash"]:
        parts = range(0, len(found), _HASH_PART)
        return JOINER.join(found[at : at + _HASH_PART] for at in parts)
    return f"{found}{JOINER}"


def _address(hosts: Iterable[str]) -> re.Pattern[str]:
    """Return what finds the beginning of addresses at one of the hosts."""
    names = "|".join(re.escape(host) for host in hosts if host)
    if not names:
        return re.compile(r"(?!)")
    return re.compile(rf"https?:(?=//(?:[^/\s@]*@)?(?:{names})(?:[:/?#\s)\]>]|$))", re.IGNORECASE)
