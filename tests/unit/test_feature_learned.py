"""What is learned of models outlives a session, and is never in the way."""

from __future__ import annotations

import pytest

from local_llm.features.learned import Learned


@pytest.fixture
def file(tmp_path):
    return tmp_path / "cache" / "speeds.json"


def test_what_was_kept_is_known_to_the_next_session(file):
    learned = Learned(file)
    assert learned.of("a") is None
    learned.keep("a", {"first_token_ms": 12.5})
    learned.keep("b", {"first_token_ms": 1.0})
    learned.keep("a", {"first_token_ms": 13.5})
    assert Learned(file).of("a") == {"first_token_ms": 13.5}
    assert Learned(file).of("b") == {"first_token_ms": 1.0}
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_nothing_new_writes_nothing(file):
    learned = Learned(file)
    learned.keep("a", {})
    assert not file.exists()
    learned.keep("a", {"x": 1.0})
    file.unlink()
    learned.keep("a", {"x": 1.0})
    assert not file.exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a": {"x": "y"}}', b"\xff"])
def test_a_damaged_file_is_an_empty_one(file, content):
    file.parent.mkdir()
    file.write_bytes(content)
    learned = Learned(file)
    assert learned.of("a") is None
    learned.keep("a", {"x": 1.0})
    assert Learned(file).of("a") == {"x": 1.0}


def test_a_disk_that_refuses_is_no_failure(tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    learned = Learned(tmp_path / "cache" / "speeds.json")
    learned.keep("a", {"x": 1.0})
    assert learned.of("a") == {"x": 1.0}
