"""A listener is told by its own marks, by GET alone; strangers are refused."""

import msgspec
import pytest

from local_llm.backends.base import Reply
from local_llm.backends.detect import Address, backend_for, identify, usual_addresses
from local_llm.errors import RedirectRefused, SettingsError, WrongServer


def reply(body, status=200, **headers):
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Reply(status=status, body=raw, headers=headers)


def drive(plan, server, otherwise):
    """Answer a plan from a table; return the paths that were asked and the result."""
    asked = []
    try:
        requests = next(plan)
        while True:
            assert all(r.method == "GET" and not r.body for r in requests)
            asked += [r.path for r in requests]
            requests = plan.send([server.get(r.path, otherwise) for r in requests])
    except StopIteration as stop:
        return asked, stop.value


NOT_FOUND = reply({"detail": "Not Found"}, 404)
HTML = reply(b"<html>hello</html>")
LLAMA_503 = reply(
    {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}, 503
)
LLAMA_401 = reply(
    {"error": {"code": 401, "message": "Invalid API Key", "type": "authentication_error"}}, 401
)
UNAUTHORIZED = reply({"detail": "Unauthorized"}, 401)
PROPS = {"default_generation_settings": {"n_ctx": 8192}, "total_slots": 1}


def listing(owner):
    return reply({"object": "list", "data": [{"id": "m", "owned_by": owner}]})


# server, otherwise, kind, product
SERVERS = {
    "ollama": (
        {"/": reply(b"Ollama is running"), "/api/version": reply({"version": "0.33.0"})},
        reply(b"404 page not found", 404),
        "ollama",
        "Ollama",
    ),
    "llama.cpp": (
        {"/": HTML, "/props": reply({**PROPS, "build_info": "b1"})},
        NOT_FOUND,
        "llamacpp",
        "llama.cpp",
    ),
    "llama.cpp, by header alone": (
        {},
        reply({"error": {"code": 404}}, 404, server="llama.cpp"),
        "llamacpp",
        "llama.cpp",
    ),
    "llama.cpp, old": ({"/props": reply(PROPS)}, NOT_FOUND, "llamacpp", "llama.cpp"),
    "llama.cpp, by its listing": (
        {"/v1/models": listing("llamacpp")},
        NOT_FOUND,
        "llamacpp",
        "llama.cpp",
    ),
    "router": ({"/props": reply({"role": "router"})}, NOT_FOUND, "llamacpp", "llama.cpp"),
    "llama.cpp, loading": ({}, LLAMA_503, "llamacpp", "llama.cpp"),
    "llama.cpp, key wanted": (
        {"/": HTML, "/health": reply({"status": "ok"})},
        LLAMA_401,
        "llamacpp",
        "llama.cpp",
    ),
    "llamafile, classic": (
        {
            "/props": reply({**PROPS, "user_name": "", "assistant_name": ""}),
            "/health": reply({"status": "ok", "slots_idle": 1, "slots_processing": 0}),
        },
        reply(b"File Not Found", 404, server="llama.cpp"),
        "llamafile",
        "llamafile",
    ),
    "llamafile, classic, loading": (
        {"/health": reply({"status": "loading model"}, 503)},
        NOT_FOUND,
        "llamafile",
        "llamafile",
    ),
    "llamafiler": (
        {"/v1/models": listing("llamafile")},
        reply(b"no", 404, server="llamafile/0.9.3"),
        "llamafile",
        "llamafile",
    ),
    "textgen": (
        {"/v1/internal/model/info": reply({"model_name": "m", "lora_names": [], "loader": "x"})},
        NOT_FOUND,
        "textgen",
        "text-generation-webui",
    ),
    "textgen, key wanted": (
        {"/v1/internal/model/info": UNAUTHORIZED, "/v1/models": UNAUTHORIZED},
        NOT_FOUND,
        "textgen",
        "text-generation-webui",
    ),
    "tabby": (
        {
            "/props": reply(PROPS),
            "/.well-known/serviceinfo": reply({"software": {"name": "TabbyAPI"}}),
        },
        NOT_FOUND,
        "openai",
        "tabbyAPI",
    ),
    "vllm": (
        {"/version": reply({"version": "0.14"}), "/v1/models": listing("vllm")},
        NOT_FOUND,
        "openai",
        "vLLM",
    ),
    "vllm, key wanted": (
        {
            "/version": reply({"version": "0.14"}),
            "/v1/models": reply({"error": "Unauthorized"}, 401),
            "/v1/internal/model/info": reply({"error": "Unauthorized"}, 401),
        },
        NOT_FOUND,
        "openai",
        "vLLM",
    ),
    "localai": (
        {
            "/.well-known/localai.json": reply({"version": "v4"}),
            "/version": reply({"version": "v4"}),
            "/v1/models": listing("x"),
            "/api/version": reply({"version": "0.9"}),
        },
        NOT_FOUND,
        "openai",
        "LocalAI",
    ),
    "kobold": (
        {
            "/": HTML,
            "/api/version": reply({"version": "0.7.0"}),
            "/props": reply(PROPS),
            "/api/extra/version": reply({"result": "KoboldCpp", "version": "1.9"}),
            "/v1/models": reply({"data": [{"id": "m"}]}),
        },
        NOT_FOUND,
        "openai",
        "KoboldCpp",
    ),
    "lm studio": (
        {
            "/api/v0/models": reply({"data": [{"id": "m", "state": "loaded"}]}),
            "/v1/models": listing("organization_owner"),
        },
        reply({"error": "Unexpected endpoint"}),
        "openai",
        "LM Studio",
    ),
    "another compatible one": (
        {"/v1/models": listing("me")},
        NOT_FOUND,
        "openai",
        "OpenAI-compatible server",
    ),
    "another compatible one, key wanted": (
        {"/v1/models": reply({"error": {"message": "no key"}}, 401)},
        NOT_FOUND,
        "openai",
        "OpenAI-compatible server",
    ),
}


@pytest.mark.parametrize(("server", "otherwise", "kind", "product"), SERVERS.values(), ids=SERVERS)
def test_each_server_is_known_by_its_marks(server, otherwise, kind, product):
    for wanted in ("auto", kind):
        _, found = drive(identify(wanted), server, otherwise)
        assert (found.kind, found.product) == (kind, product)


@pytest.mark.parametrize(("server", "otherwise", "kind", "product"), SERVERS.values(), ids=SERVERS)
@pytest.mark.parametrize("wanted", ["ollama", "llamacpp", "llamafile", "textgen"])
def test_another_kind_than_the_one_configured_is_refused(server, otherwise, kind, product, wanted):
    lenient = (kind == wanted) or (wanted == "llamafile" and kind == "llamacpp")
    if lenient:
        assert drive(identify(wanted), server, otherwise)[1].kind == wanted
        return
    with pytest.raises(
        WrongServer, match=f"{product} answers there, and backend.kind is"
    ) as caught:
        drive(identify(wanted), server, otherwise)
    assert f'"{kind}"' in caught.value.hint


STRANGERS = {
    "html": ({}, HTML),
    "html, 404": ({}, reply(b"<html>no</html>", 404)),
    "empty": ({}, reply(b"")),
    "json": ({}, reply({"hello": "world"})),
    "not utf-8": ({}, reply(b"\xff\xfe")),
    "401 everywhere": ({}, UNAUTHORIZED),
    "half an ollama": ({"/api/version": reply({"version": "1"})}, NOT_FOUND),
    "the other half": ({"/": reply(b"Ollama is running")}, NOT_FOUND),
    "503": ({}, reply(b"Service Unavailable", 503)),
    "a listing that is none": ({"/v1/models": reply({"data": ["m"]})}, NOT_FOUND),
}


@pytest.mark.parametrize(("server", "otherwise"), STRANGERS.values(), ids=STRANGERS)
def test_a_stranger_is_refused(server, otherwise):
    with pytest.raises(WrongServer, match="no model server that we know"):
        drive(identify(), server, otherwise)


def test_silence_ends_the_questions_at_once():
    plan = identify()
    requests = next(plan)
    with pytest.raises(WrongServer, match="does not speak HTTP"):
        plan.send([None] * len(requests))


def test_one_answer_in_the_first_round_goes_on():
    asked, found = drive(identify(), {"/": HTML, "/v1/models": listing("me")}, None)
    assert found.kind == "openai"
    assert len(asked) == len(set(asked))


def test_the_first_certain_answer_ends_the_questions():
    server, otherwise, *_ = SERVERS["ollama"]
    assert drive(identify(), server, otherwise)[0] == ["/", "/api/version"]


def test_redirects_are_not_followed():
    away = reply(b"", 307, location="https://far.invalid/x")
    with pytest.raises(RedirectRefused, match=r"redirects to far\.invalid"):
        drive(identify(), {}, away)


def test_a_refused_host_name_is_told():
    with pytest.raises(WrongServer, match="refuses this host name") as caught:
        drive(identify(), {}, reply({"detail": "Invalid host header"}, 400))
    assert "127.0.0.1" in caught.value.hint


def test_an_explicit_kind_is_trusted_behind_a_401():
    assert drive(identify("ollama"), {}, UNAUTHORIZED)[1].kind == "ollama"
    with pytest.raises(WrongServer):
        drive(identify("ollama"), {}, HTML)


def test_openai_is_content_with_the_shape():
    server, otherwise, *_ = SERVERS["ollama"]
    with_listing = {**server, "/v1/models": listing("library")}
    found = drive(identify("openai"), with_listing, otherwise)[1]
    assert (found.kind, found.product) == ("openai", "OpenAI-compatible server")
    assert drive(identify("openai"), {}, NOT_FOUND)[1].kind == "openai"
    with pytest.raises(WrongServer):
        drive(identify("openai"), {}, reply(b"<html>", 404))
    with pytest.raises(WrongServer):
        drive(identify("openai"), server, otherwise)


def test_embedded_is_llama_cpp():
    server, otherwise, *_ = SERVERS["llama.cpp"]
    assert drive(identify("embedded"), server, otherwise)[1].kind == "embedded"


@pytest.mark.parametrize(
    "kind", ["ollama", "llamacpp", "embedded", "llamafile", "textgen", "openai"]
)
def test_backend_for(kind):
    backend = backend_for(kind)
    assert backend.kind == kind
    assert backend.product
    assert all(url.startswith("http://127.0.0.1:") for url in backend.default_urls)


def test_an_unknown_kind_is_refused_before_anything_is_asked():
    for call in (backend_for, lambda kind: next(identify(kind))):
        with pytest.raises(SettingsError, match="known: ollama, llamacpp"):
            call("nope")


OLLAMA_HOSTS = {
    "": "http://127.0.0.1:11434",
    "  ": "http://127.0.0.1:11434",
    "127.0.0.1": "http://127.0.0.1:11434",
    "127.0.0.1:1234": "http://127.0.0.1:1234",
    ":1234": "http://127.0.0.1:1234",
    "box": "http://box:11434",
    "0.0.0.0": "http://127.0.0.1:11434",
    "0.0.0.0:5555": "http://127.0.0.1:5555",
    "http://box": "http://box:80",
    "https://box": "https://box:443",
    "https://box:8443/ollama/": "https://box:8443/ollama",
    "HTTP://box": "http://box:80",
    "[::1]": "http://[::1]:11434",
    "[::1]:99": "http://[::1]:99",
    "::1": "http://[::1]:11434",
    "[::]:99": "http://[::1]:99",
    "box:nope": "http://box:11434",
    "box:66000": "http://box:11434",
    "box:99999999999": "http://box:11434",
    "'box:1'": "http://box:1",
    '"box:1"': "http://box:1",
}


@pytest.mark.parametrize(("host", "url"), OLLAMA_HOSTS.items())
def test_ollama_host(host, url):
    assert usual_addresses({"OLLAMA_HOST": host})[0] == Address("ollama", url)


def test_the_usual_addresses():
    found = usual_addresses({})
    assert found[0] == Address("ollama", "http://127.0.0.1:11434")
    ports = [address.url.rpartition(":")[2] for address in found]
    assert ports == ["11434", "8080", "9931", "8012", "5000", "8000", "1234", "5001"]
    assert len(usual_addresses({"OLLAMA_HOST": ":8080"})) == 7


@pytest.mark.parametrize(
    ("kind", "ports"),
    {
        "ollama": ["11434"],
        "llamacpp": ["8080", "9931", "8012"],
        "llamafile": ["8080"],
        "textgen": ["5000"],
        "openai": ["8000", "1234", "5001", "8080", "5000"],
        "embedded": [],
    }.items(),
)
def test_the_usual_addresses_of_a_kind(kind, ports):
    found = usual_addresses({}, kind)
    assert [address.url.rpartition(":")[2] for address in found] == ports
    assert {address.kind for address in found} <= {kind}
