"""The host's log lines: to standard error, which the editor's side keeps in the log file.

Nothing logged here may hold a prompt, buffer text or a key: callers pass codes, counts and
addresses.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

_logger = logging.getLogger("local_llm")
_logger.propagate = False
_handler = logging.StreamHandler(sys.__stderr__)
_handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
_logger.addHandler(_handler)
_logger.setLevel(logging.INFO)


def set_level(level: str) -> None:
    """Log from `level` on: "debug", "info", "warn" or "error" (the option log_level)."""
    _logger.setLevel({"warn": "WARNING"}.get(level, level.upper()))


def mask_with(mask: Callable[[str], str]) -> None:
    """Take secrets out of every line from now on, should one ever be in what callers pass."""
    _handler.filters = [_Mask(mask)]


class _Mask(logging.Filter):
    """Puts the masked message in place of the message."""

    def __init__(self, mask: Callable[[str], str]) -> None:
        super().__init__()
        self._mask = mask

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self._mask(record.getMessage()), None
        return True


debug = _logger.debug
info = _logger.info
warning = _logger.warning
error = _logger.error
