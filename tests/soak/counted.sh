#!/usr/bin/env bash
# Clients that leave at random points of 100,000 exchanges of every kind, with event and blocking
# apps, with layers and without, four threads of each posting: everything that the app was
# promised once (clean-up, sources, posts, timers, notices, layers, WebSockets) has run once, no
# descriptor is left, and the server stops cleanly (a sanitizer in it has nothing to say).
#
#   counted.sh APPSERVER VANISHING_CROWD TEST_APP_FOLDER
#
# EXCHANGES (100000). SEED: of the crowd, which says it; by default another one each time.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/worker.sh"
appserver=$1 crowd=$2 test_apps=$3

cat >"$work/site.yaml" <<SITE
bind: 127.0.0.1:0
workers: 1
accesslog: off
mounts:
  - {path: /event, app: "$test_apps/counted.so:app"}
  - {path: /blocking, app: "$test_apps/counted.so:blocking"}
  - path: /layers
    app: "$test_apps/counted.so:app"
    middleware:
      - {app: "$test_apps/counted.so:layer", config: {name: outer}}
      - {app: "$test_apps/counted.so:layer", config: {name: inner}}
  - path: /blocking-layers
    app: "$test_apps/counted.so:blocking"
    middleware:
      - {app: "$test_apps/counted.so:layer", config: {name: outer}}
SITE
start_server "$work/server.log" "$appserver" -c "$work/site.yaml"
"$crowd" "$server_url" --calls "${EXCHANGES:-100000}" ${SEED:+--seed "$SEED"} ||
  fail "the crowd is not content"
outcome=0
stop_server "$server_pid" || outcome=$?
server_pid=
((outcome == 0)) || fail "the server ended with $outcome"
! grep -n 'Sanitizer\|runtime error' "$work/server.log" || fail "a sanitizer has found something"
