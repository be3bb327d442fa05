"""Fixtures of the tests that watch whole commands: one editor for many of them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from completing import KNOWS
from context_side import Watched
from reviewer import Reviewer
from typist import Typist
from writer import Writer

import isolation
from child import Child
from fakes import FakeLlamaCpp
from person import Person, wait_closed

_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest.fixture(scope="module")
def shared_editor(nvim, tmp_path_factory):
    """Start an editor on demand, and a new one after a test that failed."""
    children = []

    def get(*, fresh=False):
        if fresh or not children or children[-1].child.process.poll() is not None:
            home = tmp_path_factory.mktemp("home")
            run = Path(tempfile.mkdtemp(prefix="r-", dir=os.environ["XDG_RUNTIME_DIR"]))
            folders = isolation.private_folders(home, run)
            # Wide, so that few sentences wrap; some still do.
            child = Child(nvim, setup={}, env=folders, cwd=home, lines=30, columns=100)
            children.append(Person(child, home))
        return children[-1]

    yield get
    for person in children:
        person.child.close()


@pytest.fixture
def person(shared_editor, request):
    """Someone at an editor with an empty buffer and nothing under way."""
    who = shared_editor()
    who.starts_over()
    yield who
    if request.node.stash.get(_FAILED, False):
        shared_editor(fresh=True)


@pytest.fixture(scope="module")
def sound():
    """A server in order, for the command after the one under test."""
    with FakeLlamaCpp() as server:
        yield server


@pytest.fixture(scope="module")
def shared_typist(shared_editor):
    return Typist(shared_editor().child)


@pytest.fixture
def typist(shared_typist):
    """Someone who types while suggestions come, with nothing shown yet."""
    shared_typist.starts_over()
    return shared_typist


@pytest.fixture(scope="module")
def shared_reviewer(shared_editor):
    return Reviewer(shared_editor().child)


@pytest.fixture
def reviewer(shared_reviewer):
    """Someone who looks at a proposed change, with none shown yet."""
    shared_reviewer.starts_over()
    return shared_reviewer


@pytest.fixture(scope="module")
def watched_editor(nvim, tmp_path_factory):
    """Give one editor to all tests, with the watching of files begun and no Python behind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        child = Child(nvim, setup={})
        yield Watched(child)
        child.close()


@pytest.fixture
def project(tmp_path):
    """Return the empty folder of a project."""
    (tmp_path / "p" / ".git").mkdir(parents=True)
    return tmp_path / "p"


@pytest.fixture(scope="module")
def start_writer(nvim, tmp_path_factory):
    """Start editors of a module's own; they are ended after it."""
    children = []

    def start(**options):
        home = tmp_path_factory.mktemp("home")
        run = Path(tempfile.mkdtemp(prefix="r-", dir=os.environ["XDG_RUNTIME_DIR"]))
        env = isolation.private_folders(home, run)
        child = Child(nvim, setup={}, env=env, cwd=home, lines=16, columns=100, **options)
        children.append(child)
        writer = Writer(child, home)
        writer.starts_over()
        return writer

    yield start
    for child in children:
        child.close()


@pytest.fixture(scope="module")
def server():
    """The model server of completion, which knows how to go on with `x`."""
    with FakeLlamaCpp(KNOWS) as server:
        yield server


@pytest.fixture(scope="module")
def shared_writer(start_writer):
    return start_writer()


@pytest.fixture
def writer(shared_writer, server):
    """Someone at an empty buffer; the model knows how to go on with `x`."""
    shared_writer.starts_over()
    wait_closed(server)
    server.script = KNOWS
    server.requests.clear()
    server.most_open = 0
    shared_writer.uses(server)
    yield shared_writer
    assert shared_writer.child.mode()["blocking"] is False
    assert "fault" not in shared_writer.logged()
    assert not [line for line in shared_writer.child.messages() if "Error" in line]
