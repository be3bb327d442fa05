#!/usr/bin/env bash
# Build a project in its own folder and say how long that took.

started=$SECONDS

build() {
  local jobs=${2:-2}
  cd "$1/build"
  cmake -DCMAKE_BUILD_TYPE=Release ..
  cmake --build . --parallel "$jobs"
}

build "$PWD" 4
echo "built in $((SECONDS - started)) s"
