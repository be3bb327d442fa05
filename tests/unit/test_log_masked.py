"""The log has no secret, should one ever be in what is logged."""

from __future__ import annotations

import io
import logging

from fake_editor import desk
from local_llm import log


async def test_a_secret_in_a_log_line_is_masked(monkeypatch):
    written = io.StringIO()
    monkeypatch.setattr(log._handler, "stream", written)
    secret = "glpat" + "-" + "aB3dE5fG7hI9jK1lM3nO"
    async with desk():
        log.warning("a header was %s", secret)
    assert "a header was [REDACTED:gitlab-token:1]" in written.getvalue()
    assert secret not in written.getvalue()
    assert logging.getLogger("local_llm").propagate is False
