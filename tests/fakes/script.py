"""What a fake server does, as data: one `Script` an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

_OF_THE_SERVER = (
    "key",
    "models",
    "context_tokens",
    "trained_tokens",
    "thinks",
    "inserts",
    "slots",
    "version",
    "redirect",
)
HELLO = ("Hello", ", ", "world", ".")


@dataclass(frozen=True, kw_only=True)
class Script:
    """How a fake server behaves and what it answers.

    The answer:
        pieces: What the model says, one event (and one token) a piece.
        raw: Body bytes sent as they are behind a 200 and the dialect's stream headers; b"" is an
            empty 200. None = build the body from `pieces`.
        reasoning: What the model thinks before `pieces`.
        carrier: Where reasoning goes: the dialect's own field, inline `<think>` tags, or
            "end-tag" (the opening tag stood in the prompt, so only `</think>` comes out).
        finish: The finish reason; an answer cut by the request's own limit says "length".
        continues: The middle of a fill-in-the-middle prompt, as a whole: raw completions are
            answered with what of it the prompt lacks, see middle.py; "" = with `pieces`.
        continues_tokens: How `continues` is cut into tokens; () = as the ids of the prompt are, or
            in words with the blank before them where it comes as text.
        others: What further alternatives say, in turn, where a request asks for several; () = the
            same as the first.

    Time, in seconds:
        tokens_per_second: Pace of the pieces, against absolute deadlines; None = none.
        header_delay_s, first_byte_delay_s: Waits before the status line and before the body.
        progress: Prompt tokens read so far, a step each; sent where the request asks for it.
        progress_delay_s: Wait after each step.
        at_once: Send the whole stream in one write, as a server that knew its answer before.
        pings: Keep-alive comments before the first event (servers that stream events).

    Faults (a number of pieces counts reasoning pieces, too):
        error: (status, body) instead of a stream; a str body is sent as text, else as JSON.
        error_after, error_message: An error in the stream after so many pieces.
        die_after, die_by: Cut the connection after so many pieces, by FIN or RST.
        stall_after: Send nothing more after so many pieces until the client closes or
            `server.release()`.
        end_marker: False leaves out what the dialect ends its streams with.
        long_line_after, long_line_bytes: After so many pieces send one endless line.
        drip: Send the body one byte at a time.
        hangs_up: Close the connection behind each streamed answer without saying so before, as the
            llama.cpp server in xllamacpp 2026.10 does.
        redirect: Answer every request with a 302 to this URL.
        overflow: Refuse every generation as too long, whatever its size.

    The server:
        key: Requests need this API key (where the dialect asks for one).
        models: Model names; the first is the one that is loaded. Others are unknown.
        context_tokens, trained_tokens: The context in force and the one the model was trained for.
        loading_requests: So many requests are answered as by a server that still loads its model.
        thinks: The model can think (Ollama lists the capability).
        version: What the server says of itself; "" = the dialect's usual one.
        inserts: The model has a fill-in-the-middle template (Ollama) or FIM tokens (llama.cpp).
        slots: Requests served at a time (llama.cpp), as the first script says; more are not held
            back.
    """

    pieces: Sequence[str] = HELLO
    raw: bytes | None = None
    reasoning: Sequence[str] = ()
    carrier: Literal["field", "inline", "end-tag"] = "field"
    finish: str = "stop"
    continues: str = ""
    continues_tokens: Sequence[str] = ()
    others: Sequence[str] = ()

    tokens_per_second: float | None = None
    header_delay_s: float = 0.0
    first_byte_delay_s: float = 0.0
    progress: Sequence[int] = ()
    progress_delay_s: float = 0.0
    at_once: bool = False
    pings: int = 0

    error: tuple[int, Any] | None = None
    error_after: int | None = None
    error_message: str = "the fake failed as told"
    die_after: int | None = None
    die_by: Literal["close", "reset"] = "close"
    stall_after: int | None = None
    end_marker: bool = True
    long_line_after: int | None = None
    long_line_bytes: int = 10 << 20
    drip: bool = False
    hangs_up: bool = False
    redirect: str = ""
    overflow: bool = False

    key: str = ""
    models: Sequence[str] = ("test-model",)
    context_tokens: int = 8192
    trained_tokens: int = 32768
    loading_requests: int = 0
    thinks: bool = False
    inserts: bool = True
    slots: int = 1
    version: str = ""

    def spoken(self) -> list[tuple[Literal["think", "text"], str]]:
        """Return the pieces in order, each with the field it belongs into."""
        if not self.reasoning:
            return [("text", piece) for piece in self.pieces]
        if self.carrier == "field":
            return [("think", p) for p in self.reasoning] + [("text", p) for p in self.pieces]
        opening = ["<think>"] if self.carrier == "inline" else []
        inline = [*opening, *self.reasoning, "</think>", *self.pieces]
        return [("text", piece) for piece in inline]

    def after(self, earlier: Script) -> Script:
        """Return this answer on the server that `earlier` describes."""
        return replace(self, **{name: getattr(earlier, name) for name in _OF_THE_SERVER})

    def serving(self, model: str) -> Script:
        """Return this answer from a server of one model."""
        return replace(self, models=(model,))

    def dying(self, after: int) -> Script:
        """Return this answer, cut off after so many pieces instead of ending in an error."""
        return replace(self, error_after=None, die_after=after)
