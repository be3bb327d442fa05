"""The file of past answers: private, bounded, shared by several editors, never a traceback."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_llm.errors import HistoryError
from local_llm.features.history_entry import Entry, Found
from local_llm.ops import history_file
from local_llm.ops.history_store import HistoryFile, match_of
from nobody import as_nobody

PYTHON = Path(__file__).resolve().parents[2] / "python"
MB = 1024 * 1024
EDITOR = """
import sys
from pathlib import Path
from local_llm.features.history_entry import Entry
from local_llm.ops.history_store import HistoryFile

store = HistoryFile(Path(sys.argv[1]), 60)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    title = f"{sys.argv[2]} {number}"
    store.add(Entry(when=number, command="explain", title=title, answer="word " * 50), 50 << 20)
    assert store.find(sys.argv[2], 500, 0).total == number + 1
"""
FULL = """
import resource, sys
from pathlib import Path
from local_llm.errors import HistoryError
from local_llm.features.history_entry import Entry
from local_llm.ops.history_store import HistoryFile

store = HistoryFile(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (40960, 40960))
try:
    for number in range(100):
        store.add(Entry(command="explain", title="x", answer=f"{number} text " * 100), 50 << 20)
except HistoryError as exc:
    print(exc.sentence())
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "local-llm" / "history.sqlite3"


@pytest.fixture
def store(path):
    return HistoryFile(path)


def entry(title="a title", answer="an answer", **more):
    return Entry(**{"command": "explain", "when": 1, **more}, title=title, answer=answer)


def titles(found):
    return [kept.title for kept in found.entries]


def journals(path):
    return [found.name for found in path.parent.iterdir() if found != path]


# -- keeping and finding -------------------------------------------------------------------------


def test_every_field_comes_back(store):
    whole = Entry(
        when=1_700_000_000,
        command="wtf",
        title="an unused name",
        question="why\nso?",
        answer="Because \0 of\nthat. \x1b[31m 日本語 😀",
        path="/p/src/a.py",
        root="/p",
        first_row=3,
        last_row=9,
        filetype="python",
        model="m",
        backend="llama.cpp",
        finish="length",
    )
    store.add(whole, MB)
    (listed,) = store.find("", 9, 0).entries
    kept = store.get(listed.number)
    fields = Entry.__struct_fields__
    assert {f: getattr(kept, f) for f in fields} == {f: getattr(whole, f) for f in fields}
    assert listed.answer == ""
    assert store.find("", 9, 7).entries[0].answer == "Because"
    assert "Because" not in repr(kept)


def test_the_latest_come_first_and_the_rest_is_counted(store):
    for number in range(5):
        store.add(entry(f"t{number}", when=10 - number), MB)
    found = store.find("", 2, 0)
    assert titles(found) == ["t0", "t1"]
    assert found.total == 5


def test_a_number_is_never_given_twice(store):
    store.add(entry(), MB)
    first = store.find("", 1, 0).entries[0].number
    assert store.remove(first)
    assert not store.remove(first)
    assert store.get(first) is None
    store.add(entry(), MB)
    assert store.find("", 1, 0).entries[0].number > first


def test_looking_makes_no_file(store, path):
    assert store.find("x", 9, 0) == Found()
    assert store.get(1) is None
    assert not store.remove(1)
    assert store.clear() == 0
    assert not path.parent.exists()


SEARCHED = {
    "closure": entry("def make_adder(n):", "A closure keeps n; see `functools.partial`."),
    "naïve": entry("naïve sum", "Adds them one by one.", question="Is it slow?"),
    "path": entry("x", "Short.", path="/home/u/shop/src/cart.py", root="/home/u/shop"),
    "german": entry("größe = 1", "Die Größe steht fest."),
    "japanese": entry("cjk", "これは関数です。閉じた関数です"),
}
FINDS = [
    ("closure", ["closure"]),
    ("clos", ["closure"]),
    ("CLOSURE partial", ["closure"]),
    ("partial closure", ["closure"]),
    ("functools.par", ["closure"]),
    ("make_adder", ["closure"]),
    ("adder", ["closure"]),
    ("naive", ["naïve"]),
    ("slow", ["naïve"]),
    ("cart", ["path"]),
    ("src/cart.py", ["path"]),
    ("größe", ["german"]),
    ("grosse", []),
    ("これは", ["japanese"]),
    ("home", []),  # above the root
    ("losure", []),  # not the beginning
    ("closure naive", []),  # not both in one
    ("explain", []),
    ("zebra", []),
    ('"closure"', ["closure"]),
    ('clo"', ["closure"]),
    ("closure*", ["closure"]),
    ("clos -keeps", ["closure"]),
    ("closure NOT keeps", []),
    ("closure OR zebra", []),
    ("NEAR(closure keeps)", []),
    ("title:closure", []),
    ("^closure", ["closure"]),
    ("{closure}", ["closure"]),
    ("closure + keeps", ["closure"]),
    ("closure ' --", ["closure"]),
    ("closure\0keeps", ["closure"]),
    ("closure\ud800", ["closure"]),
    ("*", []),
    ('"', []),
    ('""', []),
    ("- ( ) : ^ + \\", []),
    ("😀", []),
    ("closure 😀", ["closure"]),
    ("closure " * 5000, ["closure"]),
    ("c" * 100_000, []),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    store = HistoryFile(tmp_path_factory.mktemp("library") / "h.sqlite3")
    for one in SEARCHED.values():
        store.add(one, MB)
    return store


@pytest.mark.parametrize(("words", "names"), FINDS, ids=[words[:20] for words, _ in FINDS])
def test_a_search(library, words, names):
    found = library.find(words, 9, 0)
    assert titles(found) == [SEARCHED[name].title for name in names]
    assert found.total == len(names)


@given(words=st.text(st.characters(codec=None), max_size=40))
def test_no_search_raises(library, words):
    library.find(words, 9, 100)


@given(words=st.text(max_size=30))
def test_a_search_has_no_syntax_but_quotes_and_stars(words):
    quoted = match_of(words)
    assert quoted == "" or (quoted.startswith('"') and quoted.endswith('"*'))


def test_the_title_counts_for_more_than_a_long_answer(store):
    store.add(entry("other", "walrus " + "and so on " * 200, when=3), MB)
    store.add(entry("the walrus", "Short.", when=1), MB)
    store.add(entry("other too", "a walrus", when=2), MB)
    assert titles(store.find("walrus", 9, 0)) == ["the walrus", "other too", "other"]


# -- private -------------------------------------------------------------------------------------


def test_the_file_its_journal_and_its_folder_are_private(store, path):
    mask = os.umask(0o022)
    try:
        store.add(entry(), MB)
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with history_file.opened(path) as db, history_file.transaction(db):
            db.execute("UPDATE entries SET at = 2")
            (journal,) = journals(path)
            assert stat.S_IMODE((path.parent / journal).stat().st_mode) == 0o600
        assert journals(path) == []
    finally:
        os.umask(mask)


def test_what_all_could_read_becomes_private(store, path):
    store.add(entry(), MB)
    path.chmod(0o644)
    path.parent.chmod(0o755)
    store.find("", 1, 0)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_is_forgotten_is_not_in_the_file(store, path):
    for number in range(30):
        store.add(entry(f"t{number}", "xylophone zeppelin" if number == 9 else "other"), MB)
    assert b"zeppelin" in path.read_bytes()
    (hit,) = store.find("zeppelin", 9, 0).entries
    store.remove(hit.number)
    assert b"zeppelin" not in path.read_bytes()
    assert store.find("zeppelin", 9, 0) == Found()
    assert store.find("other", 99, 0).total == 29


def test_forgetting_everything_leaves_a_small_file(store, path):
    for number in range(200):
        store.add(entry(f"t{number}", f"quokka{number} " * 300), 50 * MB)
    assert store.clear() == 200
    assert path.stat().st_size < 64 * 1024
    assert b"quokka" not in path.read_bytes()
    store.add(entry("again"), MB)
    assert titles(store.find("agai", 9, 0)) == ["again"]


# -- bounded -------------------------------------------------------------------------------------


@settings(max_examples=5)
@given(data=st.data())
def test_the_file_never_outgrows_its_limit_and_the_oldest_go(data):
    folder = Path(tempfile.mkdtemp())
    try:
        store = HistoryFile(folder / "h.sqlite3")
        sizes = data.draw(st.lists(st.integers(1, 60_000), min_size=40, max_size=80))
        for number, size in enumerate(sizes):
            text = " ".join(f"w{number}x{word}" for word in range(size // 8 + 1))
            store.add(entry(f"t{number}", text, when=number), MB)
            assert store.path.stat().st_size <= MB
        left = titles(store.find("", 1000, 0))
        assert left == [f"t{number}" for number in reversed(range(len(sizes)))][: len(left)]
        assert left
        assert store.find("w0x0", 9, 0).total == ("t0" in left)
    finally:
        shutil.rmtree(folder)


def test_a_smaller_limit_counts_at_the_next_answer(store, path):
    for number in range(40):
        store.add(entry(f"t{number}", f"w{number} " * 20_000), 50 * MB)
    assert path.stat().st_size > 2 * MB
    store.add(entry("last"), MB)
    assert path.stat().st_size <= MB
    assert titles(store.find("", 1, 0)) != []
    assert store.find("last", 9, 0).total == 1


def test_an_answer_without_end_is_cut_and_fits_the_smallest_file(store, path):
    endless = " ".join(f"w{number}" for number in range(500_000))
    store.add(entry("endless", endless, question=endless, path=endless, root=endless), MB)
    (kept,) = store.find("endless", 9, 10**9).entries
    assert 100_000 < len(kept.answer) < len(endless)
    assert path.stat().st_size <= MB


# -- several editors -----------------------------------------------------------------------------


def test_editors_at_the_same_time_lose_nothing(path):
    names = ("anna", "ben", "cleo")
    editors = [
        subprocess.Popen(
            [sys.executable, "-c", EDITOR, str(path), name, "30"],
            stdin=subprocess.PIPE,
            env={"PYTHONPATH": str(PYTHON)},
        )
        for name in names
    ]
    for editor in editors:
        editor.stdin.write(b"go\n")
        editor.stdin.close()
    assert [editor.wait(120) for editor in editors] == [0, 0, 0]
    store = HistoryFile(path)
    assert store.find("", 1, 0).total == 90
    assert [store.find(name, 1, 0).total for name in names] == [30, 30, 30]


def test_an_editor_that_holds_the_file_is_waited_for_and_then_said(store, path):
    store.add(entry(), MB)
    patient, hasty = HistoryFile(path), HistoryFile(path, 0.01)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(HistoryError, match="another editor holds"):
            hasty.add(entry(), MB)
        other.execute("ROLLBACK")
    patient.add(entry(), MB)
    assert store.find("", 9, 0).total == 2


def test_what_a_killed_editor_left_half_written_is_undone(store, path):
    store.add(entry("whole"), MB)
    code = (
        "import os, sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "db.execute('PRAGMA cache_size = 1')\n"
        "db.execute('BEGIN IMMEDIATE')\n"
        "for n in range(400): db.execute(\"UPDATE entries SET answer = ?\", ('x' * n * 100,))\n"
        "os._exit(1)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert journals(path)
    assert store.get(store.find("", 1, 0).entries[0].number).answer == "an answer"
    store.add(entry("next"), MB)
    assert journals(path) == []


# -- faults --------------------------------------------------------------------------------------


def written(path, data):
    path.parent.mkdir(parents=True)
    path.write_bytes(data)


def foreign(path):
    path.parent.mkdir(parents=True)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE theirs (x)")


def stamped(path, owner, version):
    HistoryFile(path).add(entry(), MB)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA application_id = {owner}")
        db.execute(f"PRAGMA user_version = {version}")


def torn(path):
    store = HistoryFile(path)
    for number in range(40):
        store.add(entry(f"t{number}", f"w{number} " * 500), MB)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))


FAULTS = {
    "no database": (lambda path: written(path, b"no database " * 500), "damaged, or another"),
    "a short text": (lambda path: written(path, b"hello"), "damaged, or another"),
    "another program's": (foreign, "another program's"),
    "another program's stamp": (lambda path: stamped(path, 7, 1), "another program's"),
    "a newer one": (lambda path: stamped(path, 0x4C4C4D48, 99), "a newer local-llm"),
    "torn": (torn, "damaged"),
    "a folder": (lambda path: path.mkdir(parents=True), "cannot be opened"),
    "a link to nowhere": (
        lambda path: (path.parent.mkdir(parents=True), path.symlink_to("/nowhere/at/all")),
        "cannot be opened",
    ),
    "a file for a folder": (
        lambda path: (path.parent.parent.mkdir(), path.parent.write_text("")),
        "cannot be opened: File exists",
    ),
}


@pytest.mark.parametrize(("make", "said"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_one_sentence_with_the_place_and_a_hint(path, make, said):
    make(path)
    store = HistoryFile(path)
    with pytest.raises(HistoryError, match=said) as caught:
        store.add(entry("a secret title", "a secret answer"), MB)
    assert caught.value.where == str(path)
    assert caught.value.hint
    assert "secret" not in caught.value.sentence() + caught.value.hint
    if path.is_file():  # a link to nowhere is no file to look into
        with pytest.raises(HistoryError, match=said):
            store.find("title", 9, 0)


def test_an_empty_file_is_a_new_one(path, store):
    written(path, b"")
    store.add(entry(), MB)
    assert store.find("", 9, 0).total == 1


def test_another_programs_file_stays_as_it_is(path, store):
    foreign(path)
    before = path.read_bytes()
    with pytest.raises(HistoryError):
        store.clear()
    assert path.read_bytes() == before


def test_a_full_disk_is_said_and_what_was_kept_stays(path, store):
    store.add(entry("first"), MB)
    code = [sys.executable, "-c", FULL, str(path)]
    env = {"PYTHONPATH": str(PYTHON)}
    done = subprocess.run(code, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "the disk" in done.stdout
    assert store.find("first", 9, 0).total == 1


def test_a_disk_that_nobody_may_write_can_be_read():
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        store = HistoryFile(folder / "h.sqlite3")
        store.add(entry("kept"), MB)
        store.path.chmod(0o444)
        folder.chmod(0o555)
        with as_nobody():
            assert titles(store.find("kept", 9, 0)) == ["kept"]
            for change in (lambda: store.add(entry(), MB), store.clear, lambda: store.remove(1)):
                with pytest.raises(HistoryError, match="cannot be written"):
                    change()
            with pytest.raises(HistoryError, match="cannot be opened: Permission denied"):
                HistoryFile(folder / "sub" / "h.sqlite3").add(entry(), MB)
        assert store.find("", 9, 0).total == 1
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)
