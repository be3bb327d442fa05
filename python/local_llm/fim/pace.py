"""How fast a model is here, and what follows for what is asked of it.

Learned from finished requests, one `Pace` for each model on each server. Averages are geometric and
move a quarter of the way towards each new value: a busy moment does not count for much, a first
request that had to wait for the model to load is soon forgotten, and a machine that now runs on
battery is believed after a few requests.
"""

from __future__ import annotations

from collections.abc import Mapping

_STEP = 0.25  # how far an average moves towards a new value
_FEWEST_PROMPT = 32  # tokens; below, what a request costs in itself hides the speed
_FEWEST_ANSWER = 4

# name -> the values that can be true
_BOUNDS: dict[str, tuple[float, float]] = {
    "first_token_ms": (0.01, 60_000.0),
    "prompt_tokens_per_s": (0.1, 1_000_000.0),
    "answer_tokens_per_s": (0.01, 100_000.0),
}

_LINE_S, _LINES_S = 0.35, 1.0  # what an answer may take: one line, several
_LATER = 2.0  # times that, where a first answer stands already
_LINE_TOKENS, _LINES_TOKENS = 48, 128  # while the speed is unknown
_MOST_OF_A_LINE, _MOST_PER_LINE = 64, 24  # tokens of a long line; of each of several
LEAST_ANSWER, MOST_ANSWER = 8, 256

_QUICK_S, _FULL_S = 0.25, 1.5  # what reading the window may take: at once, while idle
LEAST_QUICK, MOST_QUICK = 192, 704
LEAST_FULL, MOST_FULL = 512, 4096
_UNKNOWN_FULL = 1024
_GRID = 64  # tokens
_MATTERS = 0.2  # windows follow the speed once it has moved by this part

_IN_TIME = 0.7  # part of a typing interval in which an answer is early enough
_PAUSE = 1.3  # typing intervals without a key are a pause
_USUAL_INTERVAL_MS = 180.0
_LONGEST_INTERVAL_MS = 60_000.0
_UNKNOWN_DEBOUNCE_MS = 30
_AT_ONCE_MS, _SOON_MS = 5, 15
_LEAST_PAUSE_MS, _MOST_PAUSE_MS = 60, 400


class Pace:
    """Speeds measured so far, None = unknown.

    Args:
        state: What `state()` returned in an earlier session; what cannot be true is ignored.

    """

    def __init__(self, state: Mapping[str, object] | None = None) -> None:
        self._known: dict[str, float] = {}
        for name in _BOUNDS:
            value = _possible(name, (state or {}).get(name))
            if value is not None:
                self._known[name] = value
        self._window_speed = self.prompt_tokens_per_s

    @property
    def first_token_ms(self) -> float | None:
        """From the request to the first token."""
        return self._known.get("first_token_ms")

    @property
    def prompt_tokens_per_s(self) -> float | None:
        """How fast the server reads a prompt."""
        return self._known.get("prompt_tokens_per_s")

    @property
    def answer_tokens_per_s(self) -> float | None:
        """How fast it writes."""
        return self._known.get("answer_tokens_per_s")

    def state(self) -> dict[str, float]:
        """Return what to keep for the next session."""
        return {name: round(value, 3) for name, value in self._known.items()}

    def note(
        self,
        *,
        first_token_ms: float | None = None,
        prompt_tokens: int | None = None,
        prompt_ms: float | None = None,
        answer_tokens: int | None = None,
        answer_ms: float | None = None,
    ) -> None:
        """Learn from a finished request; None = not known.

        Args:
            first_token_ms: From the request to the first token.
            prompt_tokens: Those the server evaluated, the cached ones not among them.
            prompt_ms: What that took.
            answer_tokens: Those of the answer.
            answer_ms: What writing them took.

        """
        self._learn("first_token_ms", first_token_ms)
        self._learn("prompt_tokens_per_s", _speed(prompt_tokens, prompt_ms, _FEWEST_PROMPT))
        self._learn("answer_tokens_per_s", _speed(answer_tokens, answer_ms, _FEWEST_ANSWER))
        speed, used = self.prompt_tokens_per_s, self._window_speed
        if speed is not None and (used is None or abs(speed - used) > _MATTERS * used):
            self._window_speed = speed  # another window is another prompt, read from its start

    def answer_tokens(self, max_lines: int, *, one_line: bool, first: bool) -> int:
        """Return how many tokens to ask for.

        Args:
            max_lines: Of the longest suggestion shown.
            one_line: Only one line can be shown.
            first: False where a first answer stands already, and more of it is wanted.

        """
        lines = 1 if one_line else max(1, max_lines)
        most = min(MOST_ANSWER, _MOST_OF_A_LINE + _MOST_PER_LINE * (lines - 1))
        later = 1.0 if first else _LATER
        speed = self.answer_tokens_per_s
        if speed is None:
            wanted = later * (_LINE_TOKENS if one_line else _LINES_TOKENS)
        else:
            wanted = later * speed * (_LINE_S if one_line else _LINES_S)
        return int(min(most, max(LEAST_ANSWER, wanted)))

    def window_tokens(self, room: int) -> tuple[int, int]:
        """Return the tokens of the window right after a jump, and of the one read while idle.

        Both stay as they are while the speed changes little. `quick <= full <= room` holds.

        Args:
            room: What the model's context leaves for a prompt.

        """
        speed = self._window_speed
        quick, full = MOST_QUICK, _UNKNOWN_FULL
        if speed is not None:
            quick = _window(speed * _QUICK_S, LEAST_QUICK, MOST_QUICK)
            full = _window(speed * _FULL_S, LEAST_FULL, MOST_FULL)
        full = max(0, min(full, room))
        return min(quick, full), full

    def extra_tokens(self, window: int) -> int:
        """Return how many tokens of a window other files may have."""
        return max(0, window) // 4

    def debounce_ms(self, typing_interval_ms: float | None) -> int:
        """Return how long to wait after a key before asking.

        Where an answer is usually there before the next key, almost not at all; else until there
        is a pause in the typing, as every earlier request would be cancelled by the next key.

        Args:
            typing_interval_ms: Usual time between two keys, None = nobody has typed yet.

        """
        first = self.first_token_ms
        if first is None:
            return _UNKNOWN_DEBOUNCE_MS
        interval = typing_interval_ms
        if interval is None or not 0 < interval <= _LONGEST_INTERVAL_MS:
            interval = _USUAL_INTERVAL_MS
        in_time = _IN_TIME * interval
        if first < in_time:
            return int(_AT_ONCE_MS + (_SOON_MS - _AT_ONCE_MS) * first / in_time)
        return int(min(_MOST_PAUSE_MS, max(_LEAST_PAUSE_MS, _PAUSE * interval)))

    def _learn(self, name: str, value: float | None) -> None:
        value = _possible(name, value)
        if value is None:
            return
        mean = self._known.get(name, value)
        self._known[name] = mean * (value / mean) ** _STEP


def _speed(tokens: int | None, ms: float | None, fewest: int) -> float | None:
    """Return tokens a second, None where too few tell nothing."""
    if tokens is None or ms is None or tokens < fewest or not ms > 0:
        return None
    return 1000.0 * tokens / ms


def _possible(name: str, value: object) -> float | None:
    """Return `value` as a float, None where it is no number (NaN neither) or out of bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    least, most = _BOUNDS[name]
    return float(value) if least <= value <= most else None


def _window(tokens: float, least: int, most: int) -> int:
    return max(least, min(most, int(tokens) // _GRID * _GRID))
