# shellcheck shell=bash
# What the scripts with hostile or idle crowds share: a folder for what is said, the end of
# all that was started, and a look at the worker. Sourced behind its users' arguments; sets
# work; they set server_pid, honest_pid and worker.
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

# The process that serves under this one, which may be itself.
worker_of() {
  local children
  read -r -a children <"/proc/$1/task/$1/children" || true
  echo "${children[0]:-$1}"
}

descriptors() { find "/proc/$worker/fd" -mindepth 1 | wc -l; }
