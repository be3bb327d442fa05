"""Every kind of look-alike; about a third of them is held out, as of the secrets."""

from __future__ import annotations

from guard.lookalike import Dense, Look
from guard.lookalikes_code import CODE
from guard.lookalikes_fields import FIELDS
from guard.lookalikes_files import FILES
from guard.lookalikes_held_code import CODE as HELD_CODE
from guard.lookalikes_held_files import HELD_FILES
from guard.lookalikes_held_ids import IDS as HELD_IDS
from guard.lookalikes_more import MORE
from guard.lookalikes_places import PLACES
from guard.lookalikes_public import PUBLIC
from guard.lookalikes_values import VALUES

_HELD = (*HELD_IDS, *HELD_CODE)
LOOKS: dict[str, Look] = {
    look.name: look for look in (*VALUES, *PUBLIC, *PLACES, *CODE, *FIELDS, *MORE, *_HELD)
}
# The files that consist of them.
DENSE: tuple[Dense, ...] = (*FILES, *HELD_FILES)
HELD_OUT_LOOKS = frozenset(look.name for look in (*_HELD, *HELD_FILES))
