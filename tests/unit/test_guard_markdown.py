"""Answers that load nothing, whole and as a stream; code stays as it is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.guard.markdown import Inert, inert

CHANGED = {
    "an image": ("![a](http://x/y)", r"\![a](http://x/y)"),
    "in a text": ("see ![a](http://x) there", r"see \![a](http://x) there"),
    "with a title": ('![a](http://x "t")', r'\![a](http://x "t")'),
    "without a scheme": ("![a](//x/y)", r"\![a](//x/y)"),
    "by reference": ("![a][b]\n\n[b]: http://x", "\\![a][b]\n\n[b]: http://x"),
    "by its text": ("![a]\n\n[a]: http://x", "\\![a]\n\n[a]: http://x"),
    "of a wiki": ("![[http://x/a.png]]", r"\![[http://x/a.png]]"),
    "in a link": ("[![a](http://x)](http://y)", r"[\![a](http://x)](http://y)"),
    "behind an escaped backslash": (r"\\![a](x)", r"\\\![a](x)"),
    "in a heading": ("# ![a](x)", r"# \![a](x)"),
    "in an item": ("- ![a](x)", r"- \![a](x)"),
    "in a table": ("| ![a](x) |", r"| \![a](x) |"),
    "own data, but not to its end": ("![a](data:x y)", r"\![a](data:x y)"),
    "own data, never closed": ("![a](data:x\n\n[a]: http://x", "\\![a](data:x\n\n[a]: http://x"),
    "img": ('<img src="http://x">', '&lt;img src="http://x">'),
    "img in a text": ("a <IMG SRC=x> b", "a &lt;IMG SRC=x> b"),
    "img over lines": ("a <img\nsrc=x>", "a &lt;img\nsrc=x>"),
    "img with slashes": ("a <img/src=x>", "a &lt;img/src=x>"),
    "picture": (
        "a <picture><source srcset=x></picture>",
        "a &lt;picture>&lt;source srcset=x></picture>",
    ),
    "video": ("a <video src=x poster=y>", "a &lt;video src=x poster=y>"),
    "audio": ("a <audio src=x>", "a &lt;audio src=x>"),
    "iframe": ("a <iframe src=x></iframe>", "a &lt;iframe src=x></iframe>"),
    "link": ("a <link href=x>", "a &lt;link href=x>"),
    "script": ("a <script>f()</script>", "a &lt;script>f()</script>"),
    "style": ("a <style>b{background:url(x)}</style>", "a &lt;style>b{background:url(x)}</style>"),
    "object": ("a <object data=x>", "a &lt;object data=x>"),
    "embed": ("a <embed src=x>", "a &lt;embed src=x>"),
    "svg": ("a <svg><use href=x /></svg>", "a &lt;svg>&lt;use href=x /></svg>"),
    "css": ("a <b style='background:url(x)'>", "a &lt;b style='background:url(x)'>"),
    "an own element": ("a <x-y data-src=x>", "a &lt;x-y data-src=x>"),
    "a block of HTML": ("<div>\n\n- <p>", "&lt;div>\n\n- &lt;p>"),
    "a comment": ("a <!-- b -->", "a &lt;!-- b -->"),
    "an instruction": ("a <?x ?>", "a &lt;?x ?>"),
    "an image as a link": ("<https://x/y.PNG?a=b>", "&lt;https://x/y.PNG?a=b>"),
    "an address that hides a span": ("<http://a`b> ![x](y)", "&lt;http://a`b> \\![x](y)"),
    "an address that our own change would make": ("<a:b<!`c> ![x](e)", "&lt;a:b&lt;!`c> \\![x](e)"),
    "behind a fence in an item": ("- a\n  ```\n![x](y)", "- a\n  ```\n\\![x](y)"),
    "behind a fence in a quote": ("> ```\n![x](y)", "> ```\n\\![x](y)"),
    "behind a closed fence": ("```\n```\n![x](y)", "```\n```\n\\![x](y)"),
    "in what is indented too far for a fence": ("    ```\n![x](y)", "    ```\n\\![x](y)"),
    "between signs of two lines": ("`a\n![x](y) `", "`a\n\\![x](y) `"),
    "between signs of two cells": ("| ` | ![x](y) | ` |", r"| ` | \![x](y) | ` |"),
    "between signs of two kinds": ("`` ![x](y) `", r"`` \![x](y) `"),
    "between escaped signs": (r"\` ![x](y) \`", r"\` \![x](y) \`"),
    "in front matter": ("---\n```\n---\n![x](y)", "---\n```\n---\n\\![x](y)"),
    "at the end": ("a <img", "a &lt;img"),
}

SAME = {
    "prose": "Nothing! [really](http://x) nothing; a < b and c > d, 1 <2.",
    "an escaped image": r"\![a](x)",
    "own data": "![a](data:image/png;base64,AAAA=)",
    "a span": "use `![a](x)` or `<img src=x>` here",
    "a span of two": "`` ` ![a](x) ``",
    "a fence": "```html\n<img src=x>\n![a](b)\n```\n",
    "a fence of tildes": "~~~ md\n![a](x)\n```\n![b](y)\n~~~",
    "a longer fence": "````md\n```\n![a](x)\n```\n````",
    "a fence that nobody closes": "```\n<div>\n![a](x)",
    "a fence in an item": "1. a\n\n   ```html\n   <img src=x>\n   ```\n2. b",
    "a fence in an item of an item": "- a\n  - b\n    ```\n    ![a](x)\n\n    <p>\n    ```",
    "a fence behind a marker": "- ```\n  ![a](x)\n  ```",
    "a fence in a quote": "> ```\n> ![a](x)\n> ```",
    "a fence with tabs": "-\ta\n\n\t```\n\t![a](x)\n\t```",
    "types": "a `Map` or Map<String, List<T>> and List<List<T>> and <T> there",
    "include": "#include <vector>",
    "a break": "a<br>b<br/>c<br />",
    "an address": "<https://x.example/y> and <me@x.example>",
    "a closing tag": "x </b>",
    "an exclamation": "wow!\n[a](b)!",
}


@pytest.mark.parametrize(("text", "expected"), CHANGED.values(), ids=CHANGED)
def test_what_would_load_is_text(text, expected):
    assert inert(text) == expected


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_the_rest_stays(text):
    assert inert(text) == text


def streamed(*pieces):
    stream = Inert()
    return "".join([*map(stream.feed, pieces), stream.finish()])


@pytest.mark.parametrize("text", [*(text for text, _ in CHANGED.values()), *SAME.values()])
def test_the_same_wherever_the_stream_is_cut(text):
    expected = inert(text)
    assert streamed(*text) == expected
    for cut in range(len(text) + 1):
        assert streamed(text[:cut], text[cut:]) == expected, cut


PIECES = [
    "![x](e)",
    "![",
    "](",
    "<img src=x>",
    "<T>",
    "<",
    ">",
    "`",
    "``",
    "```",
    "~~~",
    "\n",
    "\n\n",
]
PIECES += [
    " ",
    "    ",
    "\t",
    "a",
    "- ",
    "1. ",
    "14. ",
    "> ",
    "|",
    "\\",
    "data:",
    ")",
    "---\n",
    "<!--",
]
PIECES += ["<a@b`c.d>", ".png", "http:", "b" * 160, " " * 70]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


@given(TEXTS, st.data())
def test_any_text_is_the_same_wherever_it_is_cut(text, data):
    expected = inert(text)
    assert streamed(*text) == expected
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert streamed(*pieces) == expected


@given(TEXTS)
def test_lines_stay_where_they_are_and_nothing_is_lost(text):
    safe = inert(text)
    assert safe.count("\n") == text.count("\n")
    assert safe.replace("&lt;", "<").replace("\\", "") == text.replace("\\", "")


@given(TEXTS)
def test_safe_text_stays_as_it_is(text):
    assert inert(inert(text)) == inert(text)


def test_plain_text_is_not_held_back():
    stream = Inert()
    assert stream.feed("The first word") == "The first word"
    assert stream.feed(" and `a") == " and "
    assert stream.feed("` then!") == "`a` then"
    assert stream.feed(" x") == "! x"
    assert stream.feed("\n```py\n    indented") == "\n```py\n    indented"


@pytest.mark.parametrize(
    "piece", ["![a](data:", "`", "``` `", "<a", "<", "> - ", "![", "a\\", " ", "```\n"]
)
def test_the_time_grows_with_the_length_alone(piece):
    text = (piece * (100_000 // len(piece)))[:100_000]
    begun = time.perf_counter()
    streamed(*text)
    assert time.perf_counter() - begun < 20
