"""Places where a secret could stand and none does: lookups, calls, types, placeholders, fields."""

from __future__ import annotations

from collections.abc import Callable

from guard.draw import Draw
from guard.lookalike import Look

_SECRET_NAMES = ("password", "api_key", "auth_token", "client_secret", "secret_key", "access_token")
# Every one of these stands in some vendor's manual or some program's example file.
_PLACEHOLDERS = (
    *("changeme", "change-me", "CHANGE_ME", "your-token-here", "your_api_key_here", "YOUR_API_KEY"),
    *("<your-password>", "<token>", "[REDACTED]", "REPLACE_ME", "replace-with-your-key", "TBD"),
    *("insert-token-here", "my-secret-password", "example", "example-token", "dummy", "dummy-key"),
    *("test", "test-token", "fake-api-key", "not-a-real-secret", "placeholder", "none", "null"),
    *("<redacted>", "secret", "password", "hunter2", "foobar", "s3cr3t", "enter your password"),
)
_MASKED = ("xxxx", "xxxxxxxxxxxxxxxx", "XXXXXXXXXXXX", "********", "••••••••", "...", "--------")
_PREFIXES = (
    *("ghp_", "glpat-", "sk-ant-api03-", "sk-proj-", "xoxb-", "npm_", "hf_", "sk_live_", "glrt-"),
    *("dop_v1_", "AKIA", "pypi-", "SG.", "github_pat_", "hvs.", "shpat_", "lin_api_"),
)


def _placeholder(draw: Draw) -> str:
    return draw.choice(_PLACEHOLDERS)


def _masked(draw: Draw) -> str:
    return draw.choice(_MASKED)


def _prefixed(draw: Draw) -> str:
    """Give a token as manuals show it: the vendor's prefix, and nothing random behind it."""
    tails = (
        "xxxxxxxxxxxxxxxxxxxx",
        "XXXXXXXXXXXXXXXX",
        "...",
        "<token>",
        "your-token-here",
        "****",
    )
    return draw.choice(_PREFIXES) + draw.choice(tails)


def _variable(draw: Draw) -> str:
    name = f"{draw.noun()}_{draw.choice(_SECRET_NAMES)}"
    forms = (
        "${%s}",
        "$%s",
        "{{ .Values.%s }}",
        "{{ %s }}",
        "%%%s%%",
        "<%%= %s %%>",
        "${{ secrets.%s }}",
    )
    form = draw.choice(forms)
    return form % (name.upper() if form[0] in "$%" else name)


def _amazon(first: str, middle: str) -> Callable[[Draw], str]:
    """Give the keys of Amazon's own manuals, which end in EXAMPLE or EXAMPLEKEY."""
    return lambda draw: first + middle + ("EXAMPLEKEY" if "/" in middle else "EXAMPLE")


def _path(draw: Draw) -> str:
    noun = draw.noun()
    return draw.choice(
        (
            *(f"/run/secrets/{noun}_password", f"/etc/ssl/private/{noun}.key", f"~/.ssh/id_{noun}"),
            *(
                f"secrets/{noun}/token.txt",
                f"vault:secret/data/{noun}#password",
                f"/etc/{noun}/api-key",
            ),
            *(f"op://Private/{noun}/credential", f"file:/srv/{noun}/credentials.json"),
        )
    )


def _plain_url(draw: Draw) -> str:
    noun, host = draw.noun(), draw.host()
    return draw.choice(
        (
            *(
                f"https://{host}/{noun}/{draw.uuid()}",
                f"postgres://{host}:5432/{noun}?sslmode=require",
            ),
            *(f"redis://{host}:6379/0", f"git@{host}:acme/{noun}.git", f"amqp://{host}:5672/%2F"),
            *(
                f"https://{host}/oauth/token?grant_type=password",
                f"ssh://git@{host}:2222/{noun}.git",
            ),
            f"jdbc:postgresql://{host}:5432/{noun}?ssl=true",
        )
    )


def _variable_url(draw: Draw) -> str:
    form = draw.choice(("${DB_PASSWORD}", "$DB_PASSWORD", "<password>", "***", "{password}", "%s"))
    return f"postgres://{draw.noun()}:{form}@{draw.host()}:5432/{draw.noun()}"


def _long_name(draw: Draw) -> str:
    words = (
        "get",
        draw.choice(("Access", "Refresh")),
        "Token",
        draw.choice(("Provider", "Filter")),
    )
    return "".join(words) + draw.choice(
        ("FactoryBean", "ConfigurationProperties", "RegistrationId")
    )


def _message(draw: Draw) -> str:
    return draw.choice(
        (
            *("Password must be at least 12 characters long", "Invalid username or password"),
            *("Your token has expired, please sign in again", "API key is missing", "Passwort"),
            *("Mot de passe", "Contraseña", "パスワード", "Forgot your password?", "New password"),
            *("Enter the access token of the bot", "Secret keys are never shown again", "Kennwort"),
        )
    )


_NAMED = (*_SECRET_NAMES, "token", "secret", "passwd", "api_token", "private_key", "db_password")

PLACES = (
    Look("placeholder", _placeholder, _NAMED, count=160),
    Look("masked-value", _masked, _NAMED, count=70),
    Look("placeholder-with-prefix", _prefixed, _NAMED, count=90),
    Look("variable-reference", _variable, _NAMED, count=150),
    Look("amazon-example-id", _amazon("AKIA", "IOSFODNN7"), ("aws_access_key_id",), count=40),
    Look(
        "amazon-example-key",
        _amazon("wJalr", "XUtnFEMI/K7MDENG/bPxRfiCY"),
        ("aws_secret_access_key",),
        count=40,
    ),
    Look(
        "secret-path",
        _path,
        ("password_file", "token_path", "private_key_path", "secret_ref"),
        count=90,
    ),
    Look(
        "url-without-login",
        _plain_url,
        ("database_url", "token_url", "remote", "auth_url"),
        count=90,
    ),
    Look("url-with-variable", _variable_url, ("database_url", "db_dsn"), count=50),
    Look(
        "e-mail",
        lambda draw: f"{draw.noun()}.{draw.noun()}@acme.example",
        ("contact", "auth_email"),
        count=50,
    ),
    Look("long-identifier", _long_name, ("token_provider", "password_encoder", "bean"), count=40),
    Look(
        "message",
        _message,
        ("password_label", "token_hint", "invalid_password", "secret_help"),
        count=80,
    ),
    Look(
        "prefix-in-prose",
        comments=(
            "tokens of that host start with @<ghp_>@ or @<github_pat_>@",
            "a job's token begins with @<glcbt-64_>@, a runner's with @<glrt-t1_>@",
            "looks for @<AKIA[0-9A-Z]{16}>@ and @<sk_live_[0-9a-zA-Z]{24,}>@",
            "the @<password>@ is read from the keyring, the @<token>@ from a file",
            "see @<https://docs.gitlab.com/security/tokens/#token-prefixes>@",
            "@<xoxb->@ is a bot, @<xoxp->@ a user, @<xapp->@ an app",
            "never log the @<Authorization: Bearer>@ header",
            "password=@<None>@ means: ask; token=@<None>@ means: anonymous",
        ),
        count=90,
    ),
    Look(
        "hash-in-comment",
        comments=(
            "since commit @<@hex40@>@, see the review",
            'fixes @<@hex7@>@ ("@verb@ the @noun@")',
            "pinned to @<@hex12@>@ until the next release",
            "request @<@hex8@-@hex4@-4@hex3@-a@hex3@-@hex12@>@ failed here",
        ),
        count=90,
    ),
)
