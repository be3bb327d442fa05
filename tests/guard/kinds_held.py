"""The kinds that are held out: written from what vendors say, without a look at any rule.

Who writes rules reads neither these modules nor the misses in them; how well the rules do here says
how well they do on what nobody thought of. Once somebody has looked, they are to become tuned ones
and others, as many, are to be written in their place.
"""

from __future__ import annotations

from guard import (
    kinds_held_build,
    kinds_held_files,
    kinds_held_hosts,
    kinds_held_keys,
    kinds_held_models,
    kinds_held_strings,
    kinds_held_work,
)
from guard.kind import Kind

KINDS: tuple[Kind, ...] = (
    *(*kinds_held_models.KINDS, *kinds_held_build.KINDS, *kinds_held_hosts.KINDS),
    *(*kinds_held_work.KINDS, *kinds_held_strings.KINDS, *kinds_held_files.KINDS),
    *kinds_held_keys.KINDS,
)
