r"""How each pre-tokenizer label splits text into words before byte pairs are merged.

The label is `tokenizer.ggml.pre` of a GGUF file. Counts must equal what llama.cpp's server counts,
so these patterns say what llama.cpp does, which is not always what the model's own tokenizer
does: case-insensitive contractions are ASCII only, and in `tekken` and `gpt-4o` every letter
outside ASCII counts as both upper and lower case.

Several labels split in passes, each working on the fragments that the last one left. They are
written here as one alternation, so that tiktoken does the work outside the interpreter's lock.
What a pass isolates appears as its own alternative, and where a fragment would have ended, the
lookahead `\s+(?!\S)` must end too. The notes beside the patterns say how.

Syntax: Rust's fancy-regex (`--` and `&&` are set difference and intersection in a class). Every
pattern must match any text completely: tiktoken drops silently what no alternative matches.
"""

from __future__ import annotations

import msgspec


class Pre(msgspec.Struct, frozen=True):
    """One way to split.

    whole_words: A word that is a token itself is never taken apart.
    adds_bos: A prompt begins with BOS where the model's metadata say nothing of it.
    """

    pattern: str
    whole_words: bool = False
    adds_bos: bool = False


_CONTRACTION = r"'(?:[sS]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD])"
_BLANKS = r"\s*[\r\n]+|\s+(?!\S)|\s+"
_SIGNS = r" ?[^\s\p{L}\p{N}]+"


def _cl100k(digits: str, letters: str = r"\p{L}+", signs: str = _SIGNS + r"[\r\n]*") -> str:
    """Words take one character before their letters; digits stand alone."""
    return f"{_CONTRACTION}|[^\\r\\n\\p{{L}}\\p{{N}}]?{letters}|{digits}|{signs}|{_BLANKS}"


def _cased(digits: str, suffix: str) -> str:
    """Split between lower and upper case; letters outside ASCII are in both classes."""
    upper, lower = r"[\p{L}--[a-z]]", r"[\p{L}--[A-Z]]"
    first = r"[^\r\n\p{L}\p{N}]?"
    words = f"{first}{upper}*{lower}+{suffix}|{first}{upper}+{lower}*{suffix}"
    return f"{words}|{digits}|{_SIGNS}[\\r\\n/]*|{_BLANKS}"


_GPT2_WORDS = r"'(?:s|t|re|ve|m|ll|d)| ?\p{L}+"
_GPT2 = rf"{_GPT2_WORDS}| ?\p{{N}}+|{_SIGNS}|\s+(?!\S)|\s+"

# First pass: each digit alone. A fragment that ends before a digit keeps all of its blanks.
_STARCODER = rf"{_GPT2_WORDS}|\p{{N}}|{_SIGNS}|\s+(?=\p{{N}})|\s+(?!\S)|\s+"


def _default() -> str:
    """Runs of punctuation, then GPT-2, then runs of numbers, then triples of ASCII digits."""
    mark = r"[\p{P}$+<=>^~|]"
    other = r"[^\s\p{L}\p{N}\p{P}$+<=>^~|]"
    numbers = r"[0-9]{3}|(?:(?![0-9]{3})\p{N})+"
    return rf"{mark}+| ?\p{{L}}+|{numbers}| ?{other}+|\s+(?={mark})|\s+(?!\S)|\s+"


def _deepseek_v3() -> str:
    """Digits by threes, runs of Chinese and kana, then words, on what is left between these.

    The last pass splits the runs of the second at their punctuation. What no alternative of
    it matches (control and format characters) stays together up to the next match.
    """
    east = r"一-龥\x{3040}-ヿ"
    letters = rf"[[\p{{L}}\p{{M}}]--[{east}]]+"
    signs = rf"[[\p{{P}}\p{{S}}]--[{east}]]"
    first = rf"[^\r\n\p{{L}}\p{{P}}\p{{S}}\p{{N}}{east}]?"
    lost = rf"(?:[^\s\p{{L}}\p{{M}}\p{{P}}\p{{S}}\p{{N}}{east}](?!{letters}))+"
    ascii_word = r"[!-/:-@\[-`{-~][A-Za-z]+"
    return "|".join(
        [
            r"\p{N}{1,3}",
            rf"[[\p{{L}}\p{{M}}]&&[{east}]]+|[[{east}]--[\p{{L}}\p{{M}}]]+",
            ascii_word,
            first + letters,
            rf" ?{signs}+[\r\n]*",
            lost,
            rf"\s*[\r\n]+|\s+(?![^\s\p{{N}}{east}])|\s+",
        ]
    )


# What the DeepSeek labels isolate as "Chinese": U+0800 to U+9FA5, and Hangul. It holds much else,
# typographic quotes and arrows for example.
_EAST = r"\x{0800}-\x{9FA5}\x{AC00}-\x{D7FF}"


def _deepseek_coder() -> str:
    """Line ends, [blank] letters, [blank] punctuation, runs of _EAST, digits; the rest in runs.

    The fourth pass splits what the second and third isolated, so each of them is here once with
    and once without _EAST, and a blank before the other kind stands alone.
    """
    sides = (f"--[{_EAST}]", f"&&[{_EAST}]")
    words = [
        rf"[[\s--[\r\n]]{side}]?[{kind}{side}]+" for kind in (r"\p{L}", r"\p{P}") for side in sides
    ]
    stray = r"[\s--[\r\n]](?=[\p{L}\p{P}])"
    rest = [rf"(?:(?!{stray})[[^\r\n\p{{L}}\p{{P}}\p{{N}}]{side}])+" for side in sides]
    return "|".join([r"[\r\n]", *words, stray, r"\p{N}", *rest])


# Latin, Greek, Cyrillic, Armenian, Georgian, Cherokee ...: the scripts with case. As code points,
# because editors and version control normalise some of the characters into others.
_CASED_SCRIPTS = (
    "41-5A 61-7A B5 C0-D6 D8-F6 F8-1BA 1BC-1BF 1C4-293 295-2AF 370-373 376 377 37B-37D 37F 386 "
    "388-38A 38C 38E-3A1 3A3-3F5 3F7-481 48A-52F 531-556 10A0-10C5 13A0-13F5 13F8-13FD 1C90-1CBA "
    "1CBD-1CBF 1D00-1D2B 1D6B-1D77 1D79-1D9A 1E00-1F15 1F18-1F1D 1F20-1F45 1F48-1F4D 1F50-1F57 "
    "1F59 1F5B 1F5D 1F5F-1F7D 1F80-1FB4 1FB6-1FBC 1FBE 1FC2-1FC4 1FC6-1FCC 1FD0-1FD3 1FD6-1FDB "
    "1FE0-1FEC 1FF2-1FF4 1FF6-1FFC 2102 2107 210A-2113 2115 2119-211D 2124 2126 2128 212A-212D "
    "212F-2134 2139 213C-213F 2145-2149 214E 2183 2184 2C00-2C7B 2C7E-2CE4 2CEB-2CEE 2CF2 2CF3 "
    "A640-A66D A680-A69B A722-A76F A771-A787 A78B-A78E AB70-ABBF FB00-FB06 FB13-FB17 FF21-FF3A "
    "FF41-FF5A 10400-1044F 104B0-104D3 104D8-104FB 10C80-10CB2 10CC0-10CF2 118A0-118DF "
    "1E900-1E943 "
)


def _class(ranges: str) -> str:
    """Return a character class for hexadecimal code points and ranges, as in "41-5A B5"."""
    spans = (span.split("-") for span in ranges.split())
    return "[" + "".join("-".join(f"\\x{{{point}}}" for point in span) for span in spans) + "]"


def _deepseek_llm() -> str:
    """Line ends, [blank] letters, [blank] punctuation, trailing blanks, runs of _EAST, numbers.

    Blanks outside ASCII are never part of _EAST here: llama.cpp shows them to these passes as a
    vertical tab.
    """
    blank = r"[\s--[\r\n]]"
    letter = _class(_CASED_SCRIPTS)
    wide = r"\x{FF01}-\x{FF0F}\x{FF1A}-\x{FF20}\x{FF3B}-\x{FF40}\x{FF5B}-\x{FF5E}"
    mark = rf"[!-/:-@\[-`{{-~{wide}\x{{2018}}-\x{{201F}}\x{{3001}}\x{{3002}}]"
    edge = rf"[{letter}{mark}]"
    east = rf"[[{_EAST}]--[\s]]"
    words = []
    for kind in (letter, mark):
        words += [f"{blank}?[{kind}--{east}]+", f"[{kind}&&{east}]+"]
    tail = rf"{blank}+(?=\z|[\r\n]|{blank}{edge})|{blank}(?={edge})"
    other = rf"[[^\r\n\p{{N}}]--{edge}--{east}]"
    return "|".join(
        [
            r"[\r\n]",
            *words,
            tail,
            rf"[\p{{N}}--{east}]+|[\p{{N}}&&{east}]+",
            rf"[{east}--\p{{N}}--{edge}]+",
            rf"(?:(?!{blank}+(?:\z|[\r\n]|{edge})){other})+",
        ]
    )


_LLAMA3 = _cl100k(r"\p{N}{1,3}")
_QWEN2 = _cl100k(r"\p{N}")
_QWEN35 = _cl100k(r"\p{N}", r"[\p{L}\p{M}]+", r" ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*")
_SEED_CODER = _cl100k(r"\p{N}", signs=_SIGNS)
_GPT4O = _cased(r"\p{N}{1,3}", f"(?:{_CONTRACTION})?")

_GROUPS: dict[str, Pre] = {
    "llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2": Pre(
        _LLAMA3, whole_words=True, adds_bos=True
    ),
    "glm4 glm5": Pre(_LLAMA3, whole_words=True),
    "dbrx smaug-bpe chatglm-bpe": Pre(_LLAMA3),
    "qwen2 deepseek-r1-qwen megrez hunyuan solar-open grok-2 stablelm2 bailingmoe bailingmoe2": Pre(
        _QWEN2
    ),
    "qwen35": Pre(_QWEN35),
    "gpt-2 phi-2 mellum mpt olmo jais trillion granite-docling exaone4 gigachat a.x-4.0": Pre(
        _GPT2
    ),
    "starcoder refact command-r smollm codeshell exaone minerva-7b mellum2": Pre(_STARCODER),
    "deepseek-llm": Pre(_deepseek_llm()),
    "deepseek-coder": Pre(_deepseek_coder()),
    "deepseek-v3 hunyuan-dense joyai-llm": Pre(_deepseek_v3()),
    "tekken": Pre(_cased(r"\p{N}", ""), whole_words=True, adds_bos=True),
    "gpt-4o llama4 kanana2 minimax-m2": Pre(_GPT4O),
    "seed-coder": Pre(_SEED_CODER),
    "default": Pre(_default()),
}
PRES: dict[str, Pre] = {label: pre for labels, pre in _GROUPS.items() for label in labels.split()}


def find_pre(label: str) -> Pre | None:
    """Return how `label` splits text, or None where it is not known: do not guess."""
    return PRES.get(label or "default")
