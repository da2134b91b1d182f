#include "http_cases.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace appserver::testing {
namespace {

unsigned hex(char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::size_t value = kDigits.find(c);
  if (value == std::string_view::npos) throw std::runtime_error("not a hex digit");
  return static_cast<unsigned>(value);
}

char byte_of(std::string_view two_digits) {
  if (two_digits.size() != 2) throw std::runtime_error("not two hex digits");
  return static_cast<char>(hex(two_digits[0]) << 4U | hex(two_digits[1]));
}

std::string unescaped(std::string_view text, std::optional<char> each);

/// `{N:text}` behind a backslash: text, N times.
std::string repeated(std::string_view text, std::optional<char> each) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) throw std::runtime_error("no colon in \\{N:}");
  const std::string part = unescaped(text.substr(colon + 1), each);
  std::string out;
  for (int left = std::stoi(std::string(text.substr(0, colon))); left > 0; --left) {
    out += part;
  }
  return out;
}

std::string unescaped(std::string_view text, std::optional<char> each) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    constexpr std::string_view kNames = "rnts\\", kBytes = "\r\n\t \\";
    const char kind = ++i < text.size() ? text[i] : '!';
    const std::size_t known = kNames.find(kind);
    if (known != std::string_view::npos) {
      out += kBytes[known];
    } else if (kind == 'x') {
      out += byte_of(text.substr(i + 1, 2));
      i += 2;
    } else if (kind == '*' && each) {
      out += *each;
    } else if (kind == '{') {
      const std::size_t end = text.find('}', i);
      if (end == std::string_view::npos) throw std::runtime_error("no } behind \\{");
      out += repeated(text.substr(i + 1, end - i - 1), each);
      i = end;
    } else {
      throw std::runtime_error("an unknown escape");
    }
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// "@ name | spec | why"
HttpCase header_of(std::string_view text) {
  HttpCase c;
  for (std::string* part : {&c.name, &c.spec, &c.why}) {
    const std::size_t bar = text.find('|');
    *part = trimmed(text.substr(0, bar));
    if (part->empty()) throw std::runtime_error("not \"@ name | spec | why\"");
    text = bar == std::string_view::npos ? "" : text.substr(bar + 1);
  }
  return c;
}

/// "400|501" or "200 HEAD"
ExpectedAnswer answer_of(std::string_view text) {
  ExpectedAnswer answer;
  std::istringstream words{std::string(text)};
  std::string word;
  words >> word;
  std::istringstream numbers{word};
  for (std::string number; std::getline(numbers, number, '|');) {
    answer.statuses.push_back(std::stoi(number));
  }
  answer.to_head = words >> word && word == "HEAD";
  if (answer.statuses.empty()) throw std::runtime_error("an answer without a status");
  return answer;
}

CaseEnd end_of(std::string_view word) {
  if (word == "keep") return CaseEnd::Keep;
  if (word == "any") return CaseEnd::Any;
  if (word == "close") return CaseEnd::Close;
  if (word == "cut") return CaseEnd::Cut;
  if (word == "quiet") return CaseEnd::Quiet;
  if (word == "eof") return CaseEnd::Eof;
  throw std::runtime_error("an unknown end");
}

/// The lines of one case, before its list of bytes multiplies it.
struct Draft {
  HttpCase head;
  std::vector<std::pair<bool, std::string>> sent;  ///< with CRLF?, text
  std::string each;                                ///< the bytes that \* stands for
  bool has_end = false;

  void take(std::string_view line);
  void finish(std::vector<HttpCase>& cases) const;

 private:
  void check(LineCheck::Kind kind, std::string_view text) {
    if (head.answers.empty()) throw std::runtime_error("a check before any answer");
    head.answers.back().checks.push_back({kind, std::string(text)});
  }
};

void Draft::take(std::string_view line) {
  const std::string_view mark = line.substr(0, line.find(' '));
  const std::string_view text =
      line.size() > mark.size() ? line.substr(mark.size() + 1) : std::string_view{};
  if (has_end) throw std::runtime_error("a line behind the end of a case");
  if (mark == ">" || mark == ">>") {
    sent.emplace_back(mark == ">", text);
  } else if (mark == "=") {
    head.answers.push_back(answer_of(text));
  } else if (mark == "~") {
    check(LineCheck::Kind::BodyHas, text);
  } else if (mark == "!~") {
    check(LineCheck::Kind::BodyLacks, text);
  } else if (mark == "^") {
    check(LineCheck::Kind::HeadHas, text);
  } else if (mark == "!^") {
    check(LineCheck::Kind::HeadLacks, text);
  } else if (mark == "*") {
    std::istringstream words{std::string(text)};
    for (std::string word; words >> word;) each += byte_of(word);
  } else if (mark == "whole") {
    head.is_whole = true;
  } else if (mark == ".") {
    head.end = end_of(text);
    has_end = true;
  } else {
    throw std::runtime_error("an unknown mark");
  }
}

void Draft::finish(std::vector<HttpCase>& cases) const {
  if (!has_end) throw std::runtime_error("a case without an end");
  const std::size_t count = std::max<std::size_t>(each.size(), 1);
  for (std::size_t i = 0; i < count; ++i) {
    HttpCase c = head;
    std::optional<char> byte;
    if (!each.empty()) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      byte = each[i];
      const auto value = static_cast<unsigned char>(each[i]);
      c.name += {'-', kDigits[value >> 4U], kDigits[value & 15U]};
      c.is_first = i == 0;
    }
    for (const auto& [with_crlf, text] : sent) {
      c.bytes += unescaped(text, byte) + (with_crlf ? "\r\n" : "");
    }
    cases.push_back(std::move(c));
  }
}

}  // namespace

std::vector<HttpCase> read_cases(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot open " + path);
  std::vector<HttpCase> cases;
  std::optional<Draft> draft;
  std::size_t number = 0;
  try {
    for (std::string line; std::getline(file, line);) {
      ++number;
      if (line.empty() || line.starts_with("#")) continue;
      if (line.starts_with("@ ")) {
        if (draft) draft->finish(cases);
        draft.emplace().head = header_of(line.substr(2));
        draft->head.line = number;
      } else if (draft) {
        draft->take(line);
      } else {
        throw std::runtime_error("a line before any case");
      }
    }
    if (draft) draft->finish(cases);
  } catch (const std::exception& wrong) {
    throw std::runtime_error(path + ":" + std::to_string(number) + ": " + wrong.what());
  }
  return cases;
}

bool is_accepted(const HttpCase& c) {
  return !c.answers.empty() && c.end != CaseEnd::Cut &&
         std::all_of(c.answers.begin(), c.answers.end(),
                     [](const ExpectedAnswer& a) { return a.statuses.front() < 400; });
}

}  // namespace appserver::testing
