#include "load_answers.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace load {
namespace {

constexpr std::string_view kEnd = "\r\n\r\n";
constexpr std::size_t kDateSize = 29;  // "Sun, 06 Nov 1994 08:49:37 GMT"
constexpr std::size_t kMostHead = 65536;

bool same_name(std::string_view sent, std::string_view lower) {
  return sent.size() == lower.size() &&
         std::equal(sent.begin(), sent.end(), lower.begin(), [](char s, char l) {
           return (s >= 'A' && s <= 'Z' ? s - 'A' + 'a' : s) == l;
         });
}

bool number(std::string_view text, std::size_t& value, int base) {
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string_view field(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find("\r\n"); at + 2 < head.size();) {
    const std::size_t from = at + 2;
    at = head.find("\r\n", from);
    const std::string_view line = head.substr(from, at - from);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) break;
    if (!same_name(line.substr(0, colon), name)) continue;
    const std::string_view value = line.substr(colon + 1);
    return value.substr(std::min(value.find_first_not_of(' '), value.size()));
  }
  return {};
}

AnswerParser::Found AnswerParser::parse(std::string_view in, Answer& answer) {
  if (known_.empty() || !is_known_head(in)) return parse_anew(in, answer);
  answer.status = status_;
  answer.head = in.substr(0, known_.size());
  answer.size = known_.size() + body_size_;
  answer.closes = answer.is_old = false;
  if (in.size() < answer.size) return Found::More;
  answer.body = in.substr(known_.size(), body_size_);
  return Found::Whole;
}

bool AnswerParser::is_known_head(std::string_view in) const {
  const std::string_view known = known_;
  return in.size() >= known.size() &&
         in.substr(0, date_at_) == known.substr(0, date_at_) &&
         in.substr(date_at_ + kDateSize, known.size() - date_at_ - kDateSize) ==
             known.substr(date_at_ + kDateSize);
}

AnswerParser::Found AnswerParser::parse_anew(std::string_view in, Answer& answer) {
  const std::size_t head_end = in.find(kEnd);
  if (head_end == std::string_view::npos) {
    return in.size() > kMostHead ? Found::Bad : Found::More;
  }
  answer.head = in.substr(0, head_end + kEnd.size());
  std::size_t status = 0;
  answer.is_old = answer.head.starts_with("HTTP/1.0 ");
  if ((!answer.is_old && !answer.head.starts_with("HTTP/1.1 ")) ||
      !number(answer.head.substr(9, 3), status, 10)) {
    return Found::Bad;
  }
  answer.status = static_cast<int>(status);
  answer.closes = answer.is_old || same_name(field(answer.head, "connection"), "close");
  if (same_name(field(answer.head, "transfer-encoding"), "chunked")) {
    return parse_chunks(in, answer);
  }
  std::size_t length = 0;
  if (!number(field(answer.head, "content-length"), length, 10)) return Found::Bad;
  answer.size = answer.head.size() + length;
  if (in.size() < answer.size) return Found::More;
  answer.body = in.substr(answer.head.size(), length);
  if (!answer.closes) remember(answer);
  return Found::Whole;
}

void AnswerParser::remember(const Answer& answer) {
  const std::string_view date = field(answer.head, "date");
  if (date.size() != kDateSize) return;
  known_ = answer.head;
  date_at_ = static_cast<std::size_t>(date.data() - answer.head.data());
  status_ = answer.status;
  body_size_ = answer.body.size();
}

AnswerParser::Found AnswerParser::parse_chunks(std::string_view in, Answer& answer) {
  decoded_.clear();
  std::size_t at = answer.head.size();
  for (;;) {
    const std::size_t end = in.find("\r\n", at);
    if (end == std::string_view::npos) return Found::More;
    std::size_t size = 0;
    if (!number(in.substr(at, end - at), size, 16)) return Found::Bad;
    at = end + 2 + size + 2;
    if (in.size() < at) return Found::More;
    if (in.substr(at - 2, 2) != "\r\n") return Found::Bad;
    decoded_.append(in, end + 2, size);
    if (size == 0) break;
  }
  answer.body = decoded_;
  answer.size = at;
  return Found::Whole;
}

}  // namespace load
