// Prints the layout: `abi_layout > tests/abi/layout.txt` takes a decided change over.
#include <cstdio>

#include "layout.hpp"

int main() {
  std::fputs(gateway::abi_test::current_layout().c_str(), stdout);
}
