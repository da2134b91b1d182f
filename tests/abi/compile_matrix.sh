#!/usr/bin/env bash
# Compiles C sources against the ABI header with gcc and with clang, in one language standard,
# with every warning an error. The header has to be clean in other people's builds, so what we
# ask of it here is more than what we ask of ourselves.
#
#   compile_matrix.sh INCLUDE_DIR c11|c17|cxx17|cxx20 SOURCE...
set -euo pipefail

include=$1 standard=$2
shift 2
case $standard in
  c11 | c17) language=c compilers=(gcc clang) std=$standard ;;
  cxx17) language=c++ compilers=(g++ clang++) std=c++17 ;;
  cxx20) language=c++ compilers=(g++ clang++) std=c++20 ;;
  *) echo "compile_matrix.sh: unknown standard '$standard'" >&2; exit 2 ;;
esac
warnings=(-Wall -Wextra -Wpedantic -Wpadded -Wconversion -Wshadow -Wundef -Werror)

failed=0
for compiler in "${compilers[@]}"; do
  if ! command -v "$compiler" > /dev/null; then
    echo "FAILED: $compiler is not installed; the header is promised to compile with it" >&2
    failed=1
    continue
  fi
  # Each header alone first: it must not lean on what a source included before it.
  for source in "$include"/gateway/*.h "$@"; do
    if "$compiler" -x "$language" "-std=$std" "${warnings[@]}" -I "$include" -fsyntax-only \
         "$source"; then
      echo "ok: $compiler -std=$std $source"
    else
      echo "FAILED: $compiler -std=$std $source" >&2
      failed=1
    fi
  done
done
exit "$failed"
