# shellcheck shell=bash
# What the soak tests with one server at a time share: a folder for what is said, the end of
# all that was started, and a look at the worker. Sourced; sets work; its users set server_pid,
# and as they need them honest_pid, crowds and worker.
#   fail WORDS...    says them and the end of the server's log, and ends the test
#   numbers BYTES    so many bytes, the same every time; no two lines are equal
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/server.sh"

work=$(mktemp -d)
server_pid=
honest_pid=
crowds=()
finish() {
  local pid
  for pid in $honest_pid "${crowds[@]}"; do kill "$pid" 2>/dev/null || true; done
  [[ -z $server_pid ]] || stop_server "$server_pid" || true
  rm -rf "$work"
}
trap finish EXIT

fail() {
  echo "FAILED: $*" >&2
  tail -n 20 "$work/server.log" >&2
  exit 1
}

numbers() { head -c "$1" < <(seq 1000000000 1999999999 2>/dev/null); }

# The process that serves under this one, which may be itself.
worker_of() {
  local children
  read -r -a children <"/proc/$1/task/$1/children" || true
  echo "${children[0]:-$1}"
}

descriptors() { find "/proc/$worker/fd" -mindepth 1 | wc -l; }
