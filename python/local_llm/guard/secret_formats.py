"""What the tokens and keys of many services look like, from their vendors' descriptions.

Each pattern is RE2's and matches within one line; its first group, or else all of it, is the
secret. A class that goes on without a bound takes a longer token of tomorrow whole.
"""

from __future__ import annotations

from collections.abc import Iterable

from local_llm.guard import secret_services as more
from local_llm.guard.secret_format import Format, prefixed

_URL_SAFE = r"[A-Za-z0-9_\-]"
_GITLAB = "glpat gloas gldt glrtr glrt glcbt glptt glft glimt glagent glwt glsoat glffct"
# The routable form ends in its version, the length of its payload and a checksum.
_ROUTABLE = r"(?:\.[0-9a-z]{2}\.[0-9a-z]{9,})?"


def gitlab_formats(prefixes: Iterable[str]) -> list[Format]:
    """Return the formats of tokens with prefixes that an administrator chose."""
    plain = [prefix for prefix in prefixes if prefix.strip()]
    return [Format("gitlab-token", rf"\b{_quoted(p)}{_URL_SAFE}{{18,}}{_ROUTABLE}") for p in plain]


def _quoted(text: str) -> str:
    return "".join(char if char.isalnum() else f"\\x{{{ord(char):x}}}" for char in text.strip())


FORMATS: tuple[Format, ...] = (
    Format(
        "gitlab-token",
        rf"(?:{'|'.join(_GITLAB.split())})-{_URL_SAFE}{{18,}}{_ROUTABLE}",
    ),
    Format("gitlab-token", rf"GR1348941{_URL_SAFE}{{18,}}"),
    Format("gitlab-session", r"_gitlab_session=([0-9a-zA-Z%._\-]{16,})"),
    Format("github-token", r"gh[pousr]_[A-Za-z0-9]{30,}"),
    Format("github-token", r"github_pat_[A-Za-z0-9_]{50,}"),
    Format("aws-key-id", r"\b(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}\b"),
    Format("aws-session-token", r"\b(?:IQoJb3JpZ2lu|F[QW]oGZXIvYXdz)[A-Za-z0-9/+=]{80,}"),
    Format("aws-bedrock-key", r"ABSK[A-Za-z0-9+/]{80,}={0,2}"),
    Format("google-key", r"AIza[0-9A-Za-z_\-]{35,}"),
    Format("google-token", r"\bya29\.[0-9A-Za-z_\-]{20,}"),
    Format("google-secret", r"GOCSPX-[0-9A-Za-z_\-]{20,}"),
    Format("azure-secret", r"[A-Za-z0-9_~.\-]{3}[0-9]Q~[A-Za-z0-9_~.\-]{31,}"),
    Format("azure-sas", r"(?:\b|u0026|%26)sig(?:=|%3D)([A-Za-z0-9%+/=_\-]{40,})"),
    Format("azure-key", r"(?i:AccountKey|SharedAccessKey|AccessKey)=([A-Za-z0-9+/]{40,}={0,2})"),
    Format("azure-key", r"\b[A-Za-z0-9+/]{46,}JQQJ9(?:9|D|H)[A-Za-z0-9+/]{20,}={0,2}"),
    Format("slack-token", r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9\-]{10,}"),
    Format("slack-token", r"\bxapp-[0-9]-[A-Za-z0-9\-]{20,}"),
    Format(
        "slack-webhook",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9+/]{20,})",
    ),
    Format("stripe-key", r"\b(?:sk|rk)_(?:live|prod|test)_[A-Za-z0-9]{16,}"),
    Format("stripe-key", r"\bwhsec_[A-Za-z0-9+/=]{24,}"),
    Format("anthropic-key", r"sk-ant-[A-Za-z0-9_\-]{30,}"),
    Format("openai-key", r"\bsk-(?:proj|svcacct|admin|None|or-v1)-[A-Za-z0-9_\-]{30,}"),
    Format("openai-key", r"\bsk-[A-Za-z0-9]{16,}T3BlbkFJ[A-Za-z0-9]{16,}"),
    Format("api-key", r"\bsk-[A-Za-z0-9]{32,}"),
    prefixed("huggingface-token", "hf_|api_org_", "[A-Za-z0-9]{30,}"),
    prefixed("npm-token", "npm_", "[A-Za-z0-9]{30,}"),
    prefixed("pypi-token", "pypi-AgE", r"[A-Za-z0-9_\-]{40,}"),
    Format("jwt", r"\bey[A-Za-z0-9_\-]{10,}\.ey[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{10,}"),
    Format("twilio-key", r"\bSK[0-9a-fA-F]{32}\b"),
    Format("sendgrid-key", r"\bSG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,}"),
    Format("mailgun-key", r"\bkey-[0-9a-f]{32}\b"),
    Format("mailchimp-key", r"\b[0-9a-f]{32}-us[0-9]{1,2}\b"),
    Format("brevo-key", r"\bxkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}"),
    Format("telegram-token", r"[0-9]{8,10}:[A-Za-z0-9_\-]{35}\b"),
    Format(
        "discord-token", r"\b[MNO][A-Za-z0-9_\-]{22,27}\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{27,}"
    ),
    Format("discord-webhook", r"/api(?:/v[0-9]+)?/webhooks/[0-9]{17,20}/([A-Za-z0-9_\-]{60,})"),
    prefixed("digitalocean-token", "do[opr]_v1_", "[0-9a-f]{40,}"),
    prefixed("heroku-key", "HRKU-", r"[A-Za-z0-9_\-]{30,}"),
    prefixed("shopify-token", "shp(?:at|ca|pa|ss|ua)_", "[0-9a-fA-F]{32,}"),
    prefixed("square-token", "sq0(?:atp|csp|idp)-|EAAA", r"[A-Za-z0-9_\-]{22,}"),
    prefixed("databricks-token", "dapi", "[0-9a-f]{32}(?:-[0-9])?"),
    prefixed("newrelic-key", "NRAK-|NRJS-|NRII-|NRAA-", r"[A-Za-z0-9_\-]{19,}"),
    prefixed("grafana-token", "glsa_|glc_", r"[A-Za-z0-9_+/=\-]{30,}"),
    prefixed("vault-token", r"hv[sbr]\.", r"[A-Za-z0-9_\-]{24,}"),
    Format("terraform-token", r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=\-]{60,}"),
    prefixed("linear-key", "lin_api_|lin_oauth_", "[A-Za-z0-9]{32,}"),
    prefixed("notion-token", "ntn_|secret_", "[A-Za-z0-9]{40,}"),
    prefixed("figma-token", "fig[dour]_", r"[A-Za-z0-9_\-]{30,}"),
    Format("atlassian-token", r"\bATATT3[A-Za-z0-9_=+/\-]{60,}"),
    Format("bitbucket-token", r"\bATBB[A-Za-z0-9]{28,}"),
    prefixed("docker-token", "dckr_(?:pat|oat)_", r"[A-Za-z0-9_\-]{24,}"),
    Format("age-key", r"AGE-SECRET-KEY-1[A-Z0-9]{50,}"),
    Format("age-key", r"AGE-SECRET-KEY-1[a-z0-9]{50,}"),
    prefixed("supabase-key", "sbp_|sb_secret_", r"[A-Za-z0-9_\-]{20,}"),
    Format("doppler-token", r"\bdp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._\-]{30,}"),
    Format("okta-token", r"\b00[A-Za-z0-9_\-]{40}\b", bits=4.0),
    prefixed("postman-key", "PMAK-", r"[0-9a-f]{24}-[0-9a-f]{34}"),
    prefixed("pulumi-token", "pul-", "[0-9a-f]{40}"),
    prefixed("rubygems-key", "rubygems_", "[0-9a-f]{40,}"),
    Format("dropbox-token", r"\bsl\.(?:u\.)?[A-Za-z0-9_\-]{60,}"),
    Format("mailgun-key", r"\b[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}\b"),
    Format("vault-token", r"\b[sbr]\.[A-Za-z0-9]{24}\b", bits=3.5),
    Format("google-token", r"\b1//0[A-Za-z0-9_\-]{40,}"),
    Format("firebase-key", r"\bAAAA[A-Za-z0-9_\-]{7}:APA91b[A-Za-z0-9_\-]{100,}"),
    Format("twitter-token", r"\bA{16,}[A-Za-z0-9%]{50,}"),
    Format("mapbox-token", r"\bsk\.ey[A-Za-z0-9_\-]{40,}\.[A-Za-z0-9_\-]{16,}"),
    Format("github-app-token", r"\bv1\.[0-9a-f]{40}\b"),
    Format("openshift-token", r"\bsha256~[A-Za-z0-9_\-]{40,}"),
    Format("hubspot-token", r"\bpat-[a-z]{2}[0-9]-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    # A private key in base64, as Kubernetes and others keep it: "-----BEGIN ...".
    Format(
        "private-key",
        r"LS0tLS1CRUdJTi(?:BQUklWQVRF|BSU0EgUFJJVkFU|BFQyBQUklWQVRF|BPUEVOU1NI|BFTkNSWVBURU"
        r"|BEU0EgUFJJVkFU|BQR1AgUFJJVkFU)[A-Za-z0-9+/=]{40,}",
    ),
    prefixed("netlify-token", "nf[pocu]_", "[A-Za-z0-9]{30,}"),
    prefixed("contentful-token", "CFPAT-", r"[A-Za-z0-9_\-]{40,}"),
    prefixed("circleci-token", "CCI(?:PAT|PRJ)_", "[A-Za-z0-9_]{30,}"),
    prefixed("buildkite-token", "bk[a-z]{2}_", "[0-9a-f]{40,}"),
    prefixed("langsmith-key", "lsv2_(?:pt|sk)_", "[0-9a-f]{32}_[0-9a-f]{10}"),
    prefixed("pinecone-key", "pcsk_", "[A-Za-z0-9_]{40,}"),
    prefixed("resend-key", "re_", "[A-Za-z0-9]{8}_[A-Za-z0-9]{20,}"),
    prefixed("posthog-key", "phx_", "[A-Za-z0-9]{40,}"),
    prefixed("render-key", "rnd_", "[A-Za-z0-9]{28,}"),
    prefixed("neon-key", "napi_", "[a-z0-9]{40,}"),
    prefixed("inngest-key", "signkey-(?:prod|test|branch)-", "[0-9a-f]{32,}"),
    prefixed("yandex-token", "AQVN|y[0-3]_", r"[A-Za-z0-9_\-]{35,}"),
    prefixed("tencent-key", "AKID", "[A-Za-z0-9]{32}"),
    prefixed("shippo-token", "shippo_(?:live|test)_", "[0-9a-f]{40}"),
    prefixed("lob-key", "(?:live|test)_", "[0-9a-f]{35,}"),
    prefixed("elevenlabs-key", "sk_", "[0-9a-f]{48}"),
    prefixed("azure-devops-token", "", r"[A-Za-z0-9]{50,}AZDO[A-Za-z0-9]{4}"),
    prefixed("instagram-token", "IGQV", r"[A-Za-z0-9_\-]{60,}"),
    prefixed("depot-token", "depot_(?:project|org|user)_", "[0-9a-f]{40,}"),
    prefixed("fireworks-key", "fw_", "[A-Za-z0-9]{22,}"),
    prefixed("nvidia-key", "nvapi-", r"[A-Za-z0-9_\-]{60,}"),
    prefixed("cerebras-key", "csk-", "[a-z0-9]{40,}"),
    prefixed("volcengine-key", "AKLT", r"[A-Za-z0-9_\-]{40,}"),
    prefixed("openvsx-token", "ovsxp_|ovsxat_", r"[A-Za-z0-9_\-]{32,}"),
    prefixed("gitea-token", "gta_|gtr_", "[A-Za-z0-9]{36,}"),
    prefixed("codeberg-token", "cbt_", "[A-Za-z0-9]{36,}"),
    prefixed("scalingo-token", "tk-us-", r"[A-Za-z0-9_\-]{48}"),
    prefixed("lightspark-token", "lc_live_", "[A-Za-z0-9]{30,}"),
    prefixed("intra42-secret", "s-s4t2(?:ud|af)-", "[0-9a-f]{64}"),
    prefixed("hashicorp-secret", r"hcp\.|hcps\.", r"[A-Za-z0-9_\-]{40,}"),
    prefixed("coinbase-key", "organizations/[0-9a-f-]{36}/apiKeys/", "[0-9a-f-]{36}"),
    prefixed("ubidots-token", "BBFF-", "[A-Za-z0-9]{30}"),
    prefixed("dnsimple-token", "dnsimple_[au]_", "[A-Za-z0-9]{30,}"),
    prefixed("aiven-token", "aivenv1", "[A-Za-z0-9+/=]{100,}"),
    prefixed("planetscale-token", "pscale_(?:tkn|pw|oauth)_", r"[A-Za-z0-9_.\-]{30,}"),
    prefixed("airtable-token", "pat", r"[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    prefixed("asana-token", "", r"[0-9]/[0-9]{10,20}(?:/[0-9]{10,20})?:[0-9a-f]{32}"),
    prefixed("flyio-token", "fo1_|fm[12][ar]?_", r"[A-Za-z0-9_+/=,\-]{40,}"),
    prefixed("groq-key", "gsk_", "[A-Za-z0-9]{40,}"),
    prefixed("xai-key", "xai-", "[A-Za-z0-9]{60,}"),
    prefixed("replicate-token", "r8_", "[A-Za-z0-9]{36,}"),
    prefixed("perplexity-key", "pplx-", "[A-Za-z0-9]{40,}"),
    prefixed("tailscale-key", "tskey-(?:auth|api|client|scim|webhook)-", r"[A-Za-z0-9\-]{20,}"),
    prefixed("cloudflare-token", "cf(?:[a-z]{1,3})_", "[A-Za-z0-9]{36,}"),
    prefixed("cloudflare-key", r"v1\.0-", r"[0-9a-f]{24}-[0-9a-f]{146}"),
    prefixed(
        "launchdarkly-key", "(?:sdk|api|mob)-", r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    ),
    prefixed("pagerduty-key", "u\\+", r"[A-Za-z0-9_\-]{18}"),
    prefixed("sonar-token", "sq[apu]_", "[0-9a-f]{40}"),
    prefixed("snyk-token", "snyk_(?:uat|sat)", r"\.[A-Za-z0-9._\-]{30,}"),
    prefixed("onepassword-token", "ops_eyJ", "[A-Za-z0-9+/=]{100,}"),
    prefixed("artifactory-key", "AKCp|cmVmd", "[A-Za-z0-9]{50,}"),
    prefixed("nuget-key", "oy2", "[a-z0-9]{43}"),
    prefixed("clojars-token", "CLOJARS_", "[a-z0-9]{60}"),
    prefixed("crates-token", "cio", "[A-Za-z0-9]{32}"),
    prefixed("alibaba-key", "LTAI", "[A-Za-z0-9]{17,}"),
    prefixed("facebook-token", "EAA[MC]", "[A-Za-z0-9]{100,}"),
    prefixed("easypost-key", "EZ[AT]K", "[A-Za-z0-9]{54}"),
    prefixed("flutterwave-key", "FLW(?:SEC|PUB)K_TEST-", r"[0-9a-hA-H]{12,32}(?:-X)?"),
    prefixed("typeform-token", "tfp_", r"[A-Za-z0-9_.=\-]{50,}"),
    prefixed("readme-key", "rdme_", "[a-z0-9]{60,}"),
    prefixed("prefect-token", "pn[ub]_", "[A-Za-z0-9]{36}"),
    prefixed("infracost-key", "ico-", "[A-Za-z0-9]{32}"),
    prefixed(
        "harness-token", "(?:pat|sat)\\.", r"[A-Za-z0-9_\-]{22}\.[0-9a-f]{24}\.[A-Za-z0-9]{20}"
    ),
    prefixed("frameio-token", "fio-u-", r"[A-Za-z0-9_=\-]{60,}"),
    prefixed("dynatrace-token", r"dt0[a-z][0-9]{2}\.", r"[A-Z0-9]{20,}\.[A-Z0-9]{60,}"),
    prefixed("duffel-token", "duffel_(?:test|live)_", r"[A-Za-z0-9_\-=]{40,}"),
    prefixed("adafruit-key", "aio_", "[A-Za-z0-9]{28}"),
    prefixed("adobe-secret", "p8e-", "[a-z0-9]{32}"),
    prefixed("clickup-token", "pk_", "[0-9]{6,}_[A-Z0-9]{32}"),
    Format(
        "teams-webhook",
        r"\.webhook\.office\.com/webhookb2/[^\s/\"']+/IncomingWebhook/([0-9a-f]{32}[^\s\"'<>`]*)",
    ),
    Format("laravel-key", r"\bbase64:([A-Za-z0-9+/]{43}=)"),
    prefixed("plaid-token", "access-(?:sandbox|development|production)-", r"[0-9a-f\-]{36}"),
    *(*more.AZURE, *more.KEYS, *more.SESSIONS, *more.SERVICES),
)
