#include "header_lint.hpp"

#include <array>
#include <cctype>
#include <regex>
#include <set>
#include <sstream>

#include "header_text.hpp"

namespace gateway::abi_test {
namespace {

using Complaints = std::vector<std::string>;

std::string at(std::size_t line, const std::string& text) {
  return "line " + std::to_string(line) + ": " + text;
}

void check_tag(const Declaration& d, Complaints& out) {
  if (!is_function(d.text)) return;
  int tags = 0;
  for (const char* tag : {"[control]", "[exchange]", "[any]"}) {
    tags += d.comments.find(tag) != std::string::npos;
  }
  if (tags == 0) out.push_back(at(d.line, "no thread tag on: " + d.text));
  if (tags > 1) out.push_back(at(d.line, "two thread tags on: " + d.text));
}

/// "GW_FILE_1" for gw_file: the constant that names a table, which then never changes.
std::string id_of(std::string name) {
  for (char& c : name) c = static_cast<char>(std::toupper(c));
  return name + "_1";
}

void check_size_first(const Struct& s, const std::set<std::string>& constants,
                      Complaints& out) {
  static const std::set<std::string> kNeverGrow = {"gw_str", "gw_field", "gw_note"};
  if (kNeverGrow.count(s.name) != 0 || constants.count(id_of(s.name)) != 0) return;
  static const std::regex kSize(R"(^uint32_t size(,.*)?$)");
  if (s.members.empty() || !std::regex_match(s.members.front().text, kSize)) {
    out.push_back(
        at(s.line, "struct " + s.name + " does not begin with uint32_t size"));
  }
}

// bool, enum and long differ between compilers and languages, time_t and off_t between
// builds; bit-fields and unions between ABIs; va_list cannot be made by another
// language.
void check_types(const Declaration& d, Complaints& out) {
  static const std::regex kBanned(
      R"(\b(bool|_Bool|enum|union|long|short|int|unsigned|signed|float|double|va_list)"
      R"(|off_t|time_t|ssize_t|wchar_t|ptrdiff_t|uintptr_t|intptr_t)\b)");
  static const std::regex kBitField(R"(\w\s*:\s*\d)");
  static const std::regex kFlexible(R"(\[\s*\])");
  std::smatch match;
  if (std::regex_search(d.text, match, kBanned)) {
    out.push_back(at(d.line, "type " + match[1].str() + " in: " + d.text));
  }
  if (d.text.find("...") != std::string::npos) {
    out.push_back(at(d.line, "variable arguments in: " + d.text));
  }
  if (std::regex_search(d.text, kBitField)) {
    out.push_back(at(d.line, "bit-field: " + d.text));
  }
  if (std::regex_search(d.text, kFlexible)) {
    out.push_back(at(d.line, "array without a size: " + d.text));
  }
}

// gw_str travels in two registers wherever we run; anything else by value does not.
void check_by_value(const Declaration& d, Complaints& out) {
  if (!is_function(d.text)) return;
  static const std::regex kStruct(R"(\b(?:struct\s+\w+|gw_\w+)\b(?!\s*[*(])(?!\w))");
  for (std::sregex_iterator i(d.text.begin(), d.text.end(), kStruct), end; i != end;
       ++i) {
    if (i->str() == "gw_str") continue;
    out.push_back(at(d.line, i->str() + " by value in: " + d.text));
  }
}

void check_columns(std::string_view header, Complaints& out) {
  std::istringstream lines{std::string(header)};
  std::string line;
  for (std::size_t n = 1; std::getline(lines, line); ++n) {
    if (line.size() > 100) out.push_back(at(n, "more than 100 columns"));
  }
}

}  // namespace

std::vector<std::string> lint(std::string_view text) {
  Complaints out;
  const Header header = parse_header(text);
  for (const std::string& include : header.includes) {
    const bool ours = include.rfind("<gateway/", 0) == 0;
    if (!ours && include != "<stddef.h>" && include != "<stdint.h>") {
      out.push_back("includes " + include);
    }
  }
  std::vector<Declaration> all = header.others;
  const std::set<std::string> constants(header.constants.begin(),
                                        header.constants.end());
  for (const Struct& s : header.structs) {
    check_size_first(s, constants, out);
    all.insert(all.end(), s.members.begin(), s.members.end());
  }
  for (const Declaration& d : all) {
    check_tag(d, out);
    check_types(d, out);
    check_by_value(d, out);
  }
  check_columns(text, out);
  return out;
}

std::vector<std::string> not_in_layout(std::string_view text, std::string_view layout) {
  std::set<std::string> known;
  std::istringstream lines{std::string(layout)};
  for (std::string line; std::getline(lines, line);) {
    known.insert(line.substr(0, line.find(' ')));
  }
  const Header header = parse_header(text);
  std::vector<std::string> wanted = header.constants;
  for (const Struct& s : header.structs) {
    wanted.push_back(s.name);
    for (const Declaration& d : s.members) {
      for (const std::string& name : declared_names(d.text)) {
        wanted.push_back(s.name + "." + name);
      }
    }
  }
  Complaints missing;
  for (const std::string& name : wanted) {
    if (known.count(name) == 0) missing.push_back(name);
  }
  return missing;
}

}  // namespace gateway::abi_test
