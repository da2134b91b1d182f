#!/usr/bin/env bash
# Large bodies pass through without being kept. The `echo` app, which answers a body with the
# same bytes:
#   1. UPLOAD_BYTES (1 GiB) go up and come back, the SHA-256 is the same, and the worker's
#      peak of memory (VmHWM) grows by less than 8 MiB;
#   2. the same with a reader that takes 1 MB a second, for SLOW_BYTES (64 MiB): the server
#      waits for it and keeps no more than before;
#   3. with the default limit a large body is refused with a 413 that the client gets to read.
#
#   upload.sh APPSERVER
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/worker.sh"
appserver=$1
upload_bytes=${UPLOAD_BYTES:-1073741824}
slow_bytes=${SLOW_BYTES:-67108864}
growth_kib=8192

sha256() { sha256sum | cut -d' ' -f1; }

peak_kib() { awk '/^VmHWM:/ { print $2 }' "/proc/$1/status"; }

# -T - sends a body of unknown length: chunked. Expect: is dropped so that nothing waits.
echo_through() {
  curl -sS --no-buffer -X POST -H 'Expect:' -T - "$server_url/"
}

warm_up() {
  numbers 8388608 | echo_through >/dev/null
  numbers 8388608 | echo_through >/dev/null
}

# Takes a MiB a second; the pause is the speed. What it does not take stays in the pipe, then
# in curl, which stops reading, and the server has to wait.
slow_reader() {
  while head -c 1048576 >"$work/part" && [[ -s $work/part ]]; do
    cat "$work/part"
    sleep 1
  done
}

same_bytes_same_memory() {
  local what=$1 bytes=$2 reader=$3 worker before after sent received
  worker=$(worker_of "$server_pid")
  before=$(peak_kib "$worker")
  sent=$(numbers "$bytes" | sha256)
  received=$(numbers "$bytes" | echo_through | "$reader" | sha256) || fail "$what: curl"
  after=$(peak_kib "$worker")
  [[ $sent == "$received" ]] || fail "$what: other bytes came back"
  ((after - before < growth_kib)) || fail "$what: VmHWM grew from $before to $after KiB"
  echo "$what: $bytes bytes, same SHA-256, VmHWM +$((after - before)) KiB"
}

# A client that sends all before it reads loses an early answer when the server closes with
# bytes unread: the kernel answers with a reset. curl reads while it sends, a plain pipe does
# not; so both ask. Both declare the length: of a body without one, `echo` has answered the
# beginning before it is too long.
refused_but_told() {
  local status
  body 67108864 >"$work/body"
  status=$(curl -sS -o "$work/refusal" -w '%{http_code}' -X POST -H 'Expect:' \
    -T "$work/body" "$server_url/") || fail "413: curl could not read the answer"
  [[ $status == 413 ]] || fail "413: the answer was $status"
  plain_client | grep -q '^HTTP/1.1 413 ' || fail "413: a plain client saw no answer"
  echo "over the limit: refused with a 413 that the client read"
}

# Declares 4 MiB, sends all of it, and only then reads.
plain_client() {
  local host_port=${server_url#http://} socket
  exec {socket}<>"/dev/tcp/${host_port%:*}/${host_port##*:}"
  printf 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4194304\r\n\r\n' >&"$socket"
  body 4194304 1>&"$socket" || true
  timeout 30 cat <&"$socket" || true
  exec {socket}>&-
}

start_server "$work/server.log" "$appserver" echo:app -b 127.0.0.1:0 -w 1 \
  --client-max-body-size 2g --timeout 0 --access-logfile off
warm_up
same_bytes_same_memory 'fast reader' "$upload_bytes" cat
same_bytes_same_memory 'slow reader' "$slow_bytes" slow_reader
stop_server "$server_pid" || fail "the server did not stop cleanly"
start_server "$work/server.log" "$appserver" echo:app -b 127.0.0.1:0 -w 1
refused_but_told
