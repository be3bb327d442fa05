"""The folder of model files, the head of a GGUF file, and the private folders."""

import os
import struct
from pathlib import Path

import pytest

from local_llm.errors import InstallError, ModelMissing, ModelStoreError
from local_llm.ops import places
from local_llm.ops.gguf_header import read_header
from local_llm.ops.model_store import ModelStore, model_store
from local_llm.ops.random_model import write_random_model


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def pair(key: str, kind: int, packed: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + packed


def gguf_bytes(*pairs: bytes, count: int | None = None) -> bytes:
    return (
        b"GGUF"
        + struct.pack("<IQQ", 3, 0, len(pairs) if count is None else count)
        + b"".join(pairs)
    )


MODEL = gguf_bytes(
    pair("general.architecture", 8, text("qwen2")),
    pair("general.tags", 9, struct.pack("<IQ", 8, 2) + text("a") + text("b")),
    pair("general.some_float", 12, struct.pack("<d", 1.5)),
    pair("qwen2.context_length", 4, struct.pack("<I", 32768)),
)


@pytest.fixture
def store(tmp_path):
    return ModelStore(tmp_path)


def put(store, name, content=MODEL, modified_s=1000.0):
    path = store.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (modified_s, modified_s))
    return path


def test_the_head_is_read(tmp_path):
    path = tmp_path / "m"
    path.write_bytes(MODEL)
    header = read_header(path)
    assert (header.architecture, header.context_tokens) == ("qwen2", 32768)


def test_reading_stops_before_the_vocabulary(tmp_path):
    path = tmp_path / "m"
    rest = pair("tokenizer.ggml.tokens", 9, struct.pack("<IQ", 8, 1 << 60))
    path.write_bytes(gguf_bytes(pair("general.architecture", 8, text("x")), rest))
    assert read_header(path).architecture == "x"


@pytest.mark.parametrize("size", range(len(MODEL)))
def test_a_file_cut_anywhere_is_a_fault_and_no_crash(tmp_path, size):
    path = tmp_path / "m"
    path.write_bytes(MODEL[:size])
    with pytest.raises(ValueError, match=r"not a GGUF file|cut short"):
        read_header(path)


def test_a_text_without_bound_is_not_read_into_memory(tmp_path):
    path = tmp_path / "m"
    path.write_bytes(gguf_bytes(struct.pack("<Q", 1 << 50), count=1))
    with pytest.raises(ValueError, match="far too long"):
        read_header(path)


def test_a_store_without_its_folder_is_empty(tmp_path):
    store = ModelStore(tmp_path / "none")
    assert store.models() == []
    assert store.default_model() is None


def test_models_are_listed_with_what_their_files_say(store):
    put(store, "b.gguf")
    put(store, "a/c.gguf", b"no model")
    put(store, "notes.txt")
    put(store, ".partial/half.gguf")
    broken, good = store.models()
    assert (broken.name, broken.fault) == ("a/c", "the file is not a GGUF file")
    assert (good.name, good.architecture, good.context_tokens) == ("b", "qwen2", 32768)
    assert (good.size_bytes, good.fault) == (len(MODEL), "")


def test_the_parts_of_a_split_model_are_one(store):
    paths = [put(store, f"big-0000{n}-of-00002.gguf") for n in (1, 2)]
    [model] = store.models()
    assert (model.name, model.path, model.paths) == ("big", paths[0], tuple(paths))
    assert model.size_bytes == 2 * len(MODEL)
    store.remove("big")
    assert store.models() == []


def test_the_most_recent_real_model_is_the_default(store):
    put(store, "old.gguf", modified_s=1)
    put(store, "new.gguf", modified_s=2)
    put(store, "mmproj-new.gguf", modified_s=3)
    put(store, "broken.gguf", b"", modified_s=4)
    write_random_model(store.folder / "noise.gguf", merges=300)
    assert store.default_model().name == "new"


def test_noise_is_better_than_nothing(store):
    write_random_model(store.folder / "noise.gguf", merges=300)
    assert store.default_model().name == "noise"
    assert store.default_model().noise


@pytest.mark.parametrize("name", ["coder-7b", "coder-7b.gguf", "CODER-7B", "coder-7"])
def test_a_model_is_found_by_its_name_or_beginning(store, name):
    put(store, "coder-7b.gguf")
    put(store, "coder-14b.gguf")
    assert store.find(name).name == "coder-7b"


def test_an_exact_name_is_not_ambiguous(store):
    put(store, "coder.gguf")
    put(store, "coder-14b.gguf")
    assert store.find("coder").name == "coder"


@pytest.mark.parametrize(
    ("name", "words"), [("coder", "more than one"), ("x", "no model"), ("../out", "no model")]
)
def test_what_is_not_one_model_removes_nothing(store, name, words):
    inside = [put(store, "coder-7b.gguf"), put(store, "coder-14b.gguf")]
    outside = store.folder.parent / "out.gguf"
    outside.write_bytes(MODEL)
    with pytest.raises(ModelMissing, match=words) as caught:
        store.remove(name)
    assert "coder-7b" in caught.value.hint
    assert outside.exists()
    assert all(path.exists() for path in inside)


def test_removing_a_link_leaves_what_it_points_to(store, tmp_path_factory):
    target = tmp_path_factory.mktemp("elsewhere") / "m.gguf"
    target.write_bytes(MODEL)
    (store.folder / "link.gguf").symlink_to(target)
    store.remove("link")
    assert target.exists()
    assert store.models() == []


def test_a_file_that_cannot_be_removed_is_said(store, monkeypatch):
    put(store, "a.gguf")

    def refuse(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(ModelStoreError, match="Permission denied"):
        store.remove("a")


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"XDG_CACHE_HOME": "/c", "HOME": "/h"}, "/c/local-llm/models"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, "/h/.cache/local-llm/models"),
        ({"HOME": "/h"}, "/h/.cache/local-llm/models"),
    ],
)
def test_the_store_lies_in_the_cache(env, expected):
    assert str(model_store(env).folder) == expected


def test_sockets_lie_in_the_runtime_folder_or_in_the_cache(tmp_path):
    env = {"HOME": "/h", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert places.runtime_folder(env) == tmp_path / "local-llm"
    for gone in ("/does/not/exist", "", "relative"):
        env = {"HOME": "/h", "XDG_RUNTIME_DIR": gone}
        assert places.runtime_folder(env) == Path("/h/.cache/local-llm/run")


def test_a_private_folder_is_made_and_found_again(tmp_path):
    folder = tmp_path / "a" / "b"
    assert places.make_private(folder).stat().st_mode & 0o777 == 0o700
    assert places.make_private(folder) == folder


def test_a_link_or_an_open_folder_is_not_private(tmp_path):
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o750)
    for name in ("link", "open"):
        with pytest.raises(InstallError, match="not private"):
            places.make_private(tmp_path / name)


def test_a_folder_of_somebody_else_is_not_private(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(InstallError, match="not private"):
        places.make_private(tmp_path / "theirs")


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InstallError, match="cannot make a folder"):
        places.make_private(tmp_path / "file" / "sub")
