"""The fake llama.cpp server and the real one answer the same requests in the same way.

What may differ stands in differences.json with its reason; one that is no longer there fails, too.
"""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from answer_shape import shape

from fakes import FakeLlamaCpp, Script

pytest_plugins = ["real_server"]

HERE = Path(__file__).parent
REQUESTS = json.loads((HERE / "requests.json").read_text("utf-8"))
DIFFERENCES = json.loads((HERE / "differences.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def real(real_llama):
    with httpx.Client(base_url=real_llama.url, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def fake(real_llama):
    script = Script(
        pieces=[f" word{number}" for number in range(20)],
        key=real_llama.key,
        models=[real_llama.name],
        context_tokens=real_llama.context_tokens,
        trained_tokens=real_llama.trained_tokens,
    )
    with (
        FakeLlamaCpp(script) as server,
        httpx.Client(base_url=server.url, trust_env=False, timeout=60) as client,
    ):
        yield client


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request_: request_["name"])
def test_the_fake_answers_as_the_real_server(request_, real, fake, real_llama):
    said = shape(send(fake, request_, real_llama.key))
    wanted = shape(send(real, request_, real_llama.key))
    different = {
        place: {"fake": said.get(place), "real": wanted.get(place)}
        for place in sorted(said.keys() | wanted.keys())
        if said.get(place) != wanted.get(place)
    }
    listed = DIFFERENCES.get(request_["name"], {})
    unexplained = {place: what for place, what in different.items() if place not in listed}
    assert unexplained == {}
    assert sorted(listed) == sorted(different), "a listed difference is gone"


def test_every_listed_difference_has_a_request_and_a_reason():
    names = {request_["name"] for request_ in REQUESTS}
    assert DIFFERENCES.keys() <= names
    assert all(reason.strip() for listed in DIFFERENCES.values() for reason in listed.values())


def test_request_names_are_unique():
    names = [request_["name"] for request_ in REQUESTS]
    assert sorted(names) == sorted(set(names))


def send(client, request_, key):
    key = request_.get("key", key)
    headers = request_.get("headers", {}) | ({"Authorization": f"Bearer {key}"} if key else {})
    body = request_.get("body")
    if "json" in request_:
        body = json.dumps(expand(request_["json"]))
    request = client.build_request(
        request_["method"],
        request_["path"],
        headers=headers | {"Content-Type": "application/json"},
        content=body,
    )
    return client.send(request)


def expand(value):
    if isinstance(value, dict) and "$repeat" in value:
        return value["$repeat"] * value["times"]
    if isinstance(value, dict):
        return {name: expand(below) for name, below in value.items()}
    return [expand(below) for below in value] if isinstance(value, list) else value
