"""A fault of our own, told by its type and place; its text could be the user's."""

from __future__ import annotations

from pathlib import Path

from local_llm import log
from local_llm.errors import LocalLlmError


def bug(exc: Exception) -> LocalLlmError:
    """Describe a fault of our own by type and place only."""
    frame = exc.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame else "?"
    log.error("fault in %s: %s", place, type(exc).__name__)
    return LocalLlmError(
        f"a fault of local-llm itself: {type(exc).__name__} at {place}",
        hint="please report it with :LocalLog; nothing was lost",
    )
