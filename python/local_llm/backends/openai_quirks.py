"""What OpenAI-compatible servers do differently: one row a server."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from local_llm.backends.wire import inner, number


class CountRoute(msgspec.Struct, frozen=True, kw_only=True):
    """A route that counts tokens: the field for the text, more fields, the key of the answer."""

    path: str
    field: str
    more: dict[str, Any] = {}
    answer: str
    chat: bool = False  # takes `messages` as well, and renders them

    def read(self, body: dict[str, Any]) -> int | None:
        """Return the count in an answer: a number, or the length of a list."""
        value = body.get(self.answer)
        if isinstance(value, list):
            return len(value)
        return value if isinstance(value, int) else None


class Quirks(msgspec.Struct, frozen=True, kw_only=True):
    """One server's differences from the plain OpenAI routes.

    version_path: A GET whose JSON has `version`, or "".
    ready_path: A GET that answers 503 while the server starts, or "".
    models_path: The listing; `/v1/models` is asked where it is refused.
    context_key: The key of a listing's row that holds the context in force, or "".
    trained_key: The key of a row that holds the trained context, or "".
    context_path, context_keys: A GET and where in its JSON the context in force stands.
    one_model: Whatever model a request names, the loaded one answers.
    most_answers: How many answers to one prompt it streams (`n`).
    """

    product: str
    version_path: str = ""
    ready_path: str = ""
    models_path: str = "/v1/models"
    context_key: str = ""
    trained_key: str = ""
    context_path: str = ""
    context_keys: tuple[str, ...] = ()
    one_model: bool = False
    include_usage: bool = True
    takes_ids: bool = False
    schema: Literal["response_format", "json_schema", ""] = "response_format"
    template_field: str = ""
    error_prefix: str = ""
    most_stops: int | None = None
    most_answers: int = 1
    counting: CountRoute | None = None

    def context(self, row: dict[str, Any] | None, about: dict[str, Any]) -> int | None:
        """Return the context in force, from the model's row or the server's own route."""
        if self.context_key and (found := number(inner(row, self.context_key))):
            return found
        return number(inner(about, *self.context_keys)) if self.context_keys else None


GENERIC = Quirks(product="OpenAI-compatible server")
VLLM = Quirks(
    product="vLLM",
    version_path="/version",
    context_key="max_model_len",
    takes_ids=True,
    most_answers=8,
    template_field="chat_template_kwargs",
    counting=CountRoute(
        path="/tokenize",
        field="prompt",
        more={"add_special_tokens": False},
        answer="count",
        chat=True,
    ),
)
LM_STUDIO = Quirks(
    product="LM Studio",
    models_path="/api/v0/models",
    context_key="loaded_context_length",
    trained_key="max_context_length",
)
LOCALAI = Quirks(
    product="LocalAI",
    version_path="/version",
    ready_path="/readyz",
    error_prefix="Internal error:",
    counting=CountRoute(path="/v1/tokenize", field="content", answer="tokens"),
)
TABBY = Quirks(
    product="tabbyAPI",
    ready_path="/health",
    context_path="/v1/model",
    context_keys=("parameters", "max_seq_len"),
    one_model=True,
    schema="json_schema",
    template_field="template_vars",
    counting=CountRoute(
        path="/v1/token/encode", field="text", more={"add_bos_token": False}, answer="length"
    ),
)
KOBOLD = Quirks(
    product="KoboldCpp",
    version_path="/api/extra/version",
    context_path="/api/extra/true_max_context_length",
    context_keys=("value",),
    one_model=True,
    include_usage=False,
    schema="",
    counting=CountRoute(path="/api/extra/tokencount", field="prompt", answer="value"),
)
LLAMAFILER = Quirks(
    product="llamafile",
    one_model=True,
    most_stops=4,
    schema="",
    counting=CountRoute(
        path="/tokenize",
        field="prompt",
        more={"add_special": False, "parse_special": False},
        answer="tokens",
    ),
)
TEXTGEN = Quirks(product="text-generation-webui", one_model=True, schema="")
