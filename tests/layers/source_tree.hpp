// The sources of this project as text, to be judged by the rules in rules.hpp.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace appserver::layers_test {

struct SourceFile {
  std::string path;  ///< from the project's root: "server/http/fields.cpp"
  std::string text;
};

/// Every .cpp, .hpp, .c and .h below root/server, root/sdk and root/plugins, by path.
std::vector<SourceFile> read_sources(const std::string& root);

/// The folders directly below root/server.
std::set<std::string> read_rooms(const std::string& root);

std::string read_text(const std::string& path);

/// layers.txt: room -> the rooms it may include. Throws on a line that is not "room: a
/// b".
using Layers = std::map<std::string, std::set<std::string>>;
Layers parse_layers(const std::string& text);

struct Include {
  std::string target;  ///< with its brackets: "\"http/fields.hpp\"" or "<vector>"
  std::size_t line = 0;
};

std::vector<Include> includes_of(const std::string& text);

/// The text with comments, string and character literals blanked out, line by line as
/// before: a rule about code must not trip over a sentence about it.
std::string code_of(const std::string& text);

}  // namespace appserver::layers_test
