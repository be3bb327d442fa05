"""Credentials of clouds and of what runs on them.

Sources: the vendors' reference pages; AWS: "IAM identifiers" and "STS"; Azure: "storage account
keys", "SAS", the format of client secrets of Microsoft Entra; Heroku: changelog item 3175;
Cloudflare: "token formats"; Vault: "tokens".
"""

from __future__ import annotations

import base64
import json
import urllib.parse

from guard.draw import ALNUM, BASE32, DIGITS, URLSAFE, Draw
from guard.kind import TOKEN, Kind

_SAS = {
    "python": ('CONTAINER = "https://acme.blob.core.windows.net/@noun@?@sas@&sig=@value@"',),
    "csharp": (
        (
            "    private const string Blob =\n"
            '        "https://acme.blob.core.windows.net/@noun@?@sas@&sig=@value@";'
        ),
    ),
    "shell": ('azcopy copy ./@noun@ "https://acme.blob.core.windows.net/in?@sas@&sig=@value@"',),
    "json": ('"blobUrl": "https://acme.blob.core.windows.net/@noun@?@sas@&sig=@value@"',),
    "yaml": ("@noun@_url: https://acme.blob.core.windows.net/@noun@?@sas@&sig=@value@",),
    "markdown": ("[the export](https://acme.blob.core.windows.net/@noun@.csv?@sas@&sig=@value@)",),
    "dotenv": ("SAS_TOKEN=@sas@&sig=@value@",),
}
_ACCOUNT = "DefaultEndpointsProtocol=https;AccountName=acme@noun@;AccountKey=@value@"
_STORAGE = {
    "csharp": (f'    private const string Storage = "{_ACCOUNT};EndpointSuffix=@azure@";',),
    "python": (
        f'CONNECTION = "{_ACCOUNT};EndpointSuffix=@azure@"',
        'client = BlobClient(account="acme", account_key="@value@")',
    ),
    "json": (f'"AzureWebJobsStorage": "{_ACCOUNT};EndpointSuffix=@azure@"',),
    "dotenv": (f'AZURE_STORAGE_CONNECTION_STRING="{_ACCOUNT};EndpointSuffix=@azure@"',),
    "yaml": (f'storage_connection: "{_ACCOUNT};EndpointSuffix=@azure@"',),
    "terraform": ('  access_key = "@value@"',),
    "xml": (f'<add name="Blobs" connectionString="{_ACCOUNT};EndpointSuffix=@azure@" />',),
}


def _access_key_id(draw: Draw) -> str:
    return draw.choice(("AKIA", "AKIA", "ASIA")) + draw.chars(BASE32, 16)


def _session_token(draw: Draw) -> str:
    return base64.b64encode(b"!\n\torigin_ec\x10" + draw.randbytes(draw.randint(240, 420))).decode()


def _client_secret(draw: Draw) -> str:
    return f"{draw.chars(ALNUM, 3)}8Q~{draw.chars(URLSAFE + '.~', 33)}{draw.choice(ALNUM)}"


def _signature(draw: Draw) -> str:
    return urllib.parse.quote(draw.base64(32), safe="")


def _heroku(draw: Draw) -> str:
    return "HRKU-" + draw.choice((draw.uuid(), "AA" + draw.chars(URLSAFE, 57) + draw.choice(ALNUM)))


def _vault(draw: Draw) -> str:
    return "hvs." + draw.choice((draw.chars(ALNUM, 24), "CAES" + draw.chars(URLSAFE, 90)))


def _cloud_access_policy(draw: Draw) -> str:
    policy = {"o": draw.chars(DIGITS, 6), "n": draw.noun(), "k": draw.chars(ALNUM, 24)}
    told = {**policy, "m": {"r": "eu"}}
    return "glc_" + base64.b64encode(json.dumps(told, separators=(",", ":")).encode()).decode()


def _databricks(draw: Draw) -> str:
    return f"dapi{draw.hex(32)}{draw.choice(('', '-2', '-3'))}"


KINDS = (
    Kind("aws-access-key-id", _access_key_id, ("aws_access_key_id", "access_key"), count=10),
    Kind(
        "aws-secret-access-key",
        lambda draw: draw.chars(ALNUM + "/+", 40),
        ("aws_secret_access_key", "secret_access_key"),
        shaped=False,
        count=12,
    ),
    Kind("aws-session-token", _session_token, ("aws_session_token", "session_token")),
    Kind("gcp-api-key", lambda draw: "AIza" + draw.chars(URLSAFE, 35), ("google_api_key",)),
    Kind(
        "google-oauth-secret", lambda draw: "GOCSPX-" + draw.chars(URLSAFE, 28), ("client_secret",)
    ),
    Kind("azure-storage-key", lambda draw: draw.base64(64), places=_STORAGE, count=8),
    Kind("azure-client-secret", _client_secret, ("azure_client_secret", "client_secret")),
    Kind("azure-sas", _signature, places=_SAS),
    Kind("digitalocean", lambda draw: "dop_v1_" + draw.hex(64), ("digitalocean_token", "do_token")),
    Kind("heroku", _heroku, ("heroku_api_key",)),
    Kind("databricks", _databricks, ("databricks_token",)),
    Kind("vault", _vault, ("vault_token",)),
    Kind(
        "terraform-cloud",
        lambda draw: f"{draw.chars(ALNUM, 14)}.atlasv1.{draw.chars(ALNUM, 67)}",
        ("tfe_token", *TOKEN),
    ),
    Kind(
        "cloudflare",
        lambda draw: f"cfut_{draw.chars(ALNUM, 40)}{draw.hex(8)}",
        ("cloudflare_api_token", "cf_api_token"),
    ),
    Kind(
        "cloudflare-old",
        lambda draw: draw.chars(URLSAFE, 39) + draw.choice(ALNUM),
        ("cloudflare_api_token", "cf_api_token"),
        shaped=False,
    ),
    Kind(
        "fastly",
        lambda draw: draw.chars(URLSAFE, 31) + draw.choice(ALNUM),
        ("fastly_api_token", "fastly_api_key"),
        shaped=False,
    ),
    Kind("grafana-cloud", _cloud_access_policy, ("grafana_cloud_token",)),
    Kind("supabase", lambda draw: "sbp_" + draw.hex(40), ("supabase_access_token",)),
    Kind("doppler", lambda draw: "dp.pt." + draw.chars(ALNUM, 43), ("doppler_token",)),
    Kind("pulumi", lambda draw: "pul-" + draw.hex(40), ("pulumi_access_token",)),
)
