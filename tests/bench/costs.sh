# shellcheck shell=bash
# What layers and answers of another thread cost, beside the same answer given at once: one
# process, so that callgrind and strace see all of it. Sourced by scripts/bench; expects
# measure.sh, peers.sh, $bin, $work and sets figures.

# start_cost WORDS...: serves the callable $cost_app within the layers $cost_layers.
start_cost() {
  local module=$bin/bench_layers.so layer
  {
    echo "mounts:"
    echo "  - path: /"
    echo "    app: \"$module:$cost_app\""
    [[ -z $cost_layers ]] || echo "    middleware:"
    for layer in $cost_layers; do echo "      - \"$module:$layer\""; done
  } >"$work/cost.yaml"
  start_server "$work/cost.log" "$@" "$bin/appserver" -c "$work/cost.yaml" -b 127.0.0.1:0 \
    --single-process --access-logfile "$work/cost.access"
}

# cost NAME APP LAYER...: instructions and system calls of one request.
cost() {
  local name=$1 server
  cost_app=$2
  shift 2
  cost_layers=$*
  instructions start_cost plain || return 1
  start_cost || return 1
  server=$server_pid
  system_calls "$server" "$server_url" plain 1 10000 || return 1
  stop_server "$server" || true
  printf '  %-28s %8d instructions %8s system calls\n' "$name" "$per_request" "$calls"
  figures[cost/$name]=$per_request
}

measure_costs() {
  local five='hook_layer hook_layer hook_layer hook_layer hook_layer'
  echo
  echo "Layers and answers of another thread, per request (callgrind and strace, one connection)"
  cost 'answered at once' app
  cost '1 layer, no hook' app null_layer
  cost '5 layers, no hook' app "${five//hook/null}"
  cost '1 layer, head and data' app hook_layer
  cost '5 layers, head and data' app "$five"
  cost 'posted by another thread' later
}
