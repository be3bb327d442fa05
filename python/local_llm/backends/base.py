"""What every backend speaks: asks go in, requests come out; bytes go in, events come out.

A backend does no I/O. Where it needs several answers (which models, which context), it is a
generator, a `Plan`: it yields requests and is sent their replies, and any transport can drive it.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Literal, Protocol, TypeVar, runtime_checkable

import msgspec

from local_llm.backends.asks import ChatAsk, InfillAsk, Message, RawAsk, Sampling
from local_llm.errors import BackendError
from local_llm.stream.pieces import Text, Thinking

__all__ = [
    "Backend",
    "ChatAsk",
    "Decoder",
    "Done",
    "Event",
    "InfillAsk",
    "Message",
    "Model",
    "ModelInfo",
    "Plan",
    "Progress",
    "RawAsk",
    "Reply",
    "Request",
    "Sampling",
    "ServerInfo",
    "State",
    "TellsIds",
    "TellsVocabulary",
    "Text",
    "Thinking",
    "Usage",
]

T = TypeVar("T")


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP request, path relative to the base URL; `repr` leaves the body out."""

    path: str
    method: Literal["GET", "POST"] = "GET"
    body: bytes = b""

    def __repr__(self) -> str:
        return f"{self.method} {self.path} ({len(self.body)} bytes)"


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A whole answer: status, headers with lower-case names, body; `repr` leaves the body out."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""

    def __repr__(self) -> str:
        return f"HTTP {self.status} ({len(self.body)} bytes)"

    def json(self) -> Any:
        """Return the decoded body, or None where it is not JSON."""
        try:
            return msgspec.json.decode(self.body)
        except (ValueError, RecursionError):  # not JSON, not UTF-8, or nested without end
            return None


# A plan yields requests that may run at the same time and is sent one reply for each, in their
# order; None stands for "no answer" (refused, timed out, not HTTP).
Plan = Generator[Sequence[Request], Sequence[Reply | None], T]


class State(StrEnum):
    """What a server can do right now."""

    READY = "ready"
    LOADING = "loading"  # identified, but every request waits or fails until the model is there
    NO_MODEL = "no model"
    KEY_WANTED = "key wanted"  # identified, but it answers 401 without a key


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """One model that a server offers.

    `loaded` and `context_tokens` (the context in force, never the trained one) are None where
    the server does not say; `remote` marks a model that runs on somebody else's machine.
    """

    name: str
    loaded: bool | None = None
    remote: bool = False
    size_bytes: int | None = None
    context_tokens: int | None = None


class ServerInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a server says of itself; `product` is for people ("llama.cpp router")."""

    product: str
    version: str = ""
    state: State = State.READY
    models: tuple[Model, ...] = ()
    slots: int | None = None


class ModelInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a server says of one model.

    context_tokens: The context in force for one request, in tokens; None = not exposed.
    trained_tokens: The largest context the model was trained for; None = unknown.
    fim: Whether the server fills in the middle for it; None = unknown.
    fim_mark: The marker before the prefix that is one token of its vocabulary; "" = unknown.
    architecture: GGUF `general.architecture` or the server's family word; "" = unknown.
    thinking: Whether the model can reason before it answers; None = unknown.
    loaded: Whether it is resident in memory now; None = unknown.
    remote: Whether it runs on somebody else's machine.
    model_path: The model file as the server names it, on the server's disk; "" = unknown.
    slots: How many requests it computes at a time, each with a cache of its own; None = unknown.
    """

    name: str
    context_tokens: int | None = None
    trained_tokens: int | None = None
    fim: bool | None = None
    fim_mark: str = ""
    thinking: bool | None = None
    architecture: str = ""
    loaded: bool | None = None
    remote: bool = False
    digest: str = ""
    model_path: str = ""
    slots: int | None = None


class Progress(msgspec.Struct, frozen=True, tag=True):
    """The prompt being read: `done` of `total` tokens that were not in the cache."""

    done: int
    total: int


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Counts and times as the server reports them; None where it does not.

    prompt_tokens counts the whole prompt, cached part included.
    """

    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    answer_tokens: int | None = None
    prompt_ms: float | None = None
    answer_ms: float | None = None


class Done(msgspec.Struct, frozen=True, tag=True):
    """The end marker was seen. `finish`: "stop", "length", or the server's own word.

    Of several alternatives each has its own, told by `index`.
    """

    finish: str = "stop"
    usage: Usage = Usage()
    truncated: bool = False
    index: int = 0


Event = Text | Thinking | Progress | Done


class Decoder(Protocol):
    """Bytes of a 200 response in, events out.

    Raises (from either method): BackendError subclasses, for error objects in the stream
    (ServerFailed, ContextOverflow ...), BadStream for what is no stream, and StreamBroken from
    `finish` when the end marker never came; CloudRefused, when the answer turns out to be
    another machine's. Events decoded before the fault in the same chunk
    are lost to the caller unless returned first, so a decoder returns them and raises next time.
    """

    def feed(self, data: bytes) -> list[Event]:
        """Return the events that `data` completes."""
        ...

    def finish(self) -> list[Event]:
        """Return what is left at the end of the body.

        One Done has been returned then for every alternative that has begun, and one at least.
        """
        ...


@runtime_checkable
class TellsVocabulary(Protocol):
    """A backend whose server hands out a model's vocabulary."""

    def vocabulary(self, model: str) -> Plan[Mapping[str, Any] | None]:
        """Return the model's GGUF metadata, tokenizer arrays included, or None."""
        ...


@runtime_checkable
class TellsIds(Protocol):
    """A backend whose server turns text into token ids."""

    def ids(self, model: str, text: str, *, special: bool, start: bool) -> Plan[tuple[int, ...]]:
        """Return the ids of `text`.

        Args:
            model: The model.
            text: Any.
            special: Whether special-token strings in it are special tokens.
            start: Whether what every prompt begins with (BOS) stands before them.

        """
        ...


class Backend(Protocol):
    """One wire dialect. Adding a server is one file that fulfils this and a row in detect.py."""

    kind: str  # the word in backend.kind
    product: str  # for people
    default_urls: tuple[str, ...]
    takes_ids: bool  # whether `complete` takes token ids
    takes_schema: bool  # whether `chat` makes the answer keep to a JSON schema

    def auth(self, key: str) -> Mapping[str, str]:
        """Return the headers that carry an API key (never a URL)."""
        ...

    def survey(self) -> Plan[ServerInfo]:
        """Ask by GET only what the server is and which models it has."""
        ...

    def inspect(self, model: str) -> Plan[ModelInfo]:
        """Ask about one model; sends no user text and loads nothing. Raises ModelMissing."""
        ...

    def chat(self, ask: ChatAsk) -> Request:
        """Return the request that streams a chat completion."""
        ...

    def complete(self, ask: RawAsk) -> Request:
        """Return the request that streams a raw completion."""
        ...

    def infill(self, ask: InfillAsk) -> Request | None:
        """Return the request that has the server fill a gap, None where it has no route for it."""
        ...

    def most_alternatives(self, model: ModelInfo) -> int:
        """Return how many answers one `complete` can bring for a model."""
        ...

    def chat_decoder(self) -> Decoder:
        """Return a fresh decoder for the answer to `chat`."""
        ...

    def raw_decoder(self) -> Decoder:
        """Return a fresh decoder for the answer to `complete` or `infill`."""
        ...

    def count(self, model: str, text: str) -> Plan[int] | None:
        """Return a plan that counts the tokens of plain text, or None where no route does.

        The count excludes BOS and treats special-token strings as plain text where possible.
        """
        ...

    def count_chat(self, model: str, messages: Sequence[Message]) -> Plan[int] | None:
        """Return a plan that counts a chat as the server will render it, or None."""
        ...

    def error(self, reply: Reply) -> BackendError:
        """Return the error for a reply that is not 200 (redirects and 401 included)."""
        ...
