#!/usr/bin/env bash
# The C in the specification compiles: every ```c block of the README, one after the other in one
# file, as C11 and as C++20.
#
#   readme_compiles.sh INCLUDE_DIR README
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
{
  for header in "$1"/gateway/*.h; do echo "#include <gateway/$(basename "$header")>"; done
  awk '/^```/ { inside = ($0 == "```c"); next } inside' "$2"
} > "$work/readme.c"
blocks=$(grep -c '^```c$' "$2")
warnings=(-Wall -Wextra -Wpedantic -Wpadded -Wconversion -Werror -fsyntax-only)
gcc -std=c11 "${warnings[@]}" -I "$1" "$work/readme.c"
clang -std=c11 "${warnings[@]}" -I "$1" "$work/readme.c"
g++ -x c++ -std=c++20 "${warnings[@]}" -I "$1" "$work/readme.c"
clang++ -x c++ -std=c++20 "${warnings[@]}" -I "$1" "$work/readme.c"
echo "ok: $blocks blocks"
[ "$blocks" -ge 5 ] || { echo "FAILED: only $blocks blocks were found" >&2; exit 1; }
