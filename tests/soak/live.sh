#!/usr/bin/env bash
# What thousands of open connections cost one worker: 10,000 subscribers of `ticker`, then 5,000
# members of one room of `chat`. Prints its own memory per connection (anonymous pages), CPU while
# nothing is said, and what one message to all costs.
#
#   live.sh APPSERVER PLUGINS    SUBSCRIBERS (10000), MEMBERS (5000), SSE_BYTES (10240) and
#                                WS_BYTES (8192): the most that one may cost
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/worker.sh"
appserver=$1 plugins=$2

ulimit -n "$(ulimit -Hn)"
cat >"$work/live.yaml" <<END
mounts:
  - {path: /ticker, app: "$plugins/ticker.so:app", config: {interval: 6, heartbeat: 3600}}
  - {path: /chat, app: "$plugins/chat.so:app", config: {members: 100000, rate: 1000}}
END
run() {
  start_server "$work/server.log" "$appserver" -c "$work/live.yaml" -b 127.0.0.1:0 -w 1 \
    --worker-connections 100000 --access-logfile off --websocket-ping-interval 1h \
    --graceful-timeout 5
  worker=$(worker_of "$server_pid")
  python3 "$here/live.py" "$1" "$server_url" "$worker" "$2" "$3"
  stop_server "$server_pid" || true
  server_pid=
}
run ticker "${SUBSCRIBERS:-10000}" "${SSE_BYTES:-10240}"
run chat "${MEMBERS:-5000}" "${WS_BYTES:-8192}"
