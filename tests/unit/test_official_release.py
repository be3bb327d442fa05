"""The official release is unpacked as it is laid out, or refused with a reason."""

import http.server
import io
import sys
import tarfile
import threading
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import official_release


def _archive(*names):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in names:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = 2, 0o755
            archive.addfile(entry, io.BytesIO(b"ok"))
    return packed.getvalue()


@pytest.fixture
def serve():
    """Serve one body at a loopback address."""
    servers = []

    def start(body):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200 if body else 404)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/nvim.tar.gz"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_the_outer_folder_is_dropped(serve, tmp_path):
    folder = tmp_path / "new"
    official_release.fetch(serve(_archive("nvim-linux/bin/nvim", "nvim-linux/share/x")), folder)
    assert sorted(path.name for path in folder.iterdir()) == ["bin", "share"]
    assert (folder / "bin/nvim").stat().st_mode & 0o111


def test_an_archive_that_leaves_its_folder_is_refused(serve, tmp_path):
    with pytest.raises(tarfile.TarError):
        official_release.fetch(serve(_archive("../evil")), tmp_path / "new")
    assert not (tmp_path / "evil").exists()


def test_a_missing_release_is_an_error(serve, tmp_path):
    with pytest.raises(OSError, match="404"):
        official_release.fetch(serve(b""), tmp_path / "new")


@pytest.mark.parametrize(
    ("system", "machine", "name"),
    [
        ("Linux", "x86_64", "nvim-linux-x86_64.tar.gz"),
        ("Linux", "aarch64", "nvim-linux-arm64.tar.gz"),
        ("Darwin", "arm64", "nvim-macos-arm64.tar.gz"),
    ],
)
def test_the_archive_is_the_machine_s(monkeypatch, system, machine, name):
    monkeypatch.setattr(official_release.platform, "system", lambda: system)
    monkeypatch.setattr(official_release.platform, "machine", lambda: machine)
    assert official_release.url("0.10.4").endswith(f"/v0.10.4/{name}")


def test_there_is_none_for_other_systems(monkeypatch):
    monkeypatch.setattr(official_release.platform, "system", lambda: "Windows")
    with pytest.raises(OSError, match="none for Windows"):
        official_release.url("0.10.4")
