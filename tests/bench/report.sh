# shellcheck shell=bash
# How scripts/bench prints the rounds of a mode. Sourced.

# middle COLUMN: of the lines on standard input the median, lowest and highest of a column,
# divided by 1000.
middle() {
  sort -n -k "$1,$1" | awk -v column="$1" '
    { value[NR] = $column / 1000 }
    END {
      low = int((NR + 1) / 2)
      high = int(NR / 2) + 1
      printf "%.3f %.3f %.3f\n", (value[low] + value[high]) / 2, value[1], value[NR]
    }'
}

# print_row NAME LINES: lines of "ratio*1000 rate busy*1000 client_busy*1000". Sets ratio, the
# median, and some_idle if the server was not the limit.
print_row() {
  local lines=${2%$'\n'} lowest highest rate busy client rest
  read -r ratio lowest highest < <(middle 1 <<<"$lines")
  read -r rate rest < <(middle 2 <<<"$lines")
  read -r busy rest < <(middle 3 <<<"$lines")
  read -r client rest < <(middle 4 <<<"$lines")
  awk -v name="$1" -v ratio="$ratio" -v low="$lowest" -v high="$highest" -v rate="$rate" \
    -v busy="$busy" -v client="$client" 'BEGIN {
      printf "  %-16s %6.2f  (%.2f .. %.2f)  %9d  %3.0f %% %3.0f %%%s\n", name, ratio, low, high,
        rate * 1000, busy * 100, client * 100, busy < 0.95 ? " !" : ""
    }'
  ((10#${busy/./} >= 950)) || some_idle=yes
}

# print_ceiling LINES: lines of "ratio*1000" to the raw answerer. Sets ratio.
print_ceiling() {
  local lowest highest
  read -r ratio lowest highest < <(middle 1 <<<"${1%$'\n'}")
  printf '  %-16s %6.2f  (%.2f .. %.2f)\n' "ours / ceiling" "$ratio" "$lowest" "$highest"
}
