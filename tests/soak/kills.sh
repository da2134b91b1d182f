#!/usr/bin/env bash
# SIGKILL for a random worker every second, KILL_SECONDS (300) long, under load. What the clients
# lose is at most one request for each connection that was open in the killed workers, as the
# supervisor counted them (a request may be in the kernel, unread); nothing that is queued is lost:
# a connection that is refused or reset before its first request would be. A replacement serves
# within 100 ms (median).
#
#   kills.sh APPSERVER LOAD_CLIENT PLUGINS
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/worker.sh"
appserver=$1 load_client=$2 plugins=$3
seconds=${KILL_SECONDS:-300}

start_server "$work/server.log" "$appserver" "$plugins/hello.so:app" -b 127.0.0.1:0 -w 4 \
  --access-logfile off
"$load_client" "$server_url" --mode plain --connections 32 --seconds $((seconds + 3)) \
  --expect-status 200 >"$work/client" 2>"$work/client.err" &
honest_pid=$!
python3 "$here/kills.py" "$server_pid" "$work/server.log" "$seconds" | tee "$work/killer"
wait "$honest_pid" || true
honest_pid=
tail -n 1 "$work/client"
value() { grep -o "$2=[0-9]*" "$work/$1" | tail -n 1 | cut -d= -f2; }
lost=$(value client lost) open=$(value killer open)
((lost <= open)) || fail "$lost lost, and $open were open"
(($(value killer replaced_median_ms) <= 100)) || fail "the replacements are late"
[[ $(value client wrong) == 0 ]] || fail "wrong answers"
