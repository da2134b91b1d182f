# shellcheck shell=bash
# Starts a server that says `listening on http://HOST:PORT` in a file, and waits for that
# line rather than for a time. Sourced by smoke tests, soak tests and scripts/bench:
#   start_server LOG COMMAND...    sets server_pid and server_url; stdout and stderr go to LOG
#   await_line LOG PID REGEX [SKIP] waits for the next line after SKIP lines; sets awaited
#   reload_server LOG PID           SIGHUP, and waits for the word; sets awaited to `reloaded` or
#                                   `reload failed`
#   stop_server PID                SIGTERM, and waits; gives its exit code
await_seconds=${AWAIT_SECONDS:-30}

await_line() {
  local log=$1 pid=$2 regex=$3 from=$((${4:-0} + 1)) line follower found=1
  local deadline=$((SECONDS + await_seconds)) lines
  exec {lines}< <(exec tail --pid="$pid" -n "+$from" -f "$log" 2>/dev/null)
  follower=$!
  while ((SECONDS < deadline)) && IFS= read -r -t "$await_seconds" -u "$lines" line; do
    if [[ $line =~ $regex ]]; then
      awaited=${BASH_REMATCH[1]:-$line}
      found=0
      break
    fi
  done
  kill "$follower" 2>/dev/null || true
  exec {lines}<&-
  return "$found"
}

start_server() {
  local log=$1
  shift
  : >"$log"
  "$@" >>"$log" 2>&1 </dev/null &
  server_pid=$!
  if ! await_line "$log" "$server_pid" 'listening on (http://[^ ,/]+)'; then
    echo "$1 does not say that it listens:" >&2
    cat "$log" >&2
    stop_server "$server_pid" || true
    return 1
  fi
  server_url=$awaited
}

reload_server() {
  local seen
  seen=$(wc -l <"$1")
  kill -HUP "$2"
  await_line "$1" "$2" '(reloaded|reload failed)' "$seen"
}

stop_server() {
  kill -TERM "$1" 2>/dev/null || true
  wait "$1"
}
