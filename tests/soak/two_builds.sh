#!/usr/bin/env bash
# Two builds of each app take turns, once a second, while clients ask without a pause: no
# request is lost, and each answer comes wholly from one build (its header and its body name
# the same one). SOAK_SECONDS (60) says for how long. The apps: `tasks`, as it is shipped, and
# `nonce`, which streams back what each request sent (keep-alive, pipelined, chunked).
#
#   two_builds.sh APPSERVER LOAD_CLIENT PLUGINS TEST_APPS
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/server.sh"
appserver=$1 load_client=$2 plugins=$3 test_apps=$4
seconds=${SOAK_SECONDS:-60}

work=$(mktemp -d)
server_pid=""
clients=()
finish() {
  for client in "${clients[@]}"; do kill "$client" 2>/dev/null || true; done
  [[ -z $server_pid ]] || stop_server "$server_pid" || true
  rm -rf "$work"
}
trap finish EXIT

fail() {
  echo "FAILED: $*" >&2
  cat "$work"/*.client >&2
  tail -n 30 "$work/server.log" >&2
  exit 1
}

# use BUILD: puts that build of both apps in place, by rename.
use() {
  local tasks=$plugins/tasks.so
  [[ $1 == v1 ]] || tasks=$test_apps/v2/tasks.so
  install -m 755 "$tasks" "$work/tasks.new"
  install -m 755 "$test_apps/nonce_$1.so" "$work/nonce.new"
  mv "$work/tasks.new" "$work/tasks.so"
  mv "$work/nonce.new" "$work/nonce.so"
}

reload_once() {
  reload_server "$work/server.log" "$server_pid" ||
    fail "no word about reload number $((reloads + 1))"
  [[ $awaited == reloaded ]] || fail "reload number $((reloads + 1)) was refused"
  reloads=$((reloads + 1))
}

# client NAME ARGUMENT...: a load client in the background.
client() {
  local name=$1
  shift
  "$load_client" "$server_url" --connections 8 --seconds "$seconds" \
    --deadline $((seconds + 60)) --expect-header x-build "$@" \
    >"$work/$name.client" 2>&1 </dev/null &
  clients+=($!)
}

cat >"$work/site.yaml" <<SITE
bind: 127.0.0.1:0
workers: 2
accesslog: off
mounts:
  - {path: /, app: "$work/nonce.so:app"}
  - {path: /t, app: "$work/tasks.so:app"}
SITE
use v1
start_server "$work/server.log" "$appserver" -c "$work/site.yaml"
client nonce --mode mixed
client tasks --mode plain --get-path /t/build --expect-body '{"build":"%"}'
client tasks-pipelined --mode pipeline --get-path /t/build --expect-body '{"build":"%"}'

reloads=0
while kill -0 "${clients[0]}" 2>/dev/null; do
  use v$((2 - reloads % 2))
  reload_once
  sleep 1 # the rate of reloads is the test; nothing is waited for
done
for pid in "${clients[@]}"; do wait "$pid" || fail "a client saw a wrong or lost answer"; done
clients=()
cat "$work"/*.client
stop_server "$server_pid" || fail "the server did not stop cleanly"
server_pid=
((reloads >= seconds / 3)) || fail "only $reloads reloads"
retired=$(grep -c 'retired ' "$work/server.log") || true
echo "$reloads reloads between two builds in $seconds seconds, $retired generations retired"
