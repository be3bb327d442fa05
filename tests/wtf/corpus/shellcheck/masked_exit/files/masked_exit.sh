#!/bin/bash
# Tag a release with the version of the project file.
set -euo pipefail

release() {
  local version=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
  echo "größte Version: $version"
  git tag --annotate "v$version" --message "Release $version"
}

release
