"""Values that look random and are no secrets: hashes, identifiers, numbers."""

from __future__ import annotations

import string

from guard.draw import ALNUM, BASE32, BASE36, DIGITS, HEX, LOWER, UPPER, Draw
from guard.lookalike import Look

_CROCKFORD = "".join(sorted(set(DIGITS + UPPER) - set("ILOU")))
# What Kubernetes leaves out, so that no words come up.
_POD = "".join(sorted(set(BASE36) - set("aeiou013")))


def _trace_parent(draw: Draw) -> str:
    return f"00-{draw.hex(32)}-{draw.hex(16)}-01"


def _pod(draw: Draw) -> str:
    return f"{draw.noun()}-api-{draw.chars(_POD, 10)}-{draw.chars(_POD, 5)}"


def _arn(draw: Draw) -> str:
    account, noun = draw.chars(DIGITS, 12), draw.noun()
    tail = draw.choice(
        (f"key/{draw.uuid()}", f"alias/{noun}", f"secret:{noun}-{draw.chars(ALNUM, 6)}")
    )
    return f"arn:aws:{draw.choice(('kms', 'secretsmanager'))}:eu-west-1:{account}:{tail}"


def _resource(draw: Draw) -> str:
    return f"{draw.choice(('i', 'vpc', 'subnet', 'sg', 'ami', 'vol'))}-0{draw.hex(16)}"


def _bundle(draw: Draw) -> str:
    return f"{draw.noun()}.{draw.hex(draw.choice((8, 20)))}.{draw.choice(('js', 'css', 'woff2'))}"


def _version(draw: Draw) -> str:
    core = ".".join(str(draw.randint(0, 30)) for _ in range(3))
    return core + draw.choice(
        ("", f"-rc.{draw.randint(1, 9)}", f"+build.{draw.hex(7)}", "-SNAPSHOT")
    )


VALUES = (
    Look(
        "git-hash",
        lambda draw: draw.hex(40),
        ("commit", "revision", "git_sha", "base_ref"),
        count=80,
    ),
    Look("git-hash-short", lambda draw: draw.hex(draw.randint(7, 12)), ("commit", "rev")),
    Look(
        "sha256",
        lambda draw: draw.hex(64),
        ("checksum", "sha256", "digest", "content_hash"),
        count=80,
    ),
    Look("md5", lambda draw: draw.hex(32), ("etag", "md5", "checksum", "fingerprint"), count=60),
    Look("uuid", Draw.uuid, ("request_id", "tenant_id", "device_uuid", "correlation_id"), count=90),
    Look("trace-parent", _trace_parent, ("traceparent", "trace_header")),
    Look("object-id", lambda draw: draw.hex(24), ("object_id", "order_id", "project_id")),
    Look(
        "ulid", lambda draw: "01" + draw.chars(_CROCKFORD, 24), ("event_id", "ulid", "message_id")
    ),
    Look(
        "snowflake", lambda draw: draw.chars("123456789", 18), ("channel_id", "guild_id", "user_id")
    ),
    Look("pod-name", _pod, ("pod", "pod_name", "hostname")),
    Look("arn", _arn, ("kms_key_arn", "secret_arn", "kms_key_id", "secret_id")),
    Look("cloud-resource", _resource, ("instance_id", "vpc_id", "subnet_id", "image_id")),
    Look("bundle-name", _bundle, ("main_bundle", "asset", "entry_file")),
    Look(
        "hex-constant",
        lambda draw: "0x" + draw.hex(draw.choice((8, 16))),
        ("magic", "offset", "bitmask"),
    ),
    Look("base32-word", lambda draw: draw.chars(BASE32, 16), ("serial", "coupon", "part_number")),
    Look("version", _version, ("version", "min_version", "tag"), count=60),
    Look("base36-slug", lambda draw: draw.chars(BASE36, 9), ("slug", "short_id", "room")),
    Look("css-module", lambda draw: f"{draw.noun()}_root__{draw.chars(ALNUM, 5)}", ("class_name",)),
    Look(
        "color",
        lambda draw: "#" + draw.chars(HEX, draw.choice((3, 6, 8))),
        ("color", "accent", "border"),
    ),
    Look(
        "oid", lambda draw: f"1.2.840.113549.1.{draw.randint(1, 9)}.{draw.randint(1, 30)}", ("oid",)
    ),
    Look(
        "alphabet",
        lambda draw: draw.choice(
            (string.ascii_letters + string.digits, UPPER + LOWER + DIGITS + "+/")
        ),
        ("alphabet", "charset", "allowed_chars"),
        count=30,
    ),
    Look("phone", lambda draw: f"+49 30 {draw.chars(DIGITS, 8)}", ("phone", "hotline", "fax")),
    Look(
        "mac-address",
        lambda draw: ":".join(draw.hex(2) for _ in range(6)),
        ("mac", "bssid"),
        count=30,
    ),
    Look(
        "ipv6",
        lambda draw: "2001:db8:" + ":".join(draw.hex(4) for _ in range(6)),
        ("address",),
        count=30,
    ),
    Look(
        "timestamp",
        lambda draw: f"2026-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}T08:15:30.123Z",
        ("expires_at", "created_at", "token_expires_at"),
        count=30,
    ),
)
