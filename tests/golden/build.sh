#!/usr/bin/env bash
# Builds the golden plugins of the current draft, once: tests/golden/build.sh. Run it when the
# draft number has changed, and keep what it makes; README.md says why it is never run again.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$here/../..
draft=$(sed -n 's/^#define GW_ABI_DRAFT \([0-9]*\).*/\1/p' "$top/gateway_abi/include/gateway/gateway.h")
to=$here/draft-$draft
[[ ! -e $to/SHA256SUMS ]] || { echo "draft $draft has its golden plugins: $to" >&2; exit 1; }
mkdir -p "$to"

link=(-shared -s -fPIC -fvisibility=hidden "-Wl,-z,now,-z,noexecstack,-z,defs,--exclude-libs,ALL"
  "-Wl,--version-script=$top/cmake/gateway.map" -Wl,--build-id=none)
gcc -std=c11 -D_GNU_SOURCE -O2 "${link[@]}" -I "$top/gateway_abi/include" \
  -o "$to/golden_c.so" "$here/golden.c"
g++ -std=c++20 -O2 -fno-gnu-unique -fvisibility-inlines-hidden "${link[@]}" \
  -I "$top/gateway_abi/include" -I "$top/sdk/include" -o "$to/golden_cpp.so" \
  "$top/plugins/echo/echo.cpp"
rustc --edition 2021 --crate-type cdylib --crate-name golden_rust -C opt-level=z -C lto \
  -C strip=symbols -C link-arg=-Wl,-z,defs,-z,now,-z,noexecstack,--build-id=none \
  -o "$to/golden_rust.so" "$top/plugins/rust_hello/hello.rs"
cd "$to"
sha256sum golden_c.so golden_cpp.so golden_rust.so > SHA256SUMS
{
  echo "commit   $(git -C "$top" rev-parse HEAD), $(git -C "$top" log -1 --format=%cs)"
  echo "gcc      $(gcc -dumpfullversion)"
  echo "rustc    $(rustc --version)"
  echo "machine  $(uname -m), glibc $(ldd --version | sed -n '1s/.* //p')"
} > BUILT
