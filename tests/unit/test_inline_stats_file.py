"""The file of the counts: private, whole, shared by several editors, replaced where damaged."""

from __future__ import annotations

import fcntl
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from local_llm.features.inline.stats import Book, Counts
from local_llm.features.inline.stats_file import StatsFile

PYTHON = Path(__file__).resolve().parents[2] / "python"
EDITOR = """
import sys
from pathlib import Path
from local_llm.features.inline.stats import Book
from local_llm.features.inline.stats_file import StatsFile

file = StatsFile(Path(sys.argv[1]))
sys.stdin.readline()
for number in range(int(sys.argv[2])):
    fresh = Book()
    for model in ("shared", f"model {number % 3}"):
        counts = fresh.of(model)
        counts.keys += 1
        counts.screen.note(number + 1)
    file.add(fresh, 60)
"""


def keys(number, model="m"):
    return Book(models={model: Counts(keys=number)})


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "local-llm" / "stats.json"


def test_what_was_added_is_there(path):
    file = StatsFile(path)
    assert file.load() == Book()
    file.add(keys(2))
    file.add(keys(3))
    file.add(keys(1, "n"))
    assert StatsFile(path).load().models == {"m": Counts(keys=5), "n": Counts(keys=1)}


def test_looking_makes_no_file(path):
    StatsFile(path).load()
    assert not path.parent.exists()


def test_the_file_is_private(path):
    StatsFile(path).add(keys(1))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {found.name for found in path.parent.iterdir()} == {"stats.json", "stats.lock"}


def test_a_file_that_all_could_read_becomes_private(path):
    path.parent.mkdir(parents=True)
    path.write_bytes(msgspec.json.encode(keys(1)))
    path.chmod(0o644)
    StatsFile(path).add(keys(1))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert StatsFile(path).load() == keys(2)


DAMAGED = [
    b"",
    b"\0\0\0\0",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"version": 2, "models": {}}',
    b'{"version": 1, "models": {"m": {"keys": -1}}}',
    b'{"version": 1, "models": {"m": {"keys": 1e300}}}',
    b'{"version": 1, "models": {"m": {"keys": 99999999999999999999}}}',
    b'{"version": 1, "models": {"m": {"keys": "7"}}}',
    b'{"version": 1, "models": {"m": {"since": 1e300}}}',
    b'{"version": 1, "models": {"m": {"screen": {"counts": {"9999": 1}}}}}',
    b'{"version": 1, "models": {"m": {"screen": {"counts": {"x": 1}}}}}',
    b'{"version": 1, "models": {"' + b"m" * 300 + b'": {}}}',
    b'{"version": 1, "models": {}}' + b" " * 2_000_000 + b"x",
    b"[" * 100_000,
]


@pytest.mark.parametrize("data", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_file_is_ignored_and_replaced(path, data):
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    file = StatsFile(path)
    assert file.load() == Book()
    file.add(keys(4))
    assert StatsFile(path).load() == keys(4)
    assert path.stat().st_size < 10_000


def test_a_file_cut_at_any_byte_is_no_fault(path):
    file = StatsFile(path)
    file.add(keys(4))
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        assert file.load() == Book()


def test_what_a_killed_editor_left_half_written_is_no_hindrance(path):
    file = StatsFile(path)
    file.add(keys(1))
    path.with_suffix(".part").write_bytes(b'{"vers')
    file.add(keys(1))
    assert file.load() == keys(2)
    assert not path.with_suffix(".part").exists()


def test_a_link_in_the_place_of_the_new_file_is_not_followed(path, tmp_path):
    path.parent.mkdir(parents=True)
    precious = tmp_path / "precious"
    precious.write_text("mine")
    path.with_suffix(".part").symlink_to(precious)
    StatsFile(path).add(keys(1))
    assert precious.read_text() == "mine"
    assert StatsFile(path).load() == keys(1)


def test_a_folder_in_its_place_is_a_plain_error(path):
    path.mkdir(parents=True)
    file = StatsFile(path)
    assert file.load() == Book()
    with pytest.raises(OSError, match=r"."):
        file.add(keys(1))


def test_an_editor_that_was_stopped_with_the_lock_holds_nobody_up(path):
    file = StatsFile(path)
    file.add(keys(1))
    with path.with_suffix(".lock").open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(BlockingIOError):
            file.add(keys(1), 0.01)
        assert file.load() == keys(1)
    file.add(keys(1))
    assert file.load() == keys(2)


def test_forgetting_leaves_an_empty_file(path):
    file = StatsFile(path)
    file.add(keys(1))
    file.clear()
    assert file.load() == Book()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_stays_small_with_very_many_models(path):
    file = StatsFile(path)
    book = Book()
    for number in range(40):
        counts = book.of(f"{number} " + "m" * 300)
        for step in range(330):
            counts.screen.note(1.05**step / 10)
            counts.first_token.note(1.05**step / 10)
    file.add(book)
    assert path.stat().st_size < 300_000
    assert len(file.load().models) == 32


def test_editors_at_the_same_time_lose_nothing(path):
    argv = [sys.executable, "-c", EDITOR, str(path), "40"]
    editors = [
        subprocess.Popen(argv, stdin=subprocess.PIPE, env={"PYTHONPATH": str(PYTHON)})
        for _ in range(3)
    ]
    for editor in editors:
        editor.stdin.write(b"go\n")
        editor.stdin.close()
    assert [editor.wait(60) for editor in editors] == [0, 0, 0]
    models = StatsFile(path).load().models
    assert models["shared"].keys == 120
    assert sum(models["shared"].screen.counts.values()) == 120
    assert sum(models[f"model {number}"].keys for number in range(3)) == 120
