"""Reading a chain of records again: what was altered, removed, inserted or put elsewhere.

A record is *genuine* where its own MAC fits, and *follows* where it has the next number and carries
the MAC of the one before. Lines that are not genuine wait until the next genuine one tells what
they stand for:

    4  x  6        6 does not follow 4, one number lies between: x was 5 and was altered
    4  x  5        5 follows 4: x was inserted
    4  6           5 is missing
    4  6  5  7     5 came late: out of order, not missing
    4  5  3        3 was there already: a copy was inserted

The end can be compared with a head that was kept elsewhere: only so is it seen that the last
records were taken away.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from local_llm.guard.audit_chain import Head, Link, genesis, read

Kind = Literal["altered", "inserted", "missing", "out of order", "forked", "truncated"]


class Line(msgspec.Struct, frozen=True):
    """One line: its bytes without the newline, where it stands, and whether a newline ended it."""

    data: bytes
    file: str = ""
    number: int = 0
    whole: bool = True

    def __repr__(self) -> str:
        return f"Line({self.file}:{self.number}, {len(self.data)} bytes)"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong at a record. file, line: Where that shows; "" and 0 at the log's end."""

    seq: int
    kind: Kind
    text: str
    file: str = ""
    line: int = 0

    def sentence(self) -> str:
        """Return it for people: `seq 5: altered: ... (audit.jsonl:5)`."""
        place = f" ({self.file}:{self.line})" if self.file else ""
        return f"seq {self.seq}: {self.kind}: {self.text}{place}"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a log turned out to be.

    records: Genuine ones. begins: The first of them; above 1 where the beginning was removed.
    head: The last one. faults: By their number, the first broken one first.
    unfinished: Bytes of a last line without an end, which a killed writer leaves; no fault.
    """

    records: int
    begins: int
    head: Head
    faults: tuple[Fault, ...] = ()
    unfinished: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify(
    lines: Iterable[Line],
    key: bytes,
    *,
    sink: str = "file",
    heads: Iterable[Head] = (),
    whole: bool = True,
) -> Verdict:
    """Check a log, its files in order.

    Args:
        lines: All of it; none is kept.
        key: The log's.
        sink: Whose chain it is.
        heads: Ends that were noted before, in any order.
        whole: Whether the log begins with record 1, or says itself that its beginning was removed.

    """
    reader = _Reader(key, genesis(key, sink), tuple(heads))
    for line in lines:
        reader.take(line)
    return reader.verdict(whole=whole)


class _Gap(msgspec.Struct, frozen=True):
    """Numbers that were passed over, and the line before which."""

    first: int
    last: int
    line: Line


class _Reader:
    """Goes through the lines; see the module's text for the rules."""

    def __init__(self, key: bytes, start: Head, heads: tuple[Head, ...]) -> None:
        self._key = key
        self._last = start
        self._heads = heads
        self._records = 0
        self._begins = 0
        self._left = 0
        self._suspects: list[Line] = []
        self._unfinished: Line | None = None
        self._gaps: list[_Gap] = []
        self._late: dict[int, Line] = {}
        self._faults: list[Fault] = []

    def take(self, line: Line) -> None:
        """Look at the next line."""
        if self._unfinished is not None:  # something follows it, so that no writer was killed there
            self._suspects.append(_place(self._unfinished))
            self._unfinished = None
        if not line.whole:
            self._unfinished = line
            return
        link = read(line.data, self._key)
        if link is None or not link.genuine:
            self._suspects.append(_place(line))
        else:
            self._genuine(link, _place(line))

    def verdict(self, *, whole: bool) -> Verdict:
        """Return what was found, once there are no more lines."""
        self._end()
        if whole:
            self._beginning()
        self._passed_over()
        faults = sorted(self._faults, key=lambda fault: fault.seq)
        return Verdict(
            records=self._records,
            begins=self._begins,
            head=self._last,
            faults=tuple(faults),
            unfinished=len(self._unfinished.data) if self._unfinished else 0,
        )

    def _genuine(self, link: Link, line: Line) -> None:
        self._records += 1
        self._left = max(self._left, link.left)
        self._compare(link, line)
        if not self._begins:
            self._begin(link)
        if link.seq <= self._last.seq:
            self._come_late(link, line)
            return
        self._between(link, line)
        self._last = Head(link.seq, link.mac)

    def _begin(self, link: Link) -> None:
        """Set the first number; suspects before the first genuine record stand right before it."""
        self._begins = max(1, link.seq - len(self._suspects))
        if self._begins > 1:
            self._last = Head(self._begins - 1, "")

    def _between(self, link: Link, line: Line) -> None:
        """Explain what lies between the last genuine record and this one."""
        expected = self._last.seq + 1
        skipped = link.seq - expected
        self._explain(expected, skipped)
        known = min(len(self._suspects), skipped)
        if expected + known < link.seq:
            self._gaps.append(_Gap(expected + known, link.seq - 1, line))
        if not skipped and self._last.mac not in ("", link.prev):
            self._fault(link.seq, "forked", "it does not follow the record before it", line)
        self._suspects.clear()

    def _explain(self, expected: int, skipped: int) -> None:
        """Name the suspects: so many stand for numbers that were skipped, the others for none."""
        for at, line in enumerate(self._suspects):
            if at < skipped:
                self._fault(expected + at, "altered", "its mac does not fit its content", line)
            else:
                self._fault(expected + skipped, "inserted", "a line with no right mac", line)

    def _come_late(self, link: Link, line: Line) -> None:
        if link.seq in self._late or not any(g.first <= link.seq <= g.last for g in self._gaps):
            text = f"a copy of it stands after seq {self._last.seq}"
            self._fault(link.seq, "inserted", text, line)
        else:
            self._late[link.seq] = line

    def _compare(self, link: Link, line: Line) -> None:
        if any(head.seq == link.seq and head.mac != link.mac for head in self._heads):
            text = "it is another record than the one whose head was noted"
            self._fault(link.seq, "forked", text, line)

    def _end(self) -> None:
        """Explain what stands after the last genuine record, and what should."""
        expected = self._last.seq + 1
        last = max((head.seq for head in self._heads), default=0)
        skipped = max(0, last - self._last.seq) if self._heads else len(self._suspects)
        self._explain(expected, skipped)
        expected += len(self._suspects)
        if expected <= last:
            text = f"the log ends before it, and a head that was noted has {last}"
            self._fault(expected, "truncated", text)

    def _beginning(self) -> None:
        """Records at the beginning may be gone only where the log itself says so."""
        if self._begins > max(1, self._left):
            text = f"{_numbers(max(1, self._left), self._begins - 1)}: the log begins after it"
            self._fault(max(1, self._left), "missing", text)

    def _passed_over(self) -> None:
        for gap in self._gaps:
            late = sorted(seq for seq in self._late if gap.first <= seq <= gap.last)
            for seq in late:
                self._fault(seq, "out of order", "it stands after later ones", self._late[seq])
            first = next((n for n, seq in enumerate(late, gap.first) if n != seq), None)
            if first is None:
                first = gap.first + len(late)
            if first <= gap.last:
                self._fault(first, "missing", _numbers(first, gap.last), gap.line)

    def _fault(self, seq: int, kind: Kind, text: str, line: Line | None = None) -> None:
        file, number = (line.file, line.number) if line else ("", 0)
        self._faults.append(Fault(seq=seq, kind=kind, text=text, file=file, line=number))


def _place(line: Line) -> Line:
    """Return where a line stands, without holding its bytes."""
    return Line(b"", line.file, line.number)


def _numbers(first: int, last: int) -> str:
    return "the record" if first == last else f"the records up to {last}"
