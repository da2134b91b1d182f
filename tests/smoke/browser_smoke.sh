#!/usr/bin/env bash
# A browser's view: headless Chromium opens the page of the `environ` app, and the page shows
# the request that the browser made.
#
#   browser_smoke.sh APPSERVER      exit 77 (skipped, for CTest) where there is no chromium
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/server.sh"
appserver=$1

work=$(mktemp -d)
server_pid=
finish() {
  [[ -z $server_pid ]] || stop_server "$server_pid" || true
  rm -rf "$work"
}
trap finish EXIT

open_in_chromium() {
  timeout 90 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync \
    --disable-dev-shm-usage --user-data-dir="$work/profile" --dump-dom "$1" \
    2>"$work/chromium.log" </dev/null
}

expect() {
  if ! grep -qE -- "$1" "$work/page.html"; then
    echo "The page does not show: $1" >&2
    cat "$work/page.html" "$work/server.log" >&2
    tail -n 20 "$work/chromium.log" >&2
    return 1
  fi
}

if ! command -v chromium >/dev/null; then
  echo "skipped: there is no chromium (scripts/test full installs it)"
  exit 77
fi
start_server "$work/server.log" "$appserver" environ:app -b 127.0.0.1:0 -w 1
if ! open_in_chromium "$server_url/some/path?colour=blue" >"$work/page.html"; then
  tail -n 20 "$work/chromium.log" >&2
  exit 1
fi
expect 'REQUEST_METHOD'
expect 'GET'
expect '/some/path'
expect 'colour=blue'
expect 'user-agent|HTTP_USER_AGENT'
expect 'Chrome/[0-9]+'
stop_server "$server_pid"
server_pid=
echo "Chromium showed what it asked for."
