#!/usr/bin/env bash
# Reload after reload while clients ask without a pause: no request is lost, none gets another
# answer than 200, and every reload is carried out. SOAK_SECONDS (60) says for how long.
#
#   hup_under_load.sh APPSERVER LOAD_CLIENT
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/server.sh"
appserver=$1 load_client=$2
seconds=${SOAK_SECONDS:-60}

work=$(mktemp -d)
server_pid=""
client_pid=""
finish() {
  [[ -z $client_pid ]] || kill "$client_pid" 2>/dev/null || true
  [[ -z $server_pid ]] || stop_server "$server_pid" || true
  rm -rf "$work"
}
trap finish EXIT

fail() {
  echo "FAILED: $*" >&2
  cat "$work/client.log" >&2
  tail -n 30 "$work/server.log" >&2
  exit 1
}

# The supervisor says `reloaded` when all workers have the new state, `reload failed` when it
# keeps the old one. The next HUP waits for either.
reload_once() {
  reload_server "$work/server.log" "$server_pid" ||
    fail "no word about reload number $((reloads + 1))"
  [[ $awaited == reloaded ]] || fail "reload number $((reloads + 1)) was refused"
  reloads=$((reloads + 1))
}

start_server "$work/server.log" "$appserver" hello:app -b 127.0.0.1:0 -w 2 --access-logfile off
"$load_client" "$server_url" --mode plain --connections 16 --seconds "$seconds" \
  --expect-status 200 >"$work/client.log" 2>&1 </dev/null &
client_pid=$!
reloads=0
while kill -0 "$client_pid" 2>/dev/null; do reload_once; done
if ! wait "$client_pid"; then
  client_pid=
  fail "the load client saw something else than 200"
fi
client_pid=
cat "$work/client.log"
stop_server "$server_pid" || fail "the server did not stop cleanly"
server_pid=
((reloads > 0)) || fail "there was no reload"
echo "$reloads reloads in $seconds seconds, nothing lost"
