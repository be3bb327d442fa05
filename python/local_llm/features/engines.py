"""Search engines for `:LocalWtfSearch`: names and the addresses that a query is put into."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from local_llm.errors import SettingsError
from local_llm.settings import Search

# Each form as the site's own search page has it.
ENGINES = {
    "bing": "https://www.bing.com/search?q={query}",
    "brave": "https://search.brave.com/search?q={query}",
    "duckduckgo": "https://duckduckgo.com/?q={query}",
    "ecosia": "https://www.ecosia.org/search?q={query}",
    "github": "https://github.com/search?type=issues&q={query}",
    "github-code": "https://github.com/search?type=code&q={query}",
    "google": "https://www.google.com/search?q={query}",
    "kagi": "https://kagi.com/search?q={query}",
    "mdn": "https://developer.mozilla.org/en-US/search?q={query}",
    "stackoverflow": "https://stackoverflow.com/search?q={query}",
    "startpage": "https://www.startpage.com/sp/search?query={query}",
}


class Engine(msgspec.Struct, frozen=True):
    """One engine; `url` has `{query}` where the percent-encoded query goes."""

    name: str
    url: str

    @property
    def host(self) -> str:
        """The host that learns what is searched for."""
        return urlsplit(self.url).netloc.lower()


def engines(options: Search) -> dict[str, str]:
    """Return all engines by name: ours, and the user's in their place."""
    own = {name: entry.url for name, entry in options.engines.items()}
    return dict(sorted((ENGINES | own).items()))


def engine(options: Search, name: str) -> Engine:
    """Return the engine of that name, "" for the one of the options. Raises SettingsError."""
    known = engines(options)
    wanted = name or options.engine
    if wanted not in known:
        raise SettingsError(
            f"there is no search engine {wanted[:40]!r}; there is: {', '.join(known)}",
            where="" if name else "search.engine",
            hint="add one with the option search.engines",
        )
    if not known[wanted]:
        raise SettingsError(f"the search engine {wanted} has no url", where="search.engines")
    return Engine(wanted, known[wanted])
