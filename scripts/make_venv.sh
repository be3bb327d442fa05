#!/bin/sh
# Make .venv with the package, its extras and the tools. `make` runs this when pyproject.toml is
# newer than the last finished run, which left the file that $1 names; a half-made folder is made
# again.
set -eu
cd "$(dirname "$0")/.."
ready=${1:-.venv/.ready}

say() { echo "venv: $*" >&2; }

# In the development shell of the flake an interpreter has all the packages already.
if [ -n "${LOCAL_LLM_DEV_PYTHON:-}" ]; then
  rm -rf .venv
  mkdir -p .venv/bin
  # A script and no link: a link would make it look for its packages beside itself. The host gets
  # an empty PYTHONPATH and finds the package by itself.
  printf '#!/bin/sh\nPYTHONPATH="%s/python" exec "%s" "$@"\n' "$PWD" "$LOCAL_LLM_DEV_PYTHON" \
    >.venv/bin/python
  printf '#!/bin/sh\nexec "%s/.venv/bin/python" -m local_llm.cli "$@"\n' "$PWD" >.venv/bin/local-llm
  chmod +x .venv/bin/python .venv/bin/local-llm
  touch "$ready"
  say "ready, with the packages of $LOCAL_LLM_DEV_PYTHON"
  exit 0
fi

python=
for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
  if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  say "no Python 3.11 or newer on PATH: install one and run this again"
  exit 1
fi

make_folder() {
  rm -rf .venv
  if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    "$python" -m venv .venv
  elif "$python" -m pip --version >/dev/null 2>&1; then
    # Debian without python3-venv: pip alone brings what makes the folder.
    say "no ensurepip here: using virtualenv from PyPI"
    "$python" -m pip install --quiet --disable-pip-version-check \
      --target .cache/virtualenv --upgrade virtualenv
    PYTHONPATH=.cache/virtualenv "$python" -m virtualenv --quiet .venv
  elif wheel=$("$python" scripts/pip_wheel.py); then
    say "neither ensurepip nor pip here: using the pip of a Debian package"
    "$python" -m venv --without-pip .venv
    .venv/bin/python "$wheel/pip" install --quiet --disable-pip-version-check pip
  else
    say "this Python has neither ensurepip nor pip. Install one of these and run this again:"
    say "  uv (https://docs.astral.sh/uv), or on Debian and Ubuntu: apt install python3-venv"
    exit 1
  fi
}

with_uv() {
  command -v uv >/dev/null 2>&1 || return 1
  say "making .venv with uv ($("$python" --version))"
  rm -rf .venv
  uv venv --quiet --python "$python" .venv &&
    uv pip install --quiet --python .venv/bin/python -e '.[embedded,dev]'
}

with_pip() {
  say "making .venv with pip ($("$python" --version)): about a minute"
  make_folder
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --prefer-binary \
    -e '.[embedded,dev]'
}

# uv does not read pip's settings, so a machine set up for pip alone gets a second try.
with_uv || with_pip
touch "$ready"
say "ready"
