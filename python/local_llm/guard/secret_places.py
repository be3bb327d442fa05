"""Where passwords and keys stand without a name: in addresses, commands, calls, files of programs.

The patterns are RE2's and match within one line. Where the place alone does not tell, the value
must look random, too.
"""

from __future__ import annotations

from collections.abc import Iterable

from local_llm.guard.secret_format import Format

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_WORD = r"[\"']?([^\s\"']+)"


def _passwords(*patterns: str, random: bool = False) -> Iterable[Format]:
    return (Format("password", pattern, random=random) for pattern in patterns)


_ADDRESSES = (
    Format("webhook", rf"/webhook/send\?key=({_UUID})"),
    *_passwords(
        r"[A-Za-z][A-Za-z0-9+.\-]*://[^\s/?#:@\"'<>`]*:([^\s/\"'<>`]+)@",
        r"[\w.\-]+:([^\s:@\"'`/<>]+)@(?:tcp|udp|unix)[46]?\(",  # of Go's drivers
        r"jdbc:oracle:[a-z]+:[^\s/\"']+/([^\s@\"']+)@",
    ),
    *_passwords(
        # What is all hexadecimal and of 32 digits is public: the key of an address for Sentry.
        r"://([A-Za-z0-9_\-]*[A-Zg-z_\-][A-Za-z0-9_\-]*|[0-9a-f]{16,31}|[0-9a-f]{33,})@",
        r"\b\w+/([^\s@/\"']+)@(?://|[a-z])",  # of Oracle's clients
        r"[?&](?:key|appid|app_id|code|k)=([A-Za-z0-9_\-]{20,})",
        random=True,
    ),
    Format("webhook", rf"/(?:web)?hooks?/(?:[\w\-]+/){{0,3}}({_UUID})"),
    Format("webhook", r"/(?:web)?hooks?/(?:[\w\-]+/){0,3}([A-Za-z0-9_\-]{20,})", random=True),
    Format("webhook", r"hooks\.zapier\.com/hooks/catch/([0-9]+/[A-Za-z0-9]+)"),
    Format("webhook", rf"(?:hc-ping\.com|loggly\.com/inputs)/({_UUID})"),
    Format("webhook", r"/receiver/v1/http/([A-Za-z0-9_\-=+/]{40,})"),
    Format("webhook", r"/(?:with/key|heartbeat)/([A-Za-z0-9_\-]{16,})", random=True),
    Format("stream-key", r"rtmps?://[^\s\"']+/([A-Za-z0-9_\-]{16,})", random=True),
    Format(
        "node-key",
        r"\.(?:alchemy\.com|infura\.io|quiknode\.pro|ankr\.com)/(?:\w+/)*([A-Za-z0-9_\-]{20,})",
    ),
)

_COMMANDS = (
    *_passwords(
        r"[ \t](?:-u|--user|--proxy-user)[= \t]?[ \t]*[\"']?[^\s:\"'@]+:([^\s\"']+)",
        rf"\bsshpass[ \t]+-p[ \t]*{_WORD}",
        r"\bcurl\b[^\n]*[ \t]-u[ \t]*[\"']?[^\s:\"']+:([^\s\"']+)",
    ),
    *_passwords(
        rf"\bsecret\b[^\n]*[ \t]--from-literal[= \t][\w.\-]+={_WORD}",
        rf"(?m:^[+\-]?[ \t]*--from-literal[= \t][\w.\-]+={_WORD})",
        rf"\bldap\w+\b[^\n]*[ \t]-w[ \t]*{_WORD}",
        rf"\bvault[ \t]+(?:kv[ \t]+put|write)\b[^\n]*[ \t][\w\-]+={_WORD}",
        r"\bmysql(?:dump|admin)?\b[^\n]*[ \t]-p([^\s\"']+)",
        r"\b7z[a-z]?\b[^\n]*[ \t]-p([^\s\"']+)",
        rf"\bopenssl\b[^\n]*[ \t]-[kK][ \t]+{_WORD}",
        rf"\bsmb\w+\b[^\n]*[ \t]-U[ \t]*[\"']?[^\s%\"']+%{_WORD}",
        rf"\bnet[ \t]+use\b[^\n]*[ \t]{_WORD}[ \t]*$",
        rf"\bbundle[ \t]+config[ \t]+[^\n]*[ \t][\w.\-]+:{_WORD}",
        r"[ \t]-y[ \t]+(?:hmac-\w+:)?[\w.\-]+:([A-Za-z0-9+/=]{20,})",  # of nsupdate and dig
        rf"\b(?:github|gitlab)-(?:oauth|token)\.[\w.\-]+[ \t]+{_WORD}",  # of composer
        rf"[ \t](?:-p|-a|-P|-pw)[ \t=][ \t]*{_WORD}",
        r"\becho[ \t]+(?:-n[ \t]+)?[\"']?(?:\w+:)?([^\s\"'|]+)[\"']?[ \t]*\|",
        random=True,
    ),
    Format("api-key", rf"--record[ \t]+--key[= \t]({_UUID})"),
)

_LITERALS = r"[ \t]*\(([^()\n]*(?:\([^()\n]*\)[^()\n]*)*)"
_CALLED = (
    r"(?i:\w*connect|getconnection|pdo|mysqli|mysql_connect|redis|client|\w*login|auth|basic_?auth"
    r"|http_?auth|\w*credentials?|ftp|fernet|aesgcm|chacha20poly1305|secretkeyspec|hmac(?:\.new)?"
    r"|createhmac|hs256|(?:ldap_|simple_?)?bind(?:_s|_as)?|jwt\.(?:sign|encode|decode|verify)|bugsnag\.start|twilio"
    r"|algoliasearch|realtime|cookiesession|tsigkeyring\.from_text)[ \t]*=?"
)
CALLS = (Format("password", rf"\b{_CALLED}{_LITERALS}", random=True, each=True),)

_FILES = (
    *_passwords(
        r"\blogin[ \t]+\S+[ \t]+password[ \t]+(\S+)",
        r"(?m:^[^\s:#]+:(?:[0-9]{3,5}|\*):[^\s:]+:[^\s:]+:(\S+)$)",  # .pgpass
    ),
    *_passwords(
        r"<(?i:pass|password|passwd|secret|token|api_?key)\b[^<>\n]*>([^\s<>]+)<",
        r"(?i:snmp[_\-]?(?:server[ \t]+)?community)[\"']?[ \t]*[:= \t][ \t]*[\"']?([^\s\"']+)",
        r"(?i:jwt\w*)[\"']?[:.][ \t]*\{?[ \t]*[\"']?(?i:key|secret)[\"']?[ \t]*[:=][ \t]*[\"']"
        r"([^\"'\n]+)",
        r":[ \t]*(?:EAP|XAUTH|PSK|NTLM)[ \t]+\"([^\"\n]+)\"",
        r"\br[ow]community[ \t]+(\S+)",
        r"\bcreateUser[ \t]+\S+[ \t]+\w+[ \t]+\"([^\"\n]+)\"",
        r"\bencrypt[ \t]*[=:][ \t]*\"([A-Za-z0-9+/]{22,43}={1,2})\"",
        r"\bsonar\.login[ \t]*[:=][ \t]*([0-9a-f]{40})",
        r"(?i:honeycomb-team)[\"']?[ \t]*[:=][ \t]*[\"']?([A-Za-z0-9]{20,})",
        r"\bBUNDLE_[A-Z0-9_]+:[ \t]*[\"']?([^\s\"']+:[^\s\"']+)",
        r"[\"'](?:github|gitlab|bitbucket)-(?:oauth|token)[\"'][ \t]*:[ \t]*\{[ \t]*"
        r"[\"'][\w.\-]+[\"'][ \t]*:[ \t]*[\"']([^\"'\n]+)",
        r"[\"'](?:en)?crypt\w*[\"'][ \t]*(?:=>|:)[ \t]*[\[{][ \t]*"
        r"[\"']key[\"'][ \t]*(?:=>|:)[ \t]*[\"']([^\"'\n]+)",
        r"[\"']?key[\"']?[ \t]*(?:=>|:)[ \t]*[\"']([^\"'\n]+)[\"'][ \t]*,[ \t]*[\"']?cipher",
        random=True,
    ),
    Format("docker-login", r"\bdockerconfigjson[\"']?:[ \t]*[\"']?([A-Za-z0-9+/=]{20,})"),
    Format("acl-token", rf"\btokens[ \t]*\{{[^}}\n]*=[ \t]*\"({_UUID})\""),
    Format("session", r"\b(?:wordpress_logged_in_\w+|SSESS\w+)=([^;\s\"']{24,})"),
    Format("session", r"(?m:^|[\s;\"'&?])(?:sid|SID)=([A-Za-z0-9._%\-]{24,})", random=True),
    Format("wallet-key", r"\baccounts[\"']?:[ \t]*\[[^\]\n]*(0x[0-9a-fA-F]{64})"),
    Format(
        "mnemonic",
        r"(?i:mnemonic|(?:seed|recovery|secret)[ _-]?phrase)[\"']?[ \t]*[:=][ \t]*[\"']?"
        r"((?:[a-z]{3,8} ){11,23}[a-z]{3,8})\b",
    ),
)

# What nobody has described yet but looks like other tokens: a word or two, and much behind.
UNKNOWN = (
    Format(
        "token",
        r"(?m:^|[^A-Za-z0-9_\-])"
        r"([a-z][a-z0-9]{1,9}(?:[_\-][a-z][a-z0-9]{1,11}){0,2}_[A-Za-z0-9]{28,})\b",
        random=True,
        bits=4.2,
    ),
)
PLACES: tuple[Format, ...] = (*_ADDRESSES, *_COMMANDS, *_FILES)
# Each of its own: what one of them finds and dismisses is not hidden from the others.
ALL_PLACES = (PLACES, CALLS, UNKNOWN)
