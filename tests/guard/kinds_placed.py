"""Secrets that stand in a place of their own: addresses, headers, command lines, files of tools.

Sources: RFC 3986 (user information), RFC 7617 (Basic), RFC 6750 (Bearer), libpq's connection
strings and .pgpass, SqlConnection.ConnectionString, .netrc of curl, Secret of Kubernetes.
"""

from __future__ import annotations

import base64
import urllib.parse

from guard.draw import ALNUM, Draw
from guard.kind import Kind
from guard.places_placed import (
    ADO,
    BASIC,
    BEARER,
    CURL_USER,
    DOCKER_AUTH,
    DOCKER_ENV,
    FLAGS,
    JDBC,
    K8S,
    NETRC,
    PGPASS,
    TOKEN_HEADER,
    XML,
)
from guard.strings import in_strings


def _password(draw: Draw) -> str:
    return draw.chars(ALNUM + "_-.", (14, 26)) + draw.choice(ALNUM)


def _escaped(draw: Draw) -> str:
    """Give a password as it stands in an address: what means something there is escaped."""
    return urllib.parse.quote(draw.choice((_password, Draw.password))(draw), safe="!*")


def _basic(draw: Draw) -> str:
    return base64.b64encode(f"{draw.noun()}:{draw.password()}".encode()).decode()


def _data(draw: Draw) -> str:
    return base64.b64encode(draw.password().encode()).decode()


def _bearer(draw: Draw) -> str:
    return draw.opaque().rstrip("=").replace("+", "-").replace("/", "_")


def _url(scheme: str, port: int, tail: str = "/@noun@") -> dict[str, tuple[str, ...]]:
    return in_strings(f"{scheme}://@noun@:@value@@@@host@:{port}{tail}")


KINDS = (
    Kind(
        "url-postgres",
        _escaped,
        ("database_url", "db_dsn"),
        places=_url("postgres", 5432),
        count=14,
    ),
    Kind("url-mysql", _escaped, ("database_url",), places=_url("mysql+pymysql", 3306), count=8),
    Kind("url-mongodb", _escaped, ("mongo_uri",), places=_url("mongodb", 27017), count=8),
    Kind(
        "url-redis",
        _escaped,
        ("redis_url", "cache_url"),
        places=in_strings("redis://:@value@@@@host@:6379/0"),
        count=10,
    ),
    Kind(
        "url-amqp", _escaped, ("broker_url", "amqp_url"), places=_url("amqp", 5672, "/%2F"), count=8
    ),
    Kind(
        "url-https",
        _escaped,
        ("repo_url", "index_url", "endpoint"),
        places=in_strings("https://@noun@:@value@@@@host@/@noun@.git"),
        count=14,
    ),
    Kind("jdbc", _password, ("jdbc_url", "datasource_url"), places=JDBC, count=10),
    Kind("ado-connection-string", _password, ("connection_string",), places=ADO, count=10),
    Kind("bearer-header", _bearer, places=BEARER, count=16),
    Kind("basic-header", _basic, places=BASIC, count=12),
    Kind("token-header", _bearer, places=TOKEN_HEADER, count=12),
    Kind("curl-user", _password, places=CURL_USER, count=8),
    Kind("command-line-flag", _password, places=FLAGS, count=12),
    Kind("dockerfile-env", _password, ("db_password", "app_secret"), places=DOCKER_ENV, count=8),
    Kind("docker-auth", _basic, places=DOCKER_AUTH),
    Kind("kubernetes-secret", _data, places=K8S, count=10),
    Kind("netrc", _password, places=NETRC, count=8),
    Kind("pgpass", _password, places=PGPASS),
    Kind("xml-config", _password, places=XML, count=10),
)
