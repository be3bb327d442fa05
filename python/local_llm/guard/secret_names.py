"""Values that are given to secret-looking names, in the syntax of any language.

    password = "..."   "apiKey": "..."   TOKEN=...   secret => '...'   --password ...
    .setPassword("...")   Authorization: Bearer ...   <add key="Token" value="..."/>

The patterns are RE2's. They begin at the secret word, so that there are letters to look for; what
of the name stands before that is looked up afterwards.
"""

from __future__ import annotations

import base64
import re

from local_llm.guard.mask_value import entropy, is_obvious, is_random, is_uuid

_KEYS = (
    "api|app|access|account|private|secret|signing|encryption|encrypt|decryption|master|auth|shared"
    "|service|license|session|deploy|storage|hmac|aes|jwt|crypt|cipher|webhook|subscription|client"
    "|consumer|integration|bot|user|admin|root|host|write|read|server|license|activation"
)
_WORDS = (
    "passw(?:or)?d|passwort|passphrase|passcode|passwd|pwd|pass|secret|token|bearer"
    rf"|(?:{_KEYS})[_.\-]?key"
    "|authorization|authtoken|auth|credentials?|creds|cookie|session[_.\\-]?id|sessionid|sessid"
    "|gitlab_session|salt|pepper|signature|mnemonic|dsn|connection[_.\\-]?string|securestring|psk"
    "|pre[_.\\-]?shared[_.\\-]?key|identified[ \\t]+by|masterauth"
    "|(?:bind|root|db|user|admin|ftp|smtp|mail|http|my)[_.\\-]?pw"
    "|[a-z0-9][_\\-]key|[a-z]Key|[a-z0-9][_\\-]pat|[a-z]Pat|[_.\\-]session"
)
_TAIL = r"[A-Za-z0-9_\-]*"
_CLOSERS = r"(?:\[\])?[\"'`*\])]*[ \t]*"
_TYPE = (
    r"(?:[ \t]+(?:\[\]byte|\*?string)[ \t]*=[ \t]*"  # Go's
    r"|[:][ \t]*(?:[A-Za-z&][A-Za-z0-9_\[\]<>.|?' ]*[ \t]|(?:str|[sS]tring|bytes|&str|any))=[ \t]*)"
)
_PAIRED = (
    r"(?:[,/>]?[ \t]*[\"']?(?:\w+:)?(?i:value)[\"']?[ \t]*[:=]"
    r"|(?:[ \t]\w+=[\"']\w*[\"'])*(?:</key>|>)[ \t]*<(?:string|value)>"
    r"|[ \t]--(?:body|value|data|secret-string|from-literal)[ \t=]|[ \t](?:to|is|as)[ \t])[ \t]*"
)
_SEPARATOR = (
    r"(?:=>|:=|<-|->|\?\?=?|\|\|=?|[=!]={1,2}|\+=|=|:|,|\(|>|\{[ \t]*get;[^}\n]*\}[ \t]*=|\{|\|)"
    r"[ \t]*"
)
_CALL = r"(?:(?:new[ \t]+)?[A-Za-z_][A-Za-z0-9_.:]*[!]?\([ \t]*)?"
_ELSE = r"(?:[A-Za-z_$][A-Za-z0-9_.$()\[\]'\"]*[ \t]*(?:\|\||\?\?|\?:|[ \t]or[ \t])[ \t]*)?"
_OPENERS = rf"(?:[(\[{{][ \t]*){{0,3}}{_CALL}{_ELSE}"
_SCHEMES = "bearer|basic|token|apikey|bot|digest|ssws|hmac|negotiate|splunk|genie-?key"
_VALUE = (
    r"(?:[rbufRBUFL@$]{0,2}(?:\\?\"((?:[^\"\\\n]|\\.)*)|'((?:[^'\\\n]|\\.)*)|`([^`\n]*))"
    rf"|((?:(?i:{_SCHEMES})[ \t]+)?[^\s\"'`,;<>(){{}}\[\]|\\]+))"
)
_LINK = rf"(?:{_TYPE}|{_PAIRED}|{_SEPARATOR}|[ \t])[ \t]*"
_NAME = rf"(?i:{_WORDS}){_TAIL}{_CLOSERS}"

QUOTED_GROUPS, BARE_GROUP = (1, 2, 3), 4  # of the value: in ", ', `, and without any
PATTERN = rf"{_NAME}{_LINK}{_OPENERS}{_VALUE}"
# The same for values of 8 characters and more, whatever they are, or with an escape among those; a
# bare one has more in it than small letters and the punctuation of code.
_EIGHT = r"[^{0}\\\n]{{8}}|[^{0}\\\n]{{0,7}}\\"
_LOW, _HIGH = r"[a-z_.(){}\[\],;:'\"`]", r"[^a-z_.(){}\[\],;:'\"`\s]"
_BARE = (
    r"[^\sa-z_.:\"'`,;<>(){}\[\]|\\]\S{7}|[a-z_.:](?:"
    + "|".join(rf"{_LOW}{{{n}}}{_HIGH}\S{{{6 - n}}}" for n in range(7))
    + rf"|{_LOW}{{7,60}}{_HIGH})"
)
_LONG = (
    rf"(?:[rbufRBUFL@$]{{0,2}}(?:\\?\"(?:{_EIGHT.format(chr(34))})|'(?:{_EIGHT.format(chr(39))})"
    rf"|`[^`\n]{{8}})|(?:(?i:{_SCHEMES})[ \t]+)?(?:{_BARE}))"
)
LIKELY_PATTERN = rf"{_NAME}{_LINK}{_OPENERS}{_LONG}"
# A name whose value stands on the next line, and one that is itself a value.
OPEN_PATTERN = (
    rf"{_NAME}(?:=>|:=|=|:|,|\()[ \t]*(?:[|>][+\-]?|[(\[\\])?[ \t]*$"
    rf"|{_NAME}</key>[ \t]*$"
    rf"|(?i:{_WORDS}){_TAIL}\(\)[ \t]*->[^\n{{]*\{{[ \t]*$"  # a function of Rust
    rf"|\bvariable[ \t]+\"[A-Za-z0-9_\-]*(?i:{_WORDS}){_TAIL}\"[ \t]*\{{"
    rf"|(?i:name|key|id)[\"']?[ \t]*[:=][ \t]*[\"']?[A-Za-z0-9_.\-]*(?i:{_WORDS}){_TAIL}"
    r"[\"']?,?[ \t]*$"
)
NEXT_PATTERN = (
    r"^[+\-]?[ \t]*(?:-[ \t]+|<(?:string|value)>)?"
    rf"(?:[\"']?(?i:value|default)[\"']?[ \t]*[:=][ \t]*)?{_OPENERS}{_VALUE}"
)
# The end of a text whose next character may belong to a value. A value has no blank in it.
PENDING = (
    rf"(?:{_WORDS}){_TAIL}(?:\[\])?[\"'`*\])]*\s*(?:(?:</key>|>)\s*(?:<(?:string|value)>)?)?"
    rf"(?:{_TYPE}|{_PAIRED}|--?[a-z\-]*[ \t=]|\{{[^}}\n]*\}}?[ \t]*)?(?:[=:\-|?!+,>(<{{]+\s*)?"
    r"(?:[|>][+\-]?\s*)?(?:-\s+)?(?:[\"']?(?:value|default)[\"']?\s*[:=]?\s*)?(?:[(\[{\\]\s*)*"
    rf"{_CALL}(?:[A-Za-z_$][A-Za-z0-9_.$()\[\]'\"]*\s+(?:(?:\|\||\?\?|\?:|or)\s*)?)?"
    rf"(?:[rbufRBUFL@$]{{1,2}})?(?:\\?[\"'`])?(?:(?:{_SCHEMES})\s+)?[^\s]*"
)

_WORD = re.compile(_WORDS, re.IGNORECASE)
_SCHEME = re.compile(rf"(?i)^\s*(?:{_SCHEMES})\s+")
# What the name of a public thing ends with: `token_url`, `passwordField`, `authorizationPolicy`.
_PUBLIC_ENDS = re.compile(
    r"(?i)(?:url|uri|path|file|dir|name|type|field|label|hint|policy|length|len|count|limit|size|id"
    r"|ttl|expiry|expires|expiration|lifetime|algorithm|alg|format|regex|pattern|prefix|suffix"
    r"|endpoint|header|class|version|mode|color|index|hash|digest|fingerprint|checksum|sha256"
    r"|ize|ization|or|(?<!pas)s|ed|ref|scope|issuer|audience|provider|strategy|handler|status|state)$"
)
_PUBLIC = re.compile(
    r"(?i)publi[cs]|pubkey|site[-_]?key|csrf|xsrf|nonce(?!_?(?:salt|key))|example|fake|dummy|mock|author(?!iz)|tokeni[sz]|passenger"
    r"|compass|passage|passive|passing|passed|bypass|salty|saltstack|authentic"
)
_STRONG = re.compile(
    r"(?i)passw|passphrase|pass$|pwd|pw$|secret|tokens?$|_token|api[_.\-]?key|private[_.\-]?key|shared[_.\-]?key|psk$|authorization$"
    r"|access[_.\-]?key|credential|cookie|session[_.\-]?id$|sessid$"
    r"|^identified|[_\-]pat$"
)
# What is given to these is a secret also where it has the form of a UUID.
_BEARER = re.compile(r"(?i)(?:token|secret|password|key|pat)$")
_OF_DATA = re.compile(
    r"(?i)idempot|cache|primary|foreign|partition|sort|row|dedup|object|lookup|group|trace|request"
    r"|correlation|entity|registry|event|message|cancel|continuation|page|sync|lock|unique"
)
_WEAK_BITS = 3.0  # a character, of a value whose name says little
_ARN = re.compile(r"arn:aws[\w:*/-]*$")  # a name of Amazon's, as in `...:secret:shop/db`
_SETTING = re.compile(r"[+\-]?\s*(?:(?:export|set|ENV|ARG|-|-e|env)\s+)?[\"']?[\w.\-]*")
_RUN = re.compile(r"[^\s\"']*")
_CODE_LIKE = re.compile(r"^[A-Za-z_][\w.]*[(\[{]|[)\]},;]+$")
_BEFORE = re.compile(r"[A-Za-z0-9_.\-$@]*$")
_BEHIND = re.compile(r"[A-Za-z0-9_\-.]*")
_LONGEST_NAME = 80


def secret_part(
    text: str, word: int, value: tuple[int, int], *, quoted: bool
) -> tuple[int, int] | None:
    """Return what of a value is a secret, None where it is none.

    Args:
        text: The line.
        word: Where the secret word of the name begins.
        value: Where the value does, and where it ends.
        quoted: Whether it stands in quotes.

    """
    first, last = value
    scheme = _SCHEME.match(text[first:last])
    first += scheme.end() if scheme else 0
    first, last = _inner(text, first, last, quoted=quoted)
    if not quoted:
        last = _whole(text, word, first, last)
    said = text[first:last]
    if is_uuid(said):
        return (first, last) if scheme or _is_bearers(_name(text, word)) else None
    is_like = (scheme and _is_basic(said)) or is_random(said, quoted=quoted)
    if not is_like or is_obvious(said):
        return None
    if _ARN.search(text, max(0, word - _LONGEST_NAME), word):
        return None
    return (first, last) if scheme or _may_be_named(_name(text, word), said) else None


def _whole(text: str, word: int, first: int, last: int) -> int:
    """Return where a value without quotes ends where only its place tells: with its line, its tag.

    Elsewhere it ends before a character that the language around it may mean.
    """
    if text[max(0, first - 1) : first] == ">":
        tag = text.find("<", last)
        return tag if tag >= 0 and " " not in text[last:tag] else last
    if _SETTING.fullmatch(text, 0, word):
        end = _RUN.match(text, last)
        rest = text[last : end.end()] if end else ""
        return last if _CODE_LIKE.search(text[first : last + len(rest)]) else last + len(rest)
    return last


def _is_basic(value: str) -> bool:
    """Tell whether a value is what HTTP's Basic scheme makes of a name and a password."""
    try:
        return b":" in base64.b64decode(value, validate=True)
    except ValueError:
        return False


def last_word(text: str) -> int:
    """Return where the last secret word of a text begins; 0 where there is none."""
    return max((match.start() for match in _WORD.finditer(text)), default=0)


def kind_of(name: str) -> str:
    """Return what a secret is called after the word that its name begins with."""
    start = name[:24].lower()
    if start.startswith(("pass", "pwd")):
        return "password"
    if start.startswith(("token", "auth", "bearer", "cookie", "session")):
        return "token"
    return "api-key" if "key" in start and not start.startswith("secret") else "secret"


def _is_bearers(name: str) -> bool:
    """Tell whether a name is that of a secret also where its value has the form of a UUID."""
    return bool(_BEARER.search(name)) and not _OF_DATA.search(name) and not _PUBLIC.search(name)


def _may_be_named(name: str, value: str) -> bool:
    """Tell whether a name is that of a secret."""
    if _PUBLIC.search(name):
        return False
    if _STRONG.search(name):
        return True
    return not _PUBLIC_ENDS.search(name) and entropy(value) >= _WEAK_BITS


def _name(text: str, word: int) -> str:
    """Return the whole name around the secret word."""
    before = _BEFORE.search(text, max(0, word - _LONGEST_NAME), word)
    behind = _BEHIND.match(text, word)
    return (before.group() if before else "") + (behind.group() if behind else "")


def _inner(text: str, first: int, last: int, *, quoted: bool) -> tuple[int, int]:
    """Return where a value stands without the quotes and the punctuation around it."""
    around = "\"'\\ \t" if quoted else "\"'\\ \t.:!?"
    while first < last and text[first] in "\"'\\ \t":
        first += 1
    while first < last and text[last - 1] in around:
        last -= 1
    return first, last
