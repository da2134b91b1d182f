#!/usr/bin/env bash
# A million requests over keep-alive connections: every one is answered with 200, and the
# workers' memory does not grow with their number (RSS after the second half is within 4 MiB
# of RSS after the first).
#
#   million.sh APPSERVER LOAD_CLIENT       SOAK_REQUESTS: another number
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/worker.sh"
appserver=$1 load_client=$2
requests=${SOAK_REQUESTS:-1000000}
growth_kib=4096

# Of the supervisor and all its workers.
resident_kib() {
  local pid
  for pid in "$server_pid" $(cat "/proc/$server_pid/task/$server_pid/children"); do
    awk '/^VmRSS:/ { print $2 }' "/proc/$pid/status"
  done | awk '{ sum += $1 } END { print sum }'
}

half() {
  "$load_client" "$server_url" --mode plain --connections 64 --requests $((requests / 2)) \
    --expect-status 200
}

start_server "$work/server.log" "$appserver" hello:app -b 127.0.0.1:0 -w 2 --access-logfile off
half
first=$(resident_kib)
half
second=$(resident_kib)
stop_server "$server_pid"
server_pid=
echo "$requests requests; resident: $first KiB, then $second KiB"
((second - first < growth_kib))
