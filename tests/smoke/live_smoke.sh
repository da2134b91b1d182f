#!/usr/bin/env bash
# Two pages of `chat` in headless Chromium talk to each other, and `ticker` is received by
# EventSource; then every worker is killed, one after the other, and both go on where they were.
#
#   live_smoke.sh APPSERVER PLUGINS    exit 77 (skipped, for CTest) where there is no chromium
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../../scripts/server.sh"
appserver=$1 plugins=$2

work=$(mktemp -d)
server_pid=
finish() {
  [[ -z $server_pid ]] || stop_server "$server_pid" || true
  rm -rf "$work"
}
trap finish EXIT

if ! command -v chromium >/dev/null; then
  echo "skipped: there is no chromium (scripts/test full installs it)"
  exit 77
fi
cat >"$work/live.yaml" <<END
mounts:
  - {path: /chat, app: "$plugins/chat.so:app"}
  - {path: /ticker, app: "$plugins/ticker.so:app", config: {interval: 0.2, retry: 0.6}}
END
TMPDIR=$work start_server "$work/server.log" "$appserver" -c "$work/live.yaml" \
  -b 127.0.0.1:0 -w 2 --graceful-timeout 5
if ! timeout 150 python3 "$here/live_smoke.py" "$server_url" "$server_pid" "$work"; then
  cat "$work/server.log" >&2
  tail -n 20 "$work/chromium.log" >&2
  exit 1
fi
