#!/usr/bin/env bash
# A WebSocket client that is not ours against the echo of a plugin, tests/apps/serving's
# websocket_echo: as an event app (/event) and as a blocking one (/blocking), without
# compression and with it.
#
#   websocket.sh APPSERVER APPS CLIENT...
#
# The client is called as `CLIENT... HOST:PORT plain|deflate`, and its exit code counts.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../../scripts/server.sh"
appserver=$1 apps=$2
shift 2

work=$(mktemp -d)
server_pid=
finish() {
  [[ -z $server_pid ]] || stop_server "$server_pid" || true
  rm -rf "$work"
}
trap finish EXIT

# One message of 16 MiB fits, its echo as well, with what deflate may add.
cat >"$work/echo.yaml" <<END
workers: 1
websocket_message_limit: 16m
websocket_send_buffer: 20m
websocket_ping_interval: 300ms
websocket_pong_timeout: 20
mounts:
  - {path: /event, app: "$apps/websocket_echo.so:app"}
  - {path: /blocking, app: "$apps/websocket_echo.so:blocking", threads: 4}
END
for mode in plain deflate; do
  flags=()
  [[ $mode == plain ]] || flags=(--websocket-compression)
  server_url=
  TMPDIR=$work start_server "$work/server.log" "$appserver" -c "$work/echo.yaml" \
    -b 127.0.0.1:0 --access-logfile off --graceful-timeout 5 "${flags[@]}"
  if ! timeout 100 "$@" "${server_url#http://}" "$mode"; then
    cat "$work/server.log" >&2
    exit 1
  fi
  stop_server "$server_pid"
  server_pid=
done
