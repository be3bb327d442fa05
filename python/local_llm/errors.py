"""Every failure a user can meet, as one tree.

LocalLlmError
├── SettingsError          an option is unknown, of the wrong type, or not allowed where it stands
├── InputRejected          what the user pointed at cannot be sent (empty, binary, too large)
├── BudgetError            the task alone does not fit the context window
├── PolicyRefused          a rule forbids it
│   ├── HostRefused        the host is neither loopback nor listed
│   ├── PathRefused        a rule says that the file never goes out
│   └── CloudRefused       the model runs on somebody else's machine
├── InstallError           the Python side or the embedded backend is incomplete
├── ModelStoreError        a model file could not be listed, fetched, verified or removed
├── HistoryError           past answers cannot be read or written
├── AuditFailed            the audit log cannot be written or read
└── BackendError           the model server; `where` is its address
    ├── BackendUnreachable nothing listens there
    ├── BackendSilent      it accepted the connection and never answered
    ├── WrongServer        something listens, but it is not a model server we know
    ├── AuthRejected       401 or 403
    ├── ModelMissing       the server does not have that model
    ├── ModelLoading       it is still loading; ask again
    ├── ContextOverflow    prompt and answer do not fit the context in force
    ├── RedirectRefused    it wants to send us to another address
    ├── RequestRejected    another 4xx
    ├── ServerFailed       5xx, or an error object in the stream
    ├── StreamBroken       the stream ended without its end marker
    ├── StreamStalled      the stream went quiet for too long
    ├── BadStream          bytes that are no event stream, or a line longer than any answer
    └── EmptyAnswer        a complete answer without a character in it

`str(error)` is one sentence for the user; `hint` says what to do next. Neither ever holds a
prompt, buffer text or a key. Cancelled and stale are results, not errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class LocalLlmError(Exception):
    """A failure that is shown to the user as one sentence and a hint.

    Args:
        message: What happened, as one sentence without a final full stop.
        where: The address, path or option it happened at; "" where the message says it.
        hint: What to do next; "" for the class's usual advice.

    """

    usual_hint = "see :LocalLog"

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.where = where
        self.hint = hint or self.usual_hint

    @property
    def code(self) -> str:
        """The class name: a stable word for events, tests and logs."""
        return type(self).__name__

    def sentence(self) -> str:
        """Message and place, as shown to a user: `nothing answers at http://...`."""
        text = str(self)
        return text if not self.where or self.where in text else f"{text} ({self.where})"


class SettingsError(LocalLlmError):
    """An option is unknown, of the wrong type, or not allowed where it stands."""

    usual_hint = "see :help local-llm-options"


class InputRejected(LocalLlmError):
    """What the user pointed at cannot be sent."""

    usual_hint = "select the lines that you want explained"


class BudgetError(LocalLlmError):
    """The task alone does not fit the context window."""

    usual_hint = "select fewer lines, or raise backend.context_tokens"


class PolicyRefused(LocalLlmError):
    """A rule of the guard forbids it."""

    usual_hint = "see :help local-llm-guard"


class HostRefused(PolicyRefused):
    """The host is neither loopback nor listed in guard.allow_remote_hosts."""

    usual_hint = "list it in guard.allow_remote_hosts if your code may go there"


class PathRefused(PolicyRefused):
    """A rule says that the file never goes out.

    Args (besides the usual ones): `rule`, such as "guard.deny_paths has *.pem".
    """

    usual_hint = "see :help local-llm-deny-paths"

    def __init__(self, message: str, *, where: str = "", hint: str = "", rule: str = "") -> None:
        super().__init__(message, where=where, hint=hint)
        self.rule = rule


class CloudRefused(PolicyRefused):
    """The model runs on somebody else's machine."""

    usual_hint = "choose a local model with :LocalModel"


class InstallError(LocalLlmError):
    """The Python side or the embedded backend is incomplete."""

    usual_hint = "run :LocalInstall"


class ModelStoreError(LocalLlmError):
    """A model file could not be listed, fetched, verified or removed."""

    usual_hint = "see `local-llm model --help`"


class HistoryError(LocalLlmError):
    """Past answers cannot be read or written; `where` is their file."""

    usual_hint = "see :help :LocalHistory"


class AuditFailed(LocalLlmError):
    """A record could not be written to the audit log, or the log not be read."""

    usual_hint = "see :help local-llm-audit"


class BackendError(LocalLlmError):
    """The model server failed, refused or vanished; `where` is its address."""

    usual_hint = "run :checkhealth local_llm"


class BackendUnreachable(BackendError):
    """Nothing listens at the address."""

    usual_hint = "start the server, or set backend.url; then :checkhealth local_llm"


class BackendSilent(BackendError):
    """The server accepted the connection and did not answer in time."""


class WrongServer(BackendError):
    """Something listens there, but no model server that we know."""

    usual_hint = "set backend.url and backend.kind to your model server"


class AuthRejected(BackendError):
    """The server wants a key, or another one."""

    usual_hint = "set backend.api_key_cmd or backend.api_key_env"


class ModelMissing(BackendError):
    """The server does not have the model."""

    usual_hint = "choose one with :LocalModel"


class ModelLoading(BackendError):
    """The server is still loading the model."""

    usual_hint = "try again in a moment"


class ContextOverflow(BackendError):
    """Prompt and answer do not fit the context in force.

    Args (besides the usual ones): `prompt_tokens` and `context_tokens` as the server counted
    them, None where it does not say.
    """

    usual_hint = "select fewer lines, or give the server a larger context"

    def __init__(
        self,
        message: str,
        *,
        where: str = "",
        hint: str = "",
        prompt_tokens: int | None = None,
        context_tokens: int | None = None,
    ) -> None:
        super().__init__(message, where=where, hint=hint)
        self.prompt_tokens = prompt_tokens
        self.context_tokens = context_tokens


class RedirectRefused(BackendError):
    """The server answered with a redirect; following one could carry code elsewhere."""

    usual_hint = "set backend.url to the server's real address"


class RequestRejected(BackendError):
    """The server found fault with the request (a 4xx without a class of its own)."""


class ServerFailed(BackendError):
    """The server failed: a 5xx, or an error object in the middle of a stream."""

    usual_hint = "look at the server's own log"


class StreamBroken(BackendError):
    """The stream ended without its end marker: the server died or was stopped."""

    usual_hint = "what arrived is kept; `gr` asks again"


class StreamStalled(BackendError):
    """The stream went quiet for longer than the watchdog allows."""

    usual_hint = "what arrived is kept; `gr` asks again"


class BadStream(BackendError):
    """The bytes are no event stream, or a line is longer than any answer."""


class EmptyAnswer(BackendError):
    """The server reported success and sent no text."""

    usual_hint = "the prompt may be too long for the server; see :LocalPreview explain"


@contextmanager
def placed(where: str) -> Iterator[None]:
    """Add the address to the errors of parts that do not know it."""
    try:
        yield
    except BackendError as exc:
        exc.where = exc.where or where
        raise
