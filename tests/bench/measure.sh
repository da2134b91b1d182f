# shellcheck shell=bash
# What a request costs a server: CPU time, instructions, system calls. Sourced by
# scripts/bench; expects $bin, $work, $client_core.

# All processes of a server: the one we started and its descendants.
tree_of() {
  local child
  echo "$1"
  # shellcheck disable=SC2013 # words: one line holds them all
  for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do tree_of "$child"; done
}

# Nanoseconds on the CPU of every thread of these processes, to the clock tick or better.
cpu_ns() {
  local pid
  for pid in "$@"; do cat /proc/"$pid"/task/*/schedstat; done |
    awk '{ sum += $1 } END { printf "%.0f\n", sum }'
}

# client WORDS...: our load client on its own core; sets answered. Any failure ends the run:
# figures of a server that errs mean nothing.
client() {
  local line
  line=$(taskset -c "$client_core" "$bin/load_client" "$@") || {
    echo "load_client $* failed: $line" >&2
    return 1
  }
  answered=$(sed -n 's/.*\brequests=\([0-9][0-9]*\).*/\1/p' <<<"$line")
  [[ -n $answered && $answered -gt 0 ]] || { echo "no requests: $line" >&2; return 1; }
}

# The same by wrk, whose own core is full before the server's is.
client_wrk() {
  local out
  out=$(taskset -c "$client_core" wrk -t1 -c"$2" -d"$3"s "$1/") || return 1
  ! grep -q 'Socket errors\|Non-2xx' <<<"$out" || { echo "wrk: $out" >&2; return 1; }
  answered=$(awk '/ requests in / { print $1 }' <<<"$out")
}

# Of one slice: requests per second that the server spent on the CPU. Sets per_cpu_second.
slice() {
  local pids before after
  mapfile -t pids < <(tree_of "$1")
  shift
  before=$(cpu_ns "${pids[@]}")
  "$@" || return 1
  after=$(cpu_ns "${pids[@]}")
  per_cpu_second=$((answered * 1000000000 / (after - before)))
}

# Instructions that a server, started under callgrind by START, carries out from its start to
# its end with so many requests in between. Sets collected.
collect() {
  local start=$1 requests=$2 mode=$3 log=$work/callgrind.log
  "$start" valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file="$log"
  client "$server_url" --mode "$mode" --connections 1 --requests "$requests" || return 1
  stop_server "$server_pid" || true
  collected=$(awk '/Collected : / { print $NF }' "$log")
  [[ -n $collected ]] || { cat "$log" >&2; return 1; }
}

# The difference of two runs: start and end cancel out. Sets per_request.
instructions() {
  local few=2000 many=12000 with_few
  collect "$1" "$few" "$2" || return 1
  with_few=$collected
  collect "$1" "$many" "$2" || return 1
  per_request=$(((collected - with_few) / (many - few)))
}

# System calls of a running server while it answers, by strace attached to all of it. Sets
# per_request, with two decimals.
system_calls() {
  local pid=$1 url=$2 mode=$3 connections=$4 requests=10000 tracer pids
  mapfile -t pids < <(tree_of "$pid")
  : >"$work/strace.log"
  strace -f -c -o "$work/strace.txt" "${pids[@]/#/-p}" 2>"$work/strace.log" &
  tracer=$!
  await_line "$work/strace.log" "$tracer" "Process ${pids[-1]} attached" || return 1
  client "$url" --mode "$mode" --connections "$connections" --requests "$requests" || return 1
  kill -INT "$tracer"
  wait "$tracer" || true
  per_request=$(awk -v n="$requests" '$NF == "total" { printf "%.2f", $4 / n }' \
    "$work/strace.txt")
}
