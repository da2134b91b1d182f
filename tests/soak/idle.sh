#!/usr/bin/env bash
# Ten thousand idle keep-alive connections are held, at no more than IDLE_BYTES (256) of the
# worker's own memory each (anonymous pages, as a difference between 1,000 and all), and cost
# next to no CPU time (2 % of a core at most).
#
#   idle.sh APPSERVER ATTACK_CLIENT TEST_APP_FOLDER      IDLE: connections (10000)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/worker.sh"
appserver=$1 attack_client=$2 test_apps=$3
idle=${IDLE:-10000}
most_bytes=${IDLE_BYTES:-256}

own_bytes() { awk '/^RssAnon:/ { print $2 * 1024 }' "/proc/$worker/status"; }
cpu_ns() { cat "/proc/$worker"/task/*/schedstat | awk '{ sum += $1 } END { print sum }'; }

# crowd NAME COUNT: so many more connections, held from now on.
crowd() {
  "$attack_client" idle "$server_url" --connections "$2" --seconds 3600 >"$work/$1" &
  crowds+=($!)
  await_line "$work/$1" "${crowds[-1]}" '^held [0-9]+$'
}

ulimit -n "$(ulimit -Hn)"
start_server "$work/server.log" "$appserver" "$test_apps/nonce.so:app" -b 127.0.0.1:0 -w 1 \
  --worker-connections 20000 --keep-alive 1h --access-logfile off
worker=$(worker_of "$server_pid")
crowd first 1000
before=$(own_bytes)
crowd all $((idle - 1000))
after=$(own_bytes)
each=$(((after - before) / (idle - 1000)))
cpu=$(cpu_ns)
sleep 5 # the cost of doing nothing is the test
percent=$(awk -v ns=$(($(cpu_ns) - cpu)) 'BEGIN { printf "%.2f", ns / 5e9 * 100 }')
echo "$idle idle connections: $each bytes each, $percent % CPU"
((each <= most_bytes)) || { echo "FAILED: more than $most_bytes bytes" >&2; exit 1; }
awk -v p="$percent" 'BEGIN { exit !(p <= 2) }' || { echo "FAILED: not idle" >&2; exit 1; }
