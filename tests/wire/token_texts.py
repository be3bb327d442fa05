"""Texts on which token counts are compared: more than 200, fixed, and nasty on purpose."""

# ruff: noqa: RUF001 - characters that look like others are the point of this file

from __future__ import annotations

import random
from collections.abc import Iterator

CODE = {
    "python": 'def f(self, *, n: int = 0) -> "T":\n    """Doc."""\n\treturn [x**2 for x in r(n)]\n',
    "lua": "local function f(a, ...)\n  -- it's\n  return a ~= nil and #t or [[x]]\nend\n",
    "go": "func (s *T) Get(k string) (v int, err error) {\n\tif v, ok := s.m[k]; !ok {\n\t}\n}\n",
    "c": '#include <stdio.h>\nint main(void) { printf("%08x\\n", 0xDEADBEEF); return -1; }\n',
    "c++": "template <typename T> auto f(T&& t) -> decltype(t->x) { return std::move(t)->x; }\n",
    "rust": "impl<'a, T: ?Sized> Foo<'a> for Bar<T> { fn f(&'a mut self) -> u8 { b'\\n' } }\n",
    "typescript": "export const f = async <T,>(x?: T): Promise<T[]> => [...(x ?? [])] as T[];\n",
    "java": "@Override public final int hashCode() { return 31 * Objects.hash(a, B.c$d); }\n",
    "ruby": "class A < B; def x? = @y&.z { |a, b| %w[a b] << :c }; end # can't, won't\n",
    "php": "<?php $a = ['k' => \"v{$x}\"]; echo $a['k'] ?? null; ?>\n",
    "perl": "my %h = map { $_ => 1 } @{$x->{list}}; s/\\bfoo\\b/bar/gi if !/^\\s*$/;\n",
    "shell": 'for f in *.txt; do [[ -f "$f" ]] && sed -i \'s/a\\+/b/g\' "${f%.*}" 2>&1; done\n',
    "sql": "SELECT t.*, COUNT(*) AS n FROM t LEFT JOIN u ON t.id = u.id WHERE x LIKE '%''s%';\n",
    "html": "<div class=\"a b\" data-x='1'>&nbsp;<br/><!-- TODO --></div>\n",
    "css": "a:hover > .b::before { content: '\\201C'; margin: -1px auto 0 .5em !important }\n",
    "nix": "{ pkgs ? import <nixpkgs> {} }: pkgs.mkShell { x = ''${y}''; }\n",
    "haskell": 'f :: (Monad m) => a -> m b\nf x = do { y <- g x; pure $ y <> "\'" }\n',
    "lisp": "(defun f (x &optional (y 'z)) `(,@x #'car \"s\"))\n",
    "latex": "\\begin{eq} \\frac{\\alpha_{i}^{2}}{\\sqrt{2\\pi}} \\end{eq} % 100\\%\n",
    "json": '{"a": [1, 2.5e-10, true, null], "b": {"c": "\\u00e9"}, "d": -0}\n',
    "yaml": "a: &x\n  - b: >-\n      c\n  - *x\n# it's 12:30:45\n",
    "diff": "@@ -1,7 +1,8 @@\n-\told\n+    new\n \n\\ No newline at end of file\n",
    "vim": 'nnoremap <silent> <leader>x :<C-u>call s:f("\\<Esc>")<CR>\n',
    "asm": "mov\teax, dword ptr [rbp - 0x1c]\t; comment\n.LBB0_1:\n",
    "makefile": "all: $(OBJS)\n\t@$(CC) -o $@ $^ $(LDFLAGS) || exit 1\n",
}
PROSE = [
    "The quick brown fox doesn't jump; it'll've WALKED. I'M HERE, You'Re there, we'd, he'S.",
    "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. ÄÖÜ ß ẞ",
    "L'été, c'est l'œuvre d'un garçon naïf : « déjà vu » — ça va ?",
    "¿Qué tal? ¡Mañana! El niño comió 3,50 € de jamón.",
    "Tiếng Việt có dấu: Nguyễn Trường Tộ, đường phố.",
    "Zażółć gęślą jaźń. Příliš žluťoučký kůň. Őrült íriszt.",
    "Съешь же ещё этих мягких французских булок, да выпей чаю. Їжак ґанок",
    "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. ὁ ἄνθρωπος ᾶλλος ᾼ",
    "日本語のテキスト。「カタカナ・ひらがな」と漢字、ｶﾀｶﾅ。ー々〆",
    "中文测试，包含标点符号：“引号”、《书名》！繁體字與简体字混排 ABC 123。",
    "한국어 텍스트입니다. 안녕하세요! ㄱㄴㄷ ㅏㅑ 각",
    "שלום עולם. עִבְרִית בְּנִקּוּד ״כן״",
    "مرحبا بالعالم! العَرَبِيَّة ١٢٣٤٥ ؟ ،",
    "नमस्ते दुनिया। हिन्दी १२३ क्ष ज्ञ",
    "สวัสดีชาวโลก ภาษาไทย ๑๒๓ กำลัง",
    "বাংলা ভাষা ৪৫৬ தமிழ் మొదలు ౧౨౩ ಕನ್ನಡ മലയാളം ગુજરાતી",
    "ქართული Ქ Ა ენა. Հայերեն լեզու։ ᏣᎳᎩ ꮳꮃꭹ",
    "ភាសាខ្មែរ ພາສາລາວ မြန်မာ བོད་ཡིག ᠮᠣᠩᠭᠣᠯ አማርኛ",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟙𝟚𝟛 ℂℕℝ Ωhm ℵ ⅷ Ⅷ ↄ ½ ² ³ ⁴ ₅ ① ② ㊀ ㈱ ﬁ ﬂ ＡＢＣ ａｂｃ １２３ ！～",
    "math: ∀x∈ℝ: ⌈x⌉ = −⌊−x⌋ ± ≤ ≥ ≠ → ⇒ ∑ ∫ √ ∞ × ÷ · … ‰ § ¶ † ° µ",
    "box ┌─┬─┐│ │╞═╡└─┴─┘ █▓▒░ ▁▂▃ ⠋⠙⠹ ✓ ✗ ★ ☃ € £ ¥ ₿ ™ © ®",
]
MARKS = [
    "e\u0301 n\u0303 a\u030a\u0323 o\u0308\u0304 \u0301lone \u0301\u0302\u0303",
    "🙂 👍🏽 👨‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 ❤️ ☺︎ 1️⃣ #️⃣ 🤷🏻‍♀️🙂🙂🙂",
    "a\u200db c\u200cd e\u200bf \ufeffbom \u2060wj soft\u00adhyphen \u202eRTL\u202c",
    "nbsp\u00a0x nel\u0085x ls\u2028x ps\u2029x em\u2003x thin\u2009x ideo\u3000x ogham\u1680x",
    "\u3000漢\u3000abc \u3000\u3000漢字 \u2003漢 \u2003abc \u00a0漢 \u00a0abc \u3000。 \u2003— x",
    "\u2018a\u2019 \u201cb\u201d \u2014 \u2013 \u2026 \u2022 it\u2019s \u2192x \u2190 \u21d2\u21d2",
    "ab\x00c \x01\x02\x03 d\x1be \x7f \x1c\x1d\x1e\x1f f\x0b\x0cg \x08\x07",
    "\u0378unassigned \ue000private \U000f0000 \ufffd\ufffe \U0001fbf5 \U00010400\U00010428",
    "\u3099\u309a\u309b\u309c か\u3099 ゠ ・・・ \u3040 ヿ゛゜ ヽヾ",
    "x\u0e33y \u0eb3 \u0f0b \u17d4 \u1040 \u2e80 \u2f00 \u31f0 \u4dc0 \ua000 \uac00\ud7a3 \uf900",
    "'s 'S 'ſ 't 'T 're 'RE 'rE 've 'Ve 'm 'M 'll 'LL 'lL 'd 'D 'x '' 's's don'tt 'súp",
    "CamelCase snake_case SCREAMING_CASE kebab-case HTTPServer2XX iOS éÉcoleÉTÉ ÀBc aÀ Àa ßA aB1Cd",
    "a_very_long_identifier_that_never_seems_to_end_" * 5 + "AndThenSomeCamelCaseAfterwards" * 5,
    "<|im_end|> <|fim_prefix|> <|endoftext|> </s> [INST] <s> <unk> <0x0A> <｜fim▁begin｜>",
]
BLANKS = [
    " ",
    "  ",
    "   ",
    "\n",
    "\n\n",
    "\n\n\n",
    "\r\n",
    "\r\n\r\n",
    "\r",
    "\t",
    "\t\t\t",
    " \n",
    "\n ",
    " \n \n ",
    "  \n\n  x",
    "x  ",
    "x \n",
    "x\n ",
    "x \t y",
    "x\t \ty",
    " x",
    "  x",
    "   x",
    "x   1",
    "x   漢",
    "x   .",
    "x   'y",
    "1   2",
    "1  \n 2",
    "\n\tx",
    "\n\t\t x",
    "\r\n\tx",
    "x\r\r\ny",
    "\x0b x",
    "\u00a0 x",
    " \u00a0x",
    "\u00a0\u00a0x",
    "\u3000\u3000x",
    " \u3000x",
    "\u2003 1",
    "a \u2028 b",
    ";\n\n\n}",
    "//\n//\n",
    ";//\r\n",
    "};\n\n  /",
    "...\n\n",
    "( )\n[ ]",
    "a\n\n\n\n\n\n\n\nb",
]
DIGITS = [
    "0", "12", "123", "1234", "12345", "1234567890", "3.14159", "1,234,567.89", "0xff", "1e10",
    "v2.10.3",
    "2024-01-31T23:59:59.999Z",
    "a1b22c333d4444", " 1", "  1", " 12 345 6789", "1²3³", "12½34", "٣٤٥٦",
    "１２３４",
    "Ⅷ1234", "①②③④", "౧౨౩1", "x=1", "x = 1", "x= -1", "100%", "#1", "$1.00", "1st", "1_000",
    "٣a1", "1\n2\n3",
]  # fmt: skip
ALPHABETS = [
    "ab 1\n",
    "aA1 .\n\t'",
    "éß漢か・ー가 aB1.\n",
    "\u3000\u2003\u00a0 \n aé漢.—1①→\u0301\u200d'",
    "0123456789²①౧ .",
    " \t\r\n\u3000a",
    "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~ aZ9\n",
    "aZéΩЖკ漢あア한ไअ🙂\u0301\u200d\ufe0f 5!—\n",
]


def texts() -> list[str]:
    """Return all texts; the random ones have a fixed seed."""
    return list(dict.fromkeys([*_written(), *_runs(), *_joined(), *_random()]))


def _written() -> Iterator[str]:
    yield from (*CODE.values(), *PROSE, *MARKS, *BLANKS, *DIGITS)


def _runs() -> Iterator[str]:
    for unit in (
        " ",
        "\n",
        "\t",
        "\r\n",
        "a",
        "=",
        "-",
        "#",
        "_",
        "9",
        "漢",
        "🙂",
        "é",
        "...",
        " x",
    ):
        for times in (5, 17, 64, 300):
            yield unit * times


def _joined() -> Iterator[str]:
    yield "".join(CODE.values())
    yield "".join(PROSE)
    yield "\r\n".join(CODE.values()).replace("    ", "\t")


def _random() -> Iterator[str]:
    chance = random.Random(7)
    for alphabet in ALPHABETS:
        for length in (3, 8, 20, 60, 200) * 3:
            yield "".join(chance.choices(alphabet, k=length))
