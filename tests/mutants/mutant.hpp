// A mutant: a small edit of the server's text that breaks one rule and nothing else, so
// that the tests of that rule must go red. Knows text and files; neither builds nor
// runs anything (run.sh).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace appserver::testing {

/// One text in one file, and what takes its place.
struct Edit {
  std::string file;  ///< from the top of the tree
  std::string text, replacement;
};

struct Mutant {
  std::string id;      ///< "E7", or "E7b" for a second one of that rule
  std::string breaks;  ///< what it does wrong, in words
  std::vector<Edit> edits;
  std::vector<std::string> also;  ///< rules, or tests, that must go red beside its own
  std::string why;  ///< why they do; without edits: why the rule has no mutant
};

/// The rule that it breaks: its id without the letter.
std::string rule_of(const Mutant& mutant);

/// All of one text; README.md has the form. Throws std::runtime_error with the line
/// that is not understood.
std::vector<Mutant> parse_mutants(std::string_view text);

/// All of the folder's *.txt, in the order of their names.
std::vector<Mutant> read_mutants(const std::filesystem::path& folder);

/// How often `what` is in `text`.
std::size_t count_of(std::string_view text, std::string_view what);

/// Changes the files below `tree`. Throws std::runtime_error where a text is not there
/// exactly once.
void change_tree(const Mutant& mutant, const std::filesystem::path& tree);

}  // namespace appserver::testing
