#!/bin/sh
# Move old backups away, and remove what is older still.
set -eu

backups=${1:?the folder with the backups}
keep=${2:-7}

remove_old() {
  target=$1
  if [ -d "$target" ]; then
    echo "removing $target"
    rm -rf $target
  fi
}

find "$backups" -mindepth 1 -maxdepth 1 -mtime "+$keep" | while read -r folder; do
  remove_old "$folder"
done
