// Entity tags are walked, not split at commas: a tag may hold one.
#include "conditional.hpp"

#include <optional>

#include "http_date.hpp"
#include "text.hpp"

namespace files {
namespace {

struct Tag {
  bool weak = false;
  std::string_view text;  // with its quotes
};

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

/// Takes the next tag off the list; nothing at its end, or where it is broken: a comma
/// parts two tags (RFC 9110, 5.6.1.2, 8.8.3, 13.1.2), so "x""y" names none.
std::optional<Tag> next_tag(std::string_view& rest) noexcept {
  while (!rest.empty() && (is_blank(rest[0]) || rest[0] == ',')) rest.remove_prefix(1);
  Tag tag;
  tag.weak = rest.starts_with("W/");
  if (tag.weak) rest.remove_prefix(2);
  if (!rest.starts_with('"')) return std::nullopt;
  const std::size_t end = rest.find('"', 1);
  if (end == std::string_view::npos) return std::nullopt;
  tag.text = rest.substr(0, end + 1);
  rest.remove_prefix(end + 1);
  while (!rest.empty() && is_blank(rest[0])) rest.remove_prefix(1);
  if (!rest.empty() && rest[0] != ',') return std::nullopt;
  return tag;
}

bool names(const FieldLines& lines, std::string_view etag, bool weakly) noexcept {
  for (std::string_view line : lines) {
    if (trimmed(line) == "*") return true;
    while (const auto tag = next_tag(line)) {
      if (tag->text == etag && (weakly || !tag->weak)) return true;
    }
  }
  return false;
}

std::optional<std::int64_t> date_of(const FieldLines& lines, std::int64_t now_s) {
  if (lines.size() != 1) return std::nullopt;
  return parse_http_date(trimmed(*lines.begin()), now_s);
}

}  // namespace

Verdict judge(const Conditions& asked, const Validators& now_is, std::int64_t now_s) {
  if (!asked.if_match.empty()) {
    if (!names(asked.if_match, now_is.etag, false)) return Verdict::Failed;
  } else if (const auto date = date_of(asked.if_unmodified_since, now_s)) {
    if (now_is.modified_s > *date) return Verdict::Failed;
  }
  if (!asked.if_none_match.empty()) {
    return names(asked.if_none_match, now_is.etag, true) ? Verdict::NotModified
                                                         : Verdict::Go;
  }
  const auto since = date_of(asked.if_modified_since, now_s);
  return since && now_is.modified_s <= *since ? Verdict::NotModified : Verdict::Go;
}

bool range_counts(std::string_view if_range, const Validators& now_is,
                  std::int64_t now_s) {
  const std::string_view text = trimmed(if_range);
  if (text.starts_with('"')) return text == now_is.etag;
  const auto date = parse_http_date(text, now_s);  // a weak tag is no date either
  return date && *date == now_is.modified_s;
}

}  // namespace files
