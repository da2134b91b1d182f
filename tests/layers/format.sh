#!/usr/bin/env bash
# Every C and C++ file is laid out as .clang-format says, but the ABI header: that one is laid out
# by hand, as a table.
#
#   format.sh SOURCE_DIR
set -euo pipefail

cd "$1"
command -v clang-format > /dev/null || {
  echo "FAILED: clang-format is not installed; nothing was checked" >&2
  exit 1
}
# Tracked files, or, in an unpacked archive, all.
patterns=('*.c' '*.h' '*.cpp' '*.hpp')
if [ "$(git rev-parse --show-toplevel 2> /dev/null)" = "$(pwd -P)" ]; then
  list() { git ls-files -z -- "${patterns[@]}" ':!gateway_abi/include'; }
else
  list() {
    find . \( -path './build*' -o -path ./gateway_abi/include \) -prune -o \
      \( -name '*.c' -o -name '*.h' -o -name '*.cpp' -o -name '*.hpp' \) -print0
  }
fi
files=()
while IFS= read -r -d '' file; do
  if [ -e "$file" ]; then # tracked, but deleted in the work tree: not ours to judge
    files+=("$file")
  fi
done < <(list)
if [ ${#files[@]} -eq 0 ]; then
  echo "FAILED: no sources below $1; nothing was checked" >&2
  exit 1
fi
if ! clang-format --dry-run -Werror "${files[@]}"; then
  echo "FAILED: run clang-format -i on the files above" >&2
  exit 1
fi
echo "ok: ${#files[@]} files"
