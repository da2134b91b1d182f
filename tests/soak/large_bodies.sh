#!/usr/bin/env bash
# Answers of LARGE_BYTES (5 GiB), beyond what 32 bits count: a file that is sent by descriptor
# (`--static`; sparse, with a block of pattern in each 64 MiB, so that it takes 80 MiB of the
# disk), and a stream that an app generates. Each goes to a client that takes all it gets, and to
# one that takes SLOW_RATE (64 MiB) a second, so that the server waits for it. Every byte is
# compared with the file, or with the same stream made here, and the worker's peak of memory
# (VmHWM) grows by less than 8 MiB. The slow client alone takes 80 s for each.
#
#   large_bodies.sh APPSERVER TEST_APPS_FOLDER
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/worker.sh"
appserver=$1 apps=$2
large_bytes=${LARGE_BYTES:-5368709120}
slow_rate=${SLOW_RATE:-67108864}
growth_kib=8192
stretch=67108864
block=1048576

# One block of the numbers at the begin of each stretch, and one at the end of the file.
make_file() {
  local at count=$((large_bytes / stretch)) file=$work/public/large
  truncate -s "$large_bytes" "$file"
  for ((at = 0; at < count; at++)); do
    numbers $((block + at)) | tail -c "$block" |
      dd of="$file" bs=$block seek=$((at * stretch / block)) conv=notrunc status=none
  done
  numbers "$block" | dd of="$file" bs=$block seek=$((large_bytes / block - 1)) conv=notrunc \
    status=none
}

memory_kib() { awk -v name="$2:" '$1 == name { print $2 }' "/proc/$1/status"; }

the_file() { cat "$work/public/large"; }
the_stream() { numbers "$large_bytes"; }

# same WHAT PATH REFERENCE [CURL WORDS...]: REFERENCE writes what PATH must be.
same() {
  local what=$1 path=$2 reference=$3 worker resident before after began=$SECONDS
  shift 3
  worker=$(worker_of "$server_pid")
  resident=$(memory_kib "$worker" VmRSS)
  before=$(memory_kib "$worker" VmHWM)
  curl -sS --fail "$@" "$server_url$path" | cmp - <("$reference") || fail "$what: other bytes came"
  after=$(memory_kib "$worker" VmHWM)
  ((after - before < growth_kib)) || fail "$what: VmHWM grew from $before to $after KiB"
  echo "$what: $large_bytes bytes, all the same, VmRSS $resident KiB before, VmHWM" \
    "$before to $after KiB, $((SECONDS - began)) s"
}

mkdir "$work/public"
make_file
start_server "$work/server.log" "$appserver" "$apps/sources.so:app" --static "/f=$work/public" \
  -b 127.0.0.1:0 -w 1 --access-logfile off
# What both need in any case is taken before the memory is looked at.
curl -sS --fail -r 0-104857599 "$server_url/f/large" >/dev/null
curl -sS --fail "$server_url/numbers/100/1048576" >/dev/null
same 'file, fast client' /f/large the_file
same 'file, slow client' /f/large the_file --limit-rate "$slow_rate"
same 'stream, fast client' "/numbers/1/$large_bytes" the_stream
same 'stream, slow client' "/numbers/1/$large_bytes" the_stream --limit-rate "$slow_rate"
stop_server "$server_pid" || fail "the server did not stop cleanly"
server_pid=
