"""Every kind of look-alike; a third of them is held out, as of the secrets."""

from __future__ import annotations

from guard.kinds import third_of
from guard.lookalike import Look
from guard.lookalikes_code import CODE
from guard.lookalikes_fields import FIELDS
from guard.lookalikes_files import FILES
from guard.lookalikes_more import MORE
from guard.lookalikes_places import PLACES
from guard.lookalikes_public import PUBLIC
from guard.lookalikes_values import VALUES

LOOKS: dict[str, Look] = {
    look.name: look for look in (*VALUES, *PUBLIC, *PLACES, *CODE, *FIELDS, *MORE)
}
HELD_OUT_LOOKS = third_of([*LOOKS, *(dense.name for dense in FILES)])
