"""Search engines, what was allowed, and who may name a host."""

from __future__ import annotations

import stat

import pytest

from local_llm.config import load
from local_llm.errors import SettingsError
from local_llm.features.consent import Consent
from local_llm.features.engines import ENGINES, engine, engines
from local_llm.features.search import names_here
from local_llm.guard.scrub import scrub
from local_llm.settings import Search, SearchEngine

OWN = "https://search.example.org/?q={query}"


def loaded(url):
    return load({"search": {"engines": {"own": {"url": url}}}}, {}, {}.get)


# Engines.


def test_every_engine_of_ours_would_be_accepted_from_a_user():
    for name, url in ENGINES.items():
        result = loaded(url)
        assert result.warnings == (), name
        assert engine(result.settings.search, "own").host == url.split("/")[2]


@pytest.mark.parametrize(
    "url",
    [
        OWN,
        "https://search.lan:8443/x/{query}",
        "https://a.b/?a=%20&q={query}&x=1#y",
        "https://a.b/#{query}",
    ],
)
def test_an_address_that_is_taken(url):
    assert loaded(url).warnings == ()


@pytest.mark.parametrize(
    "url",
    [
        "http://a.b/?q={query}",
        "HTTPS://a.b/?q={query}",
        "file:///{query}",
        "javascript:alert({query})",
        "https://a.b/?q={q}",
        "https://a.b/?q=%s",
        "https://a.b/",
        "https://a.b/{query}/{user}",
        "https://a.b/{query}{query}",
        "https://{query}.a.b/",
        "https://me@a.b/{query}",
        "https://me:pw@a.b/{query}",
        "https://a.b\\@c.d/{query}",
        "https:///{query}",
        "https://a.b?{query}",
        "https://a.b/ {query}",
        "https://a.b/{query}\n",
        "https://a.b/ü{query}",
        "-o https://a.b/{query}",
        "",
        "https://a.b/" + "x" * 1100 + "{query}",
    ],
)
def test_an_address_that_is_refused(url):
    result = loaded(url)
    assert len(result.warnings) == 1
    assert "search.engines.own.url" in result.warnings[0]
    assert url == "" or url not in result.warnings[0]
    with pytest.raises(SettingsError):
        engine(result.settings.search, "own")


def test_the_default_the_argument_and_ones_own():
    options = Search(engine="own", engines={"own": SearchEngine(url=OWN)})
    assert engine(Search(), "").host == "duckduckgo.com"
    assert engine(options, "").url == OWN
    assert engine(options, "mdn").host == "developer.mozilla.org"
    assert {"own", *ENGINES} == set(engines(options))
    ours = Search(engines={"google": SearchEngine(url=OWN)})
    assert engine(ours, "google").url == OWN


@pytest.mark.parametrize(
    ("options", "name", "where"),
    [(Search(), "gogle", ""), (Search(engine="gogle"), "", "search.engine")],
)
def test_an_unknown_engine_names_those_there_are(options, name, where):
    with pytest.raises(SettingsError, match="'gogle'; there is: bing, brave, ") as failure:
        engine(options, name)
    assert failure.value.where == where


PROJECT = f'search.engine = "own"\nsearch.engines.own.url = "{OWN}"\n'


def test_a_project_may_name_no_host_until_it_is_trusted():
    read = {"/p/local-llm.toml": PROJECT.encode()}.get
    result = load({}, {}, read, root="/p")
    assert result.settings.search == Search()
    assert len(result.warnings) == 2
    assert all("local-llm trust" in warning for warning in result.warnings)
    trusted = load({}, {}, read, root="/p", trusted=lambda _path, _content: True)
    assert engine(trusted.settings.search, "").url == OWN


# Consent.


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "search.json"


def test_nothing_is_allowed_at_first_and_looking_writes_nothing(path):
    assert Consent(path).hosts() == ()
    Consent(path).forget()
    assert not path.parent.exists()


def test_what_was_allowed_is_kept_for_all_and_private(path):
    Consent(path).allow("b.example")
    Consent(path).allow("a.example")
    Consent(path).allow("a.example")
    assert Consent(path).hosts() == ("a.example", "b.example")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["search.json"]


def test_it_is_taken_back(path):
    Consent(path).allow("a.example")
    Consent(path).forget()
    assert Consent(path).hosts() == ()


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"a": 1}', b"[1]", b"[" * 100_000])
def test_a_damaged_record_allows_nothing_and_is_replaced(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    assert Consent(path).hosts() == ()
    Consent(path).allow("a.example")
    assert Consent(path).hosts() == ("a.example",)


def test_a_record_that_cannot_be_written_says_so(path):
    path.mkdir(parents=True)
    with pytest.raises(SettingsError, match="is not kept"):
        Consent(path).allow("a.example")
    with pytest.raises(SettingsError, match="cannot be taken back"):
        Consent(path).forget()
    assert [file.name for file in path.parent.iterdir()] == ["search.json"]


# Names.


def test_the_names_of_this_user_are_known():
    env = {
        "USER": "carlotta",
        "LOGNAME": "cbrandt",
        "HOME": "/homes/lotte/",
        "HOSTNAME": "zeus.lan",
    }
    text = "carlotta cbrandt lotte zeus else"
    assert scrub(text, names_here(env)).text == "else"
