"""Every dialect's stream decodes the same wherever the network cuts, and ends in one Done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.backends.base import Done, Progress, Text, Thinking, Usage
from local_llm.backends.llamacpp import LlamaCpp
from local_llm.backends.llamafile import ClassicLlamafile, Llamafiler
from local_llm.backends.ollama import Ollama
from local_llm.backends.openai import OpenAi
from local_llm.backends.openai_quirks import KOBOLD, LOCALAI, VLLM
from local_llm.backends.textgen import TextGen
from local_llm.errors import (
    BackendError,
    BadStream,
    CloudRefused,
    ContextOverflow,
    LocalLlmError,
    ModelMissing,
    ServerFailed,
    StreamBroken,
)


def ndjson(*lines):
    return "".join(line + "\n" for line in lines).encode()


def sse(*events):
    return "".join(f"data: {event}\n\n" for event in events).encode()


def delta(body, finish="null"):
    return f'{{"choices":[{{"finish_reason":{finish},"index":0,"delta":{body}}}],"model":"m"}}'


def run(decoder, chunks):
    """Reasoning, answer, the other events, and the error that ended it."""
    thinking, answer, other, fault = "", "", [], None
    events = []
    try:
        for chunk in chunks:
            events += decoder.feed(chunk)
        events += decoder.finish()
    except LocalLlmError as exc:
        fault = (type(exc).__name__, str(exc))
    for event in events:
        if isinstance(event, Text):
            answer += event.text
        elif isinstance(event, Thinking) and event.all_before:
            thinking, answer = thinking + answer, ""
        elif isinstance(event, Thinking):
            thinking += event.text
        else:
            other.append(event)
    return thinking, answer, other, fault


def cuts(wire):
    yield [wire]
    yield [wire[at : at + 1] for at in range(len(wire))]
    yield from ([wire[:at], wire[at:]] for at in range(1, len(wire)))


OLLAMA_DONE = (
    '{"model":"q","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop",'
    '"total_duration":900000000,"prompt_eval_count":24,"prompt_eval_duration":120000000,'
    '"eval_count":3,"eval_duration":60000000}'
)
OLLAMA_USAGE = Usage(prompt_tokens=24, answer_tokens=3, prompt_ms=120.0, answer_ms=60.0)
NESTED = (
    '{"error":"{\\"error\\":{\\"code\\":400,\\"message\\":\\"request (9000 tokens) exceeds the '
    'available context size (8192 tokens), try increasing it\\",\\"type\\":'
    '\\"exceed_context_size_error\\",\\"n_prompt_tokens\\":9000,\\"n_ctx\\":8192}}"}'
)
OVERFLOW = (
    "ContextOverflow",
    "the prompt of 9000 tokens does not fit {}'s context of 8192 tokens",
)
TIMINGS = '{"cache_n":3,"prompt_n":50,"prompt_ms":9.1,"predicted_n":9,"predicted_ms":80.0}'

# name -> decoder, wire, reasoning, answer, other events, error
CASES = {
    "ollama chat": (
        Ollama().chat_decoder,
        ndjson(
            '{"message":{"role":"assistant","content":"","thinking":"small one"},"done":false}',
            '{"model":"q","message":{"role":"assistant","content":"Tw","thinking":"!"},"done":false}',
            '{"model":"q","message":{"role":"assistant","content":"o\u2028\u00e9"},"done":false}',
            OLLAMA_DONE,
        ),
        ("small one!", "Two\u2028\u00e9", [Done(usage=OLLAMA_USAGE)], None),
    ),
    "ollama raw": (
        Ollama().raw_decoder,
        ndjson(
            '{"model":"q","response":"return a + b","done":false}',
            '{"model":"q","response":"","done":true,"done_reason":"length","context":[1,2,3],'
            '"prompt_eval_count":21,"eval_count":5}',
        ),
        (
            "",
            "return a + b",
            [Done(finish="length", usage=Usage(prompt_tokens=21, answer_tokens=5))],
            None,
        ),
    ),
    "ollama, last line without newline": (
        Ollama().chat_decoder,
        ndjson(OLLAMA_DONE).rstrip(b"\n"),
        ("", "", [Done(usage=OLLAMA_USAGE)], None),
    ),
    "ollama, inline reasoning": (
        Ollama().chat_decoder,
        ndjson(
            '{"message":{"content":"<thi"},"done":false}',
            '{"message":{"content":"nk>hm</think>\\n\\nyes"},"done":false}',
            OLLAMA_DONE,
        ),
        ("hm", "yes", [Done(usage=OLLAMA_USAGE)], None),
    ),
    "ollama without done": (
        Ollama().chat_decoder,
        ndjson('{"message":{"content":"half"},"done":false}'),
        ("", "half", [], ("StreamBroken", "Ollama stopped in the middle of the answer")),
    ),
    "ollama, half a line": (
        Ollama().chat_decoder,
        ndjson('{"message":{"content":"half"},"done":false}') + b'{"message":{"con',
        ("", "half", [], ("StreamBroken", "Ollama stopped in the middle of the answer")),
    ),
    "ollama error first": (
        Ollama().chat_decoder,
        ndjson('{"error":"model \'nope\' not found"}'),
        ("", "", [], ("ModelMissing", "Ollama says: model 'nope' not found")),
    ),
    "ollama error in mid-stream": (
        Ollama().chat_decoder,
        ndjson('{"message":{"content":"half"},"done":false}', NESTED),
        ("", "half", [], (OVERFLOW[0], OVERFLOW[1].format("Ollama"))),
    ),
    "ollama error without newline": (
        Ollama().chat_decoder,
        ndjson('{"message":{"content":"half"},"done":false}') + b'{"error":"out of memory"}',
        ("", "half", [], ("ServerFailed", "Ollama says: out of memory")),
    ),
    "ollama, html": (
        Ollama().chat_decoder,
        b"<html>\n<body>no</body>\n",
        ("", "", [], ("BadStream", "Ollama sent something that is no event of a stream")),
    ),
    "ollama, from the cloud": (
        Ollama().chat_decoder,
        ndjson('{"message":{"content":"x"},"remote_host":"https://far.invalid","done":false}'),
        ("", "", [], ("CloudRefused", "Ollama passed the request on to another machine")),
    ),
    "ollama, nothing": (
        Ollama().chat_decoder,
        b"",
        ("", "", [], ("StreamBroken", "Ollama stopped in the middle of the answer")),
    ),
    "llama.cpp chat": (
        LlamaCpp().chat_decoder,
        sse(
            '{"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}],'
            '"prompt_progress":{"total":53,"cache":3,"processed":28,"time_ms":5}}',
            delta('{"reasoning_content":"hm"}'),
            delta('{"content":"a\u2028b"}'),
            delta('{"tool_calls":[{"index":0,"function":{"arguments":"x"}}]}'),
            delta("{}", '"stop"'),
            '{"choices":[],"model":"m","usage":{"completion_tokens":9,"prompt_tokens":53,'
            f'"total_tokens":62,"prompt_tokens_details":{{"cached_tokens":3}}}},"timings":{TIMINGS}}}',
            "[DONE]",
        ),
        (
            "hm",
            "a\u2028b",
            [
                Progress(done=25, total=50),
                Done(
                    usage=Usage(
                        prompt_tokens=53,
                        cached_tokens=3,
                        answer_tokens=9,
                        prompt_ms=9.1,
                        answer_ms=80.0,
                    )
                ),
            ],
            None,
        ),
    ),
    "llama.cpp, pings and crlf": (
        LlamaCpp().chat_decoder,
        b":\n\n"
        + sse(delta('{"content":"a"}'), delta("{}", '"length"'), "[DONE]").replace(b"\n", b"\r\n"),
        ("", "a", [Done(finish="length")], None),
    ),
    "llama.cpp without done": (
        LlamaCpp().chat_decoder,
        sse(delta('{"content":"a"}'), delta("{}", '"stop"')),
        ("", "a", [], ("StreamBroken", "llama.cpp stopped in the middle of the answer")),
    ),
    "llama.cpp error in mid-stream": (
        LlamaCpp().chat_decoder,
        sse(
            delta('{"content":"a"}'),
            '{"error":{"code":500,"message":"Context size has been exceeded."}}',
        ),
        ("", "a", [], ("ContextOverflow", "the prompt does not fit llama.cpp's context")),
    ),
    "old llama.cpp error line": (
        LlamaCpp().chat_decoder,
        sse(delta('{"content":"a"}'))
        + b'error: {"code":500,"message":"boom","type":"server_error"}\n\n',
        ("", "a", [], ("ServerFailed", "llama.cpp stopped with an error (server_error)")),
    ),
    "llama.cpp raw": (
        LlamaCpp().raw_decoder,
        sse(
            '{"index":0,"content":"","tokens":[],"stop":false,"prompt_progress":{"total":4,"cache":0,"processed":4}}',
            '{"index":0,"content":"2, 3","tokens":[17,18],"stop":false,"id_slot":0}',
            '{"index":0,"content":"","tokens":[],"stop":true,"tokens_predicted":6,"tokens_evaluated":53,'
            '"prompt":"# primes","truncated":true,"stop_type":"limit","tokens_cached":9,'
            f'"timings":{TIMINGS}}}',
        ),
        (
            "",
            "2, 3",
            [
                Progress(done=4, total=4),
                Done(
                    finish="length",
                    truncated=True,
                    usage=Usage(
                        prompt_tokens=53,
                        cached_tokens=3,
                        answer_tokens=6,
                        prompt_ms=9.1,
                        answer_ms=80.0,
                    ),
                ),
            ],
            None,
        ),
    ),
    "llama.cpp raw without stop": (
        LlamaCpp().raw_decoder,
        sse('{"content":"2","stop":false}'),
        ("", "2", [], ("StreamBroken", "llama.cpp stopped in the middle of the answer")),
    ),
    "classic llamafile chat": (
        ClassicLlamafile().chat_decoder,
        sse(delta('{"content":"a"}'), delta("{}", '"stop"')),
        ("", "a", [Done()], None),
    ),
    "classic llamafile chat, cut": (
        ClassicLlamafile().chat_decoder,
        sse(delta('{"content":"a"}')),
        ("", "a", [], ("StreamBroken", "llamafile stopped in the middle of the answer")),
    ),
    "classic llamafile raw": (
        ClassicLlamafile().raw_decoder,
        sse(
            '{"content":"a","stop":false}',
            '{"content":"","stop":true,"stopped_limit":true,"truncated":false,"tokens_evaluated":4,"tokens_predicted":1}',
        ),
        ("", "a", [Done(finish="length", usage=Usage(prompt_tokens=4, answer_tokens=1))], None),
    ),
    "llamafiler": (
        Llamafiler().raw_decoder,
        sse(
            '{"choices":[{"index":0,"text":"a","finish_reason":null}]}',
            '{"choices":[{"index":0,"text":"","finish_reason":"stop"}]}',
            "[DONE]",
        ),
        ("", "a", [Done()], None),
    ),
    "textgen raw": (
        TextGen().raw_decoder,
        sse('{"choices":[{"index":0,"finish_reason":null,"text":"x = 1"}],"usage":null}')
        + b": ping - 2026-11-22 10:00:15.000000+00:00\n\n"
        + sse(
            '{"choices":[{"index":0,"finish_reason":"stop","text":""}],"usage":null}',
            '{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":4,"total_tokens":9}}',
            "[DONE]",
        ),
        ("", "x = 1", [Done(usage=Usage(prompt_tokens=5, answer_tokens=4))], None),
    ),
    "textgen, empty answer": (
        TextGen().raw_decoder,
        sse('{"choices":[{"index":0,"finish_reason":"stop","text":""}],"usage":null}', "[DONE]"),
        ("", "", [Done()], None),
    ),
    "textgen, reasoning without a content key": (
        TextGen().chat_decoder,
        sse(
            delta('{"role":"assistant","content":""}'),
            delta('{"reasoning_content":"hm"}'),
            delta('{"content":"a"}'),
            delta("{}", '"stop"'),
            "[DONE]",
        ),
        ("hm", "a", [Done()], None),
    ),
    "vllm reasoning": (
        OpenAi(VLLM).chat_decoder,
        sse(delta('{"reasoning":"hm"}'), delta('{"content":"a"}', '"stop"'), "[DONE]"),
        ("hm", "a", [Done()], None),
    ),
    "vllm, done after an error": (
        OpenAi(VLLM).chat_decoder,
        sse(
            delta('{"content":"a"}'),
            '{"error":{"message":"x","type":"InternalServerError","param":null,"code":500}}',
            "[DONE]",
        ),
        ("", "a", [], ("ServerFailed", "vLLM stopped with an error (InternalServerError)")),
    ),
    "vllm, end tag alone": (
        OpenAi(VLLM).chat_decoder,
        sse(
            delta('{"content":"let me see\\n</th"}'),
            delta('{"content":"ink>\\n\\nyes"}', '"stop"'),
            "[DONE]",
        ),
        ("let me see\n", "yes", [Done()], None),
    ),
    "localai, error as content": (
        OpenAi(LOCALAI).chat_decoder,
        sse(delta('{"content":"Internal error: rpc SECRET"}'), delta("{}", '"stop"'), "[DONE]"),
        ("", "", [], ("ServerFailed", "LocalAI failed while answering")),
    ),
    "kobold, no blank line after done": (
        OpenAi(KOBOLD).chat_decoder,
        sse(delta('{"content":"a"}', '"stop"')) + b"data: [DONE]",
        ("", "a", [Done()], None),
    ),
    "generic, error event": (
        OpenAi().chat_decoder,
        sse(delta('{"content":"a"}')) + b'event: error\ndata: {"message":"out of memory"}\n\n',
        ("", "a", [], ("ServerFailed", "OpenAI-compatible server says: out of memory")),
    ),
    "generic, bare error object": (
        OpenAi().chat_decoder,
        b'{"error":{"message":"out of memory"}}',
        ("", "", [], ("ServerFailed", "OpenAI-compatible server says: out of memory")),
    ),
    "generic, a whole answer instead of a stream": (
        OpenAi().chat_decoder,
        b'{"choices":[{"message":{"content":"a"}}]}\n',
        (
            "",
            "",
            [],
            ("BadStream", "OpenAI-compatible server sent something that is no event stream"),
        ),
    ),
    "generic, text held back at an error": (
        OpenAi().chat_decoder,
        sse(delta('{"content":"a <"}'), '{"error":"out of memory"}'),
        ("", "a <", [], ("ServerFailed", "OpenAI-compatible server says: out of memory")),
    ),
    "what follows the end is ignored": (
        OpenAi().chat_decoder,
        sse(delta('{"content":"a"}', '"stop"'), "[DONE]", '{"error":"late"}') + b"<html>\n",
        ("", "a", [Done()], None),
    ),
    "half a surrogate pair": (
        OpenAi().chat_decoder,
        sse(delta('{"content":"a\\ud83d"}', '"stop"'), "[DONE]"),
        ("", "a?", [Done()], None),
    ),
    "invalid utf-8": (
        OpenAi().chat_decoder,
        sse(delta('{"content":"a@"}', '"stop"'), "[DONE]").replace(b"@", b"\xe2\x82"),
        ("", "a\ufffd", [Done()], None),
    ),
    "wrong types": (
        OpenAi().chat_decoder,
        sse('{"choices":[{"delta":{"content":7}}]}'),
        (
            "",
            "",
            [],
            ("BadStream", "OpenAI-compatible server sent something that is no event of a stream"),
        ),
    ),
}


@pytest.mark.parametrize(("make", "wire", "expected"), CASES.values(), ids=CASES)
def test_the_same_events_wherever_the_network_cuts(make, wire, expected):
    for chunks in cuts(wire):
        assert run(make(), chunks) == expected


@given(name=st.sampled_from(sorted(CASES)), data=st.data())
def test_any_split_gives_the_same_events(name, data):
    make, wire, expected = CASES[name]
    at = sorted(data.draw(st.lists(st.integers(0, len(wire)))))
    chunks = [wire[a:b] for a, b in zip([0, *at], [*at, len(wire)], strict=True)]
    assert run(make(), chunks) == expected


STREAMS = {name: case for name, case in CASES.items() if case[2][3] is None}


@pytest.mark.parametrize(("make", "wire", "expected"), STREAMS.values(), ids=STREAMS)
def test_no_truncated_stream_passes_for_a_complete_one(make, wire, expected):
    whole = run(make(), [wire])
    for at in range(len(wire)):
        thinking, answer, other, fault = run(make(), [wire[:at]])
        if fault is None:  # only the end marker's own tail may be missing
            assert (thinking, answer) == whole[:2]
            assert sum(isinstance(event, Done) for event in other) == 1
        else:
            assert fault[0] == "StreamBroken"


def test_events_come_before_the_error_of_the_same_chunk():
    decoder = Ollama().chat_decoder()
    wire = ndjson('{"message":{"content":"half"},"done":false}', '{"error":"out of memory"}')
    assert decoder.feed(wire) == [Text("half")]
    with pytest.raises(ServerFailed):
        decoder.feed(b"")
    with pytest.raises(ServerFailed):
        decoder.finish()


def test_the_error_waits_for_finish_too():
    decoder = Ollama().chat_decoder()
    decoder.feed(ndjson('{"message":{"content":"half"},"done":false}', NESTED))
    with pytest.raises(ContextOverflow) as caught:
        decoder.finish()
    assert (caught.value.prompt_tokens, caught.value.context_tokens) == (9000, 8192)


@pytest.mark.parametrize("make", [Ollama, LlamaCpp, ClassicLlamafile, Llamafiler, TextGen, OpenAi])
@pytest.mark.parametrize("of", ["chat_decoder", "raw_decoder"])
def test_ten_megabytes_without_a_newline(make, of):
    decoder = getattr(make(), of)()
    with pytest.raises(BadStream, match="a line longer than"):
        decoder.feed(b"x" * (10 << 20))


@pytest.mark.parametrize("make", [Ollama, LlamaCpp, ClassicLlamafile, Llamafiler, TextGen, OpenAi])
@given(junk=st.binary(max_size=200))
def test_junk_ends_in_one_of_our_errors(make, junk):
    decoder = make().chat_decoder()
    with pytest.raises(BackendError):
        assert not decoder.feed(junk) + decoder.finish()


def test_progress_is_over_what_was_not_cached_and_never_over_all():
    decoder = LlamaCpp().raw_decoder()
    events = decoder.feed(
        sse(
            '{"content":"","prompt_progress":{"total":10,"cache":10,"processed":10}}',
            '{"content":"","prompt_progress":{"total":10,"cache":4,"processed":2}}',
            '{"content":"","prompt_progress":{"total":10,"cache":4,"processed":12}}',
        )
    )
    assert events == [Progress(done=0, total=6), Progress(done=6, total=6)]


def test_an_unknown_finish_word_is_kept_if_it_is_a_word():
    for reason, finish in {
        "tool_calls": "tool_calls",
        "\\u001b[31m no": "stop",
        "eos": "stop",
    }.items():
        decoder = OpenAi().chat_decoder()
        assert decoder.feed(sse(delta("{}", f'"{reason}"'), "[DONE]")) == [Done(finish=finish)]


def test_errors_that_are_not_the_backends_stay_what_they_are():
    with pytest.raises(CloudRefused):
        Ollama().chat_decoder().feed(ndjson('{"remote_model":"big","done":false}'))
    with pytest.raises(ModelMissing):
        Ollama().chat_decoder().feed(ndjson('{"error":"model \\"x\\" not found"}'))
    with pytest.raises(StreamBroken):
        OpenAi().chat_decoder().finish()


MIXED_NATIVE = sse(
    '{"index":0,"content":"<","stop":false}',
    '{"index":1,"content":"x","stop":false}',
    '{"index":0,"content":"a","stop":false}',
    '{"index":1,"content":"","stop":true,"stop_type":"limit","tokens_predicted":1}',
    '{"index":0,"content":"b","stop":false}',
    '{"index":0,"content":"","stop":true,"stop_type":"eos","tokens_predicted":3}',
)
MIXED_OPENAI = sse(
    '{"choices":[{"index":0,"text":"<a","finish_reason":null}]}',
    '{"choices":[{"index":1,"text":"x","finish_reason":null}]}',
    '{"choices":[{"index":0,"text":"b","finish_reason":"stop"},{"index":1,"text":"","finish_reason":"length"}]}',
    '{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":4}}',
    "[DONE]",
)


def told_apart(decoder, chunks):
    events = [event for chunk in chunks for event in decoder.feed(chunk)] + decoder.finish()
    texts = dict.fromkeys(sorted({event.index for event in events}), "")
    for event in events:
        texts[event.index] += event.text if isinstance(event, Text) else ""
    return texts, [event for event in events if isinstance(event, Done)]


def test_alternatives_of_the_native_stream_are_told_apart_wherever_the_network_cuts():
    for chunks in cuts(MIXED_NATIVE):
        assert told_apart(LlamaCpp().raw_decoder(), chunks) == (
            {0: "<ab", 1: "x"},
            [
                Done(finish="length", usage=Usage(answer_tokens=1), index=1),
                Done(usage=Usage(answer_tokens=3)),
            ],
        )


def test_alternatives_of_an_openai_stream_are_told_apart_wherever_the_network_cuts():
    for chunks in cuts(MIXED_OPENAI):
        assert told_apart(OpenAi().raw_decoder(), chunks) == (
            {0: "<ab", 1: "x"},
            [
                Done(usage=Usage(prompt_tokens=5, answer_tokens=4)),
                Done(finish="length", index=1),
            ],
        )


def test_reasoning_is_told_apart_as_well():
    wire = sse(
        '{"choices":[{"index":1,"delta":{"reasoning":"hm"}}]}',
        '{"choices":[{"index":1,"delta":{"content":"<think>so</think>x"}}]}',
    )
    assert OpenAi().chat_decoder().feed(wire) == [
        Thinking("hm", index=1),
        Thinking("so", index=1),
        Text("x", index=1),
    ]


def test_an_alternative_without_its_end_marker_is_broken():
    decoder = LlamaCpp().raw_decoder()
    events = decoder.feed(MIXED_NATIVE[: MIXED_NATIVE.index(b'{"index":0,"content":"b"')])
    assert events[-1] == Done(finish="length", usage=Usage(answer_tokens=1), index=1)
    with pytest.raises(StreamBroken):
        decoder.finish()


def test_what_an_ended_alternative_says_is_ignored():
    decoder = LlamaCpp().raw_decoder()
    decoder.feed(sse('{"index":0,"content":"a"}', '{"index":0,"content":"","stop":true}'))
    assert decoder.feed(sse('{"index":0,"content":"b"}')) == []
    assert decoder.feed(sse('{"index":1,"content":"c"}')) == [Text("c", index=1)]


@pytest.mark.parametrize("junk", [b"data: nope\n\n", b"nope\n", sse('{"error":{"code":500}}')])
def test_junk_behind_the_end_of_all_that_began_is_ignored(junk):
    wire = sse('{"index":0,"content":"a"}', '{"index":0,"content":"","stop":true}')
    for chunks in ([wire + junk], [wire, junk]):
        decoder = LlamaCpp().raw_decoder()
        events = [event for chunk in chunks for event in decoder.feed(chunk)]
        assert events == [Text("a"), Done()]
        assert decoder.finish() == []
