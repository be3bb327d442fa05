#!/bin/bash
# Count the files that have no licence header.

count=0
header="SPDX-License-Identifier"

check_folder() {
  local folder=$1
  find "$folder" -name '*.c' | while read -r file; do
    if ! grep -q "$header" "$file"; then
      count=$((count + 1))
      echo "no header: $file"
    fi
  done
}

check_folder "${1:-.}"
echo "$count files without a header"
exit "$count"
