"""Tokens of what builds, checks and publishes software. Held out: see `kinds_later`.

Sources: CircleCI's changelog ("New format for API access tokens"), Buildkite's and SonarQube's
pages on tokens, Microsoft's description of personal access tokens of Azure DevOps (84 characters,
a fixed signature before the last four), the credentials file of Cargo, NuGet's and JFrog's pages on
API keys, Jenkins' "Authenticating scripted clients".
"""

from __future__ import annotations

from guard.draw import ALNUM, LOWER, Draw
from guard.kind import Kind

_BASE58 = "".join(sorted(set(ALNUM) - set("0OIl")))
_CARGO = {
    "toml": (
        '[registry]\ntoken = "@value@"',
        '[registries.crates-io]\ntoken = "@value@"',
    ),
    "shell": ("cargo login @value@", "cargo publish --token @value@ -p acme-@noun@"),
    "yaml": ("env:\n  CARGO_REGISTRY_TOKEN: @value@", 'run: cargo publish --token "@value@"'),
    "dotenv": ("CARGO_REGISTRY_TOKEN=@value@",),
    "dockerfile": ("ENV CARGO_REGISTRY_TOKEN=@value@", "RUN cargo login @value@"),
    "markdown": ("```console\n$ cargo login @value@\n```",),
}


def _circleci(draw: Draw) -> str:
    kind = draw.choice(("CCIPAT", "CCIPAT", "CCIPRJ"))
    return f"{kind}_{draw.chars(_BASE58, 22)}_{draw.hex(40)}"


def _sonarqube(draw: Draw) -> str:
    return draw.choice(("squ_", "sqp_", "sqa_")) + draw.hex(40)


def _nuget(draw: Draw) -> str:
    return "oy2" + draw.chars(LOWER + "234567", 43)


def _azure_devops(draw: Draw) -> str:
    return f"{draw.chars(ALNUM, 76)}AZDO{draw.chars(ALNUM, 4)}"


KINDS = (
    Kind(
        "buildkite",
        lambda draw: "bkua_" + draw.hex(40),
        ("buildkite_api_token", "buildkite_token"),
        count=8,
    ),
    Kind("circleci", _circleci, ("circle_token", "circleci_token", "circleci_cli_token"), count=8),
    Kind("sonarqube", _sonarqube, ("sonar_token", "sonarqube_token"), count=8),
    Kind("nuget", _nuget, ("nuget_api_key", "nuget_key"), shaped=False, count=8),
    Kind("crates-io", lambda draw: "cio" + draw.chars(ALNUM, 32), places=_CARGO, count=8),
    Kind(
        "artifactory",
        lambda draw: "AKCp" + draw.chars(ALNUM, 69),
        ("artifactory_api_key", "jfrog_api_key", "artifactory_password"),
        count=8,
    ),
    Kind(
        "azure-devops",
        _azure_devops,
        ("azure_devops_ext_pat", "azure_devops_pat", "ado_token", "vss_pat"),
        count=8,
    ),
    Kind(
        "jenkins",
        lambda draw: "11" + draw.hex(32),
        ("jenkins_api_token", "jenkins_token"),
        shaped=False,
        count=8,
    ),
    Kind("snyk", Draw.uuid, ("snyk_token",), shaped=False, count=8),
)
