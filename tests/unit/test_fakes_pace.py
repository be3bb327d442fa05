"""Pace, log and process of a fake."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from fakes import FakeLlamaCpp, FakeOllama, Script
from fakes.serve import pieces, split

TESTS = Path(__file__).parent.parent
ASK = {"model": "test-model", "messages": [{"role": "user", "content": "hi"}], "stream": True}


@pytest.mark.parametrize("speed", [100, 2000])
def test_pace_has_no_drift(speed):
    count = speed // 5
    script = Script(pieces=["x"] * count, tokens_per_second=speed)
    with FakeLlamaCpp(script) as server:
        httpx.post(server.url + "/v1/chat/completions", json=ASK, trust_env=False)
        sent_ns = server.requests[0].sent_ns
    took_s = (sent_ns[-1] - sent_ns[0]) / 1e9
    # Never faster than told; a late piece is made up for, so the sum of delays does not grow.
    assert took_s >= (count - 2) / speed
    assert len(sent_ns) == count
    assert all(later >= earlier for earlier, later in pairwise(sent_ns))


def test_the_log_by_http():
    with FakeOllama() as server, httpx.Client(base_url=server.url, trust_env=False) as client:
        client.post("/api/chat", json=ASK)
        (entry,) = client.get("/_fake/log").json()
        assert entry["path"] == "/api/chat"
        assert entry["sent_ns"] == server.requests[0].sent_ns
        assert entry["finished"] is True
        assert server.paths() == ["POST /api/chat"]


def test_a_process_of_its_own_ends_with_its_standard_input():
    command = [sys.executable, "-m", "fakes.serve", "llamacpp", "--tokens", "6"]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    ) as child:
        url = child.stdout.readline().strip()
        with httpx.Client(base_url=url, trust_env=False) as client:
            body = client.post("/v1/chat/completions", json=ASK).content
            (entry,) = client.get("/_fake/log").json()
        child.stdin.close()
        assert child.wait(10) == 0
    assert body.count(b'"content":"') == len(entry["sent_ns"]) == 6


def test_words_keep_their_white_space():
    text = "def add(a, b):\n    return a + b\n\nprint(1)\n"
    assert "".join(split(text)) == text


def test_pieces_repeat_to_the_wanted_number(tmp_path):
    file = tmp_path / "text"
    file.write_text("a b")
    assert pieces(file, 5) == ["a", " b", "a", " b", "a"]
    assert pieces(file, 0) == ["a", " b"]
