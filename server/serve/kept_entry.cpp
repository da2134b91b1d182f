#include "serve/kept_entry.hpp"

#include <algorithm>
#include <array>

namespace appserver::serve {
namespace {

using Text = std::string_view AccessEntry::*;
constexpr std::array<Text, 11> kTexts = {
    &AccessEntry::remote_addr, &AccessEntry::method, &AccessEntry::target,
    &AccessEntry::raw_line,    &AccessEntry::path,   &AccessEntry::query,
    &AccessEntry::host,        &AccessEntry::scheme, &AccessEntry::server_port,
    &AccessEntry::request_id,  &AccessEntry::app};

/// An absent one stays absent.
std::string_view copied(std::string_view text, char*& to) {
  if (text.data() == nullptr) return {};
  char* const begin = to;
  to = std::copy(text.begin(), text.end(), to);
  return {begin, text.size()};
}

}  // namespace

KeptEntry::KeptEntry(const AccessEntry& entry)
    : entry_(entry), fields_(entry.fields.begin(), entry.fields.end()) {
  std::size_t size = 0;
  for (const Text text : kTexts) size += (entry.*text).size();
  for (const http::Field& field : fields_) size += field.name.n + field.value.n;
  bytes_ = std::make_unique<char[]>(size);
  char* to = bytes_.get();
  for (const Text text : kTexts) entry_.*text = copied(entry.*text, to);
  for (http::Field& field : fields_) {
    field.name = http::str(copied(http::view(field.name), to));
    field.value = http::str(copied(http::view(field.value), to));
  }
  entry_.fields = fields_;
}

}  // namespace appserver::serve
