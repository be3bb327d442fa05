"""What commands and completion tell the audit log of each model call and each refusal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from local_llm.errors import LocalLlmError
from local_llm.features.audit import About, Auditor, Call
from local_llm.features.connect import Link
from local_llm.guard.audit_record import Model, Outcome, Project, Source, Target
from local_llm.guard.vault import placeholders


class Asked(msgspec.Struct, kw_only=True, eq=False):
    """A call under way; who makes it fills in what came, and `repr` leaves the text out."""

    link: Link
    model: str
    prompt: str
    response: str = ""
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    is_stopped: bool = False

    def __repr__(self) -> str:
        return f"Asked({len(self.prompt)} characters)"


class Recorder:
    """Records calls of models.

    Args:
        auditor: Makes the records.

    """

    def __init__(self, auditor: Auditor) -> None:
        self._auditor = auditor

    @contextmanager
    def call(self, request_id: int, command: str, asked: Asked) -> Iterator[Asked]:
        """Record the call made inside, however it ends."""
        loop = asyncio.get_running_loop()
        begun, error = loop.time(), None
        asked.is_stopped = True
        try:
            yield asked
            asked.is_stopped = False
        except LocalLlmError as exc:
            error = exc
            raise
        finally:
            ended: Outcome = "stopped" if asked.is_stopped else "ok"
            outcome: Outcome = "failed" if error else ended
            about = About(request_id=str(request_id), source=Source(command=command))
            call = _call(asked, int((loop.time() - begun) * 1000))
            self._auditor.model_call(about, call, outcome=outcome, error=error)

    def refusal(self, request_id: int, name: str, message: dict[str, Any], error: Any) -> None:
        """Record that a rule forbade what a message asked for."""
        place = message.get("snapshot") or message.get("ticket") or {}
        path, root = str(place.get("path") or ""), str(place.get("root") or "")
        about = About(
            request_id=str(request_id),
            source=Source(command=name),
            project=Project(path=root) if root else None,
            target=Target(type="file", name=path) if path else None,
        )
        self._auditor.refusal(about, error)


def _call(asked: Asked, duration_ms: int) -> Call:
    return Call(
        prompt=asked.prompt,
        response=asked.response,
        model=Model(base_url_host=asked.link.target.host or "unix socket", name=asked.model),
        prompt_tokens=asked.prompt_tokens,
        completion_tokens=asked.answer_tokens,
        duration_ms=duration_ms,
        redactions=placeholders(asked.prompt),
    )
