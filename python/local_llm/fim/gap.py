"""Completion by a model that only chats: the gap as a question, and the code out of the answer.

Chat models wrap code in talk and fences however often they are told not to. The answer is read
line by line, and a line is judged once, when it is complete: talk before the code is skipped, code
ends at a closing fence or where talk begins. So what a streamed answer has shown stays shown.
"""

from __future__ import annotations

import re
from functools import cache

from local_llm.backends.base import Message
from local_llm.prompts.code import fence, opening
from local_llm.prompts.defuse import defuse
from local_llm.prompts.load import PromptFile, builtin, fill
from local_llm.stream.pieces import Text
from local_llm.stream.think import ThinkSplitter

MARK = "<<<CURSOR>>>"
_LINE_SHOWN = 200  # characters on each side of the mark in the task
_EXAMPLE = ("def mean(values: list[float]) -> float:\n    return ", "\n", "python", "mean.py")
_EXAMPLE_ANSWER = "sum(values) / len(values)"

# Where talk may be what is wanted: there only what nobody but a chat model says is talk.
_PROSE_TYPES = frozenset(
    {"asciidoc", "gitcommit", "help", "mail", "markdown", "norg", "org", "plaintex", "quarto"}
    | {"rmd", "rst", "tex", "text", "typst"}
)
# Where backticks are syntax.
_TICK_TYPES = _PROSE_TYPES | frozenset(
    {"bash", "fish", "go", "haskell", "javascript", "javascriptreact", "kotlin", "lisp", "mysql"}
    | {"perl", "php", "racket", "ruby", "scala", "scheme", "sh", "sql", "svelte", "typescript"}
    | {"typescriptreact", "vue", "zsh"}
)


def messages(before: str, after: str, filetype: str, path: str) -> tuple[Message, ...]:
    """Return a chat that asks for what stands between `before` and `after`.

    Args:
        before: Code up to the cursor. after: From there on.
        filetype: The editor's word, "" = unknown.
        path: As it is shown to the model, "" = a buffer without a name.

    """
    prompt = _prompt()
    return (
        Message("system", fill(prompt.system, {"mark": MARK, "line": ""})),
        Message("user", _question(prompt, *_EXAMPLE)),
        Message("assistant", _EXAMPLE_ANSWER),
        Message("user", _question(prompt, before, after, filetype, path)),
    )


def strip(answer: str, left: str, *, done: bool, filetype: str = "") -> str:
    """Return the code in a chat's answer, "" where there is none (yet).

    Args:
        answer: All that has come of it.
        left: What stands before the cursor on its line, and is dropped where the answer repeats
            it. May hold the lines above as well: then those are dropped, too.
        done: The answer is at its end. Until then only whole lines are looked at, and what is
            returned is a beginning of what will be returned later, unless the model takes it back
            (a mark, an opening fence or the end of its thinking where that was not expected).
        filetype: Tells where prose or backticks are part of the text; "" = unknown.

    """
    lines = _without_thinking(answer, done=done).split("\n")
    *above, here = left.split("\n")
    reader = _Reader(left, filetype)
    for line in lines if done else lines[:-1]:
        if not reader.take(line):
            break
    code = reader.code
    if done and not reader.begun:
        code = _quoted(lines)
    code = _without_echo(code, above, here, done=done)
    return "\n".join(_joined(code, here, snippet=reader.fenced)).rstrip()


@cache
def _prompt() -> PromptFile:
    return builtin("gap")


def _question(prompt: PromptFile, before: str, after: str, filetype: str, path: str) -> str:
    before, after = (defuse(text.replace(MARK, f"< {MARK[1:]}")) for text in (before, after))
    code = f"{before}{MARK}{after}"
    ticks = fence(code)
    left, right = before.split("\n")[-1], after.split("\n")[0]
    line = f"{left[-_LINE_SHOWN:]}{MARK}{right[:_LINE_SHOWN]}"
    name = defuse(f"{path or 'unnamed'} ({filetype})" if filetype else path or "unnamed")
    task = fill(prompt.task, {"mark": MARK, "line": line})
    end = "" if code.endswith("\n") else "\n"
    return f"File: {name}\n{opening(ticks, filetype)}{code}{end}{ticks}\n\n{task}"


def _without_thinking(answer: str, *, done: bool) -> str:
    splitter = ThinkSplitter()
    said = ""
    for piece in [*splitter.feed(answer), *(splitter.finish() if done else [])]:
        if isinstance(piece, Text):
            said += piece.text
        elif piece.all_before:
            said = ""
    return said.replace("\r\n", "\n")


# -- the lines of an answer ------------------------------------------------------------------------

_FENCE = re.compile(r"(?P<head>.*?)(?P<ticks>`{3,}|~{3,})(?P<rest>.*)")
_INFO = re.compile(r"\s*[\w+#.:/{}-]*(?:\s+[\w-]+=.*|\s*\{.*)?")  # behind an opening fence
_TICKED = re.compile(r"\s*(`{1,2})([^`]+)\1\s*")
_STOP = re.compile(
    r"(?:<\|(?:im_end|endoftext|eot_id|eom_id|end|end_of_text)\|>|<end_of_turn>)\s*$"
)
_WORD = re.compile(r"\w")


class _Reader:
    """Takes the lines of an answer.

    code: What counts of them. begun: Some of it is not blank. fenced: It stands in a fence.
    """

    def __init__(self, left: str, filetype: str) -> None:
        self.code: list[str] = []
        self.fenced = False
        self.begun = False
        self._here = left[left.rfind("\n") + 1 :]
        self._filetype = filetype
        self._within = self._at_start = _open_texts(frozenset(), left)
        self._prose = takes_prose(self._here, filetype)
        self._closing: re.Pattern[str] | None = None
        self._indent = ""  # of the fence; taken off the lines in it
        self._skipped = False
        self._marked = False

    def take(self, line: str) -> bool:
        """Take the next line; return False where the code has ended."""
        fence = _FENCE.fullmatch(line)
        if self._closing is not None:
            return self._inside(line, fence, self._closing)
        prose = self._prose or bool(self._within)
        goes_on = self._met(fence, prose=prose) if fence is not None else None
        if goes_on is not None:
            return goes_on
        if is_talk(line, prose=prose) or (not self.begun and self._is_label(line)):
            self._skipped = True
            return not self.begun
        if self._skipped and not self.begun and not line.strip():
            return True
        ticked = None if self._filetype in _TICK_TYPES or "${" in line else _TICKED.fullmatch(line)
        return self._put(ticked[2] if ticked else line)

    def _met(self, fence: re.Match[str], *, prose: bool) -> bool | None:
        """Tell what a fence outside of fences is for `take`; None = a part of the text."""
        head, plain = fence["head"], not fence["rest"].strip()
        if not self.begun and is_talk(head, prose=prose):
            return self._open(fence)
        if not head.strip() and not (self.begun and (prose or plain)):
            return self._open(fence)  # where code had begun, it was talk all the same
        if plain and not prose and (self.begun or _WORD.search(head)):
            self._put(head)  # a closing fence without an opening one
            return False
        return None

    def _is_label(self, line: str) -> bool:
        return bool(self._filetype) and line.strip().lower() == self._filetype

    def _open(self, fence: re.Match[str]) -> bool:
        """Begin a fenced block; all before it was talk."""
        self._restart()
        self.fenced = True
        head, ticks, rest = fence["head"], fence["ticks"], fence["rest"]
        if rest.rstrip().endswith(ticks):
            code = rest.rstrip()[: -len(ticks)].strip()
            self._put(code.removeprefix(f"{self._filetype} "))
            return False
        indent = "" if head.strip() else head
        self._indent = "" if indent == self._here else indent  # there it is the code's own
        self._closing = re.compile(
            rf"[ \t]{{0,{len(indent) + 3}}}{ticks[0]}{{{len(ticks)},}}[ \t]*"
        )
        return _INFO.fullmatch(rest) is not None or self._put(rest.strip())

    def _inside(self, line: str, fence: re.Match[str] | None, closing: re.Pattern[str]) -> bool:
        if closing.fullmatch(line):
            return False
        ends = False
        if fence is not None and _WORD.search(fence["head"]):  # behind the last line's code
            ends = closing.fullmatch(fence["ticks"] + fence["rest"]) is not None
            line = fence["head"] if ends else line
        line = line.removeprefix(self._indent) if line.startswith(self._indent) else line.lstrip()
        return self._put(line) and not ends

    def _put(self, line: str) -> bool:
        """Take a line of code; look for our mark, and for the end of a turn as text."""
        stop = _STOP.search(line)
        line = line[: stop.start()] if stop else line
        head, mark, rest = line.partition(MARK)
        if not mark or self._marked:
            self._add(head)
            return not mark and not stop
        self._marked = True
        if rest.strip():  # what came before repeats the question
            self._restart()
            return self._put(rest) and not stop
        if self.begun or head.strip() not in ("", self._here.strip()):
            self._add(head)
            return False
        self._restart()
        return not stop

    def _add(self, line: str) -> None:
        self.code.append(line)
        self.begun = self.begun or bool(line.strip())
        self._within = _open_texts(self._within, line)

    def _restart(self) -> None:
        self.code.clear()
        self.begun = False
        self._within = self._at_start


# -- talk ------------------------------------------------------------------------------------------

_COMMENT = re.compile(r"(?:^|\s)(?:#|//|--|/\*|\*|;|%|<!--)")
_TEXTS = (('"""', '"""'), ("'''", "'''"), ("/*", "*/"), ("<!--", "-->"))
_ENDS = ".:!?\u2026"
_WIDE_ENDS = "\u3002\uff01\uff1f\uff1a"  # of sentences in Chinese and Japanese
_SIGNS = re.compile(r"[={}\[\]<>;|\\$@&]|::")
_CHAT = re.compile(
    r"(?:sure|certainly|of course|understood|got it)(?:[!.]|$)"
    r"|(?:sure|certainly|absolutely|of course|great|okay|ok|alright|understood|got it)"
    r"(?:!|[,.]? (?:thing|here|i|let|this|the|we|your)\b)"
    r"|here(?:['\u2019]s| is| are| you go)\b|as an ai\b"
    r"|(?:the|your|this is the|below is the) (?:missing|completed?|corrected|updated|full|final)"
    r" (?:code|line|function|method|part|snippet|text|expression|implementation|version|block)\b",
    re.IGNORECASE,
)
_TALK = re.compile(
    r"I(?:['\u2019](?:m|ll|ve|d)| (?:am|will|would|have|can|cannot|do|think|need|see|added))\b"
    r"|(?:Sorry|Unfortunately|Apologies|Let me|Let['\u2019]s|Feel free|Please|As (?:an|you))\b"
    r"|(?:Hope|Note that|Based on|Below is|Since|Assuming|In this|To complete) \w+"
    r"|No (?:code|changes?|further|additional|more)\b|(?:No|Yes|Done|Nothing)[.!]$"
    r"|This (?:code|function|method|line|snippet|will|completes|adds|fills|implementation)\b"
    r"|The (?:code|function|method|line|mark|cursor|gap|above|following|answer|correct|rest)\b"
    r"|(?:It|We|You) (?:looks|seems|appears|will|can|could|should|may|might|need)\b"
)
_TOPICS = r"(?i:code|completion|answer|output|solution|explanation|result|example|assistant)"
_LABEL = re.compile(
    rf"(?:#{{2,6}} )?(?=[A-Z])(?:[\w'\u2019 -]{{1,40}} )?{_TOPICS}(?: \([^)]*\))?:(?: It)?"
    rf"|#{{2,6}} (?:Completed )?(?:{_TOPICS}|Notes?|How it works)"
)
_SPAN = re.compile(r"(`{1,2})[^`]+\1")
_ANSWERED = re.compile(
    r".*\b(?:missing|gap|cursor|completion|insert|answer|replaced?)\b.*"
    r"(?:\b(?:is|be|with)|:)\s*`{1,2}([^`]+)`{1,2}\s*[.!]?",
    re.IGNORECASE,
)
_LONGEST_TALK = 5000  # characters; no line is as long
_FEWEST_WORDS = 4  # of a sentence that is known by its form alone
_LETTERS = re.compile(r"[^\W\d_]+")


def takes_prose(left: str, filetype: str = "") -> bool:
    """Tell whether sentences may be wanted behind `left`, the line's text before the cursor."""
    in_comment = _COMMENT.search(left) is not None
    return filetype in _PROSE_TYPES or in_comment or bool(_open_texts(frozenset(), left))


def is_talk(line: str, *, prose: bool = False) -> bool:
    """Tell whether a line is a chat model's talk and no code.

    Args:
        line: As it stands in an answer, outside of fences.
        prose: Sentences may be what is wanted; only what a chat model alone says is talk then.

    """
    if len(line) > _LONGEST_TALK:
        return False
    said = _SPAN.sub("It", line.replace(MARK, "It")).replace("**", "").strip(" \t_*")
    if not said:
        return False
    plain = said[-1] in _ENDS or not _SIGNS.search(said)
    if _CHAT.match(said) and plain:
        return True
    if prose:
        return False
    return bool(_LABEL.fullmatch(said) or (_TALK.match(said) and plain)) or _is_sentence(said)


def _is_sentence(said: str) -> bool:
    if _SIGNS.search(said):
        return False
    words = _LETTERS.findall(said)
    if said[-1] in _WIDE_ENDS:
        return _WORD.match(said) is not None
    small = sum(word.islower() for word in words)  # "MOVE A TO B." is code
    if len(words) < _FEWEST_WORDS or 2 * small < len(words):
        return False
    return said[0].isupper() and said[-1] in _ENDS


def _open_texts(within: frozenset[str], text: str) -> frozenset[str]:
    """Return which strings over several lines and block comments are open after `text`."""
    for start, end in _TEXTS:
        opened, closed = text.rfind(start), text.rfind(end)
        if start == end:
            within ^= frozenset([start] * (text.count(start) % 2))
        elif opened != closed:
            within = within | {start} if opened > closed else within - {start}
    return within


def _quoted(lines: list[str]) -> list[str]:
    """Return the code that talk ends with: "The missing code is `x`."."""
    short = (line.strip() for line in lines if len(line) <= _LINE_SHOWN)
    found = [match[1] for line in short if (match := _ANSWERED.fullmatch(line))]
    return found if len(found) == 1 else []


# -- where the code belongs ------------------------------------------------------------------------

_LONG_ECHO = 40  # lines
_TELLING = 12  # characters; one shorter line may well come twice
_LAST_WORD = re.compile(r"\w+$")
_OPENER = re.compile(r"(?:[:{(\[]|\b(?:then|do|else))$")
_CLOSER = re.compile(
    r"\s*(?:[})\]]|(?:end|else|elif|elsif|elseif|except|finally|catch|case|default|fi|done)\b)"
)


def _without_echo(code: list[str], above: list[str], here: str, *, done: bool) -> list[str]:
    """Drop the lines that repeat the code above the cursor; nothing while that is undecided."""
    first = next((n for n, line in enumerate(code) if line.strip()), 0)
    said = [line.strip() for line in code[first:]]
    known = [line.strip() for line in above[-_LONG_ECHO:]]
    for count in range(len(known), 0, -1):
        tail = known[-count:]
        if said[:count] != tail[: len(said)]:
            continue
        if len(said) <= count and not done:
            return []
        if here.strip():
            repeats = len(said) > count and said[count].startswith(here.strip())
        else:
            repeats = len(said) >= count and (count > 1 or len(tail[0]) >= _TELLING)
        if repeats:
            return code[first + count :]
    return code


def _joined(code: list[str], here: str, *, snippet: bool) -> list[str]:
    """Fit the code to what stands before the cursor: no line twice, its indentation, its break."""
    first = next((n for n, line in enumerate(code) if line.strip()), len(code))
    broken = first > 0 and bool(here.strip())
    code = code[first:]
    if not code:
        return []
    head, rest = code[0], _shifted(code, here, snippet=snippet)
    if broken:
        return ["", head, *rest]
    if here.strip() and _OPENER.search(here.rstrip()) and len(_indent(head)) > len(_indent(here)):
        return ["", head, *rest]
    return [_without_left(head, here), *rest]


def _without_left(line: str, here: str) -> str:
    """Return `line` less what it repeats of the text before the cursor."""
    if not here.strip():
        return line[len(here) :] if line.startswith(here) else line.lstrip()
    for known, said in ((here, line), (here.lstrip(), line.lstrip())):
        if _WORD.search(known) and said.startswith(known):
            return said[len(known) :]
    begun = _LAST_WORD.search(here[-_LINE_SHOWN:])
    return line[len(begun[0]) :] if begun and line.startswith(begun[0]) else line


def _shifted(code: list[str], here: str, *, snippet: bool) -> list[str]:
    """Return the lines after the first one, moved right where the model began at the left edge."""
    rest, own, base = code[1:], _indent(code[0]), _indent(here)
    if not rest or not rest[0].strip() or not base.startswith(own) or own == base:
        return rest
    second = _indent(rest[0])
    nested = _OPENER.search(code[0].rstrip()) and len(own) < len(second) <= len(base)
    level = snippet and second == own
    if _CLOSER.match(rest[0]) or not (nested or level):
        return rest
    return [base[len(own) :] + line if line.strip() else line for line in rest]


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
