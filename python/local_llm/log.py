"""The host's log lines: to standard error, which the editor's side keeps in the log file.

Nothing logged here may hold a prompt, buffer text or a key: callers pass codes, counts and
addresses.
"""

from __future__ import annotations

import logging
import sys

_logger = logging.getLogger("local_llm")
_logger.propagate = False
_handler = logging.StreamHandler(sys.__stderr__)
_handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
_logger.addHandler(_handler)
_logger.setLevel(logging.INFO)


def set_level(level: str) -> None:
    """Log from `level` on: "debug", "info", "warn" or "error" (the option log_level)."""
    _logger.setLevel({"warn": "WARNING"}.get(level, level.upper()))


debug = _logger.debug
info = _logger.info
warning = _logger.warning
error = _logger.error
