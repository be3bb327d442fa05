"""One record of the audit log, and the bytes it is written as.

Who did what, when, from where, with which model, on which object, with what outcome, and hashes and
counts of the text: never the text itself, unless `guard.audit_text` asks for it. Field names are
those of GitLab's own audit events where both have a field, so that a SIEM can join them.

The bytes are canonical: JSON in UTF-8 with sorted keys and no spaces, absent fields left out.
Whatever could end a line, move a cursor, or make a line read otherwise than it is stored is written
as an escape, so that a name made by somebody else cannot forge a record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

LONGEST = 1000  # characters of a name, a reason or an id; they come from other people's servers

Outcome = Literal["begun", "ok", "failed", "stopped", "denied"]

# C0 (JSON escapes it in any case, a terminal needs it too), DEL and C1, soft hyphen, bidirectional
# and other invisible controls, U+2028/2029, the byte order mark, interlinear marks, tags.
_RISKY = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_NOT_UTF8 = re.compile("[\ud800-\udfff]")


class _Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The common ground: None and {} mean that the field is absent."""


class Actor(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """Who. type: "user", "service", "gitlab_user", "client".

    token_fingerprint: `audit_chain.fingerprint` of the token, never a part of it.
    """

    type: str
    gitlab_user_id: int | None = None
    username: str | None = None
    token_fingerprint: str | None = None


class Source(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """From where. command: In an editor, such as "explain"; the rest is a service's."""

    command: str | None = None
    ip: str | None = None
    instance: str | None = None
    webhook_id: str | None = None


class Project(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """In which project. path: GitLab's full path, or the root on this machine."""

    id: int | None = None
    path: str | None = None


class Target(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """On which object. type: "file", "host", "model", "merge_request", "note", "audit_log".

    name: A file's path, a host, a model. iid, head_sha, note_id: GitLab's.
    seq: Of an audit log, the first record that is left.
    """

    type: str
    name: str | None = None
    iid: int | None = None
    head_sha: str | None = None
    note_id: int | None = None
    seq: int | None = None


class Model(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """Which model, and the host it runs on."""

    base_url_host: str | None = None
    name: str | None = None
    digest: str | None = None


class Usage(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """What it took: tokens as the server counts them, and our own time."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    duration_ms: int | None = None


class Content(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """What the text was, without it.

    prompt_sha256, response_sha256: Of the text in UTF-8, in lower-case hexadecimal.
    bytes: Of the text that went out: the prompt, or what was written outside.
    redactions: How many secrets of each kind were masked in it.
    """

    prompt_sha256: str | None = None
    response_sha256: str | None = None
    bytes: int | None = None
    redactions: Mapping[str, int] = {}


class Text(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """The text itself, secrets masked; `repr` leaves it out."""

    prompt: str = ""
    response: str = ""

    def __repr__(self) -> str:
        return f"Text({len(self.prompt)} and {len(self.response)} characters)"


class Record(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """One record before it has a place in a chain.

    ts: When it happened, as `stamp` writes it. event: Two words and a dot: "model.call",
    "policy.refused", "outside.write". reason: Why, for people; never holds text, prompts or keys.
    """

    ts: str
    event: str
    outcome: Outcome
    reason: str | None = None
    actor: Actor | None = None
    source: Source | None = None
    request_id: str | None = None
    project: Project | None = None
    target: Target | None = None
    model: Model | None = None
    usage: Usage | None = None
    content: Content | None = None
    software_version: str | None = None
    text: Text | None = None

    def __repr__(self) -> str:
        return f"Record({self.ts}, {self.event}, {self.outcome})"


def stamp(seconds: float) -> str:
    """Return seconds since 1970 as `2026-01-31T23:59:59.123Z`; in this form text sorts by time."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def fields_of(record: Record) -> dict[str, Any]:
    """Return the record as a table: long names cut, U+FFFD for what is not UTF-8."""
    table: dict[str, Any] = msgspec.to_builtins(record)
    text = _bounded(table.pop("text", {}), None)
    fields = _bounded(table, LONGEST)
    return {name: value for name, value in {**fields, "text": text}.items() if value != {}}


def canonical(fields: Mapping[str, Any]) -> bytes:
    """Return a table as the log holds it, without the newline.

    Raises: ValueError and its like for what is no JSON.
    """
    text = msgspec.json.encode(fields, order="sorted").decode()
    return escaped(text).encode()


def escaped(text: str) -> str:
    r"""Return `text` with `\uXXXX` for everything that a terminal or a reader could be fooled with.

    Inside JSON that changes nothing for its reader: such characters stand in its strings only.
    """
    return _RISKY.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
    return "".join(f"\\u{pair}" for pair in pairs)


def _bounded(value: Any, limit: int | None) -> Any:
    match value:
        case str():
            return _NOT_UTF8.sub("\ufffd", value[:limit])
        case dict():
            return {_bounded(key, limit): _bounded(item, limit) for key, item in value.items()}
    return value
