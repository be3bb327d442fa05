"""Finding the model server: policy first, then identification by GET, then the model.

A `Link` is a server that has been identified: its transport, its dialect and what it says of
itself. Links are kept while they are fresh, so that a second command asks nothing again.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple

import msgspec

from local_llm.backends import detect
from local_llm.backends.addresses import usual_addresses
from local_llm.backends.base import Backend, Model, ModelInfo, Request, ServerInfo, State
from local_llm.body import Timeouts
from local_llm.errors import (
    BackendError,
    BackendSilent,
    BackendUnreachable,
    CloudRefused,
    LocalLlmError,
    ModelMissing,
    SettingsError,
    WrongServer,
)
from local_llm.features.port import EmbeddedServer
from local_llm.features.secrets import KeyRing, Secret, read_key_file
from local_llm.gate import Resolve, look_up
from local_llm.guard.hosts import Target, check_url
from local_llm.settings import Server, Settings
from local_llm.transport import Transport

PROBE_S = 0.5  # for one GET while identifying
IDENTIFY_S = 1.0  # for a whole address; a listener that is silent costs no more
SURVEY_S = 5.0
FRESH_S = 30.0


class Link(msgspec.Struct, kw_only=True, eq=False):
    """An identified server.

    name: Of the configured backend; "" = the main one.
    checked: When it was identified (seconds, monotonic). users: Requests that hold it.
    """

    name: str
    server: Server
    target: Target
    transport: Transport
    backend: Backend
    info: ServerInfo
    checked: float = 0.0
    users: int = 0
    models: dict[str, ModelInfo] = msgspec.field(default_factory=dict)

    @property
    def where(self) -> str:
        """The address as shown to the user."""
        return self.target.label


class _Wanted(NamedTuple):
    """What is looked for: a configured backend, its key, and the kind it must turn out to be."""

    name: str
    server: Server
    key: Secret
    kind: str


class Connector:
    """Makes and keeps links.

    Args:
        env: The environment (OLLAMA_HOST and keys).
        embedded: Starts the embedded server when it is asked for.
        clock: Seconds, monotonic.
        resolve: Looks up the names of listed hosts.

    """

    def __init__(
        self,
        env: Mapping[str, str],
        embedded: EmbeddedServer,
        clock: Callable[[], float] = time.monotonic,
        resolve: Resolve = look_up,
    ) -> None:
        self._env = env
        self._embedded = embedded
        self._clock = clock
        self._resolve = resolve
        self._keys = KeyRing(env)
        self._links: dict[tuple[str, Server], Link] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def aclose(self) -> None:
        """Close every connection, the one to the embedded supervisor included."""
        links, self._links = list(self._links.values()), {}
        await asyncio.gather(*(link.transport.aclose() for link in links), *self._closing)
        await self._embedded.aclose()

    def embedded(self, settings: Settings) -> str:
        """Return which llama.cpp the embedded backend would run. Raises: InstallError."""
        return self._embedded.describe(settings)

    async def connect(self, settings: Settings, name: str = "") -> Link:
        """Return a link to the backend `name`, or to the first of its fall-backs that is there.

        Raises: HostRefused, SettingsError, BackendUnreachable, BackendSilent, WrongServer,
            AuthRejected.
        """
        names = (name, *settings.backend.fallback) if not name else (name,)
        first: LocalLlmError | None = None
        for candidate in names:
            try:
                return await self.link(settings, candidate)
            except (BackendUnreachable, BackendSilent, WrongServer) as exc:
                first = first or exc
        raise first or SettingsError("no backend is configured", where="backend")

    async def link(self, settings: Settings, name: str) -> Link:
        """Return a fresh link to exactly the backend `name`."""
        server = _server(settings, name)
        link = self._links.get((name, server))
        if link is not None and (link.users or self._clock() - link.checked < FRESH_S):
            return link
        if link is not None:
            await self.drop(link)
        link = await self._open(settings, name, server)
        self._links[name, server] = link
        return link

    @asynccontextmanager
    async def held(self, link: Link) -> AsyncIterator[None]:
        """Keep the link's connections open for a while, whoever drops it meanwhile."""
        link.users += 1
        try:
            yield
        finally:
            link.users -= 1
            await self._close_unused(link)

    async def drop(self, link: Link) -> None:
        """Forget a link whose server failed; the next command identifies it again."""
        if self._links.get((link.name, link.server)) is link:
            del self._links[link.name, link.server]
        await self._close_unused(link)

    async def _close_unused(self, link: Link) -> None:
        """Close a dropped link, to the end also when the request that held it is cancelled."""
        if link.users or self._links.get((link.name, link.server)) is link:
            return
        closing = asyncio.create_task(link.transport.aclose())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        await asyncio.shield(closing)

    async def _open(self, settings: Settings, name: str, server: Server) -> Link:
        key = await self._keys.key(server)
        if server.kind == "embedded":
            return await self._open_embedded(settings, name, server)
        wanted = _Wanted(name, server, key, server.kind)
        if server.url is not None:
            target = check_url(server.url, settings.guard.allow_remote_hosts)
            return await self._identify(wanted, target)
        return await self._search(settings, wanted)

    async def _open_embedded(self, settings: Settings, name: str, server: Server) -> Link:
        url, key_file = await self._embedded.start(settings, server)
        key = read_key_file(key_file)
        wanted = _Wanted(name, server, key, "llamacpp")
        return await self._identify(wanted, check_url(url, {}))

    async def _search(self, settings: Settings, wanted: _Wanted) -> Link:
        """Probe the usual addresses at the same time; the first in their order wins."""
        allowed = settings.guard.allow_remote_hosts
        places = usual_addresses(self._env, wanted.kind)
        probes = (self._identify(wanted, check_url(place.url, allowed)) for place in places)
        found = await asyncio.gather(*probes, return_exceptions=True)
        links = [link for link in found if isinstance(link, Link)]
        if links:
            best = min(links, key=lambda link: link.info.state is not State.READY)
            await asyncio.gather(*(k.transport.aclose() for k in links if k is not best))
            return best
        if wanted.kind == "auto" and self._embedded.possible(settings):
            return await self._open_embedded(settings, wanted.name, wanted.server)
        raise BackendUnreachable(
            f"no model server answers at {', '.join(place.url for place in places)}"
        )

    async def _identify(self, wanted: _Wanted, target: Target) -> Link:
        """Identify what listens at the target; `localhost` has two addresses to try."""
        try:
            return await self._at(target.base_url, wanted, target)
        except BackendUnreachable:
            for base_url in target.others:
                with contextlib.suppress(BackendUnreachable):
                    return await self._at(base_url, wanted, target)
            raise

    async def _at(self, base_url: str, wanted: _Wanted, target: Target) -> Link:
        transport = self._transport(base_url, wanted.server, target)
        try:
            backend = await self._who(transport, wanted.kind)
            if wanted.key:
                transport.use_auth(backend.auth(wanted.key.reveal()))
            info = await transport.run(backend.survey(), timeout_s=SURVEY_S)
        except BaseException:
            await transport.aclose()
            raise
        return Link(
            name=wanted.name,
            server=wanted.server,
            target=target,
            transport=transport,
            backend=backend,
            info=info,
            checked=self._clock(),
        )

    @staticmethod
    async def _who(transport: Transport, kind: str) -> Backend:
        """Identify the listener by GET, or say whether it is absent, silent or a stranger."""
        try:
            async with asyncio.timeout(IDENTIFY_S):
                return await transport.run(detect.identify(kind), timeout_s=PROBE_S)
        except TimeoutError as exc:
            raise BackendSilent(
                f"it accepts connections and does not answer within {IDENTIFY_S:g} s",
                where=transport.where,
            ) from exc
        except WrongServer as exc:
            raise await _reason(transport, exc) from exc

    def _transport(self, base_url: str, server: Server, target: Target) -> Transport:
        return Transport(
            base_url,
            socket=target.socket,
            ca_file=target.ca_file,
            timeouts=Timeouts(first_byte_s=server.start_timeout_s, idle_s=server.idle_timeout_s),
            where=target.label,
            resolve=self._resolve,
        )

    async def model(self, link: Link, wanted: str | None) -> ModelInfo:
        """Return what the server says of the wanted model, or of its best one.

        Raises: ModelMissing, CloudRefused.
        """
        name = wanted or _best(link.info.models, link.where)
        if any(model.name == name and model.remote for model in link.info.models):
            raise _cloud(name)
        if name not in link.models:
            info = await link.transport.run(link.backend.inspect(name), timeout_s=SURVEY_S)
            if info.remote:
                raise _cloud(name)
            link.models[name] = info
        return link.models[name]


def _server(settings: Settings, name: str) -> Server:
    if not name:
        return settings.backend
    if name not in settings.backends:
        known = ", ".join(sorted(settings.backends)) or "none is"
        raise SettingsError(f"no backend is called {name}; configured: {known}", where="backends")
    return settings.backends[name]


def _best(models: tuple[Model, ...], where: str) -> str:
    """Return the loaded local model, else the first local one."""
    local = [model for model in models if not model.remote]
    if not local:
        raise ModelMissing("the server has no local model", where=where)
    return next((model.name for model in local if model.loaded), local[0].name)


def _cloud(name: str) -> CloudRefused:
    return CloudRefused(f"{name} runs on somebody else's machine")


async def _reason(transport: Transport, exc: WrongServer) -> BackendError:
    """Tell a closed port and a silent listener from a stranger, with one more GET."""
    try:
        await transport.fetch(Request(path="/"), timeout_s=PROBE_S)
    except (BackendUnreachable, BackendSilent) as knock:
        return knock
    except BackendError:
        pass  # it talks, and not HTTP: that is what `exc` says
    exc.where = exc.where or transport.where
    return exc
