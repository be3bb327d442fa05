"""Learn a byte-level BPE vocabulary from source code at hand.

The corpus is the standard library of the running interpreter, so nothing is downloaded, plus a
little made-up text in other scripts, because code is nearly all ASCII and a vocabulary without
multi-byte merges would hide mistakes in token counting.

Learning keeps, for every adjacent pair, its count and the words it occurs in; a merge touches only
those words. A heap holds the counts; counts only fall after a pair was pushed, so an entry that is
out of date is pushed again with its present count when it surfaces.
"""

from __future__ import annotations

import functools
import heapq
import random
import re
import sysconfig
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

Pair = tuple[bytes, bytes]

_NOT_CODE = {"site-packages", "encodings", "pydoc_data", "test", "__pycache__"}
_CORPUS_BYTES = 1_800_000
_SCRIPTS = ((0x4E00, 120), (0x3041, 80), (0x0430, 32), (0x03B1, 24), (0x0627, 28), (0x1F600, 40))
_FOREIGN_WORDS = 4000  # for each script

# Wider than any one pre-tokenizer label: three digits may merge, so that labels which split digits
# one by one and labels which do not give different counts on the same merges.
_WORD = re.compile(r" ?[^\W\d_]+|\d{1,3}| ?[^\s\w]+[\r\n]*|_+|\s*[\r\n]+|\s+(?!\S)|\s+")


class Learned(NamedTuple):
    """Merges in rank order, and how often each token stands in the segmented corpus."""

    merges: tuple[Pair, ...]
    counts: Mapping[bytes, int]


@functools.lru_cache(maxsize=4)
def learn_merges(count: int = 4096, seed: int = 1) -> Learned:
    """Learn `count` merges; the same seed and interpreter give the same ones. Takes seconds, once.

    Every token has exactly one pair that makes it, as in published vocabularies, so that ranks by
    token bytes (tiktoken) and ranks by pair (GGUF) mean the same.
    Raises: ValueError, where the corpus is too small for so many merges.
    """
    learner = _Learner(_word_counts(seed))
    merges = tuple(learner.best() for _ in range(count))
    return Learned(merges, learner.token_counts())


class _Learner:
    """The segmented words and the counts of their adjacent pairs."""

    def __init__(self, words: Mapping[bytes, int]) -> None:
        self._words = [[bytes((byte,)) for byte in word] for word in words]
        self._weights = list(words.values())
        self._known = {bytes((byte,)) for byte in range(256)}
        self._counts: Counter[Pair] = Counter()
        self._places: defaultdict[Pair, set[int]] = defaultdict(set)
        for index in range(len(self._words)):
            self._count(index, 1)
        self._heap = [(-count, pair) for pair, count in self._counts.items()]
        heapq.heapify(self._heap)

    def best(self) -> Pair:
        """Merge the most frequent pair everywhere and return it."""
        while self._heap:
            count, pair = heapq.heappop(self._heap)
            if not self._counts[pair] or pair[0] + pair[1] in self._known:
                continue
            if -count != self._counts[pair]:  # it has lost occurrences since it was pushed
                heapq.heappush(self._heap, (-self._counts[pair], pair))
                continue
            self._merge(pair)
            return pair
        raise ValueError("the corpus is too small for so many merges")

    def token_counts(self) -> Mapping[bytes, int]:
        """How often each token stands in the corpus as it is segmented now."""
        total: Counter[bytes] = Counter()
        for word, weight in zip(self._words, self._weights, strict=True):
            for token in word:
                total[token] += weight
        return total

    def _count(self, index: int, sign: int) -> None:
        word, weight = self._words[index], sign * self._weights[index]
        for pair in pairwise(word):
            self._counts[pair] += weight
            self._places[pair].add(index)

    def _merge(self, pair: Pair) -> None:
        token = pair[0] + pair[1]
        self._known.add(token)
        fresh: set[Pair] = set()
        for index in self._places.pop(pair):
            word = self._words[index]
            if pair not in pairwise(word):
                continue  # an earlier merge took it apart
            self._count(index, -1)
            self._words[index] = _joined(word, pair)
            self._count(index, 1)
            fresh.update(other for other in pairwise(self._words[index]) if token in other)
        for other in fresh:
            heapq.heappush(self._heap, (-self._counts[other], other))


def _joined(word: list[bytes], pair: Pair) -> list[bytes]:
    """Replace each occurrence of `pair` in `word` by its join, from the left."""
    out: list[bytes] = []
    tokens = iter(word)
    held = next(tokens)
    for token in tokens:
        if (held, token) == pair:
            held += token
        else:
            out.append(held)
            held = token
    return [*out, held]


def _word_counts(seed: int) -> Mapping[bytes, int]:
    """Count the words of a sample of the corpus; words seen once teach nothing."""
    chance = random.Random(seed)  # noqa: S311 - a reproducible sample, not a secret
    words: Counter[str] = Counter()
    for text in (*_sources(chance), *_foreign(chance)):
        words.update(_WORD.findall(text))
    return {word.encode(): count for word, count in words.items() if count > 1}


def _sources(chance: random.Random) -> Iterator[str]:
    """Yield standard library files in a shuffled order until there is enough text."""
    library = Path(sysconfig.get_path("stdlib"))
    files = sorted(library.glob("*.py")) + sorted(library.glob("*/*.py"))
    files = [file for file in files if file.parent.name not in _NOT_CODE]
    chance.shuffle(files)
    room = _CORPUS_BYTES
    for file in files:
        text = file.read_text("utf-8", "ignore")
        room -= len(text)
        yield text
        if room < 0:
            return


def _foreign(chance: random.Random) -> Iterable[str]:
    """Yield made-up words in other scripts, the early letters of each being frequent."""
    for start, size in _SCRIPTS:
        letters = [chr(start + offset) for offset in range(size)]
        weights = [1 / (rank + 1) for rank in range(size)]
        for _ in range(_FOREIGN_WORDS):
            yield "".join(chance.choices(letters, weights, k=chance.randint(1, 4)))
