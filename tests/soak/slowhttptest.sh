#!/usr/bin/env bash
# slowhttptest in its four modes (slow headers, slow body, Range, slow read) with a thousand
# connections each, beside honest clients: no honest request fails, the probe of slowhttptest
# always finds the service available, and the server ends all
# of its connections before the time of the attack is over.
#
#   slowhttptest.sh APPSERVER ATTACK_CLIENT TEST_APP_FOLDER
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/worker.sh"
appserver=$1 attack_client=$2 test_apps=$3
connections=${SLOW_CONNECTIONS:-1000}
seconds=${SLOW_SECONDS:-25}

fail() {
  echo "FAILED: $*" >&2
  tail -n 25 "$work/slow" >&2
  exit 1
}

# The last count of the worker's descriptors while the attack still goes on, and the highest.
watch_attack() {
  local count
  most=0 last=0
  while kill -0 "$1" 2>/dev/null; do
    count=$(descriptors)
    kill -0 "$1" 2>/dev/null || break
    last=$count
    ((count <= most)) || most=$count
    sleep 0.5 # between two looks
  done
}

# mode NAME TARGET ARGUMENT...
mode() {
  local name=$1 target=$2 attack_pid
  shift 2
  "$attack_client" honest "$server_url" --connections 4 --seconds 600 >"$work/honest" &
  honest_pid=$!
  slowhttptest -c "$connections" -r 500 -l "$seconds" -p 3 -v 1 "$@" \
    -u "$server_url$target" >"$work/slow" 2>&1 </dev/null &
  attack_pid=$!
  watch_attack "$attack_pid"
  wait "$attack_pid" || true
  kill -TERM "$honest_pid"
  wait "$honest_pid" || fail "$name: an honest request failed: $(cat "$work/honest")"
  honest_pid=
  ! grep -q 'service available:.*NO' "$work/slow" || fail "$name: not available"
  grep -q 'service available:.*YES' "$work/slow" || fail "$name: it did not run"
  # A slow reader may not look whether it was reset; the server's side is what counts.
  grep -q 'No open connections left' "$work/slow" || ((last < most / 10)) ||
    fail "$name: of $most descriptors $last are left"
  echo "$name: $(grep -o 'Test ended on [0-9]*th second' "$work/slow"), $most, then $last descriptors"
  echo "  beside it: $(cat "$work/honest")"
}

cat >"$work/site.yaml" <<SITE
bind: 127.0.0.1:0
workers: 1
worker_connections: 20000
client_header_timeout: 5
client_body_timeout: 5
send_timeout: 5
keepalive: 5
min_rate_grace: 2
accesslog: off
loglevel: info
mounts:
  - {path: /, app: "$test_apps/nonce.so:app"}
  - {path: /source, app: "$test_apps/sources.so:app"}
  - {path: /buffered, app: "$test_apps/buffered_echo.so:app"}
SITE
ulimit -n "$(ulimit -Hn)"
start_server "$work/server.log" "$appserver" -c "$work/site.yaml"
worker=$(worker_of "$server_pid")

mode 'slow headers' / -H -i 2
mode 'slow body' /buffered -B -i 2 -s 8192
mode 'Range' / -R -t HEAD
mode 'slow read' /source/length/100/65536 -X -w 512 -y 1024 -n 5 -z 32
