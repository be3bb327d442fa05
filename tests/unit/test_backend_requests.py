"""What each dialect asks for: every field that keeps a server from surprising us."""

import msgspec
import pytest

from local_llm.backends.base import (
    ChatAsk,
    InfillAsk,
    Message,
    ModelInfo,
    RawAsk,
    Reply,
    Request,
    Sampling,
)
from local_llm.backends.llamacpp import LlamaCpp
from local_llm.backends.llamafile import ClassicLlamafile, Llamafiler
from local_llm.backends.ollama import Ollama, is_cloud_name
from local_llm.backends.openai import OpenAi
from local_llm.backends.openai_quirks import KOBOLD, LM_STUDIO, LOCALAI, TABBY, VLLM
from local_llm.backends.textgen import TextGen
from local_llm.errors import BackendError, BackendUnreachable, RequestRejected

SCHEMA = {"type": "object"}
TALK = (Message("system", "Be brief."), Message("user", "Name a prime."))
TURNS = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Name a prime."},
]
CHAT = ChatAsk(
    model="m",
    messages=TALK,
    max_tokens=256,
    context_tokens=8192,
    sampling=Sampling(temperature=0.2, top_p=0.9, seed=1, stop=("\n\n",)),
    think=False,
    keep_alive="10m",
    schema=SCHEMA,
)
PLAIN = ChatAsk(model="m", messages=TALK, max_tokens=256)
RAW = RawAsk(
    model="m", prompt="# primes\n", max_tokens=64, context_tokens=8192, sampling=CHAT.sampling
)
DRAWN = {"temperature": 0.2, "top_p": 0.9, "seed": 1, "stop": ["\n\n"]}
STREAMED = {"stream": True, "stream_options": {"include_usage": True}}
FORMAT = {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA}}
ALL = [
    Ollama(),
    LlamaCpp(),
    ClassicLlamafile(),
    Llamafiler(),
    TextGen(),
    *map(OpenAi, (VLLM, LM_STUDIO, LOCALAI, TABBY, KOBOLD)),
    OpenAi(),
]


def sent(request):
    assert request.method == "POST"
    return request.path, msgspec.json.decode(request.body)


OPENAI_CHAT = {"model": "m", "messages": TURNS, "max_tokens": 256, **STREAMED, **DRAWN}
LLAMA_CHAT = {
    **OPENAI_CHAT,
    "cache_prompt": True,
    "return_progress": True,
    "response_format": FORMAT,
    "chat_template_kwargs": {"enable_thinking": False},
}
NO_USAGE = {k: v for k, v in OPENAI_CHAT.items() if k != "stream_options"}
CHATS = {
    "ollama": (
        Ollama(),
        "/api/chat",
        {
            "model": "m",
            "messages": TURNS,
            "stream": True,
            "truncate": False,
            "think": False,
            "format": SCHEMA,
            "keep_alive": "10m",
            "options": {"num_ctx": 8192, "num_predict": 256, **DRAWN},
        },
    ),
    "llama.cpp": (LlamaCpp(), "/v1/chat/completions", LLAMA_CHAT),
    "classic llamafile": (
        ClassicLlamafile(),
        "/v1/chat/completions",
        {
            **NO_USAGE,
            "cache_prompt": True,
            "response_format": {"type": "json_object", "schema": SCHEMA},
        },
    ),
    "llamafiler": (
        Llamafiler(),
        "/v1/chat/completions",
        {**OPENAI_CHAT, "response_format": {"type": "json_schema", "json_schema": SCHEMA}},
    ),
    "textgen": (
        TextGen(),
        "/v1/chat/completions",
        {**OPENAI_CHAT, "enable_thinking": False, "truncation_length": 8192},
    ),
    "generic": (OpenAi(), "/v1/chat/completions", {**OPENAI_CHAT, "response_format": FORMAT}),
    "vllm": (
        OpenAi(VLLM),
        "/v1/chat/completions",
        {
            **OPENAI_CHAT,
            "response_format": FORMAT,
            "chat_template_kwargs": {"enable_thinking": False},
        },
    ),
    "tabby": (
        OpenAi(TABBY),
        "/v1/chat/completions",
        {**OPENAI_CHAT, "json_schema": SCHEMA, "template_vars": {"enable_thinking": False}},
    ),
    "kobold": (OpenAi(KOBOLD), "/v1/chat/completions", NO_USAGE),
}


@pytest.mark.parametrize(("backend", "path", "body"), CHATS.values(), ids=CHATS)
def test_chat(backend, path, body):
    assert sent(backend.chat(CHAT)) == (path, body)


NATIVE = {"prompt": "# primes\n", "n_predict": 64, "stream": True, "cache_prompt": True, **DRAWN}
# Of the last record; the others are whole whatever is asked for.
SHORT = [
    "index",
    "content",
    "stop",
    "stop_type",
    "stopped_limit",
    "truncated",
    "tokens_evaluated",
    "tokens_predicted",
    "timings",
]
LLAMA = {**NATIVE, "model": "m", "response_fields": SHORT}
OPENAI_RAW = {"model": "m", "prompt": "# primes\n", "max_tokens": 64, **STREAMED, **DRAWN}
RAWS = {
    "ollama": (
        Ollama(),
        "/api/generate",
        {
            "model": "m",
            "prompt": "# primes\n",
            "raw": True,
            "stream": True,
            "truncate": False,
            "options": {"num_ctx": 8192, "num_predict": 64, **DRAWN},
        },
    ),
    "llama.cpp": (LlamaCpp(), "/completion", {**LLAMA, "return_progress": True}),
    "classic llamafile": (ClassicLlamafile(), "/completion", NATIVE),
    "llamafiler": (Llamafiler(), "/v1/completions", OPENAI_RAW),
    "textgen": (TextGen(), "/v1/completions", {**OPENAI_RAW, "truncation_length": 8192}),
    "generic": (OpenAi(), "/v1/completions", OPENAI_RAW),
}


@pytest.mark.parametrize(("backend", "path", "body"), RAWS.values(), ids=RAWS)
def test_raw(backend, path, body):
    assert sent(backend.complete(RAW)) == (path, body)


QUICK = msgspec.structs.replace(
    RAW,
    prompt=(1, 2),
    slot=0,
    grammar='root ::= "x"',
    alternatives=2,
    time_limit_ms=250,
    progress=False,
)


def test_what_completion_wants_of_llama_cpp():
    path, body = sent(LlamaCpp().complete(QUICK))
    more = {"id_slot": 0, "grammar": 'root ::= "x"', "n_cmpl": 2, "t_max_predict_ms": 250}
    assert (path, body) == ("/completion", {**LLAMA, "prompt": [1, 2], **more})


def test_what_a_server_does_not_know_is_not_sent_to_it():
    ask = msgspec.structs.replace(QUICK, prompt="# primes\n")
    assert sent(Ollama().complete(ask)) == sent(Ollama().complete(RAW))
    assert sent(TextGen().complete(ask)) == sent(TextGen().complete(RAW))
    assert sent(OpenAi().complete(ask)) == sent(OpenAi().complete(RAW))
    _, classic = sent(ClassicLlamafile().complete(ask))
    assert classic == {**NATIVE, "grammar": 'root ::= "x"'}


@pytest.mark.parametrize(("wanted", "n"), [(1, None), (3, 3), (99, 8)])
def test_vllm_brings_several_answers(wanted, n):
    ask = msgspec.structs.replace(RAW, alternatives=wanted)
    assert sent(OpenAi(VLLM).complete(ask))[1].get("n") == n


@pytest.mark.parametrize(
    ("backend", "slots", "most"),
    [
        (LlamaCpp(), 4, 4),
        (LlamaCpp(), None, 1),
        (ClassicLlamafile(), 4, 1),
        (OpenAi(VLLM), None, 8),
        (OpenAi(), None, 1),
        (TextGen(), None, 1),
        (Ollama(), None, 1),
    ],
)
def test_how_many_answers_one_request_can_bring(backend, slots, most):
    assert backend.most_alternatives(ModelInfo(name="m", slots=slots)) == most


def test_a_chat_goes_into_a_slot_where_there_are_slots():
    ask = msgspec.structs.replace(CHAT, slot=1)
    assert sent(LlamaCpp().chat(ask))[1] == {**LLAMA_CHAT, "id_slot": 1}
    for backend in ALL:
        if not isinstance(backend, LlamaCpp) or isinstance(backend, ClassicLlamafile):
            assert sent(backend.chat(ask)) == sent(backend.chat(CHAT))


GAP = InfillAsk(
    model="m",
    prefix="def add(prime, b):\n",
    suffix="\nprint(add(1, 2))\n",
    extra=(("util.py", "x = 1\n"),),
    max_tokens=64,
    context_tokens=8192,
    sampling=CHAT.sampling,
    keep_alive="10m",
    slot=0,
    time_limit_ms=250,
)
GAPS = {
    "llama.cpp": (
        LlamaCpp(),
        "/infill",
        {
            "model": "m",
            "input_prefix": GAP.prefix,
            "input_suffix": GAP.suffix,
            "input_extra": [{"filename": "util.py", "text": "x = 1\n"}],
            "n_predict": 64,
            "stream": True,
            "cache_prompt": True,
            "id_slot": 0,
            "t_max_predict_ms": 250,
            "response_fields": SHORT,
            **DRAWN,
        },
    ),
    "classic llamafile": (
        ClassicLlamafile(),
        "/infill",
        {
            "input_prefix": GAP.prefix,
            "input_suffix": GAP.suffix,
            "n_predict": 64,
            "stream": True,
            "cache_prompt": True,
            **DRAWN,
        },
    ),
    "ollama": (
        Ollama(),
        "/api/generate",
        {
            "model": "m",
            "prompt": GAP.prefix,
            "suffix": GAP.suffix,
            "stream": True,
            "truncate": False,
            "keep_alive": "10m",
            "options": {"num_ctx": 8192, "num_predict": 64, **DRAWN},
        },
    ),
}


@pytest.mark.parametrize(("backend", "path", "body"), GAPS.values(), ids=GAPS)
def test_a_gap_that_the_server_fills(backend, path, body):
    assert sent(backend.infill(GAP)) == (path, body)


def test_the_others_fill_no_gap_by_themselves():
    for backend in (TextGen(), Llamafiler(), *map(OpenAi, (VLLM, LM_STUDIO, LOCALAI, TABBY))):
        assert backend.infill(GAP) is None


def test_no_repr_shows_what_stands_around_a_gap():
    assert repr(GAP) == "InfillAsk('m', 19 characters before and 18 after)"


@pytest.mark.parametrize("backend", ALL, ids=lambda b: b.product)
def test_what_was_not_asked_for_is_not_sent(backend):
    _, body = sent(backend.chat(PLAIN))
    unwanted = {"think", "format", "keep_alive", "seed", "stop", "response_format", "suffix"}
    unwanted |= {"json_schema", "template_vars", "chat_template_kwargs", "enable_thinking", "shift"}
    assert not unwanted & (body.keys() | body.get("options", {}).keys())
    assert "num_ctx" not in body.get("options", {})


@pytest.mark.parametrize("backend", ALL, ids=lambda b: b.product)
def test_the_limit_and_the_sampling_are_always_sent(backend):
    for request in (
        backend.chat(PLAIN),
        backend.complete(RawAsk(model="m", prompt="", max_tokens=9)),
    ):
        _, body = sent(request)
        options = body.get("options", body)
        limit = options.get("max_tokens") or options.get("n_predict") or options["num_predict"]
        assert limit in (256, 9)
        assert (options["temperature"], options["top_p"]) == (0.2, 0.95)
        assert body["stream"] is True


@pytest.mark.parametrize(
    ("think", "field"), [(False, "low"), (True, "medium"), (None, None)], ids=str
)
def test_gpt_oss_knows_levels_only(think, field):
    ask = msgspec.structs.replace(CHAT, model="gpt-oss:20b", think=think)
    _, ollama = sent(Ollama().chat(ask))
    _, llama = sent(LlamaCpp().chat(ask))
    assert ollama.get("think") == field
    switches = {"reasoning_effort": field} if field else None
    assert llama.get("chat_template_kwargs") == switches


def test_token_ids_go_only_where_they_are_taken():
    ids = RawAsk(model="m", prompt=(1, 2, 3), max_tokens=9)
    for backend in (LlamaCpp(), ClassicLlamafile(), OpenAi(VLLM)):
        assert backend.takes_ids
        assert sent(backend.complete(ids))[1]["prompt"] == [1, 2, 3]
    for backend in (Ollama(), TextGen(), OpenAi(), Llamafiler()):
        assert not backend.takes_ids
        with pytest.raises(RequestRejected, match="takes no token ids"):
            backend.complete(ids)


def test_llamafiler_takes_four_stop_strings():
    ask = RawAsk(model="m", prompt="", max_tokens=1, sampling=Sampling(stop=tuple("abcdef")))
    assert sent(Llamafiler().complete(ask))[1]["stop"] == ["a", "b", "c", "d"]
    assert sent(LlamaCpp().complete(ask))[1]["stop"] == list("abcdef")


@pytest.mark.parametrize("backend", ALL, ids=lambda b: b.product)
def test_the_key_goes_into_a_header_and_the_prompt_into_no_repr(backend):
    assert backend.auth("k3y") == {"Authorization": "Bearer k3y"}
    for request in (backend.chat(CHAT), backend.complete(RAW)):
        assert "prime" not in repr(request)
        assert "prime" not in request.path
    assert "prime" not in repr(CHAT) + repr(RAW)


@pytest.mark.parametrize(
    ("name", "cloud"),
    {
        "glm-4.6:cloud": True,
        "gpt-oss:120b-cloud": True,
        "GPT-OSS:120B-CLOUD": True,
        " x:cloud ": True,
        "x-cloud": True,
        "x:cloud:local": False,
        "qwen3:8b": False,
        "cloud:7b": False,
        "stratus-cloud:7b": False,
        "": False,
    }.items(),
)
def test_cloud_names(name, cloud):
    assert is_cloud_name(name) is cloud


def drive(plan, *answers):
    """Drive a plan with one reply a round; return the requests and the result."""
    asked, result = [], None
    replies = iter(answers)
    try:
        requests = next(plan)
        while True:
            asked += requests
            requests = plan.send([next(replies)] * len(requests))
    except StopIteration as stop:
        result = stop.value
    return asked, result


def ok(body):
    return Reply(status=200, body=msgspec.json.encode(body))


NOT_THERE = Reply(status=404, body=b'{"error":{"code":404,"message":"File Not Found"}}')
COUNTS = {
    "llama.cpp": (
        LlamaCpp(),
        "/tokenize",
        {"model": "m", "content": "a = 1", "add_special": False, "parse_special": False},
        {"tokens": [64, 284, 220, 16]},
        4,
    ),
    "classic": (ClassicLlamafile(), "/tokenize", {"content": "a = 1"}, {"tokens": [1, 2]}, 2),
    "llamafiler": (
        Llamafiler(),
        "/tokenize",
        {"model": "m", "prompt": "a = 1", "add_special": False, "parse_special": False},
        {"tokens": ["a", " =", " 1"]},
        3,
    ),
    "textgen": (TextGen(), "/v1/internal/token-count", {"text": "a = 1"}, {"length": 5}, 5),
    "vllm": (
        OpenAi(VLLM),
        "/tokenize",
        {"model": "m", "prompt": "a = 1", "add_special_tokens": False},
        {"count": 4, "max_model_len": 9, "tokens": [1]},
        4,
    ),
    "localai": (
        OpenAi(LOCALAI),
        "/v1/tokenize",
        {"model": "m", "content": "a = 1"},
        {"tokens": [1]},
        1,
    ),
    "tabby": (
        OpenAi(TABBY),
        "/v1/token/encode",
        {"model": "m", "text": "a = 1", "add_bos_token": False},
        {"tokens": [1], "length": 1},
        1,
    ),
    "kobold": (
        OpenAi(KOBOLD),
        "/api/extra/tokencount",
        {"model": "m", "prompt": "a = 1"},
        {"value": 2, "ids": [1, 97]},
        2,
    ),
}


@pytest.mark.parametrize(
    ("backend", "path", "body", "answer", "count"), COUNTS.values(), ids=COUNTS
)
def test_counting_a_text(backend, path, body, answer, count):
    asked, result = drive(backend.count("m", "a = 1"), ok(answer))
    assert [sent(request) for request in asked] == [(path, body)]
    assert result == count


@pytest.mark.parametrize("backend", [row[0] for row in COUNTS.values()], ids=COUNTS)
@pytest.mark.parametrize("reply", [None, ok({}), ok([]), NOT_THERE], ids=repr)
def test_no_count_is_an_error_of_ours(backend, reply):
    with pytest.raises(BackendError):
        drive(backend.count("m", "a = 1"), reply)


def test_servers_without_a_tokenizer():
    for backend in (Ollama(), OpenAi(), OpenAi(LM_STUDIO)):
        assert backend.count("m", "a") is None
        assert backend.count_chat("m", TALK) is None
    for backend in (ClassicLlamafile(), Llamafiler(), OpenAi(TABBY), OpenAi(KOBOLD)):
        assert backend.count_chat("m", TALK) is None


def test_llama_cpp_counts_a_chat_by_the_new_route():
    asked, count = drive(LlamaCpp().count_chat("m", TALK), ok({"input_tokens": 57}))
    assert count == 57
    assert sent(asked[0]) == (
        "/v1/chat/completions/input_tokens",
        {"model": "m", "messages": TURNS},
    )


def test_llama_cpp_counts_a_chat_by_template_where_the_route_is_missing():
    asked, count = drive(
        LlamaCpp().count_chat("m", TALK), NOT_THERE, ok({"prompt": "<|x|>"}), ok({"tokens": [1, 2]})
    )
    assert count == 2
    assert [request.path for request in asked][1:] == ["/apply-template", "/tokenize"]
    assert sent(asked[2])[1] == {
        "model": "m",
        "content": "<|x|>",
        "add_special": True,
        "parse_special": True,
    }


def test_textgen_renders_then_counts():
    asked, count = drive(TextGen().count_chat("m", TALK), ok({"prompt": "x"}), ok({"length": 7}))
    assert count == 7
    assert [r.path for r in asked] == ["/v1/internal/chat-prompt", "/v1/internal/token-count"]


def test_vllm_counts_messages():
    asked, count = drive(OpenAi(VLLM).count_chat("m", TALK), ok({"count": 9}))
    assert count == 9
    assert sent(asked[0])[1] == {"model": "m", "messages": TURNS, "add_generation_prompt": True}


@pytest.mark.parametrize("backend", [LlamaCpp(), TextGen(), OpenAi(VLLM)], ids=lambda b: b.product)
def test_a_chat_that_cannot_be_counted(backend):
    with pytest.raises(BackendUnreachable):
        drive(backend.count_chat("m", TALK), None, None)
    with pytest.raises(RequestRejected):
        drive(backend.count_chat("m", TALK), NOT_THERE, NOT_THERE)


def test_requests_carry_no_conversation_header():
    # llama.cpp would go on generating after the socket is closed.
    assert set(Request.__struct_fields__) == {"path", "method", "body"}
