# shellcheck shell=bash
# The servers that scripts/bench compares, all answering with the same body on one worker.
# Sourced; expects server.sh, $work, $bin, $body. Every start function takes the words to run
# the server under (taskset, valgrind, strace ...) and sets server_pid and server_url.

# The body that `hello` really sends; the others are told to send the same.
learn_body() {
  start_server "$work/body.log" "$bin/appserver" hello:app -b 127.0.0.1:0 -w 1 --access-logfile off
  body=$(curl -sS --max-time 10 "$server_url/" && echo x)
  body=${body%x}
  stop_server "$server_pid" || true
}

start_appserver() {
  start_server "$work/appserver.log" "$@" "$bin/appserver" hello:app -b 127.0.0.1:0 -w 1 \
    --access-logfile "$work/appserver.access"
}

start_appserver_echo() {
  start_server "$work/echo.log" "$@" "$bin/appserver" echo:app -b 127.0.0.1:0 -w 1 \
    --access-logfile "$work/echo.access"
}

start_appserver_single() {
  start_server "$work/appserver.log" "$@" "$bin/appserver" hello:app -b 127.0.0.1:0 \
    --single-process --access-logfile "$work/appserver.access"
}

start_beast() { start_server "$work/beast.log" "$@" "$bin/stock_beast" "$body"; }

start_raw() { start_server "$work/raw.log" "$@" "$bin/raw_epoll" "$body"; }

# Parses nothing, so that it has to be told that clients ask for `Connection: close`.
start_raw_close() { start_server "$work/raw_close.log" "$@" "$bin/raw_epoll" "$body" close; }

# nginx writes its log through a buffer, as ours does; a line at a time would flatter us.
nginx_conf() {
  local port=$1 process=$2 quoted=${body//$'\n'/\\n}
  cat <<END
daemon off;
master_process $process;
worker_processes 1;
pid $work/nginx.pid;
error_log $work/nginx.log notice;
events { worker_connections 4096; }
http {
  access_log $work/nginx.access ${NGINX_ACCESS_LOG:-combined buffer=64k flush=1s};
  default_type text/plain;
  keepalive_requests 1000000;
  client_body_temp_path $work/nginx-body;
  proxy_temp_path $work/nginx-proxy;
  fastcgi_temp_path $work/nginx-fastcgi;
  uwsgi_temp_path $work/nginx-uwsgi;
  scgi_temp_path $work/nginx-scgi;
  server {
    listen 127.0.0.1:$port backlog=2048;
    location / { return 200 "$quoted"; }
  }
}
END
}

# nginx cannot ask the system for a free port: it gets a random one, and another when taken.
start_nginx_as() {
  local process=$1 port attempt
  shift
  for attempt in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 12000))
    nginx_conf "$port" "$process" >"$work/nginx.conf"
    : >"$work/nginx.log"
    "$@" nginx -p "$work" -c "$work/nginx.conf" >>"$work/nginx.out" 2>&1 </dev/null &
    server_pid=$!
    server_url=http://127.0.0.1:$port
    # The last it says before the first request differs with and without a master.
    ! await_line "$work/nginx.log" "$server_pid" "$nginx_is_up" || return 0
    stop_server "$server_pid" || true
    echo "nginx did not start on port $port (attempt $attempt)" >&2
  done
  cat "$work/nginx.log" "$work/nginx.out" >&2
  return 1
}

start_nginx() { nginx_is_up='start worker process ' start_nginx_as on "$@"; }

start_nginx_single() { nginx_is_up='getrlimit' start_nginx_as off "$@"; }
