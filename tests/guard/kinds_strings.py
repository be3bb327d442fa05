"""Connection strings and the addresses of webhooks. Held out: see `kinds_later`.

Sources: Cloudinary's CLOUDINARY_URL, Symfony's mailer DSN, go-sql-driver's DSN, libpq's keyword
strings, connection strings of Azure Service Bus, SASL settings of Apache Kafka's clients, incoming
webhooks of Microsoft Teams and Mattermost.
"""

from __future__ import annotations

import urllib.parse

from guard.draw import ALNUM, URLSAFE, Draw
from guard.kind import Kind
from guard.places_later import KAFKA
from guard.strings import in_strings

# The alphabet of Mattermost's identifiers, z-base-32.
_ZBASE32 = "ybndrfg8ejkmcpqx" + "ot1uwisza345h769"
# A group, its tenant, and who made the hook: identifiers, that is. The secret is between them.
_GROUP = "@hex8@-@hex4@-4@hex3@-a@hex3@-@hex12@"
_TENANT = "@hex6@@hex2@-@hex1@@hex3@-4@hex3@-8@hex3@-@hex7@@hex5@"


def _password(draw: Draw) -> str:
    return draw.chars(ALNUM + "_-.", (14, 26)) + draw.choice(ALNUM)


def _escaped(draw: Draw) -> str:
    """Give a password as it stands in an address: what means something there is escaped."""
    return urllib.parse.quote(draw.choice((_password, Draw.password))(draw), safe="!*")


KINDS = (
    Kind(
        "cloudinary-url",
        lambda draw: draw.chars(URLSAFE, 26) + draw.choice(ALNUM),
        ("cloudinary_url",),
        places=in_strings("cloudinary://@digits15@:@value@@@acme-@noun@"),
        count=10,
    ),
    Kind(
        "url-smtp",
        _escaped,
        ("mailer_dsn", "email_url", "smtp_url"),
        places=in_strings("smtps://@noun@%40acme.example:@value@@@@host@:465"),
        count=10,
    ),
    Kind(
        "go-mysql-dsn",
        _password,
        ("mysql_dsn", "dsn", "db_dsn"),
        places=in_strings("@noun@:@value@@@tcp(@host@:3306)/@noun@?parseTime=true"),
        count=10,
    ),
    Kind(
        "libpq-keywords",
        _password,
        ("conninfo", "database_dsn", "pg_dsn"),
        places=in_strings(
            "host=@host@ port=5432 dbname=@noun@ user=@noun@ password=@value@ sslmode=require",
            "dockerfile",
        ),
        count=10,
    ),
    Kind(
        "azure-service-bus",
        lambda draw: draw.base64(32),
        ("service_bus_connection_string", "servicebus_connection", "event_hub_connection"),
        places=in_strings(
            "Endpoint=sb://acme-@noun@.servicebus.windows.net/;"
            "SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=@value@"
        ),
        count=10,
    ),
    Kind("kafka-jaas", _password, places=KAFKA, count=10),
    Kind(
        "teams-webhook",
        lambda draw: draw.hex(32),
        ("teams_webhook_url", "ms_teams_webhook", "alert_hook"),
        places=in_strings(
            f"https://acme.webhook.office.com/webhookb2/{_GROUP}@@{_TENANT}"
            "/IncomingWebhook/@value@/@hex8@-@hex4@-4@hex3@-b@hex3@-@hex12@"
        ),
        count=10,
    ),
    Kind(
        "mattermost-webhook",
        lambda draw: draw.chars(_ZBASE32, 26),
        ("mattermost_webhook_url", "mattermost_url", "notify_hook"),
        places=in_strings("https://mattermost.@host@/hooks/@value@"),
        count=10,
    ),
)
