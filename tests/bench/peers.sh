# shellcheck shell=bash
# The servers that scripts/bench compares, all answering with the same body on one worker: ours
# and nginx; peers_debian.sh has the others. Sourced; expects server.sh, $work, $bin, $body.
# Every start function takes the words to run the server under (taskset, valgrind, strace ...)
# and sets server_pid and server_url. Limits and timeouts are what each server comes with.

# The body that `hello` really sends; the others are told to send the same.
learn_body() {
  start_server "$work/body.log" "$bin/appserver" hello:app -b 127.0.0.1:0 -w 1 --access-logfile off
  body=$(curl -sS --max-time 10 "$server_url/" && echo x)
  body=${body%x}
  stop_server "$server_pid" || true
}

# What static1k and static100k ask for.
write_static_files() {
  mkdir -p "$work/root/files"
  head -c 1024 /dev/zero | tr '\0' x >"$work/root/files/1k"
  head -c 102400 /dev/zero | tr '\0' x >"$work/root/files/100k"
}

start_appserver() {
  start_server "$work/appserver.log" "$@" "$bin/appserver" hello:app -b 127.0.0.1:0 -w 1 \
    --access-logfile "$work/appserver.access"
}

start_appserver_echo() {
  start_server "$work/echo.log" "$@" "$bin/appserver" echo:app -b 127.0.0.1:0 -w 1 \
    --access-logfile "$work/echo.access"
}

start_appserver_static() {
  start_server "$work/static.log" "$@" "$bin/appserver" --static "/files=$work/root/files" \
    -b 127.0.0.1:0 -w 1 --access-logfile "$work/static.access"
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
# keepalive_requests and the connections are raised: they would cut the measurement off.
# sendfile and tcp_nopush are on, as in the nginx.conf of Debian. Its workers are nobody else's:
# $work may be read by its owner alone.
nginx_conf() {
  local port=$1 quoted=${body//$'\n'/\\n}
  cat <<END
daemon off;
user $(id -un) $(id -gn);
master_process $nginx_master;
worker_processes 1;
worker_rlimit_nofile $(ulimit -n);
pid $work/nginx.pid;
error_log $work/nginx.log notice;
events { worker_connections 16384; }
http {
  access_log $work/nginx.access ${NGINX_ACCESS_LOG:-combined buffer=64k flush=1s};
  default_type text/plain;
  keepalive_requests 1000000000;
  client_body_temp_path $work/nginx-body;
  proxy_temp_path $work/nginx-proxy;
  fastcgi_temp_path $work/nginx-fastcgi;
  uwsgi_temp_path $work/nginx-uwsgi;
  scgi_temp_path $work/nginx-scgi;
  server {
    listen 127.0.0.1:$port backlog=2048;
    sendfile on;
    tcp_nopush on;
    location / { return 200 "$quoted"; }
    location /files/ { root $work/root; }
    location /cached/ { alias $work/root/files/; open_file_cache max=1000; }
  }
}
END
}

# start_on_some_port NAME REGEX COMMAND...: for servers that cannot ask the system for a free
# port: a random one, and another when that is taken. NAME_conf PORT writes $work/NAME.conf;
# the server is up when a line of $work/NAME.log matches REGEX.
start_on_some_port() {
  local name=$1 is_up=$2 port attempt
  shift 2
  for attempt in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 12000))
    "${name}_conf" "$port" >"$work/$name.conf"
    : >"$work/$name.log"
    "$@" >>"$work/$name.log" 2>&1 </dev/null &
    server_pid=$!
    server_url=http://127.0.0.1:$port
    ! await_line "$work/$name.log" "$server_pid" "$is_up" || return 0
    stop_server "$server_pid" || true
    echo "$name did not start on port $port (attempt $attempt)" >&2
  done
  tail -n 20 "$work/$name.log" >&2
  return 1
}

# The last that nginx says before the first request differs with and without a master.
start_nginx() {
  nginx_master=on
  start_on_some_port nginx 'start worker process ' "$@" nginx -p "$work" -c "$work/nginx.conf"
}

start_nginx_single() {
  nginx_master=off
  start_on_some_port nginx getrlimit "$@" nginx -p "$work" -c "$work/nginx.conf"
}
