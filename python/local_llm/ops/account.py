"""Whose process this is."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping


def environment(env: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which USER is whose process this is.

    The audit log and the masking of user names go by it, and what a shell was told may be another
    name, or none. The limits of host.lua (MALLOC_...) are for this process: the C library has read
    them, and nobody is to inherit them.
    """
    found = {name: text for name, text in env.items() if not name.startswith("MALLOC_")}
    return {**found, **_user()}


def _user() -> dict[str, str]:
    try:
        return {"USER": pwd.getpwuid(os.getuid()).pw_name}
    except KeyError:  # an account that only a container has
        return {}
