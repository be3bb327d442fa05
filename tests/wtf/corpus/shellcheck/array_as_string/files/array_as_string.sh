#!/bin/bash
# Copy a site to the place where it is served from.

source_folder=$1
target_folder=$2
options=(--archive --delete)

if [[ ${DRY_RUN:-0} == 1 ]]; then
  options+=(--dry-run)
fi

publish() {
  echo "übertrage nach $target_folder" && rsync "$options" "$source_folder/" "$target_folder/"
}

publish
