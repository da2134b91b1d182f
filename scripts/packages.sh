# shellcheck shell=bash
# Which Debian packages each tier needs, and why; installs what is missing. Sourced, not run:
#   install_packages run|test|full|bench
#   install_wanted peers    what can be done without: a line for each that does not install
# Tiers build on each other: test = run + test, full = test + full, bench = test + bench.

package_table() {
  cat <<'END'
run   g++                               compiles the server and the C++ and C apps
run   cmake                             the build, with presets
run   ninja-build                       runs it
run   ccache                            the second build in seconds
run   libboost1.81-dev                  Asio, Beast, System, DLL
run   libboost-program-options1.81-dev  flags
run   libboost-json1.81-dev             an app's config, inspect --json
run   libyaml-cpp-dev                   the configuration file
run   libspdlog-dev                     logs
run   libssl-dev                        SHA-256 of a module
run   zlib1g-dev                        the gzip plugin
run   libbrotli-dev                     likewise: brotli
run   rustc                             the example app in Rust
test  libgtest-dev                      the tests
test  libgmock-dev                      their matchers
test  clang                             the second compiler
test  clang-format                      one layout for all files
test  binutils                          nm and readelf: what a plugin exports
test  curl                              a client that is not ours
test  git                               which files changed
test  systemd                           systemd-analyze verify: the sample units
test  haproxy                           reads its sample
test  nginx-light                       likewise; the yardstick of the benchmarks
full  chromium                          a browser as a client
full  python3                           drives the browser
full  python3-websockets                a WebSocket client that is not ours
full  node-ws                           another, with nodejs
full  clang-tidy                        lint
full  libclang-rt-14-dev                sanitizers and libFuzzer of clang
full  slowhttptest                      slow clients that are not ours
bench wrk                               cross-check of our load client
bench valgrind                          instructions per request
bench strace                            system calls per request
peers lighttpd                          another server to compare with
peers h2o                               likewise
peers uwsgi-core                        likewise: calls C functions of a shared library
END
}

tiers_of() {
  case $1 in
    run) echo run ;;
    test) echo run test ;;
    full) echo run test full ;;
    bench) echo run test bench ;;
    peers) echo peers ;;
    *) echo "packages.sh: no tier \"$1\"" >&2; return 1 ;;
  esac
}

packages_of() {
  local tiers tier package _why
  tiers=$(tiers_of "$1")
  while read -r tier package _why; do
    [[ " $tiers " != *" $tier "* ]] || echo "$package"
  done < <(package_table)
}

# dpkg's word counts, not the PATH: a compiler of another origin is not Debian's.
is_installed() {
  [[ $(dpkg-query -W -f='${Status}' "$1" 2>/dev/null) == 'install ok installed' ]]
}

missing_packages() {
  local package
  for package in $(packages_of "$1"); do
    is_installed "$package" || echo "$package"
  done
}

# RUNLEVEL=1: a service such as nginx is installed, not started.
quiet_install=(DEBIAN_FRONTEND=noninteractive RUNLEVEL=1)

as_root() {
  if [[ $(id -u) == 0 ]]; then
    env "${quiet_install[@]}" "$@"
  else
    sudo env "${quiet_install[@]}" "$@"
  fi
}

can_install() {
  if ! command -v apt-get >/dev/null; then
    echo "There is no apt-get here: this script knows Debian 12. Missing: $*" >&2
    return 1
  fi
  if [[ $(id -u) != 0 ]] && ! command -v sudo >/dev/null; then
    echo "Packages are missing and this is neither root nor is there sudo. As root, run:" >&2
    echo "  apt-get install --no-install-recommends $*" >&2
    return 1
  fi
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$1")
  [[ ${#missing[@]} == 0 ]] || install_these "${missing[@]}"
}

install_wanted() {
  local package
  for package in $(missing_packages "$1"); do
    install_these "$package" || echo "Going on without $package" >&2
  done
}

install_these() {
  local missing=("$@") log
  can_install "${missing[@]}" || return 1
  echo "Installing ${#missing[@]} packages: ${missing[*]}" >&2
  log=$(mktemp)
  if ! { as_root apt-get update -q &&
    as_root apt-get install -y -q --no-install-recommends "${missing[@]}"; } \
    >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    echo "apt-get could not install: ${missing[*]} (all it said: $log)" >&2
    return 1
  fi
  rm -f "$log"
}
