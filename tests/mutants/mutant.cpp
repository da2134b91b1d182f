#include "mutant.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace appserver::testing {
namespace {

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Splits "words: rest" at the first colon.
std::pair<std::string, std::string> at_colon(const std::string& text) {
  const std::size_t colon = text.find(": ");
  if (colon == std::string::npos) return {text, ""};
  return {text.substr(0, colon), text.substr(colon + 2)};
}

/// What stands behind "- " or "+ "; a line of its own in the text.
void add_line(std::string& text, const std::string& line) {
  text += line.size() > 2 ? line.substr(2) : "";
  text += '\n';
}

/// One mutant after the other, line by line.
class Reader {
 public:
  bool read(const std::string& line);

  std::vector<Mutant> take() { return std::move(mutants_); }

 private:
  bool begin(const std::string& words, bool has_edits);

  std::vector<Mutant> mutants_;
};

bool Reader::begin(const std::string& words, bool has_edits) {
  const auto [id, rest] = at_colon(words);
  if (id.empty() || rest.empty()) return false;
  mutants_.push_back({id, has_edits ? rest : "", {}, {}, has_edits ? "" : rest});
  return true;
}

bool Reader::read(const std::string& line) {
  if (line.empty() || line.starts_with("# ") || line == "#") return true;
  if (line.starts_with("mutant ")) return begin(line.substr(7), true);
  if (line.starts_with("none ")) return begin(line.substr(5), false);
  if (mutants_.empty()) return false;
  Mutant& mutant = mutants_.back();
  if (line.starts_with("file ")) {
    mutant.edits.push_back({line.substr(5), "", ""});
    return true;
  }
  if (line.starts_with("also ")) {
    const auto [names, why] = at_colon(line.substr(5));
    std::istringstream words(names);
    std::copy(std::istream_iterator<std::string>(words), {},
              std::back_inserter(mutant.also));
    mutant.why = why;
    return !why.empty();
  }
  if (mutant.edits.empty() || (line[0] != '-' && line[0] != '+')) return false;
  Edit& edit = mutant.edits.back();
  add_line(line[0] == '-' ? edit.text : edit.replacement, line);
  return true;
}

}  // namespace

std::string rule_of(const Mutant& mutant) {
  const std::string& id = mutant.id;
  return id.substr(0, id.find_last_of("0123456789") + 1);
}

std::vector<Mutant> parse_mutants(std::string_view text) {
  Reader reader;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (!reader.read(line)) throw std::runtime_error("not understood: " + line);
  }
  return reader.take();
}

std::vector<Mutant> read_mutants(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const bool is_list = entry.path().extension() == ".txt" &&
                         entry.path().filename() != "CMakeLists.txt";
    if (is_list) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Mutant> all;
  for (const auto& file : files) {
    for (Mutant& mutant : parse_mutants(read_text(file))) {
      all.push_back(std::move(mutant));
    }
  }
  return all;
}

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + 1)) {
    ++n;
  }
  return n;
}

void change_tree(const Mutant& mutant, const std::filesystem::path& tree) {
  for (const Edit& edit : mutant.edits) {
    const std::filesystem::path file = tree / edit.file;
    std::string text = read_text(file);
    if (edit.text.empty() || count_of(text, edit.text) != 1) {
      throw std::runtime_error(mutant.id + ": not once in " + edit.file + ":\n" +
                               edit.text);
    }
    text.replace(text.find(edit.text), edit.text.size(), edit.replacement);
    std::ofstream(file, std::ios::binary) << text;
  }
}

}  // namespace appserver::testing
