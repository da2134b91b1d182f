// What run.sh asks of the lists:
//   mutant FOLDER list [ID...]       ID, tab, what it breaks; of those, or of all
//   mutant FOLDER files ID           the files that it changes
//   mutant FOLDER also ID            what goes red beside its own rule's tests
//   mutant FOLDER apply ID TREE      changes the files below TREE
#include <algorithm>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "mutant.hpp"

namespace appserver::testing {
namespace {

using Words = std::vector<std::string>;

/// By its own id, its rule's, or the letter of its rules.
bool is_asked(const Mutant& mutant, const Words& ids) {
  const auto is = [&](const std::string& id) {
    return id == mutant.id || id == rule_of(mutant) || id == mutant.id.substr(0, 1);
  };
  return !mutant.edits.empty() &&
         (ids.empty() || std::any_of(ids.begin(), ids.end(), is));
}

int run(const Words& words) {
  if (words.size() < 2) return 2;
  const std::string& what = words[1];
  for (const Mutant& mutant : read_mutants(words[0])) {
    if (what == "list") {
      if (is_asked(mutant, {words.begin() + 2, words.end()}))
        std::cout << mutant.id << '\t' << mutant.breaks << '\n';
      continue;
    }
    if (words.size() < 3 || mutant.id != words[2]) continue;
    if (what == "files") {
      for (const Edit& edit : mutant.edits) std::cout << edit.file << '\n';
    } else if (what == "also") {
      for (const std::string& name : mutant.also) std::cout << name << '\n';
    } else if (what == "apply" && words.size() == 4) {
      change_tree(mutant, words[3]);
    } else {
      return 2;
    }
  }
  return 0;
}

}  // namespace
}  // namespace appserver::testing

int main(int argc, char** argv) {
  try {
    return appserver::testing::run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
  }
}
