"""The corpus: `corpus/TOOL/NAME/` holds one diagnostic, and the facts that help to understand it.

    for case in load_cases():
        root = case.copy_to(tmp_path)             # the source files, to be opened
        held = case.diagnostic.as_neovim(root)    # what `vim.diagnostic.set` takes
        missing = [fact for fact in case.facts if not fact.is_in(prompt)]

A case's folder has `case.json`, the tool's own output for this diagnostic (`raw.json` or `raw.txt`)
and `files/`. Two places of the machine that recorded it are written as `{root}`, the folder of the
files, and `{tools}`, the folder that `make wtf-tools` fills.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parent / "corpus"
TOOLS = Path(__file__).parents[2] / ".cache" / "wtf-tools"

# What a fact is: words of the diagnostic (message, code), of the tool about its rule (rule), its
# address on the web (link), a line that a related location points at (related), the head of the
# enclosing function or class (scope), an import (import), the line that defines a name of the
# flagged lines (definition), the version that the tool gives as its own (version).
KINDS = frozenset(
    {"message", "code", "rule", "link", "related", "scope", "import", "definition", "version"}
)


@dataclass(frozen=True)
class Related:
    """A place that the diagnostic points at. Lines and columns as in `Diagnostic`.

    `path` is relative to the case's files, or starts with `{tools}` outside them.
    """

    path: str
    lnum: int
    col: int
    end_lnum: int
    end_col: int
    message: str

    def as_lsp(self, root: Path) -> dict[str, Any]:
        """Give the `DiagnosticRelatedInformation`; columns count bytes (utf-8 positions)."""
        path = root / self.path.replace("{tools}", str(TOOLS))
        start = {"line": self.lnum, "character": self.col}
        end = {"line": self.end_lnum, "character": self.end_col}
        return {
            "location": {"uri": path.as_uri(), "range": {"start": start, "end": end}},
            "message": self.message,
        }


@dataclass(frozen=True)
class Diagnostic:
    """One diagnostic as Neovim holds it: lines and columns from 0, columns in bytes.

    `severity` is that of `vim.diagnostic.severity`, 1 (error) to 4 (hint). `href` is the address
    that a language server gives in `codeDescription`, "" where the tool gives none.
    """

    lnum: int
    col: int
    end_lnum: int
    end_col: int
    severity: int
    message: str
    source: str
    code: str | int
    href: str = ""
    related: tuple[Related, ...] = ()

    def as_neovim(self, root: Path) -> dict[str, Any]:
        """Give the table for `vim.diagnostic.set`, with `user_data.lsp` as a client leaves it."""
        held = asdict(self)
        href, _ = held.pop("href"), held.pop("related")
        lsp: dict[str, Any] = {}
        if href:
            lsp["codeDescription"] = {"href": href}
        if self.related:
            lsp["relatedInformation"] = [one.as_lsp(root) for one in self.related]
        return held | ({"user_data": {"lsp": {**lsp, "code": self.code}}} if lsp else {})


@dataclass(frozen=True)
class Fact:
    """Words that the prompt must contain, and what they are (one of `KINDS`)."""

    kind: str
    text: str

    def is_in(self, prompt: str) -> bool:
        """Tell whether `prompt` has the words, wherever its lines break."""
        return squeezed(self.text) in squeezed(prompt)


@dataclass(frozen=True)
class Case:
    """One case. `file`, relative to its `files`, has the diagnostic; `args` went to the tool."""

    name: str
    tool: str
    language: str
    filetype: str
    file: str
    version: str
    diagnostic: Diagnostic
    facts: tuple[Fact, ...]
    args: tuple[str, ...] = ()
    folder: Path = field(default=CORPUS, compare=False)

    @property
    def files(self) -> Path:
        return self.folder / "files"

    @property
    def raw_path(self) -> Path:
        (path,) = self.folder.glob("raw.*")
        return path

    def raw(self) -> str:
        """Return the tool's output for this diagnostic, with its placeholders."""
        return self.raw_path.read_text(encoding="utf-8")

    def copy_to(self, place: Path) -> Path:
        """Copy the files into a new folder of `place`, as the root of a project; return it."""
        root = place / self.name.replace("/", "-")
        shutil.copytree(self.files, root)
        return root


def squeezed(text: str) -> str:
    """Give `text` with every run of white space as one space."""
    return " ".join(text.split())


def load_cases(corpus: Path = CORPUS) -> list[Case]:
    """Read every case, by tool and name. Raises: what a broken `case.json` raises."""
    return [load_case(path.parent) for path in sorted(corpus.glob("*/*/case.json"))]


def load_case(folder: Path) -> Case:
    """Read one case from its folder."""
    told = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    return Case(
        name=f"{folder.parent.name}/{folder.name}",
        tool=folder.parent.name,
        language=told["language"],
        filetype=told["filetype"],
        file=told["file"],
        version=told["version"],
        diagnostic=_diagnostic(told["diagnostic"]),
        facts=tuple(Fact(**fact) for fact in told["facts"]),
        args=tuple(told.get("args", ())),
        folder=folder,
    )


def _diagnostic(told: dict[str, Any]) -> Diagnostic:
    related = tuple(Related(**one) for one in told.get("related", ()))
    return Diagnostic(**{**told, "related": related})
