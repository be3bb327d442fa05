"""Formats of more services, of key material without a frame, and of sessions.

See `secret_formats` for what a pattern is.
"""

from __future__ import annotations

from local_llm.guard.secret_format import Format, prefixed

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_BASE64 = "[A-Za-z0-9+/]"

# The keys of Azure's services say in their text whose they are. A pattern that could begin at any
# letter of a long word is slow: these begin with the word, or behind a sign of base64 in it.
AZURE: tuple[Format, ...] = (
    Format(
        "azure-key", rf"\b{_BASE64}{{70,}}(?:APIM|ACDb|\+(?:ABa|AMC|ASt)){_BASE64}{{5}}[AQgw]=="
    ),
    Format("azure-key", rf"\b{_BASE64}{{28,}}(?:AIoT|\+(?:ASb|AEh|ARm)){_BASE64}{{5}}="),
    Format("azure-key", rf"\b{_BASE64}{{36,}}\+ACR{_BASE64}{{6}}"),
    Format("azure-key", r"\b[A-Za-z0-9]{42}AzSe[A-D][A-Za-z0-9]{5}\b"),
    Format("azure-key", r"\b[A-Za-z0-9_\-]{36,}AzFu[A-Za-z0-9_\-]{5}[AQgw]=="),
)

# Private keys that have lost their frame: in base64, as numbers of a JWK, as a wallet has them.
KEYS: tuple[Format, ...] = (
    Format(
        "private-key",
        rf"\bMII[A-Za-z0-9+/]{{1,2}}[A-Za-z0-9+/]{{0,2}}IBA[ADQ]{_BASE64}{{60,}}={{0,2}}",
    ),
    Format("private-key", rf"\bMII[A-Za-z0-9+/]{{2,4}}AgEA{_BASE64}{{60,}}={{0,2}}"),
    Format(
        "private-key", rf"\bM(?:HcCAQEE|IGHAgEA|C4CAQAw|GgCAQEE|IHcAgEB){_BASE64}{{30,}}={{0,2}}"
    ),
    Format("private-key", rf"\bb3BlbnNzaC1rZXktdjEA{_BASE64}{{60,}}={{0,2}}"),
    Format("private-key", r"[\"']d[\"'][ \t]*:[ \t]*[\"']([A-Za-z0-9_\-]{43,})[\"']"),
    Format("private-key", r"\bRW(?:QA|RT|RC)[A-Za-z0-9+/]{120,}={0,2}"),
    Format("wallet-key", r"\b[xyzt]prv[1-9A-HJ-NP-Za-km-z]{100,}"),
    Format("wallet-key", r"\b[5KLc][1-9A-HJ-NP-Za-km-z]{50,51}\b", bits=4.5),
)

SESSIONS: tuple[Format, ...] = (
    Format("session", r"\bconnect\.sid=(s(?:%3A|:)[A-Za-z0-9._%+/=\-]{30,})"),
    Format("session", r"\bCfDJ8[A-Za-z0-9_\-]{80,}"),
    Format("session", r"\b00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{60,}"),
    Format("session", r"_session=([A-Za-z0-9%+/=_.\-]{24,})"),
)

SERVICES: tuple[Format, ...] = (
    prefixed("adyen-key", "AQE[a-z0-9]", r"[A-Za-z0-9+/_=\-]{100,}"),
    prefixed("amazon-secret", r"amzn1\.oa2-cs\.v1\.", "[0-9a-f]{64}"),
    prefixed("amazon-token", r"amzn\.mws\.", _UUID),
    prefixed("anyscale-key", "esecret_|aph0_", "[A-Za-z0-9]{24,}"),
    prefixed("apify-token", "apify_api_", "[A-Za-z0-9]{30,}"),
    prefixed("astra-token", "AstraCS:", "[A-Za-z0-9]{20,}:[0-9a-f]{60,}"),
    prefixed("atlassian-token", "ATCTT3", r"[A-Za-z0-9_=+/\-]{60,}"),
    prefixed("axiom-token", "xa[ap]t-", _UUID),
    prefixed("baidu-key", "ALTAK", "[A-Za-z0-9]{21}"),
    prefixed("backblaze-key", "K00[0-9]", r"[A-Za-z0-9/+]{27}"),
    prefixed(
        "braintree-token", r"access_token\$(?:production|sandbox)\$", r"[0-9a-z]{16}\$[0-9a-f]{32}"
    ),
    prefixed("chief-token", "ctp_", "[A-Za-z0-9]{34,}"),
    prefixed("chromatic-token", "chp[tr]_", "[0-9a-f]{12,}"),
    prefixed("cockroach-key", "CCDB1_", "[A-Za-z0-9_]{40,}"),
    prefixed("cursor-key", "crsr_|key_", "[0-9a-f]{64}"),
    prefixed("defined-key", "dnkey-", "[A-Z0-9-]{40,}"),
    prefixed("deepl-key", "", rf"{_UUID}:fx"),
    prefixed("devcycle-key", "dvc_(?:server|mobile|client)_", r"[A-Za-z0-9_\-]{30,}"),
    prefixed("digitalocean-key", "DO00", "[A-Z0-9]{16,}"),
    prefixed("e2b-key", "e2b_", "[0-9a-f]{40,}"),
    prefixed("ebay-secret", "(?:PRD|SBX)-", r"[0-9a-f]{12}(?:-[0-9a-f]{4}){4}"),
    prefixed("elastic-token", "ess[au]_", r"[A-Za-z0-9_=\-]{40,}"),
    prefixed("fal-key", "", rf"{_UUID}:[0-9a-f]{{32}}"),
    prefixed("firecrawl-key", "fc-", "[0-9a-f]{32}"),
    prefixed("flagsmith-key", r"ser\.", "[A-Za-z0-9]{22,}"),
    prefixed("gocardless-token", "(?:live|sandbox)_", r"[A-Za-z0-9_\-]{40}"),
    prefixed("honeybadger-token", "hbp_", "[A-Za-z0-9]{36,}"),
    prefixed("honeycomb-key", "hc[abcx][a-z]{2}_", "[a-z0-9]{50,}"),
    prefixed("jina-key", "jina_", r"[A-Za-z0-9_\-]{40,}"),
    prefixed("klaviyo-key", "pk_", "[0-9a-f]{34}"),
    prefixed("langfuse-key", "sk-lf-", _UUID),
    prefixed("lichess-token", "lip_", "[A-Za-z0-9]{20,}"),
    prefixed("linkedin-secret", r"WPL_AP[01]\.", r"[A-Za-z0-9.=]{16,}"),
    prefixed("logicmonitor-token", "lm[ab]_", r"[A-Za-z0-9+/=_^-]{40,}"),
    prefixed("mailersend-token", r"mlsn\.", "[0-9a-f]{64}"),
    prefixed("mandrill-key", "md-", r"[A-Za-z0-9_\-]{22}"),
    Format("maxmind-key", r"\b[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk\b"),
    prefixed("mercury-token", "secret-token:mercury_(?:production|sandbox)_", r"[A-Za-z0-9_]{20,}"),
    prefixed("midtrans-key", "(?:SB-)?Mid-server-", r"[A-Za-z0-9_\-]{20,}"),
    prefixed("mollie-key", "(?:live|test)_", "[A-Za-z0-9]{30}"),
    prefixed("netbird-token", "nb[ps]_", "[A-Za-z0-9]{30,}"),
    prefixed("nomic-key", "nk-", r"[A-Za-z0-9_\-]{40,}"),
    prefixed("octopus-key", "API-", "[A-Z0-9]{25,}"),
    prefixed("onesignal-key", "os_v2_(?:app|org)_", "[a-z0-9]{80,}"),
    prefixed("paddle-key", "pdl_(?:live|sdbx)_apikey_", "[A-Za-z0-9_]{40,}"),
    prefixed("persona-key", "persona_(?:production|sandbox)_", rf"{_UUID}"),
    prefixed("pinterest-token", "pin[ac]_", "[A-Z0-9]{60,}"),
    prefixed("polar-token", "polar_(?:oat|pat|whs)_", "[A-Za-z0-9]{30,}"),
    prefixed("pubnub-key", "sec-c-", r"[A-Za-z0-9+/=]{40,}"),
    Format("rapidapi-key", r"\b[0-9a-z]{10}msh[0-9a-z]{15}p1[0-9a-z]{6}jsn[0-9a-z]{12}\b"),
    prefixed("riot-key", "RGAPI-", _UUID),
    prefixed("rootly-token", "rootly_", "[0-9a-f]{60,}"),
    prefixed("runpod-key", "rpa_", "[A-Z0-9]{40,}"),
    prefixed("samsara-token", "samsara_api_", "[A-Za-z0-9]{30,}"),
    prefixed("scaleway-key", "SCW", "[A-Z0-9]{17}"),
    prefixed("segment-token", "sgp_|slk_", "[A-Za-z0-9_]{40,}"),
    prefixed("sendinblue-key", "xsmtpsib-", "[0-9a-f]{64}-[A-Za-z0-9]{16}"),
    prefixed("sentry-token", "sntry[a-z]_", r"[A-Za-z0-9_+/=\-]{32,}"),
    prefixed("slack-token", "xwfp-", r"[A-Za-z0-9\-]{20,}"),
    prefixed("stytch-secret", "secret-(?:live|test)-", r"[A-Za-z0-9_\-]{30,}="),
    prefixed("tavily-key", "tvly-(?:dev-|prod-)?", "[A-Za-z0-9]{30,}"),
    prefixed("telnyx-key", "KEY0[0-9A-F]{31}_", "[A-Za-z0-9]{22}"),
    prefixed("thunderstore-token", "tss_", "[A-Za-z0-9]{30,}"),
    prefixed("together-key", "tgp_v1_", r"[A-Za-z0-9_\-]{40,}"),
    prefixed("trello-token", "ATTA", "[0-9A-Fa-f]{60,}"),
    prefixed("unkey-key", "unkey_", "[A-Za-z0-9]{20,}"),
    prefixed("upcloud-token", "ucat_", "[A-Z0-9]{26}"),
    prefixed("vercel-token", "vercel_blob_rw_|vc[a-z]_", "[A-Za-z0-9_]{24,}"),
    prefixed("voyage-key", "pa-", r"[A-Za-z0-9_\-]{43}"),
    prefixed("wakatime-key", "waka_", _UUID),
    prefixed("wandb-key", "wandb_v1_", "[A-Za-z0-9_]{70,}"),
    prefixed("woocommerce-key", "c[ks]_", "[0-9a-f]{40}"),
    prefixed("xata-key", "xau_", "[A-Za-z0-9]{30,}"),
    prefixed("zoho-token", r"1000\.", r"[0-9a-f]{32}\.[0-9a-f]{32}"),
    prefixed("zuplo-key", "zpka_", "[A-Za-z0-9_]{30,}"),
)
