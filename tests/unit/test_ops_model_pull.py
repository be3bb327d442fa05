"""Fetching models from a hub on the loopback interface, and choosing among a repository's files."""

import hashlib
import json
import os
import pty
import signal
import subprocess
import sys
import termios
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from local_llm.errors import ModelStoreError
from local_llm.ops.model_pull import choose
from waiting import wait_until

ROOT = Path(__file__).parents[2]
REVISION = "0123456789abcdef0123456789abcdef01234567"
CONTENT = b"GGUF" + bytes(range(256)) * 4000


class Hub(BaseHTTPRequestHandler):
    """As much of the hub as its client asks for: a model's files, and their bytes by range."""

    protocol_version = "HTTP/1.1"
    files: dict[str, bytes]
    sha256 = ""  # what the hub claims; "" = the truth
    status = 200
    breaks_off = 0  # this many fetches end in the middle
    stalls = False  # stop in the middle until told to go on
    go_on: threading.Event
    seen: list[str]

    def do_HEAD(self):
        self._file(body=False)

    def do_GET(self):
        if self.path.startswith("/api/"):
            self._reply(self.status, json.dumps(self._model()).encode())
        else:
            self._file(body=True)

    def _model(self):
        siblings = [
            {"rfilename": name, "size": len(data), "lfs": self._lfs(data)}
            for name, data in self.files.items()
        ]
        return {"id": "org/repo", "modelId": "org/repo", "sha": REVISION, "siblings": siblings}

    def _lfs(self, data):
        return {"sha256": self._sha256(data), "size": len(data), "pointerSize": 100}

    def _sha256(self, data):
        return type(self).sha256 or hashlib.sha256(data).hexdigest()

    def _file(self, *, body):
        data = self.files[self.path.rpartition("/")[2]]
        start = int(self.headers.get("Range", "bytes=0-")[6:].partition("-")[0])
        type(self).seen.append(f"{self.command} {start}")
        headers = {"ETag": f'"{self._sha256(data)}"', "X-Repo-Commit": REVISION}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        cut = body and type(self).breaks_off > 0
        type(self).breaks_off -= cut
        self._reply(206 if start else 200, data[start:], headers, body=body, cut=cut)

    def _reply(self, status, data, headers=None, *, body=True, cut=False):
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if body and type(self).stalls and len(data) > len(CONTENT):
            self.wfile.write(data[: len(data) // 2])
            self.go_on.wait()
            self.close_connection = True
        elif body:
            self.wfile.write(data[: len(data) // 2] if cut else data)
        self.close_connection = self.close_connection or cut

    def log_message(self, *_):
        pass


@contextmanager
def hub(**facts):
    fresh = {"files": {"m-Q4_K_M.gguf": CONTENT}, "seen": []}
    fresh |= {"go_on": threading.Event()}
    handler = type("OneHub", (Hub,), {**fresh, **facts})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", handler
        finally:
            server.shutdown()


# What a shell has started in the background ignores SIGINT, and so does all that it starts.
_CLI = """
import signal, sys
from local_llm.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main())
"""


def start(address, spec="org/repo", stderr=subprocess.PIPE):
    """Start the program: the hub's client reads its environment when it is imported."""
    ours = {"PYTHONPATH": str(ROOT / "python"), "HF_ENDPOINT": address, "HF_HUB_OFFLINE": "0"}
    return subprocess.Popen(
        [sys.executable, "-c", _CLI, "model", "pull", spec],
        env={**os.environ, **ours},
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )


def pull(address, spec="org/repo"):
    with start(address, spec) as process:
        out, err = process.communicate()
    return SimpleNamespace(returncode=process.returncode, stdout=out, stderr=err)


def store():
    return Path(os.environ["XDG_CACHE_HOME"]) / "local-llm" / "models"


def test_a_terminal_sees_a_progress_bar(home):
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    with hub() as (address, _handler), start(address, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
        process.communicate()
    os.close(ours)
    assert process.returncode == 0
    assert b"m-Q4_K_M.gguf: 100%" in shown


def _read(terminal):
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that the other end was closed
        return b""


def test_a_model_arrives_verified(home):
    with hub() as (address, _handler):
        done = pull(address)
    assert done.returncode == 0, done.stderr
    assert "m-Q4_K_M: 1000 KiB, checksum verified" in done.stdout
    assert [path.name for path in store().rglob("*") if path.is_file()] == ["m-Q4_K_M.gguf"]
    assert (store() / "m-Q4_K_M.gguf").read_bytes() == CONTENT


@pytest.mark.parametrize("kept", [1000, len(CONTENT), len(CONTENT) + 1])
def test_a_fetch_goes_on_where_an_earlier_run_broke_off(home, kept):
    with hub() as (address, handler):
        unfinished = store() / ".partial" / "org--repo" / hashlib.sha256(CONTENT).hexdigest()[:12]
        unfinished.mkdir(parents=True)
        (unfinished / "m-Q4_K_M.gguf").write_bytes((CONTENT + b"!")[:kept])
        done = pull(address)
    assert done.returncode == 0, done.stderr
    assert (store() / "m-Q4_K_M.gguf").read_bytes() == CONTENT
    expected = {1000: ["GET 1000"], len(CONTENT): []}
    assert handler.seen == expected.get(kept, ["GET 0"])


def test_a_line_that_drops_is_tried_again(home):
    with hub(breaks_off=1) as (address, handler):
        done = pull(address)
    assert done.returncode == 0, done.stderr
    assert (store() / "m-Q4_K_M.gguf").read_bytes() == CONTENT
    assert len(handler.seen) == 2


def test_ctrl_c_keeps_what_arrived_and_shows_no_traceback(home):
    partial = store() / ".partial"
    big = {"files": {"m.gguf": CONTENT * 24}, "stalls": True}
    with hub(**big) as (address, handler), start(address) as process:
        wait_until(lambda: any(p.stat().st_size for p in partial.rglob("*.gguf")), 20, "bytes")
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate()
        handler.go_on.set()
    assert process.returncode == 130, err
    assert "Traceback" not in err
    [kept] = partial.rglob("*.gguf")
    assert (CONTENT * 24).startswith(kept.read_bytes())
    assert list(store().glob("*.gguf")) == []


def test_another_file_than_the_hub_has_is_not_kept(home):
    with hub(sha256="0" * 64) as (address, _handler):
        done = pull(address)
    assert done.returncode == 1
    assert "its checksum differs" in done.stderr
    assert list(store().glob("*.gguf")) == []


def test_all_parts_of_a_split_model_arrive(home):
    files = {f"m-q8_0-0000{n}-of-00002.gguf": CONTENT[: 100 * n] for n in (1, 2)}
    with hub(files=files) as (address, _handler):
        done = pull(address, "org/repo:Q8_0")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("m-q8_0: 300 B")
    assert sorted(path.name for path in store().glob("*.gguf")) == sorted(files)


def test_an_unknown_repository_is_said(home):
    with hub(status=404) as (address, _handler):
        done = pull(address)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("local-llm: ")


def test_without_network_it_says_what_to_do_instead(home):
    done = pull("http://127.0.0.1:9")
    assert done.returncode == 1
    assert done.stderr.startswith("local-llm: could not reach the hub: ")
    assert f"copy a .gguf into {store()} instead" in done.stderr
    assert "Traceback" not in done.stderr


def files(*names):
    return [SimpleNamespace(rfilename=name, size=len(name), lfs=None) for name in names]


OFFER = ("a-Q8_0.gguf", "a-Q4_K_M.gguf", "a-q4_k_s.gguf", "README.md", "mmproj-Q4_K_M.gguf")


@pytest.mark.parametrize(
    ("names", "which", "expected"),
    [
        (OFFER, "", ["a-Q4_K_M.gguf"]),
        (OFFER, "Q8_0", ["a-Q8_0.gguf"]),
        (OFFER, "q8_0", ["a-Q8_0.gguf"]),
        (OFFER, "a-Q8_0.gguf", ["a-Q8_0.gguf"]),
        (OFFER[:1], "", ["a-Q8_0.gguf"]),
        (("x-F16.gguf", "longer-BF16.gguf"), "", ["x-F16.gguf"]),
        (("x-BF16.gguf", "xx-F16.gguf"), "F16", ["xx-F16.gguf"]),
        (("q/a-Q4_0-00001-of-00002.gguf", "q/a-Q4_0-00002-of-00002.gguf"), "", None),
    ],
)
def test_the_file_chosen(names, which, expected):
    assert [f.rfilename for f in choose(files(*names), which)] == (expected or list(names))


@pytest.mark.parametrize("which", ["Q4_K", "Q9", "none.gguf"])
def test_what_is_not_offered_is_answered_with_what_is(which):
    with pytest.raises(ModelStoreError, match=which) as caught:
        choose(files(*OFFER), which)
    assert "a-Q8_0.gguf" in caught.value.hint
    with pytest.raises(ModelStoreError, match="no GGUF file"):
        choose(files("README.md"), "")
