"""Later look-alikes that are no identifiers: sealed values, sums, code, prose."""

from __future__ import annotations

import base64

from guard.draw import ALNUM, URLSAFE, Draw
from guard.lookalike import Look

_VENDORS = (
    *("groq_api_key", "circle_token", "sonar_token", "hcloud_token", "linode_token", "ts_authkey"),
    *("airtable_api_key", "dd_app_key", "auth0_client_secret", "recaptcha_secret_key"),
    *("nextauth_secret", "rails_master_key", "snyk_token", "mapbox_secret_token"),
)
# As manuals show a token: the vendor's prefix, and nothing random behind it.
_SHOWN = (
    *(
        "gsk_xxxxxxxxxxxxxxxx",
        "xai-...",
        "nvapi-<your-key>",
        "r8_XXXXXXXXXXXXXXXX",
        "sk-or-v1-...",
    ),
    *("CCIPAT_xxxxxxxx", "squ_your_token", "tskey-auth-xxxxx", "nfp_...", "dt0c01.XXX.YYY"),
    *("patXXXXXXXX.XXXXXXXX", "xkeysib-your-api-key", "ATTAxxxxxxxx", "base64:...", "ya29.<token>"),
    *("<groq-api-key>", "YOUR_HCLOUD_TOKEN", "your-sonar-token", "ADD_YOUR_LINODE_TOKEN_HERE"),
)
_LOOKUPS = {
    "python": (
        'client = Groq(api_key=@<os.environ["GROQ_API_KEY"]>@)',
        'AUTH0_CLIENT_SECRET = @<env("AUTH0_CLIENT_SECRET")>@',
        "FERNET_KEY = @<Fernet.generate_key()>@",
        'AUTH_LDAP_BIND_PASSWORD = @<read_secret("ldap_bind")>@',
    ),
    "javascript": (
        "mapboxgl.accessToken = @<process.env.MAPBOX_TOKEN>@;",
        "const ld = init(@<config.launchDarkly.sdkKey>@);",
    ),
    "typescript": (
        "export const authOptions = { secret: @<process.env.NEXTAUTH_SECRET>@ };",
        "const token = @<cookies().get('connect.sid')?.value>@;",
    ),
    "go": ('var hcloudToken = @<os.Getenv("HCLOUD_TOKEN")>@',),
    "java": ("    private final String session = @<request.getRequestedSessionId()>@;",),
    "php": ("    public array $app = ['key' => @<env('APP_KEY')>@, 'cipher' => 'AES-256-CBC'];",),
    "ruby": ("config.require_master_key = @<true>@", "key = @<ENV.fetch('RAILS_MASTER_KEY')>@"),
    "shell": (
        "tailscale up --authkey=@<$TS_AUTHKEY>@ --hostname=@noun@",
        "wg genkey | tee @<private.key>@ | wg pubkey > public.key",
        'oc login --token="@<$(oc whoami -t)>@" --server=https://api.@host@:6443',
        "ansible-playbook site.yml --vault-password-file @<~/.vault_pass>@ --ask-become-pass",
    ),
    "yaml": (
        'ansible_become_password: "@<{{ vault_become_password }}>@"',
        "env:\n  SONAR_TOKEN: @<${{ secrets.SONAR_TOKEN }}>@",
        "clientKeyFile: @</etc/@noun@/client.key>@\nbindPwFile: @</run/secrets/ldap>@",
    ),
    "terraform": ("  api_key = @<var.datadog_api_key>@\n  app_key = @<var.datadog_app_key>@",),
    "ini": ("[Interface]\nPostUp = wg set %i private-key @</etc/wireguard/%i.key>@",),
    "dotenv": (
        "NEXTAUTH_URL=@<https://@host@>@\nNEXTAUTH_SECRET=",
        "MAILER_DSN=@<smtp://localhost:1025>@",
    ),
    "markdown": (
        "Set @<`DD_APP_KEY`>@ and @<`DD_API_KEY`>@ first, then run `make @verb@`.",
        "Make a key with @<`php artisan key:generate`>@ or @<`openssl rand -base64 32`>@.",
    ),
}
_COOKIES = {
    "javascript": ("app.use(session({ name: @<'connect.sid'>@, resave: @<false>@ }));",),
    "java": ('    static final String SESSION_COOKIE = @<"JSESSIONID">@;',),
    "python": ('SESSION_COOKIE_NAME = @<"sessionid">@\nCSRF_COOKIE_NAME = @<"csrftoken">@',),
    "yaml": ("server.servlet.session.cookie.name: @<JSESSIONID>@",),
    "xml": ("<cookie-config><name>@<JSESSIONID>@</name></cookie-config>",),
    "markdown": ("The session is in @<`JSESSIONID`>@, and ends after @num@ minutes.",),
}


def _sops(draw: Draw) -> str:
    data, iv, tag = (base64.b64encode(draw.randbytes(size)).decode() for size in (20, 32, 16))
    return f"ENC[AES256_GCM,data:{data},iv:{iv},tag:{tag},type:str]"


def _sealed(draw: Draw) -> str:
    return "AgB" + base64.b64encode(draw.randbytes(draw.randint(180, 270))).decode()


def _reference(draw: Draw) -> str:
    noun = draw.noun()
    return draw.choice(
        (
            f"projects/acme-prod/secrets/{noun}-token/versions/latest",
            f"@Microsoft.KeyVault(SecretUri=https://acme.vault.azure.net/secrets/{noun}/)",
            f"/acme/prod/{noun}/api_token",
            f"doppler://acme/prod/{noun.upper()}_TOKEN",
        )
    )


def _pseudo_version(draw: Draw) -> str:
    day = f"2024{draw.randint(1, 12):02}{draw.randint(1, 28):02}"
    return f"v0.0.0-{day}{draw.randint(10, 23)}1530-{draw.hex(12)}"


CODE = (
    Look("vendor-placeholder", lambda draw: draw.choice(_SHOWN), _VENDORS, count=60),
    Look("vendor-lookup", lines=_LOOKUPS, count=80),
    Look("cookie-name", lines=_COOKIES),
    Look("sops-value", _sops, ("password", "api_token", "client_secret"), count=30),
    Look(
        "sealed-secret",
        _sealed,
        lines={"yaml": ("encryptedData:\n  password: @value@", "encryptedData:\n  token: @value@")},
        count=20,
    ),
    Look("secret-reference", _reference, ("token_secret", "api_token_ref", "secret_name")),
    Look("pkce-challenge", lambda draw: draw.chars(URLSAFE, 43), ("code_challenge",), count=20),
    Look("csp-hash", lambda draw: "sha256-" + draw.base64(32), ("script_src", "style_hash")),
    Look("container-image-id", lambda draw: "sha256:" + draw.hex(64), ("image_id", "layer")),
    Look("object-version", lambda draw: draw.chars(ALNUM + "._", 32), ("version_id",), count=20),
    Look("go-pseudo-version", _pseudo_version, ("module_version", "tool_version"), count=20),
    Look(
        "vendor-prose",
        comments=(
            "a key of Groq starts with @<gsk_>@, one of xAI with @<xai->@",
            "tokens look like @<dt0c01.{24}.{64}>@; what is before the second dot may be logged",
            "@<tskey-auth->@ lets a machine in, @<tskey-api->@ asks the API",
            "what starts with @<pk.>@ is public at Mapbox, with @<sk.>@ it is not",
            "the webhook's address ends in @</hooks/<id>>@, see the handbook",
            "the PAT is @<84 characters>@ long now, with @<AZDO>@ near its end",
        ),
        count=60,
    ),
)
