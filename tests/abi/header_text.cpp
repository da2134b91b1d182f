// One pass over the characters. Comments are collected, preprocessor lines are taken
// out, the rest is cut at `;`, `{` and `}`.
#include "header_text.hpp"

#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace gateway::abi_test {
namespace {

std::string folded(const std::string& text) {
  const std::string one = std::regex_replace(text, std::regex(R"(\s+)"), " ");
  return std::regex_replace(one, std::regex(R"(^ | $)"), "");
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  Header scan() {
    while (at_ < text_.size()) step();
    return std::move(header_);
  }

 private:
  void step() {
    if (text_.substr(at_, 2) == "/*") return comment("*/", 2);
    if (text_.substr(at_, 2) == "//") return comment("\n", 0);
    const char c = text_[at_];
    if (c == '#' && folded(code_).empty()) return directive();
    if (c == '\n') {
      ++line_;
      last_ = nullptr;  // what follows speaks of the next declaration
    }
    ++at_;
    if (c == '{') return open();
    if (c == '}') return close();
    if (c == ';') return declare();
    if (folded(code_).empty()) begins_ = line_;
    code_ += c;
  }

  void comment(std::string_view end, std::size_t extra) {
    std::size_t stop = text_.find(end, at_ + 2);
    stop = stop == std::string_view::npos ? text_.size() : stop + extra;
    const std::string found(text_.substr(at_, stop - at_));
    for (const char c : found) line_ += c == '\n';
    at_ = stop;
    if (last_ != nullptr) {
      last_->comments += found;
    } else if (!just_opened()) {
      comments_ += found;
    }
  }

  // A comment on the line of `struct x {` speaks of the struct.
  bool just_opened() const { return opened_ == line_; }

  void directive() {
    std::size_t stop = at_;
    do {
      stop = text_.find('\n', stop + 1);
    } while (stop != std::string_view::npos && text_[stop - 1] == '\\');
    const std::string found(text_.substr(at_, stop - at_));
    for (const char c : found) line_ += c == '\n';
    at_ = stop == std::string_view::npos ? text_.size() : stop;
    comments_.clear();
    std::smatch match;
    static const std::regex kInclude(R"(^#\s*include\s*([<"][^>"]*[>"]))");
    static const std::regex kConstant(
        R"re(^#\s*define\s+(\w+)\s+(?:\(?-?\d\w*\)?|"[^"]*")(?:\s|$))re");
    if (std::regex_search(found, match, kInclude)) {
      header_.includes.push_back(match[1]);
    } else if (std::regex_search(found, match, kConstant)) {
      header_.constants.push_back(match[1]);
    }
  }

  void open() {
    std::smatch match;
    static const std::regex kStruct(R"(struct (\w+)\s*$)");
    const std::string head = folded(code_);
    if (std::regex_search(head, match, kStruct)) {
      header_.structs.push_back({match[1], {}, line_});
      in_struct_ = true;
      opened_ = line_;
    }  // else extern "C"
    code_.clear();
    comments_.clear();
    last_ = nullptr;
  }

  void close() {
    closing_ = in_struct_;  // `} name;` declares nothing new
    in_struct_ = false;
    code_.clear();
    comments_.clear();
    last_ = nullptr;
  }

  void declare() {
    const std::string text = folded(code_);
    code_.clear();
    if (!closing_ && !text.empty()) {
      auto& into = in_struct_ ? header_.structs.back().members : header_.others;
      into.push_back({text, comments_, begins_});
      last_ = &into.back();
    }
    closing_ = false;
    comments_.clear();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t begins_ = 1;
  std::size_t opened_ = 0;
  bool in_struct_ = false;
  bool closing_ = false;
  std::string code_;
  std::string comments_;
  Declaration* last_ = nullptr;  // the one that ended on this line
  Header header_;
};

}  // namespace

Header parse_header(std::string_view text) {
  return Scanner(text).scan();
}

bool is_function(const std::string& declaration) {
  return declaration.find('(') != std::string::npos;
}

std::vector<std::string> declared_names(const std::string& declaration) {
  std::smatch match;
  static const std::regex kPointer(R"(\(\s*\*\s*(\w+)\s*\)\s*\()");
  if (std::regex_search(declaration, match, kPointer)) return {match[1]};
  std::vector<std::string> names;
  static const std::regex kName(R"((\w+)\s*(?:\[[^\]]*\])?\s*(?::\s*\d+)?\s*(?:,|$))");
  for (std::sregex_iterator i(declaration.begin(), declaration.end(), kName), end;
       i != end; ++i) {
    names.push_back((*i)[1]);
  }
  return names;
}

std::string read_file(const std::string& path) {
  const std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace gateway::abi_test
