"""Fixtures of all tests. An editor test asks for `child`, or for `editor` to start its own:

def test_it(editor, golden):
    child = editor(setup={"explain": {"window": "split"}}, args=["a.py"])
    child.type("ix<Esc>")
    golden.check(child.screen())
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

import isolation
from child import Child
from isolation import network  # noqa: F401 - pytest finds the fixture by its name here
from neovims import neovims
from screens import Golden

# A busy machine makes an example slow, not wrong; what failed is printed, not kept in a folder.
settings.register_profile("house", deadline=None, database=None, print_blob=True)
settings.load_profile("house")


def pytest_addoption(parser):
    parser.addoption("--golden", choices=["check", "write"], default="check")


def pytest_configure(config):
    isolation.install()
    # Modules may look at their folders when they are imported, before the first fixture.
    config.stash[_SESSION] = base = Path(tempfile.mkdtemp(prefix="ll-"))
    os.environ.update(isolation.private_folders(base / "home", base / "run"))


def pytest_unconfigure(config):
    shutil.rmtree(config.stash[_SESSION], ignore_errors=True)


_SESSION = pytest.StashKey[Path]()


def pytest_generate_tests(metafunc):
    if "nvim" in metafunc.fixturenames:
        found = neovims()
        metafunc.parametrize("nvim", found.values(), ids=found.keys(), scope="session")


@pytest.fixture
def home(tmp_path, monkeypatch, request):
    """Give this test HOME and XDG folders that no other test has seen."""
    folder = tmp_path / "home"
    run = Path(tempfile.mkdtemp(prefix="r-", dir=request.config.stash[_SESSION]))
    for name, value in isolation.private_folders(folder, run).items():
        monkeypatch.setenv(name, value)
    return folder


@pytest.fixture
def editor(nvim, home):
    """Start Neovims (see child.Child); they and all they started are ended after the test."""
    started = []

    def start(**options):
        child = Child(nvim, **options)
        started.append(child)
        return child

    yield start
    for child in started:
        child.close()


@pytest.fixture
def child(editor):
    """A Neovim with our plugin, set up with defaults, on an empty buffer."""
    return editor(setup={})


@pytest.fixture
def golden(request):
    name = request.node.nodeid
    return Golden(name, write=request.config.getoption("--golden") == "write")
