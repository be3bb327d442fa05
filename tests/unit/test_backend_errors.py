"""A server's complaint becomes the right error, and never repeats what we sent."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.backends.base import Reply
from local_llm.backends.complaint import error_in_stream, error_of
from local_llm.errors import (
    AuthRejected,
    BadStream,
    ContextOverflow,
    ModelLoading,
    ModelMissing,
    RedirectRefused,
    RequestRejected,
    ServerFailed,
)


def reply(status, body=b"", **headers):
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Reply(status=status, headers=headers, body=raw)


def llama(code, message, kind, **more):
    return {"error": {"code": code, "message": message, "type": kind, **more}}


TOO_LONG = "request (9000 tokens) exceeds the available context size (8192 tokens), try increasing"
OVERFLOWS = {
    "llama.cpp": (
        400,
        llama(400, TOO_LONG, "exceed_context_size_error", n_prompt_tokens=9000, n_ctx=8192),
        (9000, 8192),
    ),
    "llama.cpp, the text alone": (400, {"error": {"message": TOO_LONG}}, (9000, 8192)),
    "llama.cpp, older": (
        400,
        llama(400, "the request exceeds the available context size. try again", "x"),
        (None, None),
    ),
    "llama.cpp, slots": (
        500,
        llama(500, "Context size has been exceeded.", "server_error"),
        (None, None),
    ),
    "ollama, nested": (
        400,
        {
            "error": msgspec.json.encode(
                llama(400, TOO_LONG, "exceed_context_size_error", n_prompt_tokens=9000, n_ctx=8192)
            ).decode()
        },
        (9000, 8192),
    ),
    "ollama < 0.30": (
        400,
        {"error": "the input length exceeds the context length"},
        (None, None),
    ),
    "ollama, shift false": (
        400,
        {
            "error": "the prompt is longer than the context length currently available to the "
            "model; shorten it"
        },
        (None, None),
    ),
    "vllm, old": (
        400,
        {
            "error": {
                "message": "This model's maximum context length is 4096 tokens. However, you "
                "requested 5000 tokens (4744 in the messages, 256 in the completion).",
                "type": "BadRequestError",
                "code": 400,
            }
        },
        (4744, 4096),
    ),
    "vllm, a lower bound is no count": (
        400,
        {
            "error": {
                "message": "This model's maximum context length is 4096 tokens. However, you "
                "requested 256 output tokens and your prompt contains at least 3841 input tokens."
            }
        },
        (None, 4096),
    ),
    "tabby": (
        400,
        {"error": {"message": "no", "code": "context_length_exceeded"}},
        (None, None),
    ),
    "llamafiler": (500, b"out_of_context\n", (None, None)),
    "lm studio": (
        400,
        {
            "error": "Trying to keep the first 5000 tokens when context the overflows. However, "
            "the model is loaded with context length of only 4096 tokens"
        },
        (5000, 4096),
    ),
}


@pytest.mark.parametrize(("status", "body", "numbers"), OVERFLOWS.values(), ids=OVERFLOWS)
def test_overflow_with_its_numbers(status, body, numbers):
    error = error_of(reply(status, body), "the server")
    assert isinstance(error, ContextOverflow)
    assert (error.prompt_tokens, error.context_tokens) == numbers
    assert all(str(n) in str(error) for n in numbers if n)


MISSING = {
    "ollama": (404, {"error": "model 'nope:7b' not found"}),
    "vllm": (404, {"error": {"message": "The model `nope` does not exist.", "code": 404}}),
    "openai": (404, {"error": {"message": "no", "code": "model_not_found"}}),
    "router": (400, llama(400, "model 'nope' not found", "invalid_request_error")),
}


@pytest.mark.parametrize(("status", "body"), MISSING.values(), ids=MISSING)
def test_missing_model(status, body):
    assert isinstance(error_of(reply(status, body), "it"), ModelMissing)


NO_MEMORY = "model requires more system memory (5.6 GiB) than is available (3.0 GiB)"
OTHERS = {
    "loading": (
        503,
        llama(503, "Loading model", "unavailable_error"),
        ModelLoading,
        "it is still loading the model",
    ),
    "loading, classic": (503, {"status": "loading model"}, ModelLoading, None),
    "starting": (503, {"status": "starting"}, ModelLoading, None),
    "busy": (
        503,
        {"error": "server busy, please try again.  maximum pending requests exceeded"},
        ServerFailed,
        "it says: server busy, please try again (HTTP 503)",
    ),
    "key": (401, llama(401, "Invalid API Key", "authentication_error"), AuthRejected, None),
    "key, vllm's string": (
        401,
        {"error": "Unauthorized"},
        AuthRejected,
        "it wants a key, or another one (HTTP 401)",
    ),
    "key, detail": (401, {"detail": "Unauthorized"}, AuthRejected, None),
    "foreign host, ollama": (403, b"", AuthRejected, "it forbids the request (HTTP 403)"),
    "foreign host, textgen": (
        400,
        {"detail": "Invalid host header"},
        RequestRejected,
        "it says: Invalid host header (HTTP 400)",
    ),
    "validation": (
        422,
        {
            "detail": [
                {"loc": ["body", "prompt"], "msg": "Field required", "type": "missing"},
                {"loc": ["body", 3], "msg": "SECRET", "input": "SECRET"},
            ]
        },
        RequestRejected,
        "it says: body.prompt: Field required; body.3: not accepted (HTTP 422, validation)",
    ),
    "unknown route": (404, {"detail": "Not Found"}, RequestRejected, None),
    "html": (
        404,
        b"<html>SECRET</html>",
        RequestRejected,
        "it rejected the request (HTTP 404)",
    ),
    "thinking": (
        400,
        {"error": '"llama3" does not support thinking'},
        RequestRejected,
        "it says: does not support thinking (HTTP 400)",
    ),
    "suffix": (
        400,
        {"error": {"message": "suffix is not currently supported", "type": "BadRequestError"}},
        RequestRejected,
        "it says: suffix is not currently supported (HTTP 400, BadRequestError)",
    ),
    "memory": (
        500,
        {"error": NO_MEMORY},
        ServerFailed,
        f"it says: {NO_MEMORY} (HTTP 500)",
    ),
    "infill": (
        501,
        llama(501, "Infill is not supported by this model: no", "not_supported_error"),
        ServerFailed,
        "it says: Infill is not supported by this model (HTTP 501, not_supported_error)",
    ),
    "kobold busy": (503, {"detail": {"msg": "busy", "type": "x y"}}, ServerFailed, None),
    "empty": (500, b"", ServerFailed, "it failed (HTTP 500)"),
    "not utf-8": (500, b"\xff\xfe", ServerFailed, "it failed (HTTP 500)"),
    "no content": (204, b"", BadStream, None),
}


@pytest.mark.parametrize(("status", "body", "kind", "text"), OTHERS.values(), ids=OTHERS)
def test_other_complaints(status, body, kind, text):
    error = error_of(reply(status, body), "it")
    assert type(error) is kind
    assert text is None or str(error) == text
    assert error.hint


REDIRECTS = {
    "https://user:key@far.invalid:8443/path?token=1": "it redirects to far.invalid:8443",
    "/login": "it redirects to another address",
    "http://[bad": "it redirects to another address",
    "http://\u001b[31m/": "it redirects to another address",
    "": "it redirects to another address",
}


@pytest.mark.parametrize(("location", "text"), REDIRECTS.items())
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_name_the_host_and_no_more(location, text, status):
    error = error_of(reply(status, location=location), "it")
    assert isinstance(error, RedirectRefused)
    assert str(error) == text


SECRET = "def secret_sauce(password): return 'hunter2'"
ECHOES = [
    SECRET,
    {"error": SECRET},
    {"error": {"message": SECRET, "type": SECRET, "code": SECRET}},
    {"detail": SECRET},
    {"detail": [{"loc": ["body", SECRET], "msg": SECRET, "input": SECRET}]},
    {"detail": {"msg": SECRET, "type": SECRET}},
    {"error": msgspec.json.encode({"error": {"message": SECRET}}).decode()},
    {"error": {"message": f"model '{SECRET}' not found"}},
    {"error": {"message": f"[json.exception.parse_error.101] last read: '{SECRET}'"}},
    {"error": {"message": f"1 validation error input_value='{SECRET}' out of memory"}},
    {"message": SECRET, "status": SECRET},
]


@pytest.mark.parametrize("status", [300, 307, 400, 401, 403, 404, 422, 500, 503])
@pytest.mark.parametrize("body", ECHOES)
def test_nothing_of_the_prompt_comes_back(status, body):
    raw = body.encode() if isinstance(body, str) else msgspec.json.encode(body)
    for error in (error_of(reply(status, raw), "it"), error_in_stream(body, "it")):
        shown = f"{error} {error.hint} {error.sentence()} {error!r}"
        assert "secret" not in shown
        assert "hunter2" not in shown


@given(st.text(), st.integers(300, 599))
def test_messages_are_short_and_plain_whatever_the_server_says(text, status):
    body = {"error": {"message": text * 50 + " out of memory \x1b[31m", "type": text}}
    error = str(error_of(reply(status, body), "it"))
    assert len(error) < 500
    assert error.isprintable()


def test_deep_nesting_ends():
    body = '"x"'
    for _ in range(20):
        body = msgspec.json.encode({"error": body}).decode()
    assert isinstance(error_of(reply(400, body.encode()), "it"), RequestRejected)
    deep = b'{"error":' * 5000 + b"1" + b"}" * 5000
    assert isinstance(error_of(reply(500, deep), "it"), ServerFailed)


def test_many_phrases_are_bounded():
    body = {"error": ", ".join(f"model 'm{i}' not found" for i in range(200))}
    assert len(str(error_of(reply(404, body), "it"))) < 400


def test_an_error_in_a_stream_keeps_its_class():
    loading = {"error": {"code": 503, "message": "Loading model"}}
    assert isinstance(error_in_stream(loading, "it"), ModelLoading)
    assert str(error_in_stream({"error": "?"}, "it")) == "it stopped with an error"
    for odd in (None, 7, [], {}, {"error": None}, {"error": {"message": 7}}):
        assert isinstance(error_in_stream(odd, "it"), ServerFailed)
