"""Secrets that only their name gives away: `password = ...` in the syntax of every language.

The values say nothing: random characters, hexadecimal digits, base64, or what a manager of
passwords makes.
"""

from __future__ import annotations

from collections.abc import Callable

from guard.draw import LOWER, PASSWORD, Draw
from guard.kind import Kind

COUNT = 18


def _password(draw: Draw) -> str:
    return draw.choice((draw.password, draw.password, draw.opaque))()


def _short(draw: Draw) -> str:
    return draw.password((9, 13))


def _django(draw: Draw) -> str:
    """Give 50 characters, as `startproject` does (get_random_secret_key)."""
    return draw.chars(LOWER + "0123456789!@#%^&*(-_=+)", 49) + draw.choice(LOWER)


def _named(
    name: str, *names: str, make: Callable[[Draw], str] = Draw.opaque, count: int = COUNT
) -> Kind:
    return Kind(name, make, names, shaped=False, count=count)


_DJANGO = {
    "python": (
        "SECRET_KEY = '@value@'",
        'SECRET_KEY = "@django@-insecure-@value@"',
        'SECRET_KEY = config("SECRET_KEY", default="@value@")',
    ),
    "dotenv": ("SECRET_KEY='@value@'", "DJANGO_SECRET_KEY='@value@'"),
    "yaml": ("DJANGO_SECRET_KEY: '@value@'",),
    "shell": ("export DJANGO_SECRET_KEY='@value@'",),
    "dockerfile": ("ENV SECRET_KEY='@value@'",),
}

KINDS = (
    _named(
        "password", "password", "db_password", "admin_password", "smtp_password", make=_password
    ),
    _named("password-short", "passwd", "db_pass", "user_password", "root_password", make=_short),
    _named("passphrase", "passphrase", "key_passphrase", "pwd", make=_password, count=12),
    _named("secret", "secret", "app_secret", "shared_secret", "hmac_secret"),
    _named("client-secret", "client_secret", "oauth_client_secret", "oidc_client_secret"),
    _named("api-key", "api_key", "apikey", "maps_api_key", "x_api_key"),
    _named("token", "token", "auth_token", "access_token", "bot_token", "refresh_token"),
    _named("access-key", "access_key", "storage_access_key", "account_key", count=12),
    _named("private-key-name", "private_key", "jwt_private_key", "wallet_private_key", count=12),
    _named("credential", "credential", "auth", "basic_auth", "registry_auth", count=12),
    _named("encryption-key", "encryption_key", "aes_key", "data_encryption_key", "cipher_key"),
    _named("signing-key", "signing_key", "signing_secret", "webhook_secret", "hmac_key"),
    _named("session-secret", "session_secret", "cookie_secret", "secret_key_base", count=12),
    _named("jwt-secret", "jwt_secret", "jwt_secret_key", "jwt_signing_key"),
    Kind("django-secret-key", _django, shaped=False, places=_DJANGO, count=8),
)

assert not set("'\"\\$`<>&@{}: ") & set(PASSWORD), "a password would end its literal"
