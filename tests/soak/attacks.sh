#!/usr/bin/env bash
# Hostile clients by the thousand beside honest ones. For each attack: no honest request fails
# (their p50 and p99 are said, with and without the attack), the server ends every hostile
# connection within its time and a second, and afterwards the worker has as many descriptors as
# before and little more memory.
#
#   attacks.sh APPSERVER ATTACK_CLIENT TEST_APP_FOLDER
#
# ATTACKERS: connections at the same time (10000). ATTACK_RESETS: aborted downloads (25000).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/worker.sh"
appserver=$1 attack_client=$2 test_apps=$3
attackers=${ATTACKERS:-10000}
resets=${ATTACK_RESETS:-25000}
timeout=4        # seconds, of heads and between two reads of a body
grace=2          # seconds, before client_body_min_rate counts
growth_kib=12288 # of memory that the process keeps: a pool of blocks and the heap

resident_kib() { awk '/^VmRSS:/ { print $2 }' "/proc/$worker/status"; }
honest() { "$attack_client" honest "$server_url" --connections 4 --seconds "$1"; }

# Is the worker as it was, with so many descriptors and so much memory?
is_back() { (($(descriptors) <= $1 && $(resident_kib) - $2 < growth_kib)); }

# It lingers for some of its clients, and gives memory back when it has not been needed.
await_back() {
  local deadline=$((SECONDS + 35))
  until is_back "$1" "$2"; do
    ((SECONDS < deadline)) ||
      fail "$3: $(descriptors) descriptors and $(resident_kib) KiB, $1 and $2 before"
    honest 0.2 >/dev/null || true
  done
}

# attack NAME ARGUMENT...: one attack beside honest clients.
attack() {
  local name=$1 before after files said
  shift
  before=$(resident_kib)
  files=$(descriptors)
  "$attack_client" honest "$server_url" --connections 4 --seconds 600 >"$work/honest" &
  honest_pid=$!
  said=$("$attack_client" "$@" "$server_url" --seconds 300) || fail "$name: $said"
  kill -TERM "$honest_pid"
  wait "$honest_pid" || fail "$name: an honest request failed: $(cat "$work/honest")"
  honest_pid=
  await_back "$files" "$before" "$name"
  after=$(resident_kib)
  echo "$name: $said"
  echo "  beside it: $(cat "$work/honest"); resident +$((after - before)) KiB"
}

cat >"$work/site.yaml" <<SITE
bind: 127.0.0.1:0
workers: 1
worker_connections: 20000
client_header_timeout: $timeout
client_body_timeout: $timeout
min_rate_grace: $grace
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
honest 1 >/dev/null
echo "no attack: $(honest 5)"

in_time=(--every 1 --within $((timeout + 1)))
attack 'slowloris' head --connections "$attackers" "${in_time[@]}"
attack 'connections that say nothing' mute --connections "$attackers" "${in_time[@]}"
attack 'bodies that drip' body --connections "$attackers" --path /buffered "${in_time[@]}"
attack 'bodies that drip and nobody wants' body --connections "$attackers" "${in_time[@]}"
attack 'garbage' garbage --connections 256 --total 50000 --within 2
attack 'aborted downloads' reset --connections 256 --total "$resets" --path /source/endless
stop_server "$server_pid" || fail "the server did not stop cleanly"
server_pid=
