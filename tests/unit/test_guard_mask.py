"""Masking: what is found, what stays, and the way back."""

from __future__ import annotations

import random
import string
from itertools import chain

import pytest
import re2
from hypothesis import example, given
from hypothesis import strategies as st

from local_llm.guard.mask import Masked, Masker, Span
from local_llm.guard.mask_formats import Pattern, _groups
from local_llm.guard.secret_format import Format
from local_llm.guard.secret_formats import FORMATS
from local_llm.guard.secret_places import ALL_PLACES
from local_llm.guard.vault import PLACEHOLDER, Vault, placeholders

LETTERS = string.ascii_letters + string.digits
dice = random.Random(7)


def drawn(count, alphabet=LETTERS):
    return "".join(dice.choice(alphabet) for _ in range(count))


SECRET = drawn(24)
GITLAB = "glpat" + "-" + drawn(20)
BODY = [drawn(64) for _ in range(3)] + [drawn(18) + "=="]
HEAD, FOOT = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
PEM = "\n".join((HEAD, *BODY, FOOT))

MASKED_BODY = "\n".join(f"[REDACTED:private-key:{number}]" for number in (1, 2, 3, 4))

# Each holds secrets, and what is left of it.
MASKED = {
    "a token": (f"x = {GITLAB}", "x = [REDACTED:gitlab-token:1]"),
    "a quoted value": (f'password = "{SECRET}"', 'password = "[REDACTED:password:1]"'),
    "in JSON": (f'{{"apiKey": "{SECRET}"}}', '{"apiKey": "[REDACTED:api-key:1]"}'),
    "in YAML": (f"  client_secret: {SECRET}", "  client_secret: [REDACTED:secret:1]"),
    "in the environment": (f"export API_TOKEN={SECRET}", "export API_TOKEN=[REDACTED:token:1]"),
    "in Ruby": (f":password => '{SECRET}',", ":password => '[REDACTED:password:1]',"),
    "in Go": (f'os.Setenv("API_KEY", "{SECRET}")', 'os.Setenv("API_KEY", "[REDACTED:api-key:1]")'),
    "in TypeScript": (
        f"const token: string = '{SECRET}';",
        "const token: string = '[REDACTED:token:1]';",
    ),
    "in XML": (
        f'<add key="ApiToken" value="{SECRET}"/>',
        '<add key="ApiToken" value="[REDACTED:token:1]"/>',
    ),
    "of a call": (f'login.setPassword("{SECRET}");', 'login.setPassword("[REDACTED:password:1]");'),
    "a header": (
        f'curl -H "Authorization: Bearer {SECRET}"',
        'curl -H "Authorization: Bearer [REDACTED:token:1]"',
    ),
    "an address": (
        f"postgres://bob:{SECRET}@db/shop",
        "postgres://bob:[REDACTED:password:1]@db/shop",
    ),
    "a connection": (
        f'"Server=x;Password={SECRET};Port=1"',
        '"Server=x;Password=[REDACTED:password:1];Port=1"',
    ),
    "netrc": (
        f"machine x\nlogin me\npassword {SECRET}",
        "machine x\nlogin me\npassword [REDACTED:password:1]",
    ),
    "below its name": (
        f'password:\n  "{SECRET}"',
        'password:\n  "[REDACTED:password:1]"',
    ),
    "in a manifest": (
        f"- name: API_TOKEN\n  value: {SECRET}",
        "- name: API_TOKEN\n  value: [REDACTED:token:1]",
    ),
    "a sum": (
        f'x = "gl" + "pat-{GITLAB[6:]}"',
        'x = "[REDACTED:gitlab-token:1]" + "[REDACTED:gitlab-token:2]"',
    ),
    "a sum on lines": (
        f'token = (\n    "{SECRET[:12]}"\n    "{SECRET[12:]}"\n)',
        'token = (\n    "[REDACTED:token:1]"\n    "[REDACTED:token:2]"\n)',
    ),
    "a key": (f"a\n{PEM}\nb", f"a\n{HEAD}\n{MASKED_BODY}\n{FOOT}\nb"),
    "a key in a literal": (
        f'k = "{HEAD}\\n{BODY[0]}\\n{FOOT}"',
        f'k = "{HEAD}\\n[REDACTED:private-key:1]\\n{FOOT}"',
    ),
    "a key in a diff": (
        "\n".join(f"+{line}" for line in (HEAD, *BODY[:1], FOOT)),
        f"+{HEAD}\n+[REDACTED:private-key:1]\n+{FOOT}",
    ),
    "behind other letters": (
        f'größe, password = "{SECRET}"',
        'größe, password = "[REDACTED:password:1]"',
    ),
}
STAYS = [
    "token = next(tokens)",
    "password = getpass('Password: ')",
    'password: "Password"',
    "api_key = os.environ['API_KEY']",
    "token: ${{ secrets.TOKEN }}",
    "password=$PASSWORD",
    'secret = "changeme"',
    'API_KEY="your-api-key-here"',
    "commit 4f5c1f2a9d3e7b8a6c0d1e2f3a4b5c6d7e8f9a0b",
    "id = '550e8400-e29b-41d4-a716-446655440000'",
    '"integrity": "sha512-' + drawn(86) + '=="',
    "https://example.org/path?x=1",
    "ssh://git@example.org:22/x",
    f"{HEAD}",
    "if token == 'abc': pass",
    "the password is checked and the token is used",
    "type Token struct { Kind TokenKind }",
    "authenticate(user, credentials)",
    "public_key = '" + drawn(40) + "'",
    "a\0b \u202e \ud83d",
]


@pytest.mark.parametrize("case", MASKED)
def test_a_secret_is_masked_and_put_back(case):
    text, expected = MASKED[case]
    masker = Masker()
    masked = masker.mask(text)
    assert masked.text == expected
    assert masker.put_back(masked.text) == text
    assert masker.mask(masked.text).text == masked.text


@pytest.mark.parametrize("text", STAYS, ids=range(len(STAYS)))
def test_what_is_no_secret_stays(text):
    assert Masker().mask(text) == Masked(text)


def test_a_secret_keeps_its_number_for_the_session():
    masker = Masker()
    assert "token:1]" in masker.mask(f"a {GITLAB}").text
    assert "token:2]" in masker.mask(f"b glpat-{drawn(20)}").text
    assert "token:1]" in masker.mask(f"c {GITLAB}").text


def test_a_prefix_of_the_users():
    text = f"acme+{drawn(20)}"
    assert Masker().mask(text).spans == ()
    assert Masker(prefixes=("acme+",)).mask(text).text == "[REDACTED:gitlab-token:1]"


def test_a_placeholder_that_the_user_wrote_is_nobodys():
    masker = Masker()
    masked = masker.mask(f"see [REDACTED:gitlab-token:1]: {GITLAB}")
    assert masked.text == "see [REDACTED:gitlab-token:1]: [REDACTED:gitlab-token:2]"
    assert masker.put_back(masked.text) == f"see [REDACTED:gitlab-token:1]: {GITLAB}"


def test_no_repr_shows_a_secret():
    masker = Masker()
    masked = masker.mask(f'password = "{SECRET}"')
    for thing in (masked, masked.spans, masker.vault, masker):
        assert SECRET not in repr(thing)


def test_the_counts_are_by_kind():
    masked = Masker().mask(f'{GITLAB}\npassword = "{SECRET}"\n{GITLAB}')
    assert placeholders(masked.text) == {"gitlab-token": 2, "password": 1}


PARTS = st.sampled_from(
    [
        *(text for text, _ in MASKED.values()),
        *STAYS,
        *BODY,
        HEAD,
        FOOT,
        "",
        "x",
        '"',
        "password",
        "=",
    ]
)
TEXTS = st.lists(PARTS | st.text(max_size=20), max_size=12).flatmap(
    lambda parts: st.sampled_from(["\n", " ", ""]).map(lambda between: between.join(parts))
)


@given(TEXTS)
def test_whatever_the_text_lines_stay_and_the_way_back_is_exact(text):
    masker = Masker()
    masked = masker.mask(text)
    assert masked.text.count("\n") == text.count("\n")
    assert masker.put_back(masked.text) == text
    assert masker.mask(masked.text).text == masked.text


@given(TEXTS)
def test_positions_come_back(text):
    masked = Masker().mask(text)
    for span in masked.spans:
        assert "\n" not in text[span.start : span.end]
        assert masked.original(span.at) == span.start == masked.original(span.at + 1)
        assert masked.masked(span.start) == span.at
    inside = {at for span in masked.spans for at in range(span.start, span.end)}
    for at in set(range(len(text) + 1)) - inside:
        assert masked.original(masked.masked(at)) == at


@given(TEXTS, st.lists(st.tuples(st.integers(0, 300), st.integers(0, 60), TEXTS), max_size=6))
@example("a\n", [(1, 1, "")])
def test_a_text_that_changes_is_read_as_if_it_were_new(text, changes):
    masker, whole = Masker(), Masker()
    for start, length, new in [(0, 0, ""), *changes]:
        text = text[:start] + new + text[start + length :]
        assert masker.mask(text, of="a").text == whole.mask(text).text


def test_positions_in_a_text_without_secrets_are_its_own():
    masked = Masked("abc", (Span(1, 1, "x", 1, ""),))
    assert [masked.original(at) for at in range(4)] == [0, 1, 2, 3]


def test_every_format_compiles_alone_and_has_a_name():
    for one in (*FORMATS, *chain(*ALL_PLACES)):
        assert PLACEHOLDER.fullmatch(f"[REDACTED:{one.kind}:1]")
        Pattern((one,))
        assert _groups(one) == re2.compile(one.pattern).groups, one.pattern


def test_a_rule_with_a_group_and_entropy():
    rule = Format("mine", r"mine:([a-z]+)-([a-z0-9]+)", group=2, bits=3.0)
    masker = Masker(formats=(rule,))
    assert masker.mask("mine:abc-a1b2c3d4e5").text == "mine:abc-[REDACTED:mine:1]"
    assert masker.mask("mine:abc-aaaaaaa").spans == ()


def test_the_vault_tells_what_is_not_its_own():
    vault = Vault()
    assert vault.secret("[REDACTED:x:1]") is None
    assert vault.put_back("[REDACTED:x:1]") == "[REDACTED:x:1]"
