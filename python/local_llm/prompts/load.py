"""Read prompt files: front matter, the system text, and the task that ends the prompt.

    ---
    name: explain
    description: explain the selected code
    temperature: 0.2
    answer_tokens: 800
    ---
    The system text, with {{placeholders}}.
    <!-- task -->
    What is asked, as the last words of the prompt.

`temperature` and `answer_tokens` are optional: without them the command's own settings hold. Users'
prompts have the same form. Front matter is `key: value` lines, not YAML: there is nothing to nest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import msgspec

from local_llm.errors import SettingsError

_TASK = re.compile(r"^<!-- task -->[ \t]*\n?", re.MULTILINE)
_HOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_HEAD = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*\n", re.DOTALL | re.MULTILINE)


class _Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    description: str = ""
    temperature: float | None = None
    answer_tokens: int | None = None


class PromptFile(msgspec.Struct, frozen=True, kw_only=True):
    """One prompt. `system` and `task` still hold their {{placeholders}}."""

    name: str
    description: str
    temperature: float | None
    answer_tokens: int | None
    system: str
    task: str


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put `values` for {{placeholders}}, once: what stands in a value is never read again.

    Raises: SettingsError, for a placeholder without a value.
    """

    def value(match: re.Match[str]) -> str:
        try:
            return values[match[1]]
        except KeyError:
            known = ", ".join(sorted(values))
            raise SettingsError(
                f"the prompt has an unknown placeholder {match[0]}", hint=f"known ones: {known}"
            ) from None

    return _HOLDER.sub(value, template)


def parse(text: str, where: str) -> PromptFile:
    """Read one prompt. Raises: SettingsError, naming `where` and what is wrong."""
    text = text.replace("\r\n", "\n")
    head = _HEAD.match(text)
    if head is None:
        raise SettingsError(
            "a prompt starts with front matter: a line ---, `name: ...`, a line ---", where=where
        )
    front = _front(head[1], where)
    system, *task = _TASK.split(text[head.end() :], maxsplit=1)
    return PromptFile(
        name=front.name,
        description=front.description,
        temperature=front.temperature,
        answer_tokens=front.answer_tokens,
        system=system.strip(),
        task=task[0].strip() if task else "",
    )


def builtin(name: str) -> PromptFile:
    """Return one of our own prompts. Raises: FileNotFoundError."""
    file = resources.files(__package__).joinpath(f"{name}.md")
    return parse(file.read_text("utf-8"), f"{name}.md")


def from_folder(folder: Path) -> dict[str, PromptFile]:
    """Return the prompts of a folder by name; none where there is no such folder.

    Raises: SettingsError for a bad file, or for two of one name.
    """
    found: dict[str, PromptFile] = {}
    for path in sorted(folder.glob("*.md")):
        try:
            prompt = parse(path.read_text("utf-8"), str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError("the prompt cannot be read as UTF-8", where=str(path)) from error
        if prompt.name in found:
            raise SettingsError(f"a second prompt is called {prompt.name!r}", where=str(path))
        found[prompt.name] = prompt
    return found


def _front(text: str, where: str) -> _Head:
    pairs: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        key, colon, value = line.partition(":")
        if not colon:
            raise SettingsError(f"front matter wants `key: value`, not {line!r}", where=where)
        pairs[key.strip()] = value.strip()
    try:
        return msgspec.convert(pairs, _Head, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"the prompt's front matter is wrong: {error}", where=where) from None
