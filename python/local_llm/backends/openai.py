"""Any server with the OpenAI routes; what it does differently is a row of openai_quirks.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from local_llm.backends.base import (
    ChatAsk,
    Decoder,
    InfillAsk,
    Message,
    Model,
    ModelInfo,
    Plan,
    RawAsk,
    Reply,
    Request,
    ServerInfo,
    State,
)
from local_llm.backends.complaint import error_of
from local_llm.backends.openai_body import (
    chat_body,
    completion_body,
    json_schema,
    template_switches,
)
from local_llm.backends.openai_quirks import GENERIC, CountRoute, Quirks
from local_llm.backends.openai_stream import OpenAiDecoder
from local_llm.backends.wire import (
    NOT_FOUND,
    OK,
    UNAVAILABLE,
    answered,
    fields,
    get,
    inner,
    label,
    number,
    post,
    refused,
    rows,
    text_only,
    turns,
    word,
)
from local_llm.errors import BackendError, BackendUnreachable, ModelMissing

_MODELS = "/v1/models"


class OpenAi:
    """The OpenAI dialect; fulfils base.Backend.

    Args:
        quirks: What this server does differently.

    """

    kind = "openai"
    default_urls: tuple[str, ...] = (
        "http://127.0.0.1:8000",
        "http://127.0.0.1:1234",
        "http://127.0.0.1:5001",
    )

    def __init__(self, quirks: Quirks = GENERIC) -> None:
        self.quirks = quirks
        self.product = quirks.product
        self.takes_ids = quirks.takes_ids
        self.takes_schema = bool(quirks.schema)

    def auth(self, key: str) -> Mapping[str, str]:
        """Return the header that every such server reads."""
        return {"Authorization": f"Bearer {key}"}

    def survey(self) -> Plan[ServerInfo]:
        """Ask for version, readiness, models and context, where the server has routes for them."""
        seen = yield from self._ask(
            self.quirks.version_path, self.quirks.ready_path, self.quirks.context_path
        )
        listing = seen[self.quirks.models_path]
        about = fields(seen.get(self.quirks.context_path))
        models = tuple(self._model(row, about) for row in _rows(listing))
        return ServerInfo(
            product=self.product,
            version=label(fields(seen.get(self.quirks.version_path)).get("version")),
            state=self._state(seen, listing, models),
            models=models,
        )

    def inspect(self, model: str) -> Plan[ModelInfo]:
        """Ask for the listing and the context. Raises: ModelMissing when it is not listed."""
        seen = yield from self._ask(self.quirks.context_path)
        listing = seen[self.quirks.models_path]
        if listing is not None and listing.status not in (OK, NOT_FOUND):
            raise self.error(listing)
        found = _rows(listing)
        row = next((r for r in found if r.get("id") == model), None)
        if row is None and found and not self.quirks.one_model:
            raise ModelMissing(f"{self.product} does not list the model {model}")
        row = row or (found[0] if len(found) == 1 else None)
        return ModelInfo(
            name=model,
            context_tokens=self.quirks.context(row, fields(seen.get(self.quirks.context_path))),
            trained_tokens=number(inner(row, self.quirks.trained_key)),
            architecture=word(inner(row, "arch")),
            fim=False,
            loaded=_loaded(row),
        )

    def chat(self, ask: ChatAsk) -> Request:
        """Return a POST to /v1/chat/completions."""
        quirks = self.quirks
        body = chat_body(ask, include_usage=quirks.include_usage)
        if quirks.schema and ask.schema is not None:
            plain = quirks.schema == "json_schema"
            body[quirks.schema] = ask.schema if plain else json_schema(ask.schema)
        if quirks.template_field:
            body[quirks.template_field] = template_switches(ask)
        return post("/v1/chat/completions", self._bounded(body))

    def complete(self, ask: RawAsk) -> Request:
        """Return a POST to /v1/completions, never with a `suffix`: no server here fills in.

        Raises: RequestRejected for token ids where the server takes none.
        """
        if not self.quirks.takes_ids:
            text_only(ask.prompt, self.product)
        body = completion_body(ask, include_usage=self.quirks.include_usage)
        answers = min(ask.alternatives, self.quirks.most_answers)
        body["n"] = answers if answers > 1 else None
        return post("/v1/completions", self._bounded(body))

    def infill(self, ask: InfillAsk) -> Request | None:
        """Return None: no server here fills in by itself."""

    def most_alternatives(self, model: ModelInfo) -> int:
        """Return what the server is known to take."""
        del model
        return self.quirks.most_answers

    def chat_decoder(self) -> Decoder:
        """Return a decoder for /v1/chat/completions."""
        return OpenAiDecoder(self.product, error_prefix=self.quirks.error_prefix)

    def raw_decoder(self) -> Decoder:
        """Return a decoder for /v1/completions."""
        return OpenAiDecoder(self.product, error_prefix=self.quirks.error_prefix)

    def count(self, model: str, text: str) -> Plan[int] | None:
        """Count by the server's own route, None where it has none."""
        route = self.quirks.counting
        if route is None:
            return None
        return self._counted(route, {"model": model, route.field: text, **route.more})

    def count_chat(self, model: str, messages: Sequence[Message]) -> Plan[int] | None:
        """Count a chat as the server renders it, None where it has no route for that."""
        route = self.quirks.counting
        if route is None or not route.chat:
            return None
        body = {"model": model, "messages": turns(messages), "add_generation_prompt": True}
        return self._counted(route, body)

    def error(self, reply: Reply) -> BackendError:
        """Return the error for a reply that is not 200."""
        return error_of(reply, self.product)

    def _ask(self, *more: str) -> Plan[dict[str, Reply | None]]:
        """Ask for the listing and for the routes of `more` that there are."""
        paths = list(dict.fromkeys([self.quirks.models_path, *filter(None, more)]))
        replies = yield [get(path) for path in paths]
        answered(replies, self.product)
        seen = dict(zip(paths, replies, strict=True))
        listing = seen[self.quirks.models_path]
        if self.quirks.models_path != _MODELS and (listing is None or listing.status != OK):
            (seen[self.quirks.models_path],) = yield [get(_MODELS)]
        return seen

    def _counted(self, route: CountRoute, body: dict[str, Any]) -> Plan[int]:
        (reply,) = yield [post(route.path, body)]
        count = route.read(fields(reply))
        if count is None:
            raise self._no_count(reply)
        return count

    def _no_count(self, reply: Reply | None) -> BackendError:
        if reply is None or reply.status == OK:
            return BackendUnreachable(f"{self.product} gives no token count")
        return self.error(reply)

    def _bounded(self, body: dict[str, Any]) -> dict[str, Any]:
        """Keep to the most stop strings that the server takes; answers are trimmed here, too."""
        if self.quirks.most_stops is not None and body.get("stop"):
            body["stop"] = body["stop"][: self.quirks.most_stops]
        return body

    def _model(self, row: dict[str, Any], about: dict[str, Any]) -> Model:
        return Model(
            name=row["id"], loaded=_loaded(row), context_tokens=self.quirks.context(row, about)
        )

    def _state(
        self,
        seen: Mapping[str, Reply | None],
        listing: Reply | None,
        models: tuple[Model, ...],
    ) -> State:
        if refused([listing]):
            return State.KEY_WANTED
        if any(
            reply is not None and reply.status == UNAVAILABLE
            for reply in (listing, seen.get(self.quirks.ready_path))
        ):
            return State.LOADING
        listed = listing is not None and listing.status == OK
        return State.NO_MODEL if listed and not models else State.READY


def _rows(listing: Reply | None) -> list[dict[str, Any]]:
    return [row for row in rows(fields(listing).get("data")) if label(row.get("id"))]


def _loaded(row: dict[str, Any] | None) -> bool | None:
    """Whether a model is in memory, where the listing says so (LM Studio)."""
    state = inner(row, "state")
    return state == "loaded" if isinstance(state, str) else None
