"""Tokens of services that people work with: tables, tasks, mail, maps, sign-in, money.

Held out: see `kinds_later`. Sources: the vendors' reference pages on authentication, and the
providers that GitHub's secret scanning lists.
"""

from __future__ import annotations

import base64
import json

from guard.draw import ALNUM, BASE36, DIGITS, UPPER, URLSAFE, Draw
from guard.kind import Kind


def _airtable(draw: Draw) -> str:
    return f"pat{draw.chars(ALNUM, 14)}.{draw.hex(64)}"


def _asana(draw: Draw) -> str:
    user, token = (f"12{draw.chars(DIGITS, 14)}" for _ in range(2))
    return f"2/{user}/{token}:{draw.hex(32)}"


def _clickup(draw: Draw) -> str:
    return f"pk_{draw.randint(10**6, 10**8 - 1)}_{draw.chars(DIGITS + UPPER, 32)}"


def _hubspot(draw: Draw) -> str:
    return f"pat-{draw.choice(('na1', 'eu1'))}-{draw.uuid()}"


def _brevo(draw: Draw) -> str:
    return f"xkeysib-{draw.hex(64)}-{draw.chars(ALNUM, 16)}"


def _trello(draw: Draw) -> str:
    return f"ATTA{draw.hex(64)}{draw.hex(8).upper()}"


def _contentful(draw: Draw) -> str:
    return "CFPAT-" + draw.chars(URLSAFE, 42) + draw.choice(ALNUM)


def _launchdarkly(draw: Draw) -> str:
    return f"{draw.choice(('sdk', 'sdk', 'api'))}-{draw.uuid()}"


def mapbox(prefix: str, draw: Draw) -> str:
    """Give a token of Mapbox: what begins with `pk` is public, with `sk` secret."""
    told = {"u": f"acme-{draw.noun()}", "a": "cl" + draw.chars(BASE36, 23)}
    body = base64.urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode())
    return f"{prefix}.{body.decode().rstrip('=')}.{draw.chars(URLSAFE, 21)}{draw.choice(ALNUM)}"


def _auth0(draw: Draw) -> str:
    return draw.chars(URLSAFE, 63) + draw.choice(ALNUM)


def _paypal(draw: Draw) -> str:
    return "E" + draw.chars(URLSAFE, 78) + draw.choice(ALNUM)


def recaptcha(draw: Draw) -> str:
    """Give a key of reCAPTCHA: the secret one and that of the site look alike."""
    return f"6L{draw.choice('cdef')}{draw.chars(URLSAFE, 5)}AAAAA{draw.chars(URLSAFE, 27)}"


KINDS = (
    Kind("airtable", _airtable, ("airtable_api_key", "airtable_token"), count=8),
    Kind("asana", _asana, ("asana_access_token", "asana_token"), shaped=False, count=8),
    Kind("clickup", _clickup, ("clickup_api_token", "clickup_token"), count=8),
    Kind("hubspot", _hubspot, ("hubspot_access_token", "hubspot_private_app_token"), count=8),
    Kind("brevo", _brevo, ("brevo_api_key", "sendinblue_api_key"), count=8),
    Kind("trello", _trello, ("trello_token", "trello_api_token"), count=8),
    Kind("contentful", _contentful, ("contentful_management_token", "contentful_pat"), count=8),
    Kind(
        "launchdarkly",
        _launchdarkly,
        ("launchdarkly_sdk_key", "ld_sdk_key", "launchdarkly_access_token"),
        count=8,
    ),
    Kind(
        "mapbox-secret",
        lambda draw: mapbox("sk", draw),
        ("mapbox_secret_token", "mapbox_access_token", "mapbox_downloads_token"),
        count=8,
    ),
    Kind(
        "datadog-app",
        lambda draw: draw.hex(40),
        ("dd_app_key", "datadog_app_key", "dd_application_key"),
        shaped=False,
        count=8,
    ),
    Kind(
        "algolia-admin",
        lambda draw: draw.hex(32),
        ("algolia_admin_key", "algolia_admin_api_key"),
        shaped=False,
        count=8,
    ),
    Kind("auth0", _auth0, ("auth0_client_secret",), shaped=False, count=8),
    Kind("paypal", _paypal, ("paypal_client_secret", "paypal_secret"), shaped=False, count=8),
    Kind(
        "recaptcha",
        recaptcha,
        ("recaptcha_secret_key", "recaptcha_private_key"),
        shaped=False,
        count=8,
    ),
)
