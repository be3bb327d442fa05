"""What `make nix-check` asks a real Nix, where one is: on files and flakes made for the test."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import nix_evaluate
import nix_parse
from made_once import is_made
from nix_levels import CHECKS, EVALUATES
from nix_tool import CACHE, ROOT, find

# As much of nixpkgs as nix/outputs.nix asks for.
LIB = """
rec {
  nameValuePair = name: value: { inherit name value; };
  mapAttrs' = f: set: builtins.listToAttrs (map (n: f n set.${n}) (builtins.attrNames set));
  mergeAttrsList = builtins.foldl' (a: b: a // b) { };
  concatMapAttrs = f: set: mergeAttrsList (map (n: f n set.${n}) (builtins.attrNames set));
  isDerivation = value: value ? drvPath;
  optionalAttrs = wanted: set: if wanted then set else { };
}
"""
FLAKE = """
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
  outputs = { self, nixpkgs }: {
    packages.x86_64-linux.hello = derivation {
      name = "hello"; system = "x86_64-linux"; builder = "/bin/sh"; PLACE = "${self}";
    };
    formatter.x86_64-linux = self.packages.x86_64-linux.hello;
    devShells = { };
    checks.x86_64-linux = { };
    apps.x86_64-linux.default = {
      type = "app"; program = "/bin/sh"; meta.description = "a shell";
    };
    lib = {
      evalChecks.ports = { ok = false; message = "11434 is open"; };
      units."a.service" = "[Service]";
    };
    %s
  };
}
"""


@pytest.fixture(scope="module")
def nix():
    """The Nix on PATH, or the one that `make nix-check` left; getting one takes half a minute."""
    on_path = subprocess.run(["sh", "-c", "command -v nix-instantiate"], check=False).returncode
    if on_path and not is_made(CACHE):
        pytest.skip("no Nix at hand: run `make nix-check` once")
    return find(())


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def flake(tmp_path, nix):
    """Write a flake and a tree for it; give a function that adds an output."""
    if nix.version < EVALUATES:
        pytest.skip(f"{nix} does not evaluate a flake on an absent store")
    (tmp_path / "flake/nix").mkdir(parents=True)
    (tmp_path / "flake/nix/outputs.nix").write_bytes((ROOT / "nix/outputs.nix").read_bytes())
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/lib.nix").write_text(LIB)
    (tmp_path / "tree/flake.nix").write_text("{ outputs = _: { lib = import ./lib.nix; }; }")

    def write(more=""):
        (tmp_path / "flake/flake.nix").write_text(FLAKE % more)
        return tmp_path / "flake", tmp_path / "tree"

    return write


def test_every_file_of_the_repository_parses(nix, home):
    files = [path for path in nix_parse.tracked() if path.suffix == ".nix"]
    assert Path("flake.nix") in files
    assert list(nix_parse.syntax(nix, [ROOT / path for path in files], home)) == []


def test_a_file_that_does_not_parse_is_named(nix, home, tmp_path):
    good, bad = tmp_path / "good.nix", tmp_path / "bad file.nix"
    good.write_text("{ a, b }: a")
    bad.write_text("{ a = ; }")
    (fault,) = nix_parse.syntax(nix, [good, bad], home)
    assert fault.startswith(f"{bad}: error: syntax error")


def test_a_schema_that_is_out_of_date_is_said_by_option(nix, home, tmp_path):
    assert list(nix_parse.schema(nix, ROOT, home)) == []
    path = tmp_path / "nix/options.json"
    path.parent.mkdir()
    schema = json.loads((ROOT / "nix/options.json").read_text())
    schema["language"]["default"] = "Latin"
    del schema["python"]
    path.write_text(json.dumps(schema))
    language, python = nix_parse.schema(nix, tmp_path, home)
    assert "language is not what settings.py says; run `make docs`" in language
    assert "python is not" in python
    path.write_text("{")
    (broken,) = nix_parse.schema(nix, tmp_path, home)
    assert "options.json" in broken


@pytest.mark.parametrize("outputs", [True, False])
def test_the_outputs_and_what_the_flake_says_of_itself(nix, home, flake, outputs):
    found = nix_evaluate.facts(nix, *flake(), home, outputs=outputs)
    wanted = {"packages.x86_64-linux.hello", "formatter.x86_64-linux", "apps.x86_64-linux.default"}
    assert set(found.outputs) == (wanted if outputs else set())
    assert found.units == {"a.service": "[Service]"}
    assert list(nix_evaluate.failed_checks(found)) == ["check ports: 11434 is open"]


def test_an_output_that_does_not_evaluate_fails_with_nixs_words(nix, home, flake):
    broken = 'packages.x86_64-linux.broken.drvPath = throw "an option is gone";'
    with pytest.raises(nix_evaluate.Failed, match="an option is gone"):
        nix_evaluate.facts(nix, *flake(broken), home, outputs=True)


def test_a_flake_is_checked_and_its_warnings_are_faults(nix, home, flake):
    if nix.version < CHECKS:
        pytest.skip(f"{nix} checks no flake on an absent store")
    assert list(nix_evaluate.flake_check(nix, *flake(), home)) == []
    (fault,) = nix_evaluate.flake_check(nix, *flake("homeManagerModules = { };"), home)
    assert "unknown flake output 'homeManagerModules'" in fault
    (fault,) = nix_evaluate.flake_check(nix, *flake("overlays.x = 1;"), home)
    assert "error" in fault
