"""Every kind of look-alike; a third of them is held out, as of the secrets."""

from __future__ import annotations

from guard.kinds import third_of
from guard.lookalike import Dense, Look
from guard.lookalikes_code import CODE
from guard.lookalikes_fields import FIELDS
from guard.lookalikes_files import FILES
from guard.lookalikes_later_code import CODE as LATER_CODE
from guard.lookalikes_later_files import LATER_FILES
from guard.lookalikes_later_ids import IDS as LATER_IDS
from guard.lookalikes_more import MORE
from guard.lookalikes_places import PLACES
from guard.lookalikes_public import PUBLIC
from guard.lookalikes_values import VALUES

_FIRST = (*VALUES, *PUBLIC, *PLACES, *CODE, *FIELDS, *MORE)
_LATER = (*LATER_IDS, *LATER_CODE)
LOOKS: dict[str, Look] = {look.name: look for look in (*_FIRST, *_LATER)}
# The files that consist of them.
DENSE: tuple[Dense, ...] = (*FILES, *LATER_FILES)
HELD_OUT_LOOKS = third_of(look.name for look in (*_FIRST, *FILES)) | third_of(
    look.name for look in (*_LATER, *LATER_FILES)
)
