"""Every option once: its type, default, unit, bound and help.

Everything else is made from this file: the checks in `config.py` and in `lua/local_llm/options.lua`
(through the generated `schema.lua`), the option section of `:help` and the table in the README.
No option holds a secret; those about keys say where one comes from.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

BackendKind = Literal["auto", "ollama", "llamacpp", "llamafile", "textgen", "openai", "embedded"]
LogLevel = Literal["debug", "info", "warn", "error"]
Window = Literal["float", "split", "vsplit"]
Display = Literal["ghost", "lsp", "none"]
HistoryPicker = Literal["auto", "select", "snacks", "telescope", "fzf-lua"]
AuditSink = Literal["file", "syslog", "stdout"]

# Never sent, whole or as context: files that exist to hold secrets. See guard/paths.py for the
# meaning of a pattern.
DENY_PATHS = (
    ".env*",
    "*.env",
    # keys and certificates
    "*.pem",
    "*.key",
    "*.p8",
    "*.p12",
    "*.pfx",
    "*.pkcs12",
    "*.jks",
    "*.keystore",
    "*.ppk",
    "*.gpg",
    "*.pgp",
    "*.asc",
    "*.age",
    "*.ovpn",
    "id_rsa*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    "id_xmss*",
    # password stores
    "*.kdb",
    "*.kdbx",
    "*.keychain",
    "*.keychain-db",
    "*.kwallet",
    "*.opvault/",
    "*.agilekeychain/",
    ".password-store/",
    ".local/share/keyrings/",
    ".local/share/kwalletd/",
    "/dev/shm/pass.*/",  # noqa: S108 - where `pass` has its files edited
    "key3.db",
    "key4.db",
    "logins.json",
    "Login Data",
    "cookies.sqlite",
    ".mozilla/",
    ".config/google-chrome/",
    ".config/chromium/",
    "Library/Keychains/",
    "Library/Cookies/",
    # what programs log in with
    ".netrc",
    "_netrc",
    ".authinfo*",
    ".pgpass",
    "pgpass.conf",
    ".my.cnf",
    ".mylogin.cnf",
    ".npmrc",
    ".pypirc",
    ".terraformrc",
    "terraform.rc",
    ".git-credentials",
    ".htpasswd",
    ".vault-token",
    ".dockercfg",
    ".s3cfg",
    ".boto",
    "/etc/shadow*",
    "/etc/gshadow*",
    "credentials",
    "credentials.csv",
    "credentials.db",
    "credentials.ini",
    "credentials.toml",
    "credentials.xml",
    "credentials.y*ml",
    "*credentials*.json",
    "*service-account*.json",
    "*service_account*.json",
    "*serviceaccount*.json",
    "client_secret*.json",
    "application_default_credentials.json",
    "secrets.yaml",
    "secrets.yml",
    "secrets.json",
    "secrets.toml",
    "*.tfstate*",
    "*.tfvars",
    "*.tfvars.json",
    "*.tfplan",
    "kubeconfig",
    "*.kubeconfig",
    # what was typed
    ".*_history",
    ".histfile",
    "fish_history",
    "ConsoleHost_history.txt",
    ".lesshst",
    ".viminfo",
    "*.shada",
    # folders that hold such files
    ".ssh/",
    ".gnupg/",
    ".aws/",
    ".azure/",
    ".kube/",
    ".oci/",
    ".config/gcloud/",
    ".config/doctl/",
    ".config/sops/",
    ".config/rclone/",
    ".config/op/",
    ".docker/config.json",
    ".config/gh/hosts.yml",
    ".config/hub",
    ".config/glab-cli/config.yml",
    ".config/containers/auth.json",
    ".cargo/credentials.toml",
    ".gem/credentials",
    ".m2/settings.xml",
    ".m2/settings-security.xml",
    ".gradle/gradle.properties",
)

# Text of these kinds is secrets, under whatever name it was opened.
SECRET_FILETYPES = (
    "gpg",
    "netrc",
    "passwd",
    "pass",
    "password-store",
    "pem",
    "dotenv",
    "htpasswd",
    "pgpass",
)

# No completion by itself there: prose about code, messages, and what is no file at all.
DENY_FILETYPES = (
    "help",
    "man",
    "gitcommit",
    "gitrebase",
    "hgcommit",
    "svn",
    "cvs",
    "qf",
    "checkhealth",
    "netrw",
)


def _option(
    text: str,
    *,
    unit: str = "",
    project: bool = False,
    editor: bool = False,
    append: bool = False,
    **bounds: Any,
) -> Meta:
    """Describe an option.

    Args:
        text: Its help: one or more sentences; `nil` is what the reader writes for None.
        unit: What its number counts.
        project: Whether a project's `local-llm.toml` may set it without being trusted.
        editor: Whether the editor needs it before Python runs, so that no TOML file can set it.
        append: Whether the list is added to those of weaker sources instead of replacing them.
        bounds: `ge`, `le`, `min_length`, `max_length`, `pattern`, as msgspec checks them. (Those
            of a type that may also be None stand with the type: msgspec wants them there.)

    """
    flags = {"unit": unit, "project": project, "editor": editor, "append": append}
    return Meta(description=text, extra=flags, **bounds)


Key = str | bool  # `True` is refused by options.py: it names no key


AnswerTokens = Annotated[
    int,
    _option(
        "Room kept for the answer; it ends there.",
        unit="tokens",
        project=True,
        ge=16,
        le=131_072,
    ),
]
Temperature = Annotated[
    float,
    _option(
        "How freely the model chooses its words, unless `backend.temperature` is set.",
        project=True,
        ge=0.0,
        le=2.0,
    ),
]


class _Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The common ground of all groups of options."""


class Server(_Options, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model server: how to reach it and what to ask of it."""

    kind: Annotated[
        BackendKind,
        _option(
            'What the server is. "auto" looks at `url`, or else at the usual addresses, and '
            'takes the server that answers; "embedded" runs llama.cpp itself.'
        ),
    ] = "auto"
    url: Annotated[
        Annotated[str, Meta(max_length=2048)] | None,
        _option(
            "Base URL (`http://127.0.0.1:8080`) or socket (`unix:/run/llm.sock`). nil = the usual "
            "address of `kind`; for Ollama, $OLLAMA_HOST is honoured."
        ),
    ] = None
    model: Annotated[
        Annotated[str, Meta(max_length=512)] | None,
        _option(
            "Name of the model. nil = the one that is loaded, else the best installed one.",
            project=True,
        ),
    ] = None
    fim_model: Annotated[
        Annotated[str, Meta(max_length=512)] | None,
        _option(
            "Name of the model for inline completion. nil = `model`, or else the loaded model if "
            "it fills in the middle, else the first installed one that does.",
            project=True,
        ),
    ] = None
    api_key_cmd: Annotated[
        Annotated[tuple[str, ...], Meta(min_length=1)] | None,
        _option(
            "Program and arguments that print the server's API key; run without a shell, once a "
            "session."
        ),
    ] = None
    api_key_env: Annotated[
        str | None,
        _option("Name of the environment variable that holds the server's API key."),
    ] = None
    context_tokens: Annotated[
        Annotated[int, Meta(ge=512, le=10_000_000)] | None,
        _option(
            "Context size to ask for, the same in every request. nil = what the server has in "
            "force (the embedded server: 8192).",
            unit="tokens",
        ),
    ] = None
    keep_alive: Annotated[
        str,
        _option(
            "How long the server keeps the model in memory after a request (Ollama): a duration "
            'such as "90s", "30m" or "1h30m", "0" for not at all, "-1" for ever.',
            pattern=r"^(-1|0|([0-9]+(ms|s|m|h))+)$",
        ),
    ] = "30m"
    temperature: Annotated[
        Annotated[float, Meta(ge=0.0, le=2.0)] | None,
        _option(
            "How freely the model chooses its words, for every command. nil = each command's own.",
        ),
    ] = None
    start_timeout_s: Annotated[
        float,
        _option(
            "Longest wait for the first byte of an answer. Some servers say nothing while they "
            "load the model and read the prompt.",
            unit="seconds",
            ge=1.0,
            le=86_400.0,
        ),
    ] = 600.0
    idle_timeout_s: Annotated[
        float,
        _option(
            "Longest silence in the middle of an answer, after which it counts as stalled.",
            unit="seconds",
            ge=1.0,
            le=86_400.0,
        ),
    ] = 60.0


class Backend(Server, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The server that is used unless |:LocalBackend| chose another."""

    fallback: Annotated[
        tuple[str, ...],
        _option("Names from `backends` to try, in this order, when the server is not there."),
    ] = ()


class Explain(_Options, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The command |:LocalExplain|."""

    window: Annotated[Window, _option("Where the answer is shown.", project=True)] = "float"
    answer_tokens: AnswerTokens = 1024
    temperature: Temperature = 0.2
    cache_entries: Annotated[
        int,
        _option(
            "Answers kept in memory, so that unchanged code is explained at once; 0 = none.",
            unit="answers",
            project=True,
            ge=0,
            le=10_000,
        ),
    ] = 100


class Complete(_Options, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Inline completion (|local-llm-complete|)."""

    auto: Annotated[
        bool, _option("Whether text is suggested while you type, unasked.", editor=True)
    ] = True
    debounce_ms: Annotated[
        Literal["auto"] | Annotated[int, Meta(ge=0, le=10_000)],
        _option(
            'How long typing must rest before the model is asked. "auto" follows the measured '
            "time to the first token and the rhythm of your typing.",
            unit="ms",
        ),
    ] = "auto"
    filetypes: Annotated[
        tuple[str, ...],
        _option(
            "Filetypes without suggestions of their own accord. A list given anywhere is added to "
            "the default; `!name` makes an exception, `*` means all.",
            project=True,
            append=True,
        ),
    ] = DENY_FILETYPES
    max_lines: Annotated[
        int, _option("Longest suggestion.", unit="lines", project=True, ge=1, le=200)
    ] = 12
    alternatives: Annotated[
        int,
        _option("Suggestions to ask for at a time.", unit="suggestions", project=True, ge=1, le=8),
    ] = 1
    temperature: Temperature = 0.0
    window_tokens: Annotated[
        Literal["auto"] | Annotated[int, Meta(ge=64, le=65_536)],
        _option(
            'How much of the file and its neighbours the model is shown. "auto" follows the '
            "measured speed: little right after a jump, more once there is time.",
            unit="tokens",
            project=True,
        ),
    ] = "auto"
    extra_files: Annotated[
        bool,
        _option(
            "Whether pieces of other files (yanked, left, written, defined there) go along.",
            project=True,
        ),
    ] = True
    speculate: Annotated[
        bool,
        _option(
            "Whether the next suggestion is asked for while this one is looked at.", project=True
        ),
    ] = True
    while_answering: Annotated[
        bool,
        _option(
            "Whether suggestions are asked for while the same server streams an answer.",
            project=True,
        ),
    ] = False
    with_menu: Annotated[
        bool,
        _option("Whether suggestions are shown while a completion menu is open.", editor=True),
    ] = False
    show_info: Annotated[
        bool, _option("Whether times and token counts stand behind a suggestion.")
    ] = False
    display: Annotated[
        Display,
        _option(
            'Who shows suggestions: our ghost text, Neovim 0.12 itself ("lsp", see '
            "|local-llm-complete-lsp|), or nobody unless a completion menu asks.",
            editor=True,
        ),
    ] = "ghost"


class Rule(_Options, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the rules of one source of diagnostics are looked up."""

    command: Annotated[
        Annotated[tuple[str, ...], Meta(min_length=1)] | None,
        _option(
            "Program and arguments that print the text; run without a shell. `{code}` stands for "
            "the diagnostic's code, but not in the program."
        ),
    ] = None
    file: Annotated[
        Annotated[str, Meta(min_length=1, max_length=1024)] | None,
        _option(
            "File that holds the text: absolute, from `~/`, or relative to the project's root. "
            "Looked at where `command` is unset or knows nothing."
        ),
    ] = None
    link: Annotated[
        Annotated[str, Meta(max_length=2048, pattern=r"^https?://")] | None,
        _option("Web address of the text, which is shown and never opened or fetched."),
    ] = None
    code: Annotated[
        Annotated[str, Meta(min_length=1, max_length=512)] | None,
        _option(
            "Regular expression that all of a code has to match; a group `(?P<name>...)` may be "
            "used as `{name}`. nil = letters, digits and `_ . : @ + -`, the first no sign. What "
            "holds a slash or begins with a dash is never put into a command or a path."
        ),
    ] = None


class Wtf(_Options, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The commands |:LocalWtf| and |:LocalWtfFix|."""

    answer_tokens: AnswerTokens = 1024
    temperature: Temperature = 0.2
    retries: Annotated[
        int,
        _option(
            "How often |:LocalWtfFix| asks again by itself, with what remains or is new.",
            unit="times",
            project=True,
            ge=0,
            le=10,
        ),
    ] = 2
    rules: Annotated[
        dict[str, Rule],
        _option(
            "More tools whose text about a rule is looked up (|local-llm-rules|), by the source "
            "that their diagnostics name. They come before the built-in ones; an empty table "
            "takes a tool out."
        ),
    ] = {}


class History(_Options, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Past questions and answers (|:LocalHistory|)."""

    enabled: Annotated[
        bool, _option("Whether answers are kept, in a file on this machine that only you can read.")
    ] = True
    max_mb: Annotated[
        int,
        _option("Size of that file; the oldest answers go first.", unit="MiB", ge=1, le=10_000),
    ] = 50
    picker: Annotated[
        HistoryPicker,
        _option(
            'Who shows the list. "auto" takes the first of snacks.nvim, telescope.nvim and fzf-lua '
            'that is installed, which have a preview; else `vim.ui.select`, as "select" does.',
            editor=True,
        ),
    ] = "auto"


class RemoteHost(_Options, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is allowed for one host that is not this machine."""

    insecure: Annotated[
        bool, _option("Whether plain http is allowed, which anyone on the way can read.")
    ] = False
    ca_file: Annotated[
        str | None,
        _option("PEM file of the authority that signed the host's certificate. nil = the usual."),
    ] = None


class Guard(_Options, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may leave, and to where (|local-llm-guard|)."""

    allow_remote_hosts: Annotated[
        dict[str, RemoteHost],
        _option("Hosts besides this machine that code may be sent to, by name or address."),
    ] = {}
    deny_paths: Annotated[
        tuple[str, ...],
        _option(
            "Files that never go out (|local-llm-deny-paths|). A list given anywhere is added to "
            "the default; an entry that starts with `!` makes an exception.",
            project=True,
            append=True,
        ),
    ] = DENY_PATHS
    redact: Annotated[
        bool,
        _option(
            "Whether secrets are masked in what goes to a model (|local-llm-masking|). For a host "
            "that is not this machine they always are."
        ),
    ] = True
    token_prefixes: Annotated[
        tuple[str, ...],
        _option(
            "Prefixes of GitLab tokens that your administrator has chosen, as in `acme-`.",
            project=True,
            append=True,
        ),
    ] = ()
    rules_file: Annotated[
        str | None,
        _option("File with more rules in the format of gitleaks; nil = none."),
    ] = None
    mask_email: Annotated[bool, _option("Whether e-mail addresses are masked, too.")] = False
    mask_ip: Annotated[bool, _option("Whether IP addresses are masked, too.")] = False
    mask_user_paths: Annotated[
        bool, _option("Whether user names in paths are masked, too (`/home/NAME`).")
    ] = False
    audit: Annotated[
        bool,
        _option(
            "Whether every use of a model and every refusal is recorded (|local-llm-audit|): "
            "hashes, counts and times, in a chain that `local-llm audit verify` checks."
        ),
    ] = False
    audit_text: Annotated[
        bool,
        _option(
            "Whether the audit log holds prompts and answers, too, secrets masked; only in files."
        ),
    ] = False
    audit_sink: Annotated[
        AuditSink,
        _option(
            "Where records go: files below the XDG state folder, the system's log, or the "
            'standard output of a service. In the editor "stdout" is refused.'
        ),
    ] = "file"
    audit_fsync: Annotated[
        bool,
        _option(
            "Whether a record is on the disk before anything goes on, so that not even a power "
            "cut loses it; a few milliseconds each."
        ),
    ] = False
    audit_max_mb: Annotated[
        int,
        _option(
            "Size at which a file of the audit log is closed and a new one begun.",
            unit="MiB",
            ge=1,
            le=10_000,
        ),
    ] = 10
    audit_total_mb: Annotated[
        int,
        _option(
            "Size of all its files together; the oldest are removed first.",
            unit="MiB",
            ge=1,
            le=1_000_000,
        ),
    ] = 500
    audit_keep_days: Annotated[
        int,
        _option(
            "How long records are kept at least, if there is room; a file goes when its last "
            "record is older, which is a tenth of that time later at most.",
            unit="days",
            ge=1,
            le=36_500,
        ),
    ] = 90
    deny_filetypes: Annotated[
        tuple[str, ...],
        _option(
            "Filetypes of buffers that never go out, whatever their files are called. A list given "
            "anywhere is added to the default; `!name` makes an exception, `*` means all.",
            project=True,
            append=True,
        ),
    ] = SECRET_FILETYPES
    max_file_kb: Annotated[
        int,
        _option(
            "Largest file whose text goes along as context of another one. What you ask about "
            "may be larger: the part around it is sent.",
            unit="KiB",
            ge=1,
            le=1_000_000,
        ),
    ] = 1024


class AnswerKeys(_Options, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keys of the answer window, in normal mode."""

    close: Annotated[Key, _option("Close the window and stop.", editor=True)] = "q"
    stop: Annotated[Key, _option("Stop the answer.", editor=True)] = "<C-c>"
    yank_code: Annotated[Key, _option("Yank the code block.", editor=True)] = "gy"
    again: Annotated[Key, _option("Ask again, past the cache.", editor=True)] = "gr"
    follow_up: Annotated[Key, _option("Ask a follow-up question.", editor=True)] = "gf"
    fold: Annotated[Key, _option("Open or close the reasoning.", editor=True)] = "za"
    help: Annotated[Key, _option("Show these keys.", editor=True)] = "g?"


class HistoryKeys(_Options, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keys of a past answer, in normal mode; `keys.answer` has the others."""

    jump: Annotated[Key, _option("Go to the code that it is about.", editor=True)] = "<CR>"
    delete: Annotated[Key, _option("Forget this answer.", editor=True)] = "dd"


class GhostKeys(_Options, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keys of insert mode that exist while a suggestion is shown, and fall through otherwise."""

    accept: Annotated[Key, _option("Take all of it.", editor=True)] = "<Tab>"
    accept_line: Annotated[Key, _option("Take its first line.", editor=True)] = "<S-Tab>"
    accept_word: Annotated[Key, _option("Take its first word.", editor=True)] = "<M-Right>"
    next: Annotated[Key, _option("Show the next alternative.", editor=True)] = "<M-]>"
    previous: Annotated[Key, _option("Show the one before.", editor=True)] = "<M-[>"
    dismiss: Annotated[Key, _option("Take it off the screen.", editor=True)] = "<C-]>"


class DiffKeys(_Options, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keys of normal mode, in a buffer while a change is shown in it (|local-llm-diff|)."""

    accept: Annotated[Key, _option("Accept the hunk under the cursor.", editor=True)] = "ga"
    reject: Annotated[Key, _option("Reject the hunk under the cursor.", editor=True)] = "gx"
    accept_all: Annotated[Key, _option("Accept every hunk.", editor=True)] = "gA"
    reject_all: Annotated[Key, _option("Reject every hunk.", editor=True)] = "gX"
    next: Annotated[Key, _option("Go to the next hunk.", editor=True)] = "]c"
    previous: Annotated[Key, _option("Go to the one before.", editor=True)] = "[c"


class Keys(_Options, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keys, each set only where nothing is mapped; false = none (|local-llm-keys|)."""

    explain: Annotated[Key, _option("Normal and visual mode: |:LocalExplain|.", editor=True)] = (
        "<leader>le"
    )
    wtf: Annotated[Key, _option("Normal and visual mode: |:LocalWtf|.", editor=True)] = "<leader>lw"
    wtf_fix: Annotated[Key, _option("Normal and visual mode: |:LocalWtfFix|.", editor=True)] = (
        "<leader>lf"
    )
    stop: Annotated[Key, _option("Normal mode: |:LocalStop|.", editor=True)] = "<leader>ls"
    complete: Annotated[Key, _option("Insert mode: ask for a suggestion now.", editor=True)] = (
        "<M-Bslash>"
    )
    answer: AnswerKeys = AnswerKeys()
    history: HistoryKeys = HistoryKeys()
    ghost: GhostKeys = GhostKeys()
    diff: DiffKeys = DiffKeys()


class SearchEngine(_Options, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One search engine."""

    url: Annotated[
        str,
        _option(
            "Address with `{query}` where the percent-encoded words go, and no other braces; https "
            "only: `https://search.example.org/?q={query}`.",
            pattern=r"^https://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?/[!-z|~]{0,1000}\{query\}"
            r"[!-z|~]{0,1000}\Z",
        ),
    ] = ""


class Search(_Options, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The command |:LocalWtfSearch|."""

    engine: Annotated[
        str,
        _option(
            "Name of the engine that is used without an argument.",
            min_length=1,
            max_length=60,
        ),
    ] = "duckduckgo"
    engines: Annotated[
        dict[str, SearchEngine],
        _option(
            "More search engines, by name, besides those of |:LocalWtfSearch|; one of the same "
            "name takes the place of ours."
        ),
    ] = {}


class Embedded(_Options, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The embedded llama.cpp server (|local-llm-embedded|)."""

    idle_s: Annotated[
        float,
        _option(
            "How long it stays after the last editor has gone.",
            unit="seconds",
            ge=0.0,
            le=86_400.0,
        ),
    ] = 300.0
    server: Annotated[
        Annotated[str, Meta(min_length=1, max_length=1024)] | None,
        _option(
            "llama.cpp's `llama-server` to run: a path, absolute or from `~/`, or a name to be "
            "found on $PATH. nil = the Python package xllamacpp where it is installed, else "
            "`llama-server` from $PATH."
        ),
    ] = None
    threads: Annotated[
        Annotated[int, Meta(ge=1, le=1024)] | None,
        _option("Threads that compute. nil = what llama.cpp thinks best."),
    ] = None


class Settings(_Options, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All options."""

    python: Annotated[
        str | None,
        _option("Interpreter that runs the Python side (|local-llm-python|).", editor=True),
    ] = None
    language: Annotated[
        str,
        _option(
            "Language of the answers, in words that the model understands.",
            project=True,
            min_length=1,
            max_length=60,
            pattern=r"^[^\x00-\x1f\x7f]*$",
        ),
    ] = "English"
    log_level: Annotated[
        LogLevel, _option("How much |:LocalLog| tells. Never text, prompts or keys.")
    ] = "info"
    backend: Backend = Backend()
    backends: Annotated[
        dict[str, Server],
        _option("More servers, by name, for |:LocalBackend| and `backend.fallback`."),
    ] = {}
    explain: Explain = Explain()
    complete: Complete = Complete()
    wtf: Wtf = Wtf()
    history: History = History()
    guard: Guard = Guard()
    keys: Keys = Keys()
    search: Search = Search()
    embedded: Embedded = Embedded()
