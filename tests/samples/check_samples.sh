#!/usr/bin/env bash
# The samples under conf/ as the programs that they are for read them.
#   check_samples.sh APPSERVER CONF
# Fails on any line that systemd-analyze prints: its exit code proves nothing.
set -euo pipefail

server=$1
conf=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

# Runs a command; it must succeed and its output must not match the pattern.
must_be_content() {
  local name=$1 pattern=$2 said
  shift 2
  if ! said=$("$@" 2>&1) || grep -Eqi "$pattern" <<<"$said"; then
    printf '%s: %s\n%s\n' "$name" "$*" "$said" >&2
    failed=1
  fi
}

check_units() { # folder
  must_be_content "$1" '.' systemd-analyze verify --man=no \
    "$1/appserver.service" "$1/appserver.socket"
}

mkdir "$scratch/units"
cp "$conf"/systemd/appserver.{service,socket} "$scratch/units"
sed -i "s|/usr/bin/appserver|$server|" "$scratch/units/appserver.service"
check_units "$scratch/units"

must_be_content haproxy 'warning|alert' haproxy -c -f "$conf/haproxy/appserver.cfg"

# nginx opens the sockets even to test a file: other ones here.
sed -e "s|listen 80;|listen unix:$scratch/one;|" -e '/listen \[::\]:80;/d' \
  "$conf/nginx/appserver.conf" >"$scratch/site.conf"
cat >"$scratch/nginx.conf" <<END
pid $scratch/pid;
error_log stderr;
events {}
http {
  access_log off;
  include $scratch/site.conf;
}
END
must_be_content nginx 'warn|emerg' nginx -t -q -p "$scratch" -c "$scratch/nginx.conf"

# Each of these checks can fail: a wrong word is seen.
can_fail() {
  local before=$failed
  failed=0
  "$@" 2>/dev/null
  [[ $failed == 1 ]] || { echo "not seen: $*" >&2; before=1; }
  failed=$before
}

mkdir "$scratch/wrong"
cp "$scratch/units/"* "$scratch/wrong"
sed -i 's/^KillMode=/KillMood=/' "$scratch/wrong/appserver.service"
can_fail check_units "$scratch/wrong"
sed 's/balance leastconn/balance gently/' "$conf/haproxy/appserver.cfg" >"$scratch/wrong.cfg"
can_fail must_be_content haproxy 'warning|alert' haproxy -c -f "$scratch/wrong.cfg"
sed -i 's/proxy_pass/proxy_past/' "$scratch/site.conf"
can_fail must_be_content nginx 'warn|emerg' nginx -t -q -p "$scratch" -c "$scratch/nginx.conf"

exit "$failed"
