"""Credentials in the files of servers and frameworks. Held out: see `kinds_later`.

Sources: Ansible's connection variables, wg-quick(8), WordPress' salts (as Bedrock has them in
.env), kubeconfig's client-key-data, TSIG keys of BIND, sssd-ldap(5) and nslcd.conf(5), the manuals
of Laravel, Rails, Airflow and Auth.js.
"""

from __future__ import annotations

import base64

from guard import der
from guard.draw import PASSWORD, Draw
from guard.kind import Kind
from guard.kinds_keys import framed, wrapped
from guard.places_later import ANSIBLE, KUBECONFIG, LDAP, TSIG, WIREGUARD
from guard.places_later_settings import ENVIRONMENT, FERNET, LARAVEL, RAILS, SALTS


def _client_key(draw: Draw) -> str:
    """Give a key of several lines as kubeconfig has it: all of it in base64 once more."""
    key = framed("EC PRIVATE" + " KEY", wrapped(der.ec_private(draw)))
    return base64.b64encode("\n".join((key.first, *key.lines, key.last, "")).encode()).decode()


def _fernet(draw: Draw) -> str:
    return base64.urlsafe_b64encode(draw.randbytes(32)).decode()


_SALTS = (
    *("auth_key", "secure_auth_key", "logged_in_key", "nonce_key"),
    *("auth_salt", "secure_auth_salt", "logged_in_salt", "nonce_salt"),
)

KINDS = (
    Kind("ansible-password", Draw.password, places=ANSIBLE, count=10),
    Kind("wireguard-private", lambda draw: draw.base64(32), places=WIREGUARD, count=10),
    Kind("wordpress-salt", lambda draw: draw.chars(PASSWORD, 64), _SALTS, places=SALTS, count=10),
    Kind("kubeconfig-key", _client_key, places=KUBECONFIG, count=10),
    Kind("tsig-key", lambda draw: draw.base64(32), places=TSIG, count=10),
    Kind("ldap-bind", Draw.password, places=LDAP, count=12),
    Kind(
        "laravel-key",
        lambda draw: "base64:" + draw.base64(32),
        ("app_key",),
        places={**ENVIRONMENT, **LARAVEL},
        count=12,
    ),
    Kind(
        "rails-master-key",
        lambda draw: draw.hex(32),
        ("rails_master_key",),
        places={**ENVIRONMENT, **RAILS},
        count=12,
    ),
    Kind(
        "fernet-key",
        _fernet,
        ("fernet_key", "airflow__core__fernet_key"),
        places={**ENVIRONMENT, **FERNET},
        count=12,
    ),
    Kind(
        "nextauth-secret",
        lambda draw: draw.base64(32),
        ("nextauth_secret", "auth_secret"),
        places=ENVIRONMENT,
        count=12,
    ),
)
