"""Tools for Python.

Tried: ruff 0.17.6, mypy 2.4.1, pylint 4.1.4, flake8 7.5.0, yamllint 1.38.0, basedpyright 1.40.1.
mypy's address is the one that it prints itself (`BASE_RTD_URL` in mypy/errors.py).
"""

from __future__ import annotations

from local_llm.rules.base import Read, Row, Run

# Where an installation keeps its modules, seen from the folder of its programs: a virtual
# environment or pipx, and Debian.
_LIBRARIES = ("../lib/python3*/site-packages/", "../lib/python3/dist-packages/")


def installed(program: str, module: str, extract: str) -> Read:
    """Return the way to a module of a tool that is written in Python."""
    paths = tuple(f"{folder}{module}" for folder in _LIBRARIES)
    return Read(paths=paths, base="program", program=program, extract=extract)


_RUFF_RULE = Run(argv=("ruff", "rule", "{code}"), extract="ruff")
_PYCODESTYLE = installed("flake8", "pycodestyle.py", "function")
_KEBAB = r"[a-z]+(?:-[a-z0-9]+)*"

ROWS = (
    Row(
        names=frozenset({"ruff", "ruff_lsp", "ruff-lsp"}),
        tool="ruff",
        code=rf"[A-Z]{{1,8}}[0-9]{{1,4}}|{_KEBAB}",
        said=r"(?:^|\[)([A-Z]{1,8}[0-9]{3,4})\b",
        ways=(_RUFF_RULE,),
        link="https://docs.astral.sh/ruff/rules/",
    ),
    Row(
        names=frozenset({"mypy", "dmypy", "pylsp_mypy", "pylsp-mypy"}),
        tool="mypy",
        code=rf"\[?(?P<name>{_KEBAB})\]?",
        said=rf"\[({_KEBAB})\]\s*$",
        ways=(installed("mypy", "mypy/errorcodes.py", "mypy"),),
        link="https://mypy.rtfd.io/en/stable/_refs.html#code-{name}",
    ),
    Row(
        names=frozenset({"pyright", "pylance"}),
        tool="pyright",
        code=r"report[A-Z][A-Za-z]+",
        said=r"\((report[A-Z][A-Za-z]+)\)\s*$",
        link="https://github.com/microsoft/pyright/blob/main/docs/configuration.md#{code}",
    ),
    Row(
        names=frozenset({"basedpyright"}),
        tool="basedpyright",
        code=r"report[A-Z][A-Za-z]+",
        said=r"\((report[A-Z][A-Za-z]+)\)\s*$",
        link="https://docs.basedpyright.com/latest/configuration/config-files/#{code}",
    ),
    Row(
        names=frozenset({"pylint"}),
        tool="pylint",
        code=rf"[CRWEFI][0-9]{{4}}|{_KEBAB}",
        said=rf"\(({_KEBAB})\)\s*$",
        ways=(Run(argv=("pylint", "--help-msg={code}"), refused="No such message id"),),
        link="https://pylint.readthedocs.io/en/stable/user_guide/messages/messages_overview.html",
    ),
    Row(
        names=frozenset({"flake8", "pycodestyle", "pyflakes", "mccabe"}),
        tool="flake8",
        code=r"[EW][0-9]{2,3}",
        said=r"^([EW][0-9]{3})\b",
        ways=(_PYCODESTYLE, _RUFF_RULE),
        link="https://www.flake8rules.com/rules/{code}.html",
    ),
    Row(
        names=frozenset({"flake8", "pyflakes", "mccabe"}),
        tool="flake8",
        code=r"F[0-9]{3}|C901",
        said=r"^(F[0-9]{3}|C901)\b",
        ways=(_RUFF_RULE,),
        link="https://www.flake8rules.com/rules/{code}.html",
    ),
    # A plugin's code; ruff has most of them under the same name.
    Row(
        names=frozenset({"flake8"}),
        tool="flake8",
        code=r"[A-Z]{1,3}[0-9]{2,4}",
        said=r"^([A-Z]{1,3}[0-9]{3,4})\b",
        ways=(_RUFF_RULE,),
    ),
    Row(
        names=frozenset({"yamllint"}),
        tool="yamllint",
        code=_KEBAB,
        said=rf"\(({_KEBAB})\)\s*$",
        ways=(installed("yamllint", "yamllint/rules/{snake}.py", "module"),),
        link="https://yamllint.readthedocs.io/en/stable/rules.html#module-yamllint.rules.{snake}",
    ),
)
