"""Tokens of services: chat, mail, money, monitoring, work.

Sources: the vendors' reference pages on authentication.
"""

from __future__ import annotations

import base64
import json

from guard.checksums import crc_hex
from guard.draw import ALNUM, DIGITS, URLSAFE, Draw
from guard.kind import Kind
from guard.strings import in_strings

_UPPER = DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _slack_bot(draw: Draw) -> str:
    return f"xoxb-{_team(draw)}-{_team(draw)}-{draw.chars(ALNUM, 24)}"


def _slack_user(draw: Draw) -> str:
    return f"xoxp-{_team(draw)}-{_team(draw)}-{_team(draw)}-{draw.hex(32)}"


def _slack_app(draw: Draw) -> str:
    return f"xapp-1-A{draw.chars(_UPPER, 10)}-{_team(draw)}-{draw.hex(64)}"


def _team(draw: Draw) -> str:
    return str(draw.randint(10**11, 10**13 - 1))


def _discord_bot(draw: Draw) -> str:
    user = base64.b64encode(draw.chars("123456789", 18).encode()).decode()
    return f"{user}.G{draw.chars(URLSAFE, 5)}.{draw.chars(URLSAFE, 37)}{draw.choice(ALNUM)}"


def _telegram(draw: Draw) -> str:
    return f"{draw.randint(10**8, 10**10 - 1)}:AA{draw.chars(URLSAFE, 33)}"


def _stripe(prefix: str, draw: Draw) -> str:
    account = "51" + draw.chars(ALNUM, 97)
    return prefix + draw.choice((account, draw.chars(ALNUM, 24)))


def _square(draw: Draw) -> str:
    return draw.choice(("sq0atp-" + draw.chars(URLSAFE, 22), "EAAA" + draw.chars(ALNUM, 60)))


def _notion(draw: Draw) -> str:
    return "ntn_" + draw.chars(DIGITS, 11) + draw.chars(ALNUM, 35)


def _atlassian(draw: Draw) -> str:
    return f"ATATT3xFfGF0{draw.chars(URLSAFE, 172)}={draw.hex(8).upper()}"


def _sentry(draw: Draw) -> str:
    told = {"iat": draw.randint(16 * 10**8, 18 * 10**8), "url": "https://sentry.io", "org": "acme"}
    return f"sntrys_{base64.b64encode(json.dumps(told).encode()).decode()}_{draw.chars(ALNUM, 43)}"


def _grafana(draw: Draw) -> str:
    key = "glsa_" + draw.chars(ALNUM, 32)
    return f"{key}_{crc_hex(key)}"


def _sendgrid(draw: Draw) -> str:
    return f"SG.{draw.chars(URLSAFE, 22)}.{draw.chars(URLSAFE, 42)}{draw.choice(ALNUM)}"


def _okta(draw: Draw) -> str:
    return "00" + draw.chars(URLSAFE, 39) + draw.choice(ALNUM)


KINDS = (
    Kind("slack-bot", _slack_bot, ("slack_bot_token", "slack_token"), count=8),
    Kind("slack-user", _slack_user, ("slack_user_token", "slack_token")),
    Kind("slack-app", _slack_app, ("slack_app_token",)),
    Kind(
        "slack-webhook",
        lambda draw: draw.chars(ALNUM, 24),
        ("slack_url", "alert_hook"),
        places=in_strings("https://hooks.slack.com/services/T@upper9@/B@upper10@/@value@"),
    ),
    Kind("discord-bot", _discord_bot, ("discord_token", "bot_token")),
    Kind(
        "discord-webhook",
        lambda draw: draw.chars(URLSAFE, 67) + draw.choice(ALNUM),
        ("discord_url", "notify_hook"),
        places=in_strings("https://discord.com/api/webhooks/@digits18@/@value@"),
    ),
    Kind("telegram-bot", _telegram, ("telegram_bot_token", "bot_token")),
    Kind("stripe-secret", lambda draw: _stripe("sk_live_", draw), ("stripe_secret_key",)),
    Kind("stripe-restricted", lambda draw: _stripe("rk_live_", draw), ("stripe_key",)),
    Kind("stripe-webhook", lambda draw: "whsec_" + draw.chars(ALNUM, 32), ("endpoint_secret",)),
    Kind("square", _square, ("square_access_token",)),
    Kind("shopify", lambda draw: "shpat_" + draw.hex(32), ("shopify_access_token",)),
    Kind("twilio-key", lambda draw: "SK" + draw.hex(32), ("twilio_api_key",)),
    Kind("twilio-auth", lambda draw: draw.hex(32), ("twilio_auth_token",), shaped=False),
    Kind("sendgrid", _sendgrid, ("sendgrid_api_key",)),
    Kind("mailgun", lambda draw: "key-" + draw.hex(32), ("mailgun_api_key",)),
    Kind("newrelic", lambda draw: "NRAK-" + draw.chars(_UPPER, 27), ("new_relic_api_key",)),
    Kind("grafana-service-account", _grafana, ("grafana_token",)),
    Kind("sentry-organization", _sentry, ("sentry_auth_token",)),
    Kind("sentry-user", lambda draw: "sntryu_" + draw.hex(64), ("sentry_auth_token",)),
    Kind("linear", lambda draw: "lin_api_" + draw.chars(ALNUM, 40), ("linear_api_key",)),
    Kind("notion", _notion, ("notion_token", "notion_api_key")),
    Kind("figma", lambda draw: "figd_" + draw.chars(URLSAFE, 40), ("figma_token",)),
    Kind("atlassian", _atlassian, ("jira_api_token", "atlassian_token")),
    Kind("postman", lambda draw: f"PMAK-{draw.hex(24)}-{draw.hex(34)}", ("postman_api_key",)),
    Kind("dropbox", lambda draw: "sl." + draw.chars(URLSAFE, (130, 150)), ("dropbox_token",)),
    Kind("okta", _okta, ("okta_api_token", "okta_client_token"), shaped=False),
)
