// A C header as the lint sees it: not a compiler, just enough grammar for this one
// header's style (structs, typedefs, #define), with the comments kept beside what they
// speak of.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gateway::abi_test {

/// One declaration up to its semicolon, without comments, white space folded.
struct Declaration {
  std::string text;
  std::string
      comments;  ///< those directly before it, and those after it on its last line
  std::size_t line = 0;  ///< where it begins, from 1
};

struct Struct {
  std::string name;
  std::vector<Declaration> members;
  std::size_t line = 0;
};

struct Header {
  std::vector<std::string> includes;   ///< "<stddef.h>"
  std::vector<std::string> constants;  ///< names of #defines with a number for a value
  std::vector<Struct> structs;         ///< the defined ones, not the forward declared
  std::vector<Declaration> others;     ///< typedefs and functions at file scope
};

Header parse_header(std::string_view text);

/// The names a member declaration declares: "gw_str a, b" gives a and b.
std::vector<std::string> declared_names(const std::string& declaration);

/// Is it a function, or a pointer to one?
bool is_function(const std::string& declaration);

std::string read_file(const std::string& path);

}  // namespace gateway::abi_test
