#include "source_tree.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace appserver::layers_test {

namespace fs = std::filesystem;

std::string read_text(const std::string& path) {
  const std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<SourceFile> read_sources(const std::string& root) {
  const std::set<std::string> kinds = {".cpp", ".hpp", ".c", ".h"};
  std::vector<SourceFile> files;
  for (const char* part : {"server", "sdk", "plugins"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(root) / part)) {
      if (!entry.is_regular_file()) continue;
      if (kinds.count(entry.path().extension().string()) == 0) continue;
      files.push_back({fs::relative(entry.path(), root).generic_string(),
                       read_text(entry.path().string())});
    }
  }
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

std::set<std::string> read_rooms(const std::string& root) {
  std::set<std::string> rooms;
  for (const auto& entry : fs::directory_iterator(fs::path(root) / "server")) {
    if (entry.is_directory()) rooms.insert(entry.path().filename().string());
  }
  return rooms;
}

Layers parse_layers(const std::string& text) {
  Layers layers;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) throw std::runtime_error("not a layer: " + line);
    auto [at, is_new] = layers.insert({line.substr(0, colon), {}});
    if (!is_new) throw std::runtime_error("twice in the file: " + at->first);
    std::istringstream words(line.substr(colon + 1));
    for (std::string word; words >> word;) at->second.insert(word);
  }
  return layers;
}

std::vector<Include> includes_of(const std::string& text) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*([<"][^>"]*[>"]))");
  std::vector<Include> found;
  std::istringstream lines(text);
  std::string line;
  std::smatch match;
  for (std::size_t n = 1; std::getline(lines, line); ++n) {
    if (std::regex_search(line, match, kInclude)) found.push_back({match[1], n});
  }
  return found;
}

std::string code_of(const std::string& text) {
  enum class In { Code, Line, Block, String, Char, Raw };
  In in = In::Code;
  std::string out = text;
  std::string raw_end;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    const char before = i > 0 ? text[i - 1] : '\0';
    const bool digit_separator = std::isalnum(static_cast<unsigned char>(before)) != 0;
    if (in == In::Code) {
      if (c == '/' && next == '/') in = In::Line;
      if (c == '/' && next == '*') in = In::Block;
      if (c == '\'' && !digit_separator) in = In::Char;
      if (c == '"' && before == 'R') {
        in = In::Raw;
        raw_end = ")" + text.substr(i + 1, text.find('(', i) - i - 1) + "\"";
      } else if (c == '"') {
        in = In::String;
      }
      if (in != In::Code) out[i] = ' ';
      if (in == In::Block) out[++i] = ' ';  // or "/*/" would end where it begins
      continue;
    }
    if (c != '\n') out[i] = ' ';
    if (in == In::Line && c == '\n') in = In::Code;
    if (in == In::Block && c == '/' && before == '*') in = In::Code;
    if (in == In::Raw && text.compare(i, raw_end.size(), raw_end) == 0) {
      i += raw_end.size() - 1;
      in = In::Code;
    }
    if (in == In::String || in == In::Char) {
      if (c == '\\') out[++i] = ' ';
      if (c == (in == In::String ? '"' : '\'')) in = In::Code;
    }
  }
  return out;
}

}  // namespace appserver::layers_test
