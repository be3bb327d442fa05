"""Where secrets stand within one line, and what a line may be part of: patterns of RE2.

None of them matches a line's end.
"""

from __future__ import annotations

from local_llm.guard import secret_names
from local_llm.guard.secret_formats import Format


class Mark:
    """What a line may be part of: bits, not an enum, whose operators a key has no time for."""

    NONE = 0
    KEY_BLOCK = 1  # the head of a private key
    OPEN = 2  # a secret-looking name whose value stands on the next line
    LITERAL = 4  # nothing but a literal, maybe of a sum that began above
    NETRC = 8
    SUM = 16  # literals that are put together
    WRAPPED = 32  # a literal that goes on on the next line
    SECRETS = 64  # what a manifest for Kubernetes is of


# PEM, the form of PGP, of SSH2 and of PuTTY.
KEY_BEGIN = r"-{4,5} ?BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{4,5}|Private-Lines: [0-9]+"
PLUS = r"(?:\+{1,2}|\.\.?|&|<>|\|\||~|\^|\\)"
CODE = "[rbufRBUFL@$]{0,2}"  # what may stand before a quote
_QUOTED = r"(?:\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`)"
_STRING = r"(?:\"[^\"\n]*\"|'[^'\n]*')"
_LOGIN_CALL = r"(?i:credentials?|basic_?auth|auth|login)[ \t]*=?[ \t]*\([ \t]*"
_CLIENT_CALL = r"(?i:connect|pdo|mysqli|redis|client)\([^()\n]*,[ \t]*"
PLACES: tuple[Format, ...] = (
    Format("password", r"[A-Za-z][A-Za-z0-9+.\-]*://[^\s/?#:@\"'<>`]*:([^\s/\"'<>`]+)@"),
    Format("password", r"jdbc:oracle:[a-z]+:[^\s/\"']+/([^\s@\"']+)@"),
    Format(
        "password", r"[ \t](?:-u|--user|--proxy-user)[= \t]?[ \t]*[\"']?[^\s:\"'@]+:([^\s\"']+)"
    ),
    Format("password", r"\bsshpass[ \t]+-p[ \t]*[\"']?([^\s\"']+)"),
    Format("password", r"\blogin[ \t]+\S+[ \t]+password[ \t]+(\S+)"),
    Format("password", r"(?m:^[^\s:#]+:(?:[0-9]+|\*):[^\s:]+:[^\s:]+:(\S+)$)"),  # .pgpass
    *(
        Format("password", pattern, random=True)
        for pattern in (
            r"://([A-Za-z0-9_\-]{16,})@",
            r"--from-literal[= \t][\w.\-]+=[\"']?([^\s\"']+)",
            r"\bvault[ \t]+(?:kv[ \t]+put|write)\b[^\n]*[ \t][\w\-]+=([^\s\"']+)",
            r"\bmysql(?:dump|admin)?\b[^\n]*[ \t]-p([^\s\"']+)",
            r"[ \t](?:-p|-a|-P|-pw)[ \t=][ \t]*[\"']?([^\s\"']+)",
            r"\becho[ \t]+(?:-n[ \t]+)?[\"']?(?:\w+:)?([^\s\"'|]+)[\"']?[ \t]*\|",
            rf"{_LOGIN_CALL}{_STRING}[ \t]*,[ \t]*\"([^\"\n]+)\"",
            rf"{_LOGIN_CALL}{_STRING}[ \t]*,[ \t]*'([^'\n]+)'",
            rf"{_CLIENT_CALL}\"([^\"\n]+)\"[ \t]*[,)]",
            rf"{_CLIENT_CALL}'([^'\n]+)'[ \t]*[,)]",
        )
    ),
)
_LONE_LITERAL = rf"^[+\-]?[ \t]*(?:{PLUS}[ \t]*)?{CODE}{_QUOTED}[ \t]*{PLUS}?[ \t]*[);,]*[ \t]*$"
_SUM = (
    rf"[\"'`][ \t]*(?:\+{{1,2}}|\.\.?|&|<>|\|\||~|\^)[ \t]*{CODE}[\"'`]"
    rf"|[^\s,(\[{{=:\"'`][\"'][ \t]+{CODE}[\"'][^\s,)\]}}:;\"'`]"
    r"|[A-Za-z0-9_\-/+=.][\"'][\"'][A-Za-z0-9_\-/+=.]|[+.]=[ \t]*[\"'`]"
    r"|(?i:concat|join|paste0?|sprintf|format|%)!?[ \t]*\([^()\n]*[\"'][ \t]*,[ \t]*\[?[ \t]*[\"']"
    r"|[\"'][ \t]*,[ \t]*[\"'][^()\n]*[\"']\]\.join\(|[\"']\)?\.(?:concat|append)\([\"']"
)
MARKS: tuple[tuple[int, str], ...] = (
    (Mark.KEY_BLOCK, KEY_BEGIN),
    (Mark.OPEN, rf"(?m:{secret_names.OPEN_PATTERN})"),
    (Mark.LITERAL, rf"(?m:{_LONE_LITERAL})"),
    (Mark.SUM, _SUM),
    (Mark.SECRETS, r"\bkind[\"']?:[ \t]*[\"']?(?:Sealed)?Secret\b"),
    (Mark.WRAPPED, r"(?m:[A-Za-z0-9_\-/+=.]\\$)"),
    (Mark.NETRC, r"(?m:^[ \t]*(?:password|passwd)[ \t]+\S+[ \t]*$)"),
)
