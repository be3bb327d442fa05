"""The corpus is what it says: enough of it, true to the tools' output, its facts to be found."""

from __future__ import annotations

from collections import Counter

import pytest

from wtf import runs
from wtf.cases import KINDS, Fact, load_cases
from wtf.explained import WAYS, explanation
from wtf.parsers import PARSERS

CASES = load_cases()
# Addresses that the tools' documentation has for a code, where their output gives none.
PAGES = {
    "mypy": "https://mypy.rtfd.io/en/stable/_refs.html#code-{code}",
    "shellcheck": "https://www.shellcheck.net/wiki/{code}",
    "luacheck": "https://luacheck.readthedocs.io/en/stable/warnings.html",
}
MOST_FACTS = 8

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
every_tool = pytest.mark.parametrize("tool", sorted(PARSERS))


def cases_of(tool):
    return [case for case in CASES if case.tool == tool]


def texts(case):
    """Every file of a case, as text, by its path."""
    paths = [path for path in case.files.rglob("*") if path.is_file()]
    return {str(p.relative_to(case.files)): p.read_text(encoding="utf-8") for p in paths}


def facts(case, kind):
    return [fact for fact in case.facts if fact.kind == kind]


def test_there_is_enough_of_it():
    tools = Counter(case.tool for case in CASES)
    languages = Counter(case.language for case in CASES)
    assert len(CASES) >= 60
    assert len(tools) >= 8
    assert len(languages) >= 6
    assert min(tools.values()) >= 5
    assert min(languages.values()) >= 5


def test_no_two_cases_tell_the_same():
    told = [(case.tool, case.diagnostic.message, case.diagnostic.code) for case in CASES]
    assert not [one for one, times in Counter(told).items() if times > 1]


@every_case
def test_the_diagnostic_is_what_the_raw_output_says(case):
    [(_, diagnostic)] = runs.read(case, case.raw())
    assert diagnostic == case.diagnostic


@every_case
def test_its_places_lie_in_the_files(case):
    whole = texts(case)
    for path, place in [(case.file, case.diagnostic)] + [
        (related.path, related) for related in case.diagnostic.related
    ]:
        lines = [line.encode() for line in whole[path].split("\n")]
        assert (place.lnum, place.col) <= (place.end_lnum, place.end_col)
        for line, column in ((place.lnum, place.col), (place.end_lnum, place.end_col)):
            assert column <= len(lines[line])
            lines[line][:column].decode()  # not in the middle of a character


@every_case
def test_its_facts_are_of_a_known_kind_and_few(case):
    kinds = {fact.kind for fact in case.facts}
    assert kinds <= KINDS
    assert kinds >= {"message", "code"}
    assert kinds & {"rule", "link", "related", "scope", "import", "definition"}
    assert len(case.facts) <= MOST_FACTS
    assert len(set(case.facts)) == len(case.facts)


@every_case
def test_what_it_says_of_the_diagnostic_is_true(case):
    assert all(fact.is_in(case.diagnostic.message) for fact in facts(case, "message"))
    assert {fact.text for fact in facts(case, "code")} == {str(case.diagnostic.code)}
    assert {fact.text for fact in facts(case, "version")} <= {case.version}
    page = case.diagnostic.href or PAGES.get(case.tool, "")
    known = page.format(code=case.diagnostic.code)
    assert {fact.text for fact in facts(case, "link")} <= {known}


@every_case
def test_what_it_says_of_the_code_is_true(case):
    whole = texts(case)
    above = "\n".join(whole[case.file].split("\n")[: case.diagnostic.end_lnum + 1])
    pointed_at = [
        "\n".join(whole[one.path].split("\n")[one.lnum : one.end_lnum + 1])
        for one in case.diagnostic.related
    ]
    assert all(fact.is_in(above) for fact in facts(case, "scope"))
    assert all(fact.is_in(whole[case.file]) for fact in facts(case, "import"))
    for fact in facts(case, "related"):
        assert any(fact.is_in(text) for text in pointed_at), fact
    for fact in facts(case, "definition"):
        assert any(fact.is_in(text) for text in whole.values()), fact


@every_case
def test_nothing_in_it_names_a_machine(case):
    whole = "\n".join([*texts(case).values(), case.raw(), (case.folder / "case.json").read_text()])
    for place in ("/home/", "/root/", "/tmp/", str(runs.TOOLS), str(case.folder)):
        assert place not in whole


@every_case
def test_neovim_is_given_what_a_language_client_leaves(case, tmp_path):
    root = case.copy_to(tmp_path)
    held = case.diagnostic.as_neovim(root)
    lsp = held.get("user_data", {}).get("lsp", {})
    assert (root / case.file).is_file()
    assert (held["lnum"], held["code"]) == (case.diagnostic.lnum, case.diagnostic.code)
    assert lsp.get("codeDescription", {}).get("href", "") == case.diagnostic.href
    for place in lsp.get("relatedInformation", []):
        assert place["location"]["uri"].startswith(root.as_uri())


def test_a_fact_is_found_wherever_lines_break():
    fact = Fact("rule", "evaluated once, when")
    assert fact.is_in("Defaults are evaluated\n    once, when the function is defined.")
    assert not fact.is_in("Defaults are evaluated once.")


@every_tool
def test_the_tool_says_the_same_today(tool, tmp_path):
    if reason := runs.missing(tool):
        pytest.skip(reason)
    runs.check(tool)
    outputs = runs.run(tool, cases_of(tool), tmp_path)
    for case in cases_of(tool):
        assert case.version == runs.version(tool)
        found = [diagnostic for _, diagnostic in runs.read(case, outputs[case.name])]
        assert case.diagnostic in found, case.name


@pytest.mark.parametrize("tool", sorted(WAYS))
def test_the_tool_explains_its_rules_in_these_words(tool):
    if reason := runs.missing(tool):
        pytest.skip(reason)
    for case in cases_of(tool):
        text = explanation(case)
        for fact in facts(case, "rule"):
            assert fact.is_in(text), (case.name, fact)


def test_only_tools_that_explain_their_rules_are_quoted():
    assert {case.tool for case in CASES if facts(case, "rule")} == set(WAYS)
