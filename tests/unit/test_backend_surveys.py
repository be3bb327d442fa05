"""What a server says of itself and of a model, asked without loading anything."""

import msgspec
import pytest

from local_llm.backends.base import Model, Reply, State
from local_llm.backends.llamacpp import LlamaCpp
from local_llm.backends.llamafile import ClassicLlamafile, Llamafiler
from local_llm.backends.ollama import Ollama
from local_llm.backends.openai import OpenAi
from local_llm.backends.openai_quirks import KOBOLD, LM_STUDIO, LOCALAI, TABBY, VLLM
from local_llm.backends.textgen import TextGen
from local_llm.errors import (
    AuthRejected,
    BackendUnreachable,
    ModelLoading,
    ModelMissing,
    ServerFailed,
)


def reply(body, status=200, **headers):
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Reply(status=status, body=raw, headers=headers)


NOT_THERE = reply({"error": {"code": 404, "message": "File Not Found"}}, 404)


def drive(plan, server):
    """Answer a plan from a table of path -> reply; return the paths asked and the result."""
    asked = []
    try:
        requests = next(plan)
        while True:
            asked += [f"{r.method} {r.path}" for r in requests]
            requests = plan.send([answer(server, r.path) for r in requests])
    except StopIteration as stop:
        return asked, stop.value


def answer(server, path):
    if server is None:
        return None
    return server.get(path, server.get(path.partition("?")[0], NOT_THERE))


def survey(backend, server):
    asked, info = drive(backend.survey(), server)
    assert all(line.startswith("GET ") for line in asked)
    return info


LOADING = reply(
    {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}, 503
)
KEY = reply(
    {"error": {"code": 401, "message": "Invalid API Key", "type": "authentication_error"}}, 401
)
PROPS = {
    "default_generation_settings": {"id": 0, "n_ctx": 8192, "params": {}},
    "total_slots": 4,
    "model_path": "/m.gguf",
    "chat_template": "{% if x %}<think>{% endif %}",
    "build_info": "b10488-abc",
    "is_sleeping": False,
}
LLAMA_MODELS = {
    "object": "list",
    "data": [
        {
            "id": "m",
            "aliases": ["alias"],
            "owned_by": "llamacpp",
            "meta": {"n_ctx_train": 32768, "n_ctx": 8192, "size": 99},
        }
    ],
    "models": [],
}
ROUTER_MODELS = {
    "data": [
        {"id": "a", "status": {"value": "loaded"}},
        {"id": "b", "status": {"value": "unloaded"}},
        {"id": "c", "status": {"value": "sleeping"}},
    ]
}
ROUTER_PROPS = {
    "role": "router",
    "default_generation_settings": {"n_ctx": 0},
    "model_path": "none",
    "build_info": "b10488-abc",
}
LLAMA = {
    "/health": reply({"status": "ok"}),
    "/props": reply(PROPS),
    "/models": reply(LLAMA_MODELS),
    "/v1/models": reply(LLAMA_MODELS),
}
ROUTER = {
    "/health": reply({"status": "ok"}),
    "/props": reply(ROUTER_PROPS),
    "/props?model=a&autoload=false": reply(PROPS),
    "/props?model=b&autoload=false": reply({"error": {"code": 400, "message": "no"}}, 400),
    "/models": reply(ROUTER_MODELS),
}
TAGS = {
    "models": [
        {"name": "m:latest", "model": "m:latest", "size": 7, "digest": "d1", "details": {}},
        {"name": "big:120b-cloud", "size": 1},
        {"name": "alias:1b", "size": 1, "remote_host": "https://far.invalid"},
    ]
}
PS = {"models": [{"name": "m:latest", "size": 1, "digest": "d1", "context_length": 8192}]}
SHOW = {
    "modelfile": "# x\nFROM /blobs/sha256-1\nPARAMETER num_ctx 4096\n",
    "parameters": 'num_ctx                        4096\nstop                           "<x>"',
    "template": "{{ .Prompt }}",
    "details": {"family": "qwen2"},
    "model_info": {"general.architecture": "qwen2", "qwen2.context_length": 32768},
    "capabilities": ["completion", "insert", "tools"],
}
OLLAMA = {
    "/api/version": reply({"version": "0.33.0"}),
    "/api/tags": reply(TAGS),
    "/api/ps": reply(PS),
    "/api/show": reply(SHOW),
}
TEXTGEN = {
    "/v1/internal/health": reply({"status": "ok"}),
    "/v1/internal/model/info": reply(
        {"model_name": "m.gguf", "lora_names": [], "loader": "llama.cpp"}
    ),
}
NO_TEXTGEN_MODEL = reply({"model_name": "None", "lora_names": [], "loader": "x"})


def test_ollama_survey():
    info = survey(Ollama(), OLLAMA)
    assert (info.product, info.version, info.state) == ("Ollama", "0.33.0", State.READY)
    assert info.models == (
        Model(name="m:latest", loaded=True, size_bytes=7, context_tokens=8192),
        Model(name="big:120b-cloud", loaded=False, size_bytes=1, remote=True),
        Model(name="alias:1b", loaded=False, size_bytes=1, remote=True),
    )


def test_ollama_inspect_prefers_the_context_in_force():
    asked, info = drive(Ollama().inspect("m"), OLLAMA)
    assert asked == ["POST /api/show", "GET /api/ps", "GET /api/tags"]
    assert (info.context_tokens, info.trained_tokens, info.loaded) == (8192, 32768, True)
    assert (info.fim, info.thinking, info.architecture) == (True, False, "qwen2")
    assert (info.digest, info.model_path, info.remote) == ("d1", "/blobs/sha256-1", False)


def test_ollama_context_of_a_model_that_is_not_resident():
    idle = {**OLLAMA, "/api/ps": reply({"models": []})}
    assert drive(Ollama().inspect("m"), idle)[1].context_tokens == 4096
    bare = {**idle, "/api/show": reply({**SHOW, "parameters": "", "capabilities": None})}
    info = drive(Ollama().inspect("m"), bare)[1]
    assert (info.context_tokens, info.trained_tokens) == (None, 32768)
    assert (info.fim, info.thinking, info.loaded) == (False, None, False)


def test_ollama_tells_fill_in_the_middle_by_the_template_of_old():
    old = {**SHOW, "capabilities": None, "template": "<PRE> {{ .Prompt }} <SUF>{{ .Suffix }}"}
    assert drive(Ollama().inspect("m"), {**OLLAMA, "/api/show": reply(old)})[1].fim is True


def test_ollama_asks_nothing_about_a_cloud_model():
    asked, info = drive(Ollama().inspect("big:120b-cloud"), OLLAMA)
    assert asked == []
    assert info.remote is True


def test_ollama_names_a_remote_model_by_what_it_says():
    far = {**OLLAMA, "/api/show": reply({**SHOW, "remote_host": "https://far.invalid"})}
    assert drive(Ollama().inspect("m"), far)[1].remote is True


def test_llama_cpp_survey():
    info = survey(LlamaCpp(), LLAMA)
    assert (info.product, info.version, info.state) == ("llama.cpp", "b10488-abc", State.READY)
    assert info.slots == 4
    assert info.models == (Model(name="m", loaded=True, size_bytes=99, context_tokens=8192),)


def test_llama_cpp_that_sleeps_is_not_woken():
    asleep = {**LLAMA, "/props": reply({**PROPS, "is_sleeping": True})}
    assert survey(LlamaCpp(), asleep).models[0].loaded is False
    asked, info = drive(LlamaCpp().inspect("m"), asleep)
    assert info.loaded is False
    assert "POST /tokenize" not in asked


def test_llama_cpp_without_the_short_route():
    assert survey(LlamaCpp(), {k: v for k, v in LLAMA.items() if k != "/models"}).models


def test_llama_cpp_inspect():
    asked, info = drive(LlamaCpp().inspect("m"), LLAMA)
    assert asked[:2] == ["GET /props?model=m&autoload=false", "GET /models"]
    assert (info.context_tokens, info.trained_tokens) == (8192, 32768)
    assert (info.thinking, info.loaded, info.model_path) == (True, True, "/m.gguf")
    assert (info.fim, info.slots) == (None, 4)


@pytest.mark.parametrize(
    ("pieces", "mark"),
    [
        (["<|fim_prefix|>", "\n", "<", "fim"], "<|fim_prefix|>"),
        (["<", "fim", "\n", "<fim_prefix>"], "<fim_prefix>"),
        (["<", "|fim_prefix|", ">", [240, 159]], ""),
        ([], None),
    ],
)
def test_llama_cpp_fills_in_where_a_marker_is_one_token(pieces, mark):
    cut = reply({"tokens": [{"id": 1, "piece": piece} for piece in pieces]})
    info = drive(LlamaCpp().inspect("m"), {**LLAMA, "/tokenize": cut})[1]
    assert (info.fim, info.fim_mark) == (None if mark is None else bool(mark), mark or "")


def test_router_survey_and_inspect():
    info = survey(LlamaCpp(), ROUTER)
    assert info.product == "llama.cpp router"
    assert [(m.name, m.loaded, m.context_tokens) for m in info.models] == [
        ("a", True, None),
        ("b", False, None),
        ("c", False, None),
    ]
    assert drive(LlamaCpp().inspect("a"), ROUTER)[1].context_tokens == 8192
    asked, idle = drive(LlamaCpp().inspect("b"), ROUTER)
    assert (idle.loaded, idle.context_tokens) == (False, None)
    assert all("autoload=false" in line or line == "GET /models" for line in asked)
    with pytest.raises(ModelMissing):
        drive(LlamaCpp().inspect("nope"), ROUTER)


def test_router_quotes_the_model_in_the_address():
    asked, _ = drive(LlamaCpp().inspect("a b&c=/d"), LLAMA)
    assert asked[0] == "GET /props?model=a+b%26c%3D%2Fd&autoload=false"


CLASSIC = {
    "/health": reply({"status": "ok", "slots_idle": 1, "slots_processing": 0}),
    "/props": reply(
        {
            "user_name": "",
            "assistant_name": "",
            "default_generation_settings": {"n_ctx": 2048},
        }
    ),
    "/v1/models": reply({"data": [{"id": "m"}]}),
    "/tokenize": reply({"tokens": [1, 2]}),
}


def test_classic_llamafile():
    info = survey(ClassicLlamafile(), CLASSIC)
    assert (info.product, info.state, info.models[0].name) == ("llamafile", State.READY, "m")
    found = drive(ClassicLlamafile().inspect("m"), CLASSIC)[1]
    assert (found.context_tokens, found.fim) == (2048, None)
    loading = {**CLASSIC, "/health": reply({"status": "loading model"}, 503)}
    assert survey(ClassicLlamafile(), loading).state is State.LOADING


def test_llamafiler():
    server = {"/v1/models": reply({"data": [{"id": "m"}]}, server="llamafile/0.9.3")}
    info = survey(Llamafiler(), server)
    assert (info.product, info.version, info.models[0].name) == ("llamafile", "0.9.3", "m")
    assert drive(Llamafiler().inspect("other"), server)[1].context_tokens is None


def test_textgen():
    info = survey(TextGen(), TEXTGEN)
    assert (info.state, info.models) == (State.READY, (Model(name="m.gguf", loaded=True),))
    found = drive(TextGen().inspect("any"), TEXTGEN)[1]
    assert (found.name, found.loaded, found.context_tokens) == ("any", True, None)
    empty = {**TEXTGEN, "/v1/internal/model/info": NO_TEXTGEN_MODEL}
    assert survey(TextGen(), empty).state is State.NO_MODEL


def listing(*models):
    return reply({"object": "list", "data": list(models)})


# quirks, server, version, context, trained, loaded
COMPATIBLE = {
    "vllm": (
        VLLM,
        {
            "/version": reply({"version": "0.14.1"}),
            "/v1/models": listing({"id": "m", "owned_by": "vllm", "max_model_len": 32768}),
        },
        ("0.14.1", 32768, None, None),
    ),
    "lm studio": (
        LM_STUDIO,
        {
            "/api/v0/models": listing(
                {
                    "id": "m",
                    "state": "loaded",
                    "loaded_context_length": 4096,
                    "max_context_length": 32768,
                }
            )
        },
        ("", 4096, 32768, True),
    ),
    "lm studio, not loaded": (
        LM_STUDIO,
        {"/api/v0/models": listing({"id": "m", "state": "not-loaded", "max_context_length": 9})},
        ("", None, 9, False),
    ),
    "lm studio, newer": (LM_STUDIO, {"/v1/models": listing({"id": "m"})}, ("", None, None, None)),
    "localai": (
        LOCALAI,
        {
            "/version": reply({"version": "v4.9.0"}),
            "/readyz": reply(b"OK"),
            "/v1/models": listing({"id": "m"}),
        },
        ("v4.9.0", None, None, None),
    ),
    "tabby": (
        TABBY,
        {
            "/health": reply({"status": "healthy"}),
            "/v1/model": reply({"id": "m", "parameters": {"max_seq_len": 16384}}),
            "/v1/models": listing({"id": "m"}, {"id": "n"}),
        },
        ("", 16384, None, None),
    ),
    "kobold": (
        KOBOLD,
        {
            "/api/extra/version": reply({"result": "KoboldCpp", "version": "1.76"}),
            "/api/extra/true_max_context_length": reply({"value": 4096}),
            "/v1/models": listing({"id": "m", "owned_by": "koboldcpp"}),
        },
        ("1.76", 4096, None, None),
    ),
}


@pytest.mark.parametrize(("quirks", "server", "expected"), COMPATIBLE.values(), ids=COMPATIBLE)
def test_compatible_servers(quirks, server, expected):
    info = survey(OpenAi(quirks), server)
    found = drive(OpenAi(quirks).inspect("m"), server)[1]
    assert (info.product, info.state) == (quirks.product, State.READY)
    assert (info.version, found.context_tokens, found.trained_tokens, found.loaded) == expected
    assert info.models[0].context_tokens == expected[1]


def test_a_model_that_is_not_listed_is_missing_unless_the_name_is_ignored():
    server = {"/v1/models": listing({"id": "m"}, {"id": "n"})}
    with pytest.raises(ModelMissing):
        drive(OpenAi(VLLM).inspect("nope"), server)
    assert drive(OpenAi(TABBY).inspect("nope"), server)[1].name == "nope"


def test_a_server_without_a_listing_is_ready_and_silent_about_models():
    info = survey(OpenAi(), {})
    assert (info.state, info.models) == (State.READY, ())
    assert drive(OpenAi().inspect("m"), {})[1].name == "m"


@pytest.mark.parametrize(
    ("backend", "server"),
    [
        (LlamaCpp(), dict.fromkeys(LLAMA, LOADING)),
        (ClassicLlamafile(), {"/health": reply({"status": "loading model"}, 503)}),
        (OpenAi(LOCALAI), {"/readyz": reply({"status": "starting"}, 503)}),
        (OpenAi(TABBY), {"/health": reply({"status": "unhealthy"}, 503)}),
    ],
    ids=lambda x: getattr(x, "product", ""),
)
def test_loading(backend, server):
    assert survey(backend, server).state is State.LOADING


@pytest.mark.parametrize(
    ("backend", "server"),
    [
        (LlamaCpp(), {"/health": reply({"status": "ok"}), "/props": KEY, "/models": KEY}),
        (LlamaCpp(), {**LLAMA, "/props": KEY}),
        (Ollama(), dict.fromkeys(OLLAMA, KEY)),
        (TextGen(), dict.fromkeys(TEXTGEN, reply({"detail": "Unauthorized"}, 401))),
        (OpenAi(VLLM), {"/v1/models": reply({"error": "Unauthorized"}, 401)}),
    ],
    ids=lambda x: getattr(x, "product", ""),
)
def test_key_wanted(backend, server):
    assert survey(backend, server).state is State.KEY_WANTED
    with pytest.raises(AuthRejected):
        drive(backend.inspect("m"), server)


@pytest.mark.parametrize(
    ("backend", "server"),
    [
        (Ollama(), {**OLLAMA, "/api/tags": reply({"models": []})}),
        (LlamaCpp(), {**ROUTER, "/models": reply({"data": []})}),
        (OpenAi(), {"/v1/models": listing()}),
    ],
    ids=lambda x: getattr(x, "product", ""),
)
def test_no_model(backend, server):
    assert survey(backend, server).state is State.NO_MODEL


ALL = [Ollama(), LlamaCpp(), ClassicLlamafile(), Llamafiler(), TextGen(), OpenAi()]


@pytest.mark.parametrize("backend", ALL, ids=lambda b: type(b).__name__)
def test_nobody_answers(backend):
    for plan in (backend.survey(), backend.inspect("m")):
        with pytest.raises(BackendUnreachable):
            drive(plan, None)


@pytest.mark.parametrize("backend", ALL, ids=lambda b: type(b).__name__)
@pytest.mark.parametrize("junk", [b"<html>", b"[]", b'{"data":7,"models":"x"}', b"\xff", b"null"])
def test_junk_raises_nothing_foreign(backend, junk):
    paths = [*OLLAMA, *LLAMA, *TEXTGEN, "/tokenize"]
    server = dict.fromkeys(paths, reply(junk))
    assert survey(backend, server).models == ()
    assert drive(backend.inspect("m"), server)[1].context_tokens is None


def test_ollama_faults_while_inspecting():
    for status, body, kind in (
        (404, {"error": "model 'm' not found"}, ModelMissing),
        (500, {"error": "x"}, ServerFailed),
    ):
        with pytest.raises(kind):
            drive(Ollama().inspect("m"), {**OLLAMA, "/api/show": reply(body, status)})
    with pytest.raises(ModelLoading):
        drive(LlamaCpp().inspect("m"), dict.fromkeys(["/props", "/models", "/v1/models"], LOADING))


ESCAPE = "m\x1b[31m"


@pytest.mark.parametrize("name", [ESCAPE, "x" * 301, "a\nb", 7, None])
def test_a_name_that_cannot_be_shown_is_not_offered(name):
    models = {"models": [{"name": name, "model": name}], "data": [{"id": name}]}
    info = {"model_name": name, "lora_names": []}
    about = {"version": ESCAPE, "build_info": ESCAPE}
    server = {
        "/api/tags": reply(models),
        "/models": reply(models),
        "/v1/models": reply(models, server=f"llamafile/{ESCAPE}"),
        "/v1/internal/model/info": reply(info),
        "/api/version": reply(about),
        "/version": reply(about),
        "/props": reply(about),
    }
    for backend in (*ALL, OpenAi(VLLM)):
        found = survey(backend, server)
        assert (found.models, found.version) == ((), "")
