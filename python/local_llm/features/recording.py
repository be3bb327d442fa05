"""What commands and completion tell the audit log of each model call and each refusal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from local_llm.errors import LocalLlmError, PolicyRefused
from local_llm.features.audit import About, Auditor, Call
from local_llm.features.connect import Link
from local_llm.guard.audit_record import Model, Outcome, Project, Source, Target
from local_llm.guard.vault import placeholders


class Asked(msgspec.Struct, kw_only=True, eq=False):
    """A call under way; who makes it fills in what came, and `repr` leaves the text out.

    prompt: Makes the text that was sent; called at the end, and only where the log is on.
    """

    link: Link
    model: str
    prompt: Callable[[], str]
    response: str = ""
    prompt_tokens: int | None = None
    answer_tokens: int | None = None

    def __repr__(self) -> str:
        return f"Asked({self.model!r})"


class Recorder:
    """Records calls of models.

    Args:
        auditor: Makes the records.

    """

    def __init__(self, auditor: Auditor) -> None:
        self._auditor = auditor

    @contextmanager
    def call(self, request_id: int, command: str, asked: Asked) -> Iterator[Asked]:
        """Record the call made inside, however it ends; `request_id` 0 = of no request."""
        if not self._auditor.is_on:  # a key has no time for it
            yield asked
            return
        loop = asyncio.get_running_loop()
        begun, error = loop.time(), None
        outcome: Outcome = "stopped"
        try:
            yield asked
            outcome = "ok"
        except LocalLlmError as exc:
            outcome, error = "failed", exc
            raise
        finally:
            number = str(request_id) if request_id else None
            about = About(request_id=number, source=Source(command=command))
            call = _call(asked, int((loop.time() - begun) * 1000))
            self._auditor.model_call(about, call, outcome=outcome, error=error)

    def refusal(
        self, request_id: int, command: str, error: PolicyRefused, *, path: str, root: str
    ) -> None:
        """Record that a rule forbade what was asked for of a file, "" for none."""
        about = About(
            request_id=str(request_id),
            source=Source(command=command),
            project=Project(path=root) if root else None,
            target=Target(type="file", name=path) if path else None,
        )
        self._auditor.refusal(about, error)


def _call(asked: Asked, duration_ms: int) -> Call:
    prompt = asked.prompt()
    return Call(
        prompt=prompt,
        response=asked.response,
        model=Model(base_url_host=asked.link.target.host or "unix socket", name=asked.model),
        prompt_tokens=asked.prompt_tokens,
        completion_tokens=asked.answer_tokens,
        duration_ms=duration_ms,
        redactions=placeholders(prompt),
    )
