#!/usr/bin/env bash
# Builds each mutant of the server and runs the conformance tests against it: those of the
# rule that it breaks must go red, all others stay green. Prints a table; fails where a mutant
# survives or breaks more than it says.
#
#   tests/mutants/run.sh [ID...]    those of these rules or mutants (E7, E7b); all without
#
# BUILD: a built tree with tests (build/dev). QUICK=1: only the tests of the rule itself.
# JOBS: mutants at once (2). A mutant costs one compilation, one link and the tests' time.
# TESTS, NO_BUILD: programs of another build of the same tree; believe that it is up to date.
set -euo pipefail -f # -f: the star of `also *` is none of the shell's
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$top/tests/mutants
build=$(realpath "${BUILD:-$top/build/dev}")
tests=$(realpath "${TESTS:-$build}")
export CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=$top

[[ -n ${NO_BUILD:-} ]] ||
  ninja -C "$build" -j "${JOBS:-2}" appserver mutant conformance_test serving_apps test_apps >&2

suite=$tests/bin/conformance_test
mutant=("$tests/bin/mutant" "$here")
source_of_build=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$build/CMakeCache.txt")
work=$(mktemp -d "$build/mutants.XXXXXX")
trap 'rm -rf "$work"' EXIT
"$suite" --gtest_list_tests | awk '/^[^ ]/ {suite = $1} /^ / {print suite $1}' > "$work/tests"
ninja -C "$build" -t commands appserver | tail -1 > "$work/link"

# The tests of rules, or with a name of their own: E7, "*", Conformance.EveryRequest...
tests_of() {
  local name
  for name in "$@"; do
    case $name in
      '*') cat "$work/tests" ;;
      *.*) echo "$name" ;;
      *) grep -E "\.Gw${name}[A-Z]" "$work/tests" || true ;;
    esac
  done
}

# make ID: $work/ID/appserver. Only the files that it changes are compiled, and they take the
# place of what the server's libraries hold of them.
make() {
  local id=$1 file object command objects=()
  mkdir -p "$work/$id/tree"
  while read -r file; do
    mkdir -p "$work/$id/tree/$(dirname "$file")"
    cp "$source_of_build/$file" "$work/$id/tree/$file"
  done < <("${mutant[@]}" files "$id")
  "${mutant[@]}" apply "$id" "$work/$id/tree" || return 1
  for file in $("${mutant[@]}" files "$id" | sort -u); do
    object=$work/$id/$(basename "$file").o
    command=$(awk -v source="$source_of_build/$file" '$NF == source' "$work/commands")
    command=${command% -c *}
    command=${command%% -MD *}
    (cd "$build" && $(sed 's/\\"/"/g; s/ -Werror//' <<< "$command") -O0 -w \
      -o "$object" -c "$work/$id/tree/$file") || return 1
    objects+=("$object")
  done
  command=$(sed "s|^: && ||; s| && :$||; s| -o [^ ]*| -o $work/$id/appserver ${objects[*]}|" \
    "$work/link")
  (cd "$build" && $command)
}

# failed_of ID NAME SECONDS TEST...: those that are red, or did not come to their end.
failed_of() {
  local id=$1 log=$work/$1/$2.log seconds=$3
  shift 3
  APPSERVER_UNDER_TEST=$work/$id/appserver timeout "$seconds" "$suite" \
    --gtest_filter="$(IFS=:; echo "$*")" > "$log" 2>&1 || true
  awk '/^\[ RUN/ {open = $NF} /^\[       OK/ {open = ""}
       /^\[  FAILED  \] [A-Za-z]+\.[A-Za-z0-9]+ \(/ {print $4; open = ""}
       END {if (open != "") print open}' "$log" | sort -u
}

# All that is left when those of files are taken out of the list.
without() { grep -vxF -f <(cat "$@") "$work/tests" || true; }

# row ID: tab-separated id, result, tests that it made red.
row() {
  local id=$1 rule own also others=() red more=''
  rule=$(sed -E 's/[a-z]$//' <<< "$id")
  mapfile -t own < <(tests_of "$rule")
  mapfile -t also < <(tests_of $("${mutant[@]}" also "$id"))
  [[ ${#own[@]} -gt 0 ]] || { printf '%s\tNO TEST\t\n' "$id"; return; }
  make "$id" > "$work/$id.log" 2>&1 || { printf '%s\tNOT BUILT\t\n' "$id"; return; }
  red=$(failed_of "$id" own 300 "${own[@]}" | tr '\n' ' ')
  if [[ -z ${QUICK:-} ]]; then
    printf '%s\n' "${own[@]}" "${also[@]}" > "$work/$id.expected"
    mapfile -t others < <(without "$work/$id.expected" "$work/red")
    [[ ${#others[@]} -eq 0 ]] || more=$(failed_of "$id" others 900 "${others[@]}" | tr '\n' ' ')
  fi
  if [[ -z $red ]]; then
    printf '%s\tSURVIVED\t%s\n' "$id" "$more"
  elif [[ -n $more ]]; then
    printf '%s\tBROKE MORE\t%s\n' "$id" "$more"
  else
    printf '%s\tkilled\t%s\n' "$id" "$red"
  fi
  rm -rf "${work:?}/$id"
}

ninja -C "$build" -t commands appserver | grep ' -c ' > "$work/commands"
mkdir "$work/none"
cp "$build/bin/appserver" "$work/none/appserver"
mapfile -t all < "$work/tests"
failed_of none all 900 "${all[@]}" > "$work/red"
[[ ! -s $work/red ]] || printf 'red without any mutant, and left out: %s\n' $(cat "$work/red") >&2
mapfile -t ids < <("${mutant[@]}" list "$@" | cut -f1)
running=0
for id in "${ids[@]}"; do
  row "$id" > "$work/$id.row" &
  running=$((running + 1))
  if [[ $running -ge ${JOBS:-2} ]]; then
    wait -n || true
    running=$((running - 1))
  fi
done
wait

"${mutant[@]}" list "$@" | while IFS=$'\t' read -r id breaks; do
  IFS=$'\t' read -r _ result red < "$work/$id.row"
  printf '%-5s %-11s %s\n' "$id" "$result" "$breaks"
  awk '{for (i = 1; i <= NF && i <= 8; ++i) printf "%18s%s\n", "", $i}
       NF > 8 {printf "%18sand %d more\n", "", NF - 8}' <<< "$red"
  [[ $result != 'NOT BUILT' ]] || cat "$work/$id.log"
done
killed=$(for id in "${ids[@]}"; do cat "$work/$id.row"; done | grep -cP '\tkilled\t' || true)
echo "${#ids[@]} mutants: $killed killed, $((${#ids[@]} - killed)) not"
[[ $killed -eq ${#ids[@]} ]]
