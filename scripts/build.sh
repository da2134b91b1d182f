# shellcheck shell=bash
# Configures and builds a preset, quietly. Sourced, not run:
#   build PRESET [TARGET...]
# JOBS overrides how many compilers run at once. Everything said goes to stderr.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# One compiler per core, as long as each has 1.5 GiB: Beast's templates need it.
job_count() {
  local cores by_memory
  cores=$(nproc)
  by_memory=$(awk '/^MemAvailable:/ { print int($2 / 1572864) }' /proc/meminfo)
  [[ $by_memory -ge 1 ]] || by_memory=1
  echo "${JOBS:-$((cores < by_memory ? cores : by_memory))}"
}

# Ninja's output: progress shrinks to a line per tenth where no terminal redraws it;
# warnings and errors pass.
show_progress() {
  local line percent next=10
  while IFS= read -r line; do
    if [[ $line =~ ^\[\ *([0-9]+)%\] ]]; then
      percent=${BASH_REMATCH[1]}
      if ((percent >= next)); then
        echo "  $percent %"
        next=$((percent / 10 * 10 + 10))
      fi
    elif [[ $line != 'ninja: no work to do.' ]]; then
      echo "$line"
    fi
  done
}

configure() {
  local log
  log=$(mktemp)
  if ! (cd "$top" && cmake --preset "$1") >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    echo "Preset $1 could not be configured." >&2
    return 1
  fi
  rm -f "$log"
}

build() {
  local preset=$1 command=(cmake --build "$top/build/$1" -j "$(job_count)")
  shift
  [[ $# == 0 ]] || command+=(--target "$@")
  configure "$preset" || return 1
  echo "Building $preset with $(job_count) jobs" >&2
  if [[ -t 2 ]]; then
    NINJA_STATUS='[%p %f/%t] ' "${command[@]}" >&2
  else
    NINJA_STATUS='[%p] ' "${command[@]}" 2>&1 | show_progress >&2
    return "${PIPESTATUS[0]}"
  fi
}
