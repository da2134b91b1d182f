# shellcheck shell=bash
# What a request costs a server: CPU time, instructions, system calls; and what an idle
# connection does: memory. Sourced by scripts/bench; expects $bin, $work, $client_core.

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

# client WORDS...: our load client on its own core; sets answered and, in milliseconds, took and
# client_took, its own CPU time.
# Any failure fails the measurement: figures of a server that errs mean nothing.
client() {
  local line
  line=$(taskset -c "$client_core" "$bin/load_client" "$@") || {
    echo "load_client $* failed: $line" >&2
    return 1
  }
  answered=$(sed -n 's/.*\brequests=\([0-9][0-9]*\).*/\1/p' <<<"$line")
  took=$(sed -n 's/.*\bseconds=\([0-9]*\)\.\([0-9]*\).*/\1\2/p' <<<"$line")
  took=$((10#$took))
  client_took=$(sed -n 's/.*\bcpu=\([0-9]*\)\.\([0-9]*\).*/\1\2/p' <<<"$line")
  client_took=$((10#$client_took))
  [[ -n $answered && $answered -gt 0 ]] || { echo "no requests: $line" >&2; return 1; }
}

# The same by wrk, whose own core is full before the server's is.
client_wrk() {
  local out
  out=$(taskset -c "$client_core" wrk -t1 -c"$2" -d"$3"s "$1/") || return 1
  ! grep -q 'Socket errors\|Non-2xx' <<<"$out" || { echo "wrk: $out" >&2; return 1; }
  answered=$(awk '/ requests in / { print $1 }' <<<"$out")
  took=$(awk '/ requests in / { printf "%d", $4 * 1000 }' <<<"$out")
  client_took=$took # it is known to be the limit
}

# slice PID CLIENT...: requests per second that the server spent on the CPU, and how much of the
# slice that was, in per mille, and the same of the client. Sets per_cpu_second, busy and
# client_busy.
slice() {
  local pids before after
  mapfile -t pids < <(tree_of "$1")
  shift
  before=$(cpu_ns "${pids[@]}")
  "$@" || return 1
  after=$(cpu_ns "${pids[@]}")
  ((after > before && took > 0)) || { echo "no time was measured" >&2; return 1; }
  per_cpu_second=$((answered * 1000000000 / (after - before)))
  busy=$(((after - before) / 1000 / took))
  client_busy=$((client_took * 1000 / took))
}

# Instructions that a server, started under callgrind by START, carries out from its start to
# its end with so many requests in between. Sets collected.
collect() {
  local start=$1 requests=$2 mode=$3 log=$work/callgrind.log
  "$start" valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file="$log" ||
    return 1
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

# system_calls PID URL MODE CONNECTIONS REQUESTS [TOGETHER]: of a running server while it
# answers, by strace attached to all of it. Sets calls, per TOGETHER (1) requests, with two
# decimals. Opening and closing the connections counts, too: there should be many more requests.
system_calls() {
  local pid=$1 url=$2 mode=$3 connections=$4 requests=$5 together=${6:-1} tracer pids
  mapfile -t pids < <(tree_of "$pid")
  : >"$work/strace.log"
  strace -f -c -o "$work/strace.txt" "${pids[@]/#/-p}" 2>"$work/strace.log" &
  tracer=$!
  await_line "$work/strace.log" "$tracer" "Process ${pids[-1]} attached" || return 1
  client "$url" --mode "$mode" --connections "$connections" --requests "$requests" || return 1
  kill -INT "$tracer"
  wait "$tracer" || true
  calls=$(awk -v n="$((requests / together))" '$NF == "total" { printf "%.2f", $4 / n }' \
    "$work/strace.txt")
}

# user_bytes PID: user memory of a server, all its processes; what they share counts once. One
# that ends in between (a check at the start) has none.
user_bytes() {
  local pid
  for pid in $(tree_of "$1"); do cat "/proc/$pid/smaps_rollup" 2>/dev/null || true; done |
    awk '$1 == "Pss:" { sum += $2 } END { printf "%.0f\n", sum * 1024 }'
}

# hold_idle URL COUNT: COUNT connections that were answered once and now are idle. Sets
# idle_pid; let_go ends it and fails if the server closed any.
hold_idle() {
  local log=$work/idle.$2.log
  : >"$log"
  taskset -c "$client_core" "$bin/load_client" "$1" --mode idle --connections "$2" \
    >"$log" 2>&1 </dev/null &
  idle_pid=$!
  await_line "$log" "$idle_pid" 'idle=' && return 0
  let_go "$idle_pid" || true
  { cat "$log"; echo "$2 connections were not answered in time"; } >&2
  return 1
}

let_go() {
  kill -TERM "$1" 2>/dev/null || true
  wait "$1"
}

# idle_memory START WORDS...: user bytes per idle connection of a server of its own, as the
# difference between 1,000 and 10,000 of them. Sets per_connection.
idle_memory() {
  local few=1000 many=10000 first second pids with_few with_many server result=0
  "$@" || return 1
  server=$server_pid
  if hold_idle "$server_url" "$few"; then
    first=$idle_pid
    with_few=$(user_bytes "$server")
    if hold_idle "$server_url" $((many - few)); then
      second=$idle_pid
      with_many=$(user_bytes "$server")
      per_connection=$(((with_many - with_few) / (many - few)))
      let_go "$second" || result=1
    else
      result=1
    fi
    let_go "$first" || result=1
  else
    result=1
  fi
  stop_server "$server" || true
  return "$result"
}
