""":LocalWtfSearch: what would be searched for, and whether it may be opened without asking.

Nothing is sent from here: the editor shows the query, asks, and opens the address.
"""

from __future__ import annotations

import contextlib
import os
import platform
import pwd
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

import msgspec

from local_llm.features.consent import Consent
from local_llm.features.engines import engine, engines
from local_llm.features.intake import denying_rule, readable_text, refuse
from local_llm.features.options import Options
from local_llm.features.port import Editor
from local_llm.guard.scrub import scrub
from local_llm.guard.scrub_words import Names

BACK = ":LocalWtfSearch! takes that back"


class SearchAsk(msgspec.Struct, frozen=True, kw_only=True):
    """A diagnostic to search for: the tool's own words and where they stand.

    path, root, filetype: As in Snapshot. engine: "" for the one of the options.
    """

    message: str
    source: str = ""
    code: str = ""
    path: str = ""
    root: str = ""
    filetype: str = ""
    engine: str = ""


class Searcher:
    """Answers the editor's questions about a search.

    Args:
        editor: Whom to answer.
        options: The options in force.
        consent: What was allowed before.
        names: Returns the names that never go out; a directory of users may be slow to tell.

    """

    def __init__(
        self, editor: Editor, options: Options, consent: Consent, names: Callable[[], Names]
    ) -> None:
        self._editor = editor
        self._options = options
        self._consent = consent
        self._names = names

    async def query(self, ask_id: int, message: dict[str, Any]) -> None:
        """Send what would be searched for, and where. Raises PathRefused, SettingsError."""
        ask = msgspec.convert(message, SearchAsk)
        settings = self._options.for_root(ask.root)
        refuse(ask.path, denying_rule(ask.path, ask.root, settings.guard, ask.filetype))
        chosen = engine(settings.search, ask.engine)
        query = scrub(
            readable_text(ask.message),
            self._names(),
            source=readable_text(ask.source),
            code=readable_text(ask.code),
            filetype=ask.filetype,
        )
        data = {"query": query.text, "removed": query.told(), "url": chosen.url}
        allowed = chosen.host in self._consent.hosts()
        self._editor.tell("search", ask_id, {**data, "host": chosen.host, "allowed": allowed})

    async def engines(self, ask_id: int, message: dict[str, Any]) -> None:
        """Send the names of the engines."""
        options = self._options.for_root(str(message.get("root") or "")).search
        items = [
            {"name": name, "label": name, "current": name == options.engine}
            for name in engines(options)
        ]
        data = {"title": "Search engine", "items": items, "verb": ""}
        self._editor.tell("pick", ask_id, data)

    async def allow(self, ask_id: int, message: dict[str, Any]) -> None:
        """Keep that a host may be opened without asking. Raises SettingsError."""
        self._consent.allow(str(message["host"]))
        self._editor.tell("search", ask_id, {})

    async def forget(self, ask_id: int, _message: dict[str, Any]) -> None:
        """Ask again from now on. Raises SettingsError."""
        self._consent.forget()
        self._editor.tell("search", ask_id, {})

    def section(self) -> dict[str, Any]:
        """Return what `:checkhealth` says of it."""
        hosts = self._consent.hosts()
        text = "nothing is opened before you are asked (:LocalWtfSearch)"
        if hosts:
            text = f"searches are opened without asking at {', '.join(hosts)}; {BACK}"
        return {"title": "Search", "items": [{"level": "info", "text": text, "advice": []}]}


def names_here(env: Mapping[str, str]) -> Names:
    """Return the names of this user, of the home folder and of this machine."""
    people = [env.get("USER", ""), env.get("LOGNAME", ""), PurePosixPath(env.get("HOME", "")).name]
    with contextlib.suppress(KeyError):  # a user of a container may have no entry
        entry = pwd.getpwuid(os.getuid())
        people += [entry.pw_name, entry.pw_gecos.partition(",")[0]]
    return Names(people, (env.get("HOSTNAME", ""), platform.node()))
