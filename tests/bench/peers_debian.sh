# shellcheck shell=bash
# The peers of scripts/bench that Debian packages, but nginx: lighttpd and h2o serve the body as
# a file (neither has nginx's `return`), uWSGI calls a C function through symcall. One worker
# each, access log on, timeouts as they come, but that idle connections are kept for 75 s, as by
# nginx. Sourced; expects what peers.sh expects, and start_on_some_port from there.

# The file that lighttpd and h2o answer with.
write_body_file() {
  mkdir -p "$work/root"
  printf '%s' "$body" >"$work/root/index.txt"
}

# max-keep-alive-requests is a 16-bit number: the client connects again after that many.
# max-connections may be half of max-fds at most, which the hard limit bounds.
lighttpd_conf() {
  cat <<END
server.bind = "127.0.0.1"
server.port = $1
server.document-root = "$work/root"
server.modules = ("mod_accesslog")
server.errorlog = "$work/lighttpd.log"
accesslog.filename = "$work/lighttpd.access"
server.max-fds = $(ulimit -n)
server.max-connections = $(($(ulimit -n) / 2))
server.max-keep-alive-requests = 65535
server.max-keep-alive-idle = 75
server.listen-backlog = 2048
index-file.names = ("index.txt")
mimetype.assign = (".txt" => "text/plain")
END
}

start_lighttpd() {
  write_body_file
  start_on_some_port lighttpd 'server started' \
    "$@" lighttpd -D -f "$work/lighttpd.conf"
}

# /echo is mruby's: the only way to make h2o answer with what it was sent.
h2o_conf() {
  cat <<END
num-threads: 1
num-name-resolution-threads: 1
max-connections: 16384
http1-request-timeout: 75
user: $(id -un)
access-log: $work/h2o.access
listen:
  host: 127.0.0.1
  port: $1
hosts:
  default:
    paths:
      "/":
        file.file: $work/root/index.txt
      "/files":
        file.dir: $work/root/files
      "/echo":
        mruby.handler: |
          Proc.new do |env|
            [200, {"content-type" => "text/plain"}, [env["rack.input"].read]]
          end
END
}

start_h2o() {
  write_body_file
  start_on_some_port h2o 'ready to serve requests' \
    "$@" h2o -m worker -c "$work/h2o.conf"
}

# Answers HTTP/1.0 and closes; harakiri is its limit for a request and needs the master.
# Modifier 18 is symcall. It finds a free port by itself, but says so in its own words.
start_uwsgi() {
  : >"$work/uwsgi.log"
  : >"$work/uwsgi.access"
  BENCH_BODY=$body "$@" uwsgi-core --plugin symcall --master --die-on-term --workers 1 \
    --harakiri 30 --post-buffering 4096 --listen 1024 --http-socket 127.0.0.1:0 \
    --http-socket-modifier1 18 --dlopen "$bin/uwsgi_answer.so" --symcall answer \
    --logto "$work/uwsgi.access" >"$work/uwsgi.log" 2>&1 </dev/null &
  server_pid=$!
  # Once it has read its options everything goes to --logto, requests too.
  if await_line "$work/uwsgi.access" "$server_pid" 'bound to TCP address ([0-9.:]+)'; then
    server_url=http://$awaited
    ! await_line "$work/uwsgi.access" "$server_pid" 'spawned uWSGI worker 1 ' || return 0
  fi
  tail -n 20 "$work/uwsgi.log" "$work/uwsgi.access" >&2
  stop_server "$server_pid" || true
  return 1
}
