#!/usr/bin/env bash
# Installs the build that it is given to a new prefix, builds two projects from outside against
# what it finds there, one in C and one in C++, looks at them with `appserver inspect` and serves
# them. Everything happens below one temporary folder, which is gone afterwards.
#
#   install_test.sh CMAKE BUILD_DIR C_COMPILER CXX_COMPILER
set -euo pipefail
export CMAKE_GENERATOR=Ninja # the build program that is installed for sure

cmake=$1 build=$2 cc=$3 cxx=$4
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
server=
cleanup() {
  if [ -n "$server" ]; then
    kill "$server" 2> /dev/null || true
    wait "$server" 2> /dev/null || true
  fi
  rm -rf "$work"
}
trap cleanup EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

prefix=$work/prefix
"$cmake" --install "$build" --prefix "$prefix" > "$work/install.log" || {
  cat "$work/install.log" >&2
  fail "cmake --install (is everything built?)"
}
for file in bin/appserver include/gateway/gateway.h lib/cmake/Gateway/GatewayConfig.cmake \
            lib/cmake/Gateway/GatewayConfigVersion.cmake lib/cmake/Gateway/GatewayTargets.cmake \
            lib/cmake/Gateway/GatewayAddApp.cmake lib/cmake/Gateway/gateway.map \
            share/appserver/appserver.yaml; do
  [ -e "$prefix/$file" ] || fail "$file is not installed"
done
compgen -G "$prefix/lib/appserver/plugins/*.so" > /dev/null || fail "no plugin is installed"
# A path of the build tree in the package works here and on no other machine.
if grep -rIl --fixed-strings "$build" "$prefix/lib/cmake"; then
  fail "the package names the build tree"
fi

serve() { # serve LANGUAGE MODULE TEXT: the answer to GET / holds TEXT
  local log=$work/$1.log ready line port=
  mkfifo "$work/$1.pipe"
  (cd "$(dirname "$2")" && exec "$prefix/bin/appserver" -b 127.0.0.1:0 "./$(basename "$2"):app") \
    > /dev/null 2> "$work/$1.pipe" &
  server=$!
  # Waits on the line itself. The rest of the log is read on, or the server would block on it.
  exec {ready}< "$work/$1.pipe"
  while IFS= read -r -t 30 -u "$ready" line; do
    echo "$line" >> "$log"
    if [[ $line =~ listening\ on\ http://127\.0\.0\.1:([0-9]+) ]]; then
      port=${BASH_REMATCH[1]}
      break
    fi
  done
  if [ -z "$port" ]; then
    cat "$log" >&2 || true
    fail "$1: the server did not say where it listens"
  fi
  cat <&"$ready" >> "$log" &
  local reader=$!
  local answer
  answer=$(curl --silent --show-error --fail --max-time 30 "http://127.0.0.1:$port/") ||
    { cat "$log" >&2; fail "$1: curl"; }
  kill -TERM "$server"
  local status=0
  wait "$server" || status=$?
  server=
  wait "$reader"
  [ "$status" -eq 0 ] || { cat "$log" >&2; fail "$1: the server ended with status $status"; }
  exec {ready}<&-
  [[ $answer == *"$3"* ]] || fail "$1: expected '$3', got '$answer'"
  echo "ok: $1 serves: $answer"
}

for language in c cpp; do
  project=$work/$language
  "$cmake" -S "$here/outside/$language" -B "$project" -DCMAKE_PREFIX_PATH="$prefix" \
    -DCMAKE_C_COMPILER="$cc" -DCMAKE_CXX_COMPILER="$cxx" > "$work/configure.log" 2>&1 ||
    { cat "$work/configure.log" >&2; fail "$language: configure"; }
  "$cmake" --build "$project" > "$work/build.log" 2>&1 ||
    { cat "$work/build.log" >&2; fail "$language: build"; }
  "$here/exports_only_gw1.sh" "$project"
  report=$("$prefix/bin/appserver" inspect "$project/app.so") || fail "$language: inspect"
  [[ $report == *app* ]] || fail "$language: inspect does not name the callable: $report"
  echo "ok: $language is inspected"
done
serve c "$work/c/app.so" "outside in C"
serve cpp "$work/cpp/app.so" "outside in C++"
