"""What services call an identifier or a public key: made to be seen by everybody.

Sources: the vendors' pages that say so, as of publishable keys, site keys, client ids and DSNs.
"""

from __future__ import annotations

from guard.draw import ALNUM, BASE36, DIGITS, LOWER, UPPER, URLSAFE, Draw
from guard.kinds_work import mapbox, recaptcha
from guard.lookalike import Look

_UPPER = DIGITS + UPPER


def _google_client(draw: Draw) -> str:
    number, name = draw.chars("123456789", 12), draw.chars(BASE36, 32)
    return f"{number}-{name}.apps.googleusercontent.com"


def _firebase_app(draw: Draw) -> str:
    return f"1:{draw.chars('123456789', 12)}:{draw.choice(('web', 'android'))}:{draw.hex(22)}"


def _analytics(draw: Draw) -> str:
    return draw.choice(("G-" + draw.chars(_UPPER, 10), "GTM-" + draw.chars(_UPPER, 7)))


def _sentry_dsn(draw: Draw) -> str:
    organization, project = draw.randint(10**5, 10**7), draw.randint(10**5, 10**16)
    return f"https://{draw.hex(32)}@o{organization}.ingest.de.sentry.io/{project}"


def _stripe_object(draw: Draw) -> str:
    return f"{draw.choice(('price_1', 'prod_', 'cus_', 'acct_1'))}{draw.chars(ALNUM, (14, 23))}"


def _cognito(draw: Draw) -> str:
    return draw.choice((f"eu-central-1_{draw.chars(ALNUM, 9)}", draw.chars(BASE36, 26)))


def _cid(draw: Draw) -> str:
    return "bafybei" + draw.chars(LOWER + "234567", 52)


def _turnstile(draw: Draw) -> str:
    return "0x4AAAAAAA" + draw.chars(ALNUM, 12)


def _vapid(draw: Draw) -> str:
    return "B" + draw.chars(URLSAFE, 85) + draw.choice(ALNUM)


IDS = (
    Look("mapbox-public", lambda draw: mapbox("pk", draw), ("mapbox_token", "mapbox_public_token")),
    Look("posthog-project", lambda draw: "phc_" + draw.chars(ALNUM, 43), ("posthog_project_key",)),
    Look(
        "stripe-publishable",
        lambda draw: f"pk_live_51{draw.chars(ALNUM, 97)}",
        ("stripe_publishable_key", "next_public_stripe_key"),
    ),
    Look("recaptcha-site", recaptcha, ("recaptcha_site_key", "next_public_recaptcha_site_key")),
    Look("turnstile-site", _turnstile, ("turnstile_site_key", "vite_turnstile_sitekey")),
    Look("google-client-id", _google_client, ("google_client_id", "client_id")),
    Look("firebase-app-id", _firebase_app, ("firebase_app_id", "app_id")),
    Look("analytics-id", _analytics, ("measurement_id", "gtm_id", "ga_tracking_id")),
    Look("sentry-dsn", _sentry_dsn, ("sentry_dsn", "next_public_sentry_dsn")),
    Look("algolia-app-id", lambda draw: draw.chars(_UPPER, 10), ("algolia_app_id",)),
    Look("auth0-client-id", lambda draw: draw.chars(ALNUM, 32), ("auth0_client_id", "client_id")),
    Look("paypal-client-id", lambda draw: "A" + draw.chars(URLSAFE, 79), ("paypal_client_id",)),
    Look("spotify-client-id", lambda draw: draw.hex(32), ("spotify_client_id", "client_id")),
    Look(
        "launchdarkly-client-side",
        lambda draw: draw.hex(24),
        ("launchdarkly_client_side_id", "ld_client_side_id"),
    ),
    Look("razorpay-key-id", lambda draw: "rzp_live_" + draw.chars(ALNUM, 14), ("razorpay_key_id",)),
    Look("azure-id", Draw.uuid, ("azure_tenant_id", "arm_subscription_id", "azure_client_id")),
    Look("airtable-base", lambda draw: "app" + draw.chars(ALNUM, 14), ("airtable_base_id",)),
    Look("stripe-object", _stripe_object, ("stripe_price_id", "customer_id", "account_id")),
    Look("twilio-account", lambda draw: "AC" + draw.hex(32), ("twilio_account_sid",)),
    Look("slack-channel", lambda draw: "C0" + draw.chars(_UPPER, 9), ("slack_channel_id",)),
    Look("cognito-id", _cognito, ("cognito_user_pool_id", "user_pool_client_id")),
    Look("drive-file", lambda draw: "1" + draw.chars(URLSAFE, 43), ("spreadsheet_id", "folder_id")),
    Look("vapid-public", _vapid, ("vapid_public_key", "next_public_vapid_key")),
    Look("ethereum-address", lambda draw: "0x" + draw.hex(40), ("contract_address", "owner")),
    Look("transaction-hash", lambda draw: "0x" + draw.hex(64), ("tx_hash", "block_hash")),
    Look("ipfs-cid", _cid, ("cid", "ipfs_cid", "metadata_cid")),
)
