"""What to do with a server that was identified and cannot answer yet, or not without a key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from local_llm.backends.base import State
from local_llm.errors import AuthRejected, ModelLoading
from local_llm.features.connect import SURVEY_S, Link

POLL_S = 0.5


async def until_ready(link: Link, loading: Callable[[], None], clock: Callable[[], float]) -> None:
    """Wait as long as the server loads its model, and survey it again.

    Args:
        link: Its `info` is brought up to date.
        loading: Called while it waits.
        clock: Seconds, monotonic.

    Raises: ModelLoading after `backend.start_timeout_s`, AuthRejected, BackendUnreachable.

    """
    deadline = clock() + link.server.start_timeout_s
    while link.info.state is State.LOADING:
        if clock() > deadline:
            raise ModelLoading("the server is still loading its model", where=link.where)
        loading()
        await asyncio.sleep(POLL_S)
        link.info = await link.transport.run(link.backend.survey(), timeout_s=SURVEY_S)
    if link.info.state is State.KEY_WANTED:
        raise AuthRejected("the server wants an API key, or another one", where=link.where)
