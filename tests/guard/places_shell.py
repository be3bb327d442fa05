"""Shell scripts and Dockerfiles."""

from __future__ import annotations

from guard.language import Language

_SHELL = (
    """\
@verb@_@noun@() {
  local limit=${1:-@num@}
  find "$ROOT/@noun@" -name '*.json' -mtime -1 -print0 |
    xargs -0 -n 1 jq -r '.title' |
    head -n "$limit"
}
""",
    """\
if ! command -v jq >/dev/null 2>&1; then
  echo "jq is missing: apt-get install jq" >&2
  exit 1
fi
""",
    """\
for name in @noun@ @other@; do
  log="/var/log/acme/$name.log"
  [ -f "$log" ] || continue
  gzip -9 --keep "$log"
  mv "$log.gz" "/srv/archive/$(date +%F)-$name.gz"
done
""",
    """\
while getopts 'l:v' option; do
  case $option in
    l) limit=$OPTARG ;;
    v) set -x ;;
    *) echo "usage: $0 [-v] [-l limit]" >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
""",
    """\
docker build --tag acme/@noun@:"$VERSION" --file docker/@noun@.Dockerfile .
docker run --rm --publish 8080:8080 acme/@noun@:"$VERSION" --check
""",
)

SHELL = Language(
    "shell",
    "@verb@_@noun@.sh",
    blocks=_SHELL,
    named=(
        'export @NAME@="@value@"',
        "export @NAME@=@value@",
        "@NAME@='@value@'",
        "@NAME@=@value@ ./@verb@.sh --all",
        '@NAME@="${@NAME@:-@value@}"',
        '@verb@ --@kebab@ "@value@" --limit @num@',
        "@verb@ --@kebab@=@value@ < @noun@.json",
        "kubectl create generic @noun@ --from-literal=@name@=@value@",
        'gh variable set @NAME@ --body "@value@"',
        "cat > .env <<EOF\n@NAME@=@value@\nEOF",
    ),
    bare=(
        '@verb@ "@value@" @noun@.json',
        "# still works until friday: @value@",
        "curl -s 'https://@host@/hook?n=@num@&t=@value@' | jq .",
        "printf '%s\\n' '@value@' | @verb@ --stdin",
    ),
    split_line=('@NAME@="@a@""@b@"', "@NAME@='@a@'\"@b@\""),
    split_lines=('@NAME@="@a@\\\n@b@\\\n@c@"', '@NAME@="@a@"\n@NAME@="${@NAME@}@b@"'),
    keys=(
        "cat > @noun@.pem <<'EOF'\n@first@\n@line@\n@last@\nEOF",
        '@NAME@="@first@\n@line@\n@last@"',
        "printf '@key_escaped@' > @noun@.pem",
    ),
    head='#!/usr/bin/env bash\nset -euo pipefail\n\nROOT=$(cd "$(dirname "$0")/.." && pwd)\n'
    "VERSION=$(git describe --tags --always)\n",
    comment="# {}",
)

_DOCKER = (
    """\
RUN apt-get update \\
    && apt-get install --yes --no-install-recommends curl git make \\
    && rm -rf /var/lib/apt/lists/*
""",
    """\
WORKDIR /srv/@noun@
COPY --chown=app:app src/ ./src/
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
""",
    """\
HEALTHCHECK --interval=30s --timeout=3s --retries=@num@ \\
    CMD curl -fsS http://localhost:8080/health || exit 1
EXPOSE 8080
""",
    """\
ENV LANG=C.UTF-8 \\
    PYTHONUNBUFFERED=1 \\
    @NAME@_LIMIT=@num@
""",
    """\
LABEL org.opencontainers.image.title="@noun@" \\
      org.opencontainers.image.source="https://@host@/acme/@noun@"
USER app
ENTRYPOINT ["/usr/bin/tini", "--"]
""",
)

DOCKERFILE = Language(
    "dockerfile",
    "Dockerfile",
    blocks=_DOCKER,
    named=(
        "ENV @NAME@=@value@",
        "ENV @NAME@ @value@",
        'ENV @NAME@="@value@"',
        "ARG @NAME@=@value@",
        "RUN @verb@ --@kebab@=@value@ --yes",
        'RUN export @NAME@="@value@" && make @noun@',
    ),
    bare=("RUN @verb@ @value@ && rm -rf /tmp/*", "# still works until friday: @value@"),
    split_lines=('RUN echo "@a@\\\n@b@" > /etc/@noun@.conf',),
    keys=("RUN printf '@key_escaped@' > /root/@noun@.pem", 'ENV @NAME@="@key_escaped@"'),
    head="FROM debian:bookworm-slim AS build\n",
    comment="# {}",
)
