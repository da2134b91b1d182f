// start_response: the table of states, and what a head may not hold.
#include <algorithm>
#include <array>

#include "lint/chain.hpp"
#include "lint/exchange.hpp"

namespace appserver::lint {
namespace {

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    const char small = static_cast<char>(c | 0x20);
    return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  if (!text.empty() && (is_blank(text.front()) || is_blank(text.back()))) return false;
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

bool is_same(std::string_view a, std::string_view small) {
  return a.size() == small.size() &&
         std::equal(a.begin(), a.end(), small.begin(), [](char x, char y) {
           return (x >= 'A' && x <= 'Z' ? x + 32 : x) == y;
         });
}

bool is_hop_by_hop(std::string_view name) {
  constexpr std::array<std::string_view, 7> kNames = {
      "connection", "keep-alive",        "proxy-connection", "te",
      "trailer",    "transfer-encoding", "upgrade"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view other) { return is_same(name, other); });
}

std::string_view view(const gw_str& text) {
  return text.p == nullptr ? std::string_view() : std::string_view(text.p, text.n);
}

}  // namespace

std::string_view Exchange::check_field(std::uint32_t status, std::string_view name,
                                       std::string_view value, std::string& what) {
  const std::string quoted = "\"" + std::string(name) + "\"";
  if (!name.empty() && name.front() == ':') {
    what = "the head has the pseudo-field " + quoted;
    return "S22";
  }
  if (!is_token(name)) {
    what = "the name of a field is no token: " + quoted;
    return "S4";
  }
  if (!is_value(value)) {
    what = "the value of " + quoted + " has a control byte, or white space at an end";
    return "S6";
  }
  if (is_same(name, "status")) {
    what = "the head has the field " + quoted;
    return "S7";
  }
  if (is_hop_by_hop(name)) {
    what = "the head has the field " + quoted + ", which is the connection's";
    return "S9";
  }
  if (status == 204 && is_same(name, "content-length")) {
    what = "the head has " + quoted + " with 204";
    return "S13";
  }
  return "";
}

bool Exchange::check_length(std::string_view value, Head& head) {
  constexpr std::size_t kDigitsMost = 18;
  const bool is_number = !value.empty() && value.size() <= kDigitsMost &&
                         std::all_of(value.begin(), value.end(),
                                     [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) {
    report("O10", "content-length is no number");
    return false;
  }
  const std::int64_t length = std::stoll(std::string(value));
  if (head.content_length >= 0 && head.content_length != length) {
    report("O10", "two content-lengths differ");
    return false;
  }
  head.content_length = length;
  return true;
}

bool Exchange::check_head(std::uint32_t status, const gw_field* fields,
                          std::size_t count, Head& head) {
  head.status = status;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view name = view(fields[i].name);
    const std::string_view value = view(fields[i].value);
    std::string what;
    const std::string_view rule = check_field(status, name, value, what);
    if (!rule.empty()) {
      report(rule, what);
      return false;
    }
    if (is_same(name, "content-type")) head.has_type = true;
    if (is_same(name, "content-length") && !check_length(value, head)) return false;
  }
  return true;
}

/// The writer of a head that was not taken.
gw_writer* Exchange::refused(std::int32_t code) {
  gw_writer changed = *refusing_writer_;
  changed.error = code;
  lent.change(refusing_writer_, &changed, sizeof(changed));
  return refusing_writer_;
}

gw_writer* Exchange::store(std::uint32_t status, const gw_field* fields,
                           std::size_t count) {
  Head head;
  std::int32_t code = GW_OK;
  if (status < 200 || status > 599) {
    report("S2", "start_response: the status " + std::to_string(status));
    code = GW_E_INVALID;
  } else if (fields == nullptr && count > 0) {
    report("D2", "start_response: fields at NULL");
    code = GW_E_INVALID;
  } else if (!check_head(status, fields, count, head)) {
    code = GW_E_HEADER;
  }
  // A replacement that is refused has dropped the first.
  state_ = code == GW_OK ? State::Stored : State::Refused;
  refusal_ = code;
  if (code != GW_OK) return refused(code);
  head_ = head;
  answer_.begin(status);
  for (std::size_t i = 0; i < count; ++i) {
    answer_.add_field(view(fields[i].name), view(fields[i].value));
  }
  return writer_;
}

gw_writer* Exchange::start_response(std::uint32_t status, const gw_field* fields,
                                    std::size_t count, std::uint32_t flags) {
  if (!may_call("start_response")) return refused(GW_E_STATE);
  if (is_gone_) return refused(GW_E_GONE);
  if ((flags & ~GW_REPLACE) != 0) {
    report("D2", "start_response: flags that no header knows");
    return refused(GW_E_INVALID);
  }
  const bool replaces = (flags & GW_REPLACE) != 0;
  if (state_ == State::Nothing && !chain->was_taken()) {
    return store(status, fields, count);
  }
  if (!replaces) {
    report("S16", "start_response a second time without GW_REPLACE");
    return refused(GW_E_STATE);
  }
  if (!has_left()) {
    chain->replace();
    return store(status, fields, count);
  }
  is_too_late_ = true;
  return refused(GW_E_SENT);
}

}  // namespace appserver::lint
