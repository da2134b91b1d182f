# shellcheck shell=bash
# The goals of this server and whether a run of scripts/bench reached them. Sourced; expects
# $figures, an associative array of what was measured (names as below), and $what.

# goal WHAT RELATION LIMIT NAME: RELATION is >= or <=; a figure that this run did not measure
# is said to be missing, or left out where only a part was to be measured.
goal() {
  local figure=${figures[$4]:-}
  [[ -n $figure || $what == all ]] || return 0
  awk -v what="$1" -v relation="$2" -v limit="$3" -v figure="$figure" 'BEGIN {
    verdict = "not measured"
    if (figure != "") {
      reached = relation == ">=" ? figure + 0 >= limit + 0 : figure + 0 <= limit + 0
      verdict = reached ? "reached" : "MISSED"
    } else {
      figure = "-"
    }
    printf "  %-54s %s %5s   %8s   %s\n", what, relation, limit, figure, verdict
  }'
}

print_goals() {
  echo
  echo "Goals (through the plugin ABI; access log, limits and timeouts on)"
  goal "plain: requests per CPU second, part of the ceiling" '>=' 0.95 plain/raw
  goal "browser: ratio to nginx" '>=' 1.40 browser
  goal "pipelined 16: ratio to nginx" '>=' 12 pipeline
  goal "new connection each: ratio to nginx" '>=' 1.05 connect
  goal "POST echo 1 KiB: ratio to nginx" '>=' 1.5 post1k
  goal "POST echo 64 KiB: ratio to nginx" '>=' 1.25 post64k
  goal "instructions, minimal request" '<=' 1500 instructions/plain
  goal "instructions, browser-like request" '<=' 5000 instructions/browser
  goal "system calls per request, 64 connections" '<=' 2.1 calls/64
  # Two, and each connection's part of an epoll_wait.
  goal "system calls per 16 pipelined, 64 connections" '<=' 2.1 calls/pipeline
  goal "user bytes per idle connection" '<=' 256 memory
  goal "static file of 1 KiB: ratio to nginx" '>=' 1.8 static1k
  goal "static file of 100 KiB: ratio to nginx" '>=' 1.0 static100k
}
