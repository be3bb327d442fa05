"""Every fact that a person would look up is in the prompt, once the tools have been asked."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

import isolation
from neovims import neovims
from wtf import runs
from wtf.cases import load_cases
from wtf.prompted import CONTEXT_TOKENS, Prompted

CASES = load_cases()
# Pyright is not asked for its version, because the one from PyPI would fetch node first.
UNKNOWN = {("pyright", "version")}


@pytest.fixture(scope="module")
def prompted(tmp_path_factory):
    """Return the editor, of the newest release, that is asked about a language."""
    editors = {}

    def of(language):
        if language not in editors:
            home = tmp_path_factory.mktemp("home")
            run = Path(tempfile.mkdtemp(prefix="r-", dir=os.environ["XDG_RUNTIME_DIR"]))
            folders = isolation.private_folders(home, run)
            editors[language] = Prompted(list(neovims().values())[-1], home, folders)
        return editors[language]

    yield of
    for editor in editors.values():
        editor.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.tool}-{case.name}")
def test_all_facts_are_in_the_prompt(case, prompted):
    if why := runs.missing(case.tool):
        pytest.skip(why)
    _, prompt = prompted(case.language).prompts(case)
    facts = [fact for fact in case.facts if (case.tool, fact.kind) not in UNKNOWN]
    missing = [(fact.kind, fact.text) for fact in facts if not fact.is_in(prompt)]
    assert not missing, prompt
    assert len(prompt) / 2 < CONTEXT_TOKENS
