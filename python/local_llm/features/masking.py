"""The masker of the session, and what passes through it: prompts, answers, suggestions.

Every prompt of a command is masked here, piece by piece, before it is counted; the numbers that
code has in front of its lines are looked past. Where the server is not this machine masking cannot
be switched off.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from local_llm.errors import SettingsError
from local_llm.features.connect import Link
from local_llm.guard.gitleaks import RULES_FILE, read_rules
from local_llm.guard.mask import Masker
from local_llm.guard.personal import personal_formats
from local_llm.guard.secret_format import Format
from local_llm.guard.vault import Vault
from local_llm.prompts.code import without_numbers
from local_llm.settings import Guard, Settings
from local_llm.tokens.pieces import Piece

Reader = Callable[[str], bytes | None]


class Masking:
    """Makes maskers, which share one vault.

    Args:
        env: The environment, for the user's name.
        read: Reads a rule file; None where there is none. Raises OSError.

    """

    def __init__(self, env: Mapping[str, str], read: Reader) -> None:
        self._user = env.get("USER") or env.get("LOGNAME") or ""
        self._home = env.get("HOME") or ""
        self._read = read
        self._vault = Vault()
        self._maskers: dict[tuple[object, ...], Masker] = {}

    def masker(self, settings: Settings) -> Masker:
        """Return the masker for some options. Raises: SettingsError for a broken rule file."""
        guard = settings.guard
        key = _key(guard)
        if key not in self._maskers:
            self._maskers[key] = self._made(guard)
        return self._maskers[key]

    def plain(self) -> Masker:
        """Return the masker for what no project's options are about, such as the log."""
        return self.masker(Settings())

    def for_link(self, settings: Settings, link: Link) -> Masker | None:
        """Return the masker for what goes to a server, None where nothing is masked."""
        if settings.guard.redact or not link.target.is_loopback:
            return self.masker(settings)
        return None

    def put_back(self, text: str) -> str:
        """Return a text for the buffer, with the secrets in place of their placeholders."""
        return self._vault.put_back(text)

    def _made(self, guard: Guard) -> Masker:
        more = personal_formats(
            email=guard.mask_email,
            ip=guard.mask_ip,
            user=self._user if guard.mask_user_paths else "",
        )
        return Masker(guard.token_prefixes, self._rules(guard), more, vault=self._vault)

    def _rules(self, guard: Guard) -> tuple[Format, ...]:
        if not guard.rules_file:
            return ()
        path = guard.rules_file
        path = f"{self._home}{path[1:]}" if path.startswith("~/") else path
        try:
            content = self._read(path)
        except OSError as exc:
            raise SettingsError(f"{path}: {exc.strerror or exc}", where=RULES_FILE) from exc
        if content is None:
            raise SettingsError(f"there is no {path}", where=RULES_FILE)
        return read_rules(content.decode("utf-8", "replace"))


def masked_pieces(pieces: Sequence[Piece], masker: Masker) -> tuple[Piece, ...]:
    """Return pieces without secrets; lines keep their number and their place."""
    return tuple(_masked(piece, masker) for piece in pieces)


def _masked(piece: Piece, masker: Masker) -> Piece:
    text, head = _without_secrets(piece.text, masker), masker.mask(piece.head).text
    if text == piece.text and head == piece.head:
        return piece
    return msgspec.structs.replace(piece, text=text, head=head)


def _without_secrets(text: str, masker: Masker) -> str:
    numbers, code = without_numbers(text)
    masked = masker.mask(code).text
    if not numbers:
        return masked
    return "\n".join(map("".join, zip(numbers, masked.split("\n"), strict=True)))


def _key(guard: Guard) -> tuple[object, ...]:
    personal = guard.mask_email, guard.mask_ip, guard.mask_user_paths
    return (*personal, guard.token_prefixes, guard.rules_file)
