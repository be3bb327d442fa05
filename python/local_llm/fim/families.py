"""Model families that fill in the middle: their markers, the order, where an answer ends.

A family is found by the model's name (a file name, an Ollama tag, a Hugging Face id) or its GGUF
architecture. The first row whose pattern is found wins, so special cases stand before general ones.
Whether a *server* can do it for a model is the server's to say; this table is for prompts that we
build ourselves, and for what `:checkhealth` can tell without asking.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

_HEADER = re.compile(r"<[^<>{}]+>")

Order = Literal["psm", "spm"]


class Markers(NamedTuple):
    """What stands before each part, blanks included.

    The model writes on after `middle`; "" = after the prefix.
    """

    prefix: str
    suffix: str
    middle: str


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """One row.

    name: For people. pattern: Found in the lower-case model name. architectures: GGUF words that
        belong to this family alone.
    marks: What stands before each part.
    order: psm = prefix, suffix, middle; spm = suffix first.
    repo, file: Headers of a project and of another file, with {name} and {path}; "" = comments.
    stops: Strings that end an answer, besides the end-of-sequence token.
    weights: Which weights are trained for it.
    names_file: Whether the header of the current file stands there also without other files.
    """

    name: str
    pattern: str
    marks: Markers
    order: Order = "psm"
    repo: str = ""
    file: str = ""
    stops: tuple[str, ...] = ()
    weights: Literal["base", "instruct", "base and instruct"] = "base"
    architectures: tuple[str, ...] = ()
    names_file: bool = False

    def matches(self, name: str) -> bool:
        """Tell whether the pattern is found in `name`."""
        return re.search(self.pattern, name.lower()) is not None

    def reserved(self) -> tuple[str, ...]:
        """Return the strings that must not occur in user code: markers, headers and stops."""
        headers = _HEADER.findall(self.repo + self.file)
        strings = (*(mark.strip() for mark in self.marks), *headers, *self.stops)
        return tuple(dict.fromkeys(filter(None, strings)))


_QWEN = Markers("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")
_STARCODER = Markers("<fim_prefix>", "<fim_suffix>", "<fim_middle>")
_DEEPSEEK = Markers(
    "<\uff5cfim\u2581begin\uff5c>",
    "<\uff5cfim\u2581hole\uff5c>",
    "<\uff5cfim\u2581end\uff5c>",
)
_QWEN_STOPS = (
    "<|endoftext|>",
    "<|fim_prefix|>",
    "<|fim_suffix|>",
    "<|fim_middle|>",
    "<|fim_pad|>",
    "<|repo_name|>",
    "<|file_sep|>",
    "<|im_start|>",
    "<|im_end|>",
)

FAMILIES: tuple[Family, ...] = (
    Family(
        name="Qwen Coder",
        pattern=r"qwen[\w.-]*coder|codeqwen",
        marks=_QWEN,
        repo="<|repo_name|>{name}\n",
        file="<|file_sep|>{path}\n",
        stops=_QWEN_STOPS,
        weights="base and instruct",
    ),
    Family(
        name="DeepSeek-Coder",
        pattern=r"deepseek[\w.-]*coder",
        marks=_DEEPSEEK,
        file="#{path}\n",
        stops=("<\uff5cend\u2581of\u2581sentence\uff5c>", "<|EOT|>"),
    ),
    Family(
        name="CodeLlama",
        pattern=r"code-?llama(?!.*python)(?!.*(?:34b|70b))",
        marks=Markers("<PRE> ", " <SUF>", " <MID>"),
        stops=("<EOT>",),
    ),
    Family(
        name="StarCoder2",
        pattern=r"starcoder-?2",
        marks=_STARCODER,
        repo="<repo_name>{name}",
        file="<file_sep>{path}\n",
        stops=("<|endoftext|>", "<file_sep>"),
        architectures=("starcoder2",),
    ),
    Family(
        name="SantaCoder",
        pattern=r"santacoder",
        marks=Markers("<fim-prefix>", "<fim-suffix>", "<fim-middle>"),
        stops=("<|endoftext|>",),
    ),
    Family(
        name="StarCoder",
        pattern=r"star-?coder",
        marks=_STARCODER,
        repo="<reponame>{name}",
        file="<filename>{path}\n",
        stops=("<|endoftext|>", "<filename>"),
        architectures=("starcoder",),
    ),
    Family(
        name="CodeGemma",
        pattern=r"code-?gemma",
        marks=_QWEN,
        file="<|file_separator|>",
        stops=("<|file_separator|>", "<end_of_turn>", "<eos>"),
    ),
    Family(
        name="Codestral",
        pattern=r"codestral(?!.*mamba)",
        marks=Markers("[PREFIX]", "[SUFFIX]", ""),
        order="spm",
        stops=("</s>", "[PREFIX]", "[SUFFIX]"),
        weights="base and instruct",
    ),
    Family(
        name="Granite Code",
        pattern=r"granite[\w.-]*code",
        marks=_STARCODER,
        repo="<reponame>{name}",
        file="<filename>{path}\n",
        stops=("<|end_of_text|>",),
    ),
    Family(
        name="Granite 4",
        pattern=r"granite[-_]?4",
        marks=_QWEN,
        stops=("<|end_of_text|>",),
        weights="base and instruct",
    ),
    Family(
        name="Seed-Coder",
        pattern=r"seed-?coder",
        marks=Markers("<[fim-prefix]>", "<[fim-suffix]>", "<[fim-middle]>"),
        order="spm",
        stops=(
            "<[end\u2581of\u2581sentence]>",
            "<[fim-prefix]>",
            "<[fim-suffix]>",
            "<[fim-middle]>",
        ),
    ),
    Family(
        name="Mellum",
        pattern=r"mellum",
        marks=_STARCODER,
        order="spm",
        file="<filename>{path}\n",
        names_file=True,
        stops=("<|endoftext|>", "<filename>", "<reponame>"),
    ),
    Family(
        name="CodeGeeX4",
        pattern=r"codegeex-?4",
        marks=Markers("<|code_prefix|>", "<|code_suffix|>", "<|code_middle|>"),
        order="spm",
        stops=("<|user|>", "<|endoftext|>"),
        weights="instruct",
    ),
    Family(
        name="StableCode",
        pattern=r"stable-?code",
        marks=_STARCODER,
        stops=("<|endoftext|>",),
    ),
    Family(
        name="Falcon-H1 Coder",
        pattern=r"falcon-?h1[\w.-]*coder",
        marks=Markers("<|prefix|>", "<|suffix|>", "<|middle|>"),
    ),
)

# UTF-8 bytes of code per token, on the low side so that the estimate is on the high side. Measured
# against published vocabularies on eight languages; old and small vocabularies need more tokens.
_OLD, _MODERN = 2.0, 2.5
_MODERN_NAMES = re.compile(
    r"qwen|qwq|llama-?[34]|gpt-?oss|granite|star-?coder|starcoder2|devstral|mistral-(?:nemo|small)"
    r"|phi-?4|glm|gemma|seed-?coder|falcon-?(?:3|h1)|smollm|olmo|command|exaone|mellum|kimi|minimax"
)


def find_family(name: str, architecture: str = "", mark: str = "") -> Family | None:
    """Return the family whose fill-in-the-middle markers the model was trained on, or None.

    Args:
        name: The model's name in any spelling; a path is fine.
        architecture: GGUF `general.architecture`, "" = unknown. Used where the name says nothing.
        mark: The prefix marker that the model's vocabulary has as one token, "" = unknown. It
            overrules a name: a fine-tune is often called otherwise than what it was made from.

    """
    rows = [family for family in FAMILIES if not mark or family.marks.prefix.strip() == mark]
    by_name = (family for family in rows if family.matches(name))
    by_architecture = (family for family in rows if architecture in family.architectures)
    return next(by_name, None) or next(by_architecture, None) or (_nameless(rows) if mark else None)


def _nameless(rows: Sequence[Family]) -> Family | None:
    """Return what all families with one spelling of the markers share; no headers, every stop."""
    if not rows:
        return None
    marks = rows[0].marks
    stops = dict.fromkeys(stop for family in rows for stop in (*family.reserved(), *family.stops))
    return Family(name=marks.prefix.strip(), pattern="$^", marks=marks, stops=tuple(stops))


def bytes_per_token(name: str, architecture: str = "") -> float:
    """Return the divisor for estimates without any vocabulary: 2.5, or 2.0 where in doubt."""
    return _MODERN if _MODERN_NAMES.search(f"{name} {architecture}".lower()) else _OLD
