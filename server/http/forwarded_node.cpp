// The grammar of hops. Everything is a view; nothing is unescaped or repaired.
#include "http/forwarded_node.hpp"

#include <algorithm>

#include "http/characters.hpp"
#include "http/fields.hpp"

namespace appserver::http {
namespace {

std::string_view without_spaces(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// "_" 1*( ALPHA / DIGIT / "." / "_" / "-" )
bool is_obfuscated(std::string_view text) {
  const auto fits = [](char c) {
    const bool letter = to_lower(c) >= 'a' && to_lower(c) <= 'z';
    return letter || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  return text.size() > 1 && text.front() == '_' &&
         std::all_of(text.begin(), text.end(), fits);
}

/// 1 to 65535 without leading zeros.
bool is_port(std::string_view text) {
  std::int64_t port = 0;
  if (text.empty() || text.size() > 5 || text.front() == '0') return false;
  return parse_content_length(text, port) && port <= 65535;
}

/// `text` begins behind the address; false: neither "" nor a port.
bool take_port(std::string_view text, Node& node) {
  if (text.empty()) return true;
  if (text.front() != ':') return false;
  text.remove_prefix(1);
  if (is_obfuscated(text)) return true;
  if (!is_port(text)) return false;
  node.port = text;
  return true;
}

Node known(std::string_view address, std::string_view behind) {
  Node node;
  const auto parsed = parse_ip_address(address);
  if (!parsed || !take_port(behind, node)) return {};
  node.address = *parsed;
  node.is_known = true;
  return node;
}

/// Takes `name=value` off `text`, up to a `;` or the end.
bool take_parameter(std::string_view& text, std::string_view& name,
                    std::string_view& value) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return false;
  name = text.substr(0, equals);
  text.remove_prefix(equals + 1);
  std::size_t size = 0;
  if (!text.empty() && text.front() == '"') {
    const std::size_t end = text.find('"', 1);
    if (end == std::string_view::npos) return false;
    value = text.substr(1, end - 1);
    size = end + 1;
    if (value.find('\\') != std::string_view::npos) return false;
  } else {
    size = std::min(text.find_first_of("; "), text.size());
    value = text.substr(0, size);
    if (!is_token(value)) return false;
  }
  text = without_spaces(text.substr(size));
  return is_token(name);
}

}  // namespace

bool ElementsFromRight::next_field() {
  while (!fields_.empty()) {
    const Field& field = fields_.back();
    fields_ = fields_.first(fields_.size() - 1);
    if (view(field.name) != name_) continue;
    rest_ = view(field.value);
    return more_ = true;
  }
  return false;
}

bool ElementsFromRight::next(std::string_view& element) {
  while (more_ || next_field()) {
    bool quoted = false;
    std::size_t begin = rest_.size();
    while (begin > 0 && (quoted || rest_[begin - 1] != ',')) {
      quoted ^= rest_[--begin] == '"';
    }
    element = without_spaces(rest_.substr(begin));
    more_ = begin > 0;
    if (more_) rest_ = rest_.substr(0, begin - 1);
    if (!element.empty()) return true;
  }
  return false;
}

Node parse_node(std::string_view text) {
  if (text.empty()) return {};
  if (text.front() == '[') {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return {};
    const std::string_view inner = text.substr(1, end - 1);
    // An IPv4 address in brackets is nothing.
    if (inner.find(':') == std::string_view::npos) return {};
    return known(inner, text.substr(end + 1));
  }
  const std::size_t colon = std::min(text.find(':'), text.size());
  return known(text.substr(0, colon), text.substr(colon));
}

Node parse_x_forwarded_for(std::string_view text) {
  const std::size_t colon = text.find(':');
  const bool bare_v6 = !text.empty() && text.front() != '[' &&
                       colon != std::string_view::npos &&
                       text.find(':', colon + 1) != std::string_view::npos;
  return bare_v6 ? known(text, "") : parse_node(text);
}

bool parse_forwarded_element(std::string_view text, ForwardedElement& element) {
  element = {};
  std::string_view by;

  struct Known {
    std::string_view name;
    std::string_view* value;
  };

  const Known known_names[] = {{"for", &element.node},
                               {"proto", &element.proto},
                               {"host", &element.host},
                               {"by", &by}};
  while (true) {
    text = without_spaces(text);
    std::string_view name;
    std::string_view value;
    const bool is_empty = text.empty() || text.front() == ';';
    if (!is_empty) {
      if (!take_parameter(text, name, value)) return false;
      for (const Known& known_name : known_names) {
        if (!equals_ignoring_case(name, known_name.name)) continue;
        if (known_name.value->data() != nullptr) return false;
        *known_name.value = value;
      }
    }
    if (text.empty()) return true;
    if (text.front() != ';') return false;
    text.remove_prefix(1);
  }
}

}  // namespace appserver::http
