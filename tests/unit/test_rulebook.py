"""A rule's text is asked for once, kept by the tool's version, and never in the way."""

from __future__ import annotations

import asyncio
import os
import stat

import pytest

from local_llm.features.wtf.rule_store import RuleStore
from local_llm.features.wtf.rulebook import RuleAsk
from peer import until
from rule_place import PAGE, Place

RUFF = RuleAsk(source="Ruff", code="F401", filetype="python")


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


async def test_a_text_is_asked_for_once(place):
    place.ruff()
    book = place.book()
    found = await book.find(RUFF)
    assert found.text == PAGE
    assert found.title == "unused-import (F401)"
    assert found.origin == "ruff rule F401 (ruff 1.2.3)"
    assert found.link == "https://docs.astral.sh/ruff/rules/unused-import/"
    assert await book.find(RUFF) == found
    assert place.runs("ruff") == ["--version", "rule F401"]


async def test_the_next_session_knows_it_from_the_disk(place):
    place.ruff()
    found = await place.book().find(RUFF)
    assert await place.book().find(RUFF) == found
    assert len(place.runs("ruff")) == 2


async def test_a_new_version_is_asked_again(place):
    place.ruff()
    await place.book().find(RUFF)
    place.ruff("# unused-import (F401)\n\nNew text.", version="1.2.10")
    found = await place.book().find(RUFF)
    assert (found.text, found.origin) == (
        "# unused-import (F401)\n\nNew text.",
        "ruff rule F401 (ruff 1.2.10)",
    )


async def test_the_same_version_elsewhere_is_not_asked_for_the_text_again(place):
    place.ruff()
    await place.book().find(RUFF)
    os.utime(place.folder / "bin/ruff", (1, 1))
    assert (await place.book().find(RUFF)).text == PAGE
    assert place.runs("ruff") == ["--version", "rule F401", "--version"]


async def test_a_day_later_the_version_is_asked_for_again(place):
    place.ruff()
    book = place.book()
    await book.find(RUFF)
    place.now += 86_399
    await book.find(RUFF)
    assert place.runs("ruff") == ["--version", "rule F401"]
    place.now += 2
    await book.find(RUFF)
    assert place.runs("ruff") == ["--version", "rule F401", "--version"]


async def test_a_tool_without_a_version_is_known_by_its_file(place):
    place.program("ruff", 'echo "text of $2"', version="")
    found = await place.book().find(RUFF)
    assert (found.text, found.origin) == ("text of F401", "ruff rule F401")
    assert await place.book().find(RUFF) == found
    assert place.runs("ruff").count("rule F401") == 1
    os.utime(place.folder / "bin/ruff", (1, 1))
    assert await place.book().find(RUFF) == found
    assert place.runs("ruff").count("rule F401") == 2


async def test_what_a_tool_does_not_know_is_asked_once_and_leaves_the_link(place):
    place.program("ruff", "echo 'no such rule'; exit 2")
    for _ in range(2):
        found = await place.book().find(RUFF)
        assert (found.text, found.origin) == ("", "")
        assert found.link == "https://docs.astral.sh/ruff/rules/"
    assert place.runs("ruff") == ["--version", "rule F401"]


async def test_a_refusal_that_reports_success(place):
    place.program("pylint", "echo \"No such message id or symbol 'W9999'.\"")
    found = await place.book().find(RuleAsk(source="pylint", code="W9999"))
    assert found.text == ""


async def test_a_missing_tool_leaves_the_link(place):
    found = await place.book().find(RUFF)
    assert (found.text, found.link) == ("", "https://docs.astral.sh/ruff/rules/")


async def test_an_unknown_tool_is_nothing(place):
    assert await place.book().find(RuleAsk(source="mystery", code="X1")) is None


async def test_the_second_way_is_tried(place):
    place.ruff()
    found = await place.book().find(RuleAsk(source="flake8", code="E501"))
    assert found.text == PAGE
    assert place.runs("ruff") == ["--version", "rule E501"]


async def test_a_slow_tool_is_given_up_and_asked_again(place):
    place.program("ruff", f"test -e {place.folder}/quick || sleep 600\necho text")
    book = place.book()
    assert (await book.find(RUFF)).text == ""
    (place.folder / "quick").touch()
    assert (await book.find(RUFF)).text == "text"


async def test_who_asks_at_a_time_shares_one_run(place):
    place.ruff()
    book = place.book()
    found = await asyncio.gather(*(book.find(RUFF) for _ in range(20)), book.versions("python", ""))
    assert {one.text for one in found[:20]} == {PAGE}
    assert sorted(place.runs("ruff")) == ["--version", "rule F401"]


async def test_who_stops_waiting_does_not_stop_the_work(place):
    place.program("ruff", f"while ! test -e {place.folder}/go; do sleep 0.02; done; echo text")
    book = place.book()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await book.find(RUFF)
    (place.folder / "go").touch()
    assert (await book.find(RUFF)).text == "text"
    assert place.runs("ruff").count("rule F401") == 1


async def test_the_end_ends_what_runs(place):
    place.program("ruff", f"echo $$ > {place.folder}/pid; exec sleep 600")
    book = place.book()
    task = asyncio.create_task(book.find(RUFF))
    await until(lambda: place.read("pid"))
    await book.aclose()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(int(place.read("pid")), 0)


async def test_a_tool_runs_in_an_empty_folder_of_ours(place):
    place.put("project/rust-toolchain.toml", "[toolchain]\npath = '/tmp/evil'\n")
    place.ruff()
    await place.book().find(RuleAsk(source="ruff", code="F401", root=str(place.folder / "project")))
    where = {line.partition("|")[0] for line in place.read("ruff.log").splitlines()}
    assert where == {f"{place.folder}/cache/empty"}
    assert list((place.folder / "cache/empty").iterdir()) == []


async def test_what_is_kept_is_private(place):
    place.ruff()
    await place.book().find(RUFF)
    kept = list((place.folder / "cache/kept").iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    assert stat.S_IMODE((place.folder / "cache/kept").stat().st_mode) == 0o700
    assert {path.suffix for path in kept} == {".rule"}


@pytest.mark.parametrize("damage", [b"", b"\xff" * 50, b"\x95", b"null", None, "other"])
async def test_a_damaged_cache_is_an_empty_one(place, damage):
    place.ruff()
    found = await place.book().find(RUFF)
    kept = sorted((place.folder / "cache/kept").iterdir())
    for number, path in enumerate(kept):
        content = kept[number - 1].read_bytes() if damage == "other" else damage
        path.write_bytes(path.read_bytes()[:-3] if content is None else content)
    assert await place.book().find(RUFF) == found
    assert len(place.runs("ruff")) > 2, "it was asked again"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
async def test_a_disk_that_refuses_is_no_error(place):
    place.ruff()
    (place.folder / "cache/empty").mkdir(parents=True)
    (place.folder / "cache").chmod(0o500)
    book = place.book()
    assert (await book.find(RUFF)).text == PAGE


async def test_a_file_in_place_of_the_cache_is_no_error(place):
    place.ruff()
    place.put("cache", "a file")
    assert (await place.book().find(RUFF)).text == ""


async def test_hostile_output_is_data(place):
    place.ruff("\x1b]0;owned\x07\x1b[31m# title\x1b[0m\n\u202etext")
    found = await place.book().find(RUFF)
    assert (found.title, found.text) == ("title", "# title\ntext")


def test_the_store_keeps_its_limits(tmp_path):
    store = RuleStore(tmp_path / "s", lambda: 0.0, max_entries=5, max_bytes=10_000)
    for number in range(20):
        store.put((str(number),), "x" * 100)
    names = list((tmp_path / "s").iterdir())
    assert len(names) == 5
    fresh = RuleStore(tmp_path / "s", lambda: 0.0)
    assert fresh.get(("19",)).text == "x" * 100
    for number in range(20, 25):
        store.put((str(number),), "x" * 3000)
    size = sum(path.stat().st_size for path in (tmp_path / "s").iterdir())
    assert size <= 10_000
    assert RuleStore(tmp_path / "s", lambda: 0.0).get(("24",)) is not None


def test_a_key_that_is_no_text_is_a_key(tmp_path):
    store = RuleStore(tmp_path / "s", lambda: 0.0)
    store.put(("/a\udcff",), "\udcff text")
    assert RuleStore(tmp_path / "s", lambda: 0.0).get(("/a\udcff",)).text == "\\udcff text"
