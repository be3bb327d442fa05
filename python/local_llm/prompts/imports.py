"""The imports of a file that matter to a piece of its code."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MOST = 20
_WORD = re.compile(r"\w+")
_JS = r"\s*(?:import\b|export\b.*\bfrom\b|(?:const|let|var)\b.*\brequire\s*\()"
_C = r"\s*#\s*(?:include|import|define)\b|\s*using\b"
_IMPORTS = {
    "python": r"\s*(?:import|from)\s",
    "lua": r".*\brequire\b",
    "go": r"import\b|\t(?:\w+ )?\"",
    "rust": r"\s*(?:pub )?(?:use|mod|extern crate)\b",
    "java": r"\s*(?:import|package)\b",
    "kotlin": r"\s*(?:import|package)\b",
    "scala": r"\s*(?:import|package)\b",
    "ruby": r"\s*require(?:_relative)?\b",
    "php": r"\s*(?:use|namespace|require|include)\b",
    "cs": r"\s*(?:using|namespace)\b",
    "perl": r"\s*(?:use|require)\b",
    "haskell": r"\s*(?:import|module)\b",
    "elixir": r"\s*(?:import|alias|require|use)\b",
    "sh": r"\s*(?:source|\.)\s|#!",
    "nix": r".*\bimport\b",
    **dict.fromkeys(("javascript", "javascriptreact", "typescript", "typescriptreact"), _JS),
    **dict.fromkeys(("vue", "svelte"), _JS),
    **dict.fromkeys(("c", "cpp", "cuda", "objc", "objcpp"), _C),
}
_IMPORTS["bash"] = _IMPORTS["zsh"] = _IMPORTS["sh"]
_PATTERNS = {filetype: re.compile(pattern) for filetype, pattern in _IMPORTS.items()}


def imports_for(top: Sequence[str], filetype: str, code: str) -> list[tuple[int, str]]:
    """Return the rows and texts of imports that bring names used in `code`.

    Where none does, all of them: then it is the import itself, or one that is missing.

    Args:
        top: The first lines of the file.
        filetype: The editor's word; of an unknown one nothing is an import.
        code: What is asked about, and the message.

    """
    pattern = _PATTERNS.get(filetype)
    if pattern is None:
        return []
    found = [(row, line) for row, line in enumerate(top) if pattern.match(line)]
    used = set(_WORD.findall(code))
    known = [(row, line) for row, line in found if _brought(line) & used]
    return (known or found)[:_MOST]


_NO_NAMES = frozenset(
    {"as", "const", "export", "from", "import", "include", "let", "require", "use", "using", "var"}
)


def _brought(line: str) -> set[str]:
    return set(_WORD.findall(line)) - _NO_NAMES
