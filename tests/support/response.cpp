#include "support/response.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace appserver::testing {
namespace {

[[noreturn]] void refuse(const std::string& why, std::string_view what) {
  throw std::runtime_error(why + ": \"" + std::string(what) + "\"");
}

std::size_t number(std::string_view text, int base) {
  std::size_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size())
    refuse("no number", text);
  return value;
}

void parse_head(Response& response) {
  std::string_view rest = response.head;
  const std::string_view line = rest.substr(0, rest.find("\r\n"));
  rest.remove_prefix(line.size() + 2);
  if (line.size() < 13 || !line.starts_with("HTTP/1.") || line[8] != ' ' ||
      line[12] != ' ') {
    refuse("not a status line", line);
  }
  response.version = line.substr(0, 8);
  response.status = static_cast<int>(number(line.substr(9, 3), 10));
  response.reason = line.substr(13);
  while (rest != "\r\n") {
    const std::string_view field = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(field.size() + 2);
    const std::size_t colon = field.find(':');
    if (colon == std::string_view::npos || colon == 0) refuse("not a field", field);
    std::string_view value = field.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (field.find_first_of("\r\n") != std::string_view::npos)
      refuse("bare CR or LF", field);
    response.fields.emplace_back(field.substr(0, colon), value);
  }
}

}  // namespace

bool same_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

std::string Response::field(std::string_view name) const {
  for (const auto& [known, value] : fields) {
    if (same_ignoring_case(known, name)) return value;
  }
  return "";
}

std::size_t Response::count(std::string_view name) const {
  std::size_t found = 0;
  for (const auto& [known, value] : fields) {
    if (same_ignoring_case(known, name)) ++found;
  }
  return found;
}

bool ResponseReader::feed(std::string& bytes) {
  for (;;) {
    bool more = false;
    switch (at_) {
      case At::Head:
        more = read_head(bytes);
        break;
      case At::Sized:
        more = read_sized(bytes);
        break;
      case At::ChunkSize:
        more = read_chunk_size(bytes);
        break;
      case At::ChunkData:
        more = read_chunk_data(bytes);
        break;
      case At::Trailers:
        more = read_trailers(bytes);
        break;
      case At::UntilClose:
        response_.body += bytes;
        bytes.clear();
        return false;
      case At::Done:
        response_.complete = true;
        return true;
    }
    if (!more) return false;
  }
}

bool ResponseReader::read_head(std::string& bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  response_.head = bytes.substr(0, end + 4);
  bytes.erase(0, end + 4);
  parse_head(response_);
  decide_framing();
  return true;
}

void ResponseReader::decide_framing() {
  const std::string coding = response_.field("transfer-encoding");
  if (!coding.empty()) {
    if (coding != "chunked") refuse("unknown coding", coding);
    if (response_.has("content-length")) refuse("both framings", response_.head);
    response_.chunked = true;
  }
  if (response_.count("content-length") > 1) refuse("two lengths", response_.head);
  const bool no_body = to_head_ || response_.status < 200 || response_.status == 204 ||
                       response_.status == 304;
  if (no_body) {
    at_ = At::Done;
  } else if (response_.chunked) {
    at_ = At::ChunkSize;
  } else if (response_.has("content-length")) {
    remaining_ = number(response_.field("content-length"), 10);
    at_ = At::Sized;
  } else {
    response_.ended_by_close = true;
    at_ = At::UntilClose;
  }
}

bool ResponseReader::read_sized(std::string& bytes) {
  const std::size_t taken = std::min(remaining_, bytes.size());
  response_.body.append(bytes, 0, taken);
  bytes.erase(0, taken);
  remaining_ -= taken;
  if (remaining_ == 0) at_ = At::Done;
  return remaining_ == 0;
}

bool ResponseReader::read_chunk_size(std::string& bytes) {
  const std::size_t end = bytes.find("\r\n");
  if (end == std::string::npos) return false;
  remaining_ = number(std::string_view(bytes).substr(0, end), 16);
  bytes.erase(0, end + 2);
  if (remaining_ > 0) response_.chunk_sizes.push_back(remaining_);
  at_ = remaining_ > 0 ? At::ChunkData : At::Trailers;
  return true;
}

bool ResponseReader::read_chunk_data(std::string& bytes) {
  const std::size_t taken = std::min(remaining_, bytes.size());
  response_.body.append(bytes, 0, taken);
  bytes.erase(0, taken);
  remaining_ -= taken;
  if (remaining_ > 0 || bytes.size() < 2) return false;
  if (!bytes.starts_with("\r\n")) refuse("no CRLF after a chunk", bytes.substr(0, 20));
  bytes.erase(0, 2);
  at_ = At::ChunkSize;
  return true;
}

bool ResponseReader::read_trailers(std::string& bytes) {
  const std::size_t end = bytes.find("\r\n");
  if (end == std::string::npos) return false;
  if (end != 0) refuse("a trailer", bytes.substr(0, end));
  bytes.erase(0, 2);
  at_ = At::Done;
  return true;
}

Response ResponseReader::take_at_close() {
  response_.complete = at_ == At::Done || at_ == At::UntilClose;
  return std::move(response_);
}

}  // namespace appserver::testing
