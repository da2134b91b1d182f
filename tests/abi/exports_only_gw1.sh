#!/usr/bin/env bash
# Every shared library in a folder exports gw1_* tables, at least one, and nothing else.
# Whatever else an image exports can be taken for another image's symbol of the same name.
#
#   exports_only_gw1.sh DIR
set -euo pipefail

folder=$1
shopt -s nullglob
modules=("$folder"/*.so)
if [ ${#modules[@]} -eq 0 ]; then
  echo "FAILED: no plugin in $folder; nothing was checked" >&2
  exit 1
fi

failed=0
for module in "${modules[@]}"; do
  names=$(nm -D --defined-only -- "$module" | awk '{ print $NF }' | sed 's/@.*//')
  stray=$(grep -v '^gw1_' <<< "$names" || true)
  if [ -n "$stray" ]; then
    echo "FAILED: $module also exports:" $stray >&2
    failed=1
  elif [ -z "$names" ]; then
    echo "FAILED: $module exports no gw1_* table" >&2
    failed=1
  else
    echo "ok: $module:" $names
  fi
done
exit "$failed"
