"""The audit log as use-cases see it: what is recorded of a model call, a refusal, an outside write.

    auditor.model_call(about, Call(...))             in the editor: returns at once
    await auditor.outside_write(about, text, ...)    in a service: returns when it is written

In the editor a record that cannot be written stops nothing; in a service (`strict`) what is awaited
raises AuditFailed, so that nothing goes out unrecorded.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping

import msgspec

from local_llm import __version__, log
from local_llm.backends.base import Message
from local_llm.errors import LocalLlmError
from local_llm.features.audit_queue import DONE, Audit
from local_llm.guard.audit_record import (
    Actor,
    Content,
    Model,
    Outcome,
    Project,
    Record,
    Source,
    Target,
    Text,
    Usage,
    stamp,
)
from local_llm.settings import Guard


class About(msgspec.Struct, frozen=True, kw_only=True):
    """Who and what a record is about; `actor` and `source` None = the auditor's own."""

    request_id: str | None = None
    actor: Actor | None = None
    source: Source | None = None
    project: Project | None = None
    target: Target | None = None


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a model; `repr` leaves the text out.

    prompt: As it was sent, secrets masked; see `prompt_text`. response: As it came, "" for none.
    redactions: How many secrets of each kind were masked.
    """

    prompt: str
    response: str = ""
    model: Model | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    duration_ms: int | None = None
    redactions: Mapping[str, int] = {}

    def __repr__(self) -> str:
        return f"Call({len(self.prompt)} and {len(self.response)} characters)"


class Auditor:
    """Makes records of what use-cases tell it.

    Args:
        audit: Takes the records.
        guard: Returns the options in force, asked for each record; with `audit` off nothing is
            made of what is told.
        masked: Returns a text without its secrets, for `audit_text`: there they are masked also
            where nothing is for the server. Raises LocalLlmError, and no text is recorded.
        actor: Who does it, unless a record says otherwise.
        source: From where, unless a record says otherwise.
        now: Seconds since 1970.

    What the methods return need not be awaited; awaiting it waits until the record is written, and
    raises AuditFailed where the log is strict.

    """

    def __init__(
        self,
        audit: Audit,
        guard: Callable[[], Guard],
        masked: Callable[[str], str],
        *,
        actor: Actor,
        source: Source | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._audit = audit
        self._guard = guard
        self._masked = masked
        self._actor = actor
        self._source = source
        self._now = now

    @property
    def is_on(self) -> bool:
        """Whether anything is made of what is told."""
        return self._guard().audit

    def model_call(
        self,
        about: About,
        call: Call,
        *,
        outcome: Outcome = "ok",
        error: LocalLlmError | None = None,
    ) -> Awaitable[None]:
        """Record that a model was asked; `error` is why it failed, told by its class only."""
        guard = self._guard()
        if not guard.audit:
            return DONE
        record = msgspec.structs.replace(
            self._record(about, "model.call", outcome, error.code if error else None),
            model=call.model,
            usage=Usage(
                prompt_tokens=call.prompt_tokens,
                completion_tokens=call.completion_tokens,
                duration_ms=call.duration_ms,
            ),
            content=_content(call.prompt, call.response, call.redactions),
            text=self._text(call.prompt, call.response) if guard.audit_text else None,
        )
        return self._audit.note(record)

    def refusal(self, about: About, error: LocalLlmError) -> Awaitable[None]:
        """Record that a rule forbade something; the error says which, and never quotes text."""
        return self.event(about, "policy.refused", "denied", f"{error.code}: {error.sentence()}")

    def outside_write(
        self,
        about: About,
        text: str,
        *,
        outcome: Outcome = "begun",
        redactions: Mapping[str, int] | None = None,
        reason: str | None = None,
    ) -> Awaitable[None]:
        """Record that text is written outside this machine, such as a note in GitLab.

        Await it before writing, with the outcome "begun"; where that raises, do not write. Record
        afterwards how it went, "ok" or "failed", with the note's number in the target.
        """
        guard = self._guard()
        if not guard.audit:
            return DONE
        record = msgspec.structs.replace(
            self._record(about, "outside.write", outcome, reason),
            content=_written(text, redactions or {}),
            text=self._text("", text) if guard.audit_text else None,
        )
        return self._audit.note(record)

    def event(
        self, about: About, event: str, outcome: Outcome, reason: str | None = None
    ) -> Awaitable[None]:
        """Record anything else, such as "auth.decision", "config.change" or "queue.drop"."""
        if not self._guard().audit:
            return DONE
        return self._audit.note(self._record(about, event, outcome, reason))

    def _text(self, prompt: str, response: str) -> Text | None:
        try:
            return Text(prompt=self._masked(prompt), response=self._masked(response))
        except LocalLlmError as exc:
            log.warning("the audit log gets no text: %s", exc.sentence())
            return None

    def _record(self, about: About, event: str, outcome: Outcome, reason: str | None) -> Record:
        return Record(
            ts=stamp(self._now()),
            event=event,
            outcome=outcome,
            reason=reason or None,
            actor=about.actor or self._actor,
            source=about.source or self._source,
            request_id=about.request_id,
            project=about.project,
            target=about.target,
            software_version=__version__,
        )


def prompt_text(messages: Iterable[Message]) -> str:
    """Return messages as the one text whose hash is recorded: role and content, in their order."""
    return "\n\n".join(f"[{message.role}]\n{message.content}" for message in messages)


def _content(prompt: str, response: str, redactions: Mapping[str, int]) -> Content:
    sent, came = _bytes(prompt), _bytes(response)
    return Content(
        prompt_sha256=_sha256(sent),
        response_sha256=_sha256(came) if came else None,
        bytes=len(sent),
        redactions=redactions,
    )


def _written(text: str, redactions: Mapping[str, int]) -> Content:
    written = _bytes(text)
    return Content(response_sha256=_sha256(written), bytes=len(written), redactions=redactions)


def _bytes(text: str) -> bytes:
    """Return the text in UTF-8; what cannot be was not sent as it is, either."""
    return text.encode("utf-8", "replace")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
