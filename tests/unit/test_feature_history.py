"""Keeping answers and telling of them: what is kept, what never is, and what a fault does."""

from __future__ import annotations

import asyncio
import threading

import pytest

from fake_editor import FakeEditor, desk
from fakes import FakeLlamaCpp, Script
from local_llm.errors import HistoryError
from local_llm.features.answers import Answer
from local_llm.features.history import History
from local_llm.features.history_entry import Entry, Found, entry_of, one_line
from local_llm.features.masking import Masking
from local_llm.features.port import Snapshot, Stats
from local_llm.ops.history_store import HistoryFile
from local_llm.settings import Guard, Settings
from local_llm.settings import History as Options

WORDS = ("Adds ", "one ", "to ", "a.")
NOW = 1_700_000_000


class Shelf:
    """A store in memory that knows its threads; `fault` is what every call raises."""

    def __init__(self, fault=None):
        self.added = []
        self.fault = fault
        self.threads = set()
        self.gate = threading.Event()
        self.gate.set()

    def add(self, entry, max_bytes):
        self.threads.add(threading.get_ident())
        assert self.gate.wait(10)
        if self.fault:
            raise self.fault
        self.added.append((entry, max_bytes))

    def find(self, words, limit, answer_chars):
        self.threads.add(threading.get_ident())
        return Found(total=len(self.added))


def entry(**more):
    return Entry(**{"command": "explain", "title": "t", "answer": "a", **more})


async def kept(settings, *entries, shelf=None):
    """Keep entries; return the store and the editor."""
    shelf, editor = shelf or Shelf(), FakeEditor()
    history = History(editor, shelf, masking(), lambda: NOW + 0.9)
    for one in entries:
        history.keep(one, settings)
    await history.aclose()
    await asyncio.sleep(0)  # the callbacks of what was written
    return shelf, editor


async def test_an_answer_is_kept_with_its_moment_and_the_limit():
    shelf, editor = await kept(Settings(history=Options(max_mb=3)), entry(answer="text"))
    ((one, max_bytes),) = shelf.added
    assert (one.answer, one.when) == ("text", NOW)
    assert max_bytes == 3 * 1024 * 1024
    assert threading.get_ident() not in shelf.threads
    assert editor.told == []


async def test_what_has_a_moment_keeps_it():
    shelf, _ = await kept(Settings(), entry(when=5))
    assert shelf.added[0][0].when == 5


NEVER = [
    (Settings(history=Options(enabled=False)), entry()),
    (Settings(), entry(answer=" \n")),
    (Settings(), entry(path="/p/.env", root="/p")),
    (Settings(), entry(path="/home/u/.ssh/config")),
    (Settings(), entry(path="/p/server.pem~", root="/p")),
    (Settings(guard=Guard(deny_paths=("secret/",))), entry(path="/p/secret/a.py", root="/p")),
]


@pytest.mark.parametrize(("settings", "one"), NEVER, ids=range(len(NEVER)))
async def test_what_is_never_kept(settings, one):
    shelf, editor = await kept(settings, one)
    assert shelf.added == []
    assert editor.told == []


async def test_a_link_to_a_file_that_never_goes_out_is_not_kept(tmp_path):
    (tmp_path / ".env").write_text("KEY=1")
    (tmp_path / "harmless.txt").symlink_to(tmp_path / ".env")
    shelf, _ = await kept(Settings(), entry(path=str(tmp_path / "harmless.txt")))
    assert shelf.added == []


async def test_bytes_that_are_not_utf8_are_replaced():
    shelf, _ = await kept(Settings(), entry(title="caf\udce9", path="/p/caf\udce9.py"))
    assert shelf.added[0][0].title == "caf\ufffd"
    assert shelf.added[0][0].path == "/p/caf\ufffd.py"


FAULTS = [
    (HistoryError("the disk is full", where="/s/h", hint="make room"), "full (/s/h); make room"),
    (RuntimeError("a secret text"), "a fault of local-llm itself: RuntimeError at"),
]


@pytest.mark.parametrize(("fault", "said"), FAULTS)
async def test_a_fault_is_said_once_a_session_and_raises_nothing(fault, said):
    _, editor = await kept(Settings(), entry(), entry(), entry(), shelf=Shelf(fault))
    (notice,) = editor.all("notice")
    assert notice["level"] == "warn"
    assert notice["message"].startswith("answers are not kept: ")
    assert said in notice["message"]
    assert "secret" not in notice["message"]


def test_without_a_loop_nothing_is_raised():
    History(FakeEditor(), Shelf(), masking()).keep(entry(), Settings())


async def test_keeping_waits_for_nothing_and_a_list_waits_for_what_is_being_written():
    shelf, editor = Shelf(), FakeEditor()
    history = History(editor, shelf, masking())
    shelf.gate.clear()
    history.keep(entry(), Settings())
    listing = asyncio.create_task(history.find(4, {"words": ""}))
    await asyncio.wait((listing,), timeout=0.05)
    assert not editor.all("history")
    shelf.gate.set()
    assert (await editor.wait("history", 4))["total"] == 1
    await listing


TITLES = [
    ({"title": "given", "question": "asked"}, "given"),
    ({"question": "why\n\tso?"}, "why so?"),
    ({}, "def f():"),
]


@pytest.mark.parametrize(("given", "title"), TITLES)
def test_an_entry_is_made_of_the_place_and_the_answer(given, title):
    place = {"path": "/p/a.py", "root": "/p", "filetype": "python"}
    rows = {"first_row": 3, "last_row": 5}
    snapshot = Snapshot(buf=1, tick=1, lines=("", "  def f():", "x"), **rows, **place)
    stats = Stats(model="m", backend="b", finish="length")
    made = entry_of("wtf", snapshot, Answer(text="it is", stats=stats), **given)
    wanted = {"command": "wtf", "title": title, "answer": "it is", **place, **rows}
    wanted |= {"model": "m", "backend": "b", "finish": "length"}
    assert made == Entry(**wanted, question=given.get("question", ""))
    assert "it is" not in repr(made)


def test_a_title_is_one_short_line():
    assert one_line(" a\r\n\x1b[31m\tb ") == "a b"
    assert len(one_line("x" * 10_000)) == 200


# -- through the app -----------------------------------------------------------------------------


def setup(server, **more):
    return {"backend": {"kind": "llamacpp", "url": server.url}, **more}


async def told(at, name, reply, **fields):
    return await at.editor.wait(reply, at.ask(name, **fields))


async def test_an_explanation_and_its_follow_up_are_kept_and_a_cached_one_is_not_kept_twice():
    with FakeLlamaCpp(Script(pieces=WORDS)) as server:
        async with desk(**setup(server)) as at:
            place = {"path": "/p/a.py", "root": "/p", "filetype": "python"}
            first, _ = await at.explained("\ndef f(a):\n    return a + 1", **place)
            _, again = await at.explained("\ndef f(a):\n    return a + 1", **place)
            assert again["cached"]
            follow = at.ask("follow_up", parent=first, question="Why one?")
            await at.editor.wait("done", follow)
            found = await told(at, "history", "history", words="", limit=9, previews=True)
            assert found["total"] == 2
            asked = {item["title"]: item for item in found["items"]}
            assert list(asked) == ["Why one?", "def f(a):"]
            item = asked["def f(a):"]
            assert item["answer"] == "Adds one to a."
            assert {**item, **place} == item
            assert (item["last_row"], item["model"], item["finish"]) == (2, "test-model", "stop")
            assert asked["Why one?"]["question"] == "Why one?"


async def test_entries_are_told_whole_and_forgotten():
    with FakeLlamaCpp(Script(pieces=WORDS)) as server:
        async with desk(**setup(server)) as at:
            for text in ("a = 1", "b = 2", "c = 3"):
                await at.explained(text)
            listed = await told(at, "history", "history", words="adds b", limit=9)
            (item,) = listed["items"]
            assert (item["title"], item["answer"]) == ("b = 2", "")
            number = item["number"]
            whole = await told(at, "history_entry", "history_entry", number=number)
            assert whole["item"]["answer"] == "Adds one to a."
            gone = await told(at, "history_delete", "history_deleted", number=number)
            assert gone["count"] == 1
            assert (await told(at, "history_entry", "fail", number=number))[
                "code"
            ] == "HistoryError"
            assert (await told(at, "history_delete", "history_deleted"))["count"] == 2
            assert (await told(at, "history", "history", words=""))["total"] == 0


async def test_an_answer_is_kept_also_where_the_app_closes_at_once(home):
    with FakeLlamaCpp(Script(pieces=WORDS)) as server:
        async with desk(**setup(server)) as at:
            await at.explained()
    file = home / "state" / "local-llm" / "history.sqlite3"
    assert HistoryFile(file).find("adds", 9, 0).total == 1


def masking():
    return Masking({}, lambda _path: None)


@pytest.fixture(autouse=True)
def own_folders(home):
    """Give every test a history of its own."""
