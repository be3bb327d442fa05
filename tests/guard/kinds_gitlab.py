"""GitLab's tokens, in the old form and the routable one.

Sources: https://docs.gitlab.com/security/tokens/#token-prefixes for the prefixes; the lengths are
those of GitLab's own generators (Devise.friendly_token, SecureRandom.hex).
"""

from __future__ import annotations

from collections.abc import Callable

from guard.checksums import routable
from guard.draw import BASE36, HEX, URLSAFE, Draw
from guard.kind import Kind

# An administrator may choose the prefix of personal access tokens; a masker has to be told.
CUSTOM_PAT_PREFIX = "acme-pat-"

# Devise.friendly_token replaces what is easily misread.
FRIENDLY = URLSAFE.translate(str.maketrans("", "", "lIO0"))
_RUNNER_TYPES = ("t1_", "t2_", "t3_")
_NAMES = ("gitlab_token", "gl_token", "private_token", "ci_api_token")


def _with(prefix: str, alphabet: str = FRIENDLY, length: int = 20) -> Callable[[Draw], str]:
    return lambda draw: prefix + draw.chars(alphabet, length)


def _job(draw: Draw) -> str:
    return f"glcbt-{draw.chars(HEX, (1, 3))}_{draw.chars(FRIENDLY, 20)}"


def _runner(draw: Draw) -> str:
    return "glrt-" + draw.choice(("", *_RUNNER_TYPES)) + draw.chars(FRIENDLY, 20)


def _routable_pat(draw: Draw) -> str:
    return routable(draw, "glpat-")


def _routable_runner(draw: Draw) -> str:
    return routable(draw, "glrt-" + draw.choice(_RUNNER_TYPES))


def _routable_other(draw: Draw) -> str:
    return routable(draw, draw.choice(("gldt-", "glft-", "glimt-", "glagent-", "glwt-")))


_SESSION = {
    "shell": (
        'curl --silent --cookie "_gitlab_session=@value@" https://@host@/-/profile',
        "curl -H 'Cookie: sidebar_collapsed=true; _gitlab_session=@value@' https://@host@/@noun@",
    ),
    "python": (
        'cookies = {"_gitlab_session": "@value@", "visitor": "0"}',
        'session.headers["Cookie"] = "_gitlab_session=@value@; theme=dark"',
    ),
    "javascript": ("document.cookie = '_gitlab_session=@value@; path=/; secure';",),
    "ruby": ('page.driver.set_cookie("_gitlab_session", "@value@")',),
    "json": ('"cookie": "known_sign_in=1; _gitlab_session=@value@; locale=en"',),
    "markdown": ("```\nGET /-/profile HTTP/1.1\nCookie: _gitlab_session=@value@\n```",),
    "go": (
        (
            "func @camel@(req *http.Request) {\n"
            '\treq.Header.Set("Cookie", "_gitlab_session=@value@")\n'
            "}"
        ),
    ),
}

KINDS = (
    Kind("gitlab-pat", _with("glpat-"), _NAMES, count=12),
    Kind("gitlab-pat-custom-prefix", _with(CUSTOM_PAT_PREFIX), _NAMES),
    Kind("gitlab-oauth-secret", _with("gloas-", HEX, 64), ("oauth_secret", "app_secret")),
    Kind("gitlab-deploy", _with("gldt-"), ("deploy_token", "ci_deploy_password")),
    Kind("gitlab-runner", _runner, ("runner_token", "ci_server_token")),
    Kind("gitlab-runner-by-registration", _with("glrtr-"), ("runner_token",)),
    Kind("gitlab-runner-registration", _with("GR1348941"), ("registration_token",)),
    Kind("gitlab-job", _job, ("ci_job_token", "job_token")),
    Kind("gitlab-trigger", _with("glptt-", HEX, 40), ("trigger_token",)),
    Kind("gitlab-feed", _with("glft-"), ("feed_token", "rss_token")),
    Kind("gitlab-incoming-mail", _with("glimt-", BASE36, 25), ("incoming_email_token",)),
    Kind("gitlab-agent", _with("glagent-", FRIENDLY, 50), ("agent_token", "kas_token")),
    Kind("gitlab-workspace", _with("glwt-"), ("workspace_token",)),
    Kind("gitlab-scim", _with("glsoat-"), ("scim_token",)),
    Kind("gitlab-feature-flags", _with("glffct-"), ("unleash_instance_id", "flags_token")),
    Kind("gitlab-pat-routable", _routable_pat, _NAMES, count=10),
    Kind("gitlab-runner-routable", _routable_runner, ("runner_token",)),
    Kind("gitlab-other-routable", _routable_other, ("deploy_token", "feed_token"), count=8),
    Kind("gitlab-session", lambda draw: draw.hex(32), shaped=False, places=_SESSION),
)
