"""What a line may be part of: patterns of RE2.

None of them matches a line's end.
"""

from __future__ import annotations

from local_llm.guard import secret_names


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
KEY_BEGIN = (
    r"-{4,5} ?BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{4,5}|-{5}BEGIN OpenVPN Static key V1-{5}"
    r"|Private-Lines: [0-9]+"
)
KEY_WORDS = ("BEGIN", "Private-Lines")  # of which each of them has one
PLUS = r"(?:\+{1,2}|\.\.?|&|<>|\|\||~|\^|\\)"
CODE = "[rbufRBUFL@$]{0,2}"  # what may stand before a quote
_QUOTED = r"(?:\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`)"
_LONE_LITERAL = rf"^[+\-]?[ \t]*(?:{PLUS}[ \t]*)?{CODE}{_QUOTED}[ \t]*{PLUS}?[ \t]*[);,]*[ \t]*$"
_SUM = (
    rf"[\"'`][ \t]*(?:\+{{1,2}}|\.\.?|&|<>|\|\||~|\^)[ \t]*{CODE}[\"'`]"
    rf"|[^\s,(\[{{=:\"'`][\"'][ \t]+{CODE}[\"'][^\s,)\]}}:;\"'`]"
    r"|[A-Za-z0-9_\-/+=.][\"'][\"'][A-Za-z0-9_\-/+=.]|[+.]=[ \t]*[\"'`]"
    r"|(?m:^[+\-]?[ \t]*(?:export[ \t]+)?\w+=\"\$\{\w+\}[A-Za-z0-9])"
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
