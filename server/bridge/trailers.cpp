#include "bridge/trailers.hpp"

#include <algorithm>

#include "http/fields.hpp"
#include "http/message.hpp"
#include "http/trailer_fields.hpp"

namespace appserver::bridge {
namespace {

bool is_allowed(std::string_view name, std::string_view value) {
  return http::is_token(name) && http::is_field_value(value) &&
         http::may_be_trailer(name);
}

}  // namespace

std::size_t Trailers::size_of(const std::vector<Field>& fields) {
  std::size_t size = 0;
  for (const Field& field : fields) size += field.name.size() + field.value.size() + 4;
  return size;
}

std::int32_t Trailers::set(const gw_field* fields, std::size_t count) {
  if (fields == nullptr && count > 0) return GW_E_INVALID;
  std::vector<Field> changed = fields_;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view name = http::view(fields[i].name);
    const std::string_view value = http::view(fields[i].value);
    if (!is_allowed(name, value)) return GW_E_HEADER;
    if (name.size() + value.size() > kMost) return GW_E_TOOBIG;
    const auto found =
        std::find_if(changed.begin(), changed.end(), [&](const Field& field) {
          return http::equals_ignoring_case(field.name, name);
        });
    if (found != changed.end()) {
      found->value = value;
    } else {
      changed.push_back({std::string(name), std::string(value)});
    }
  }
  if (size_of(changed) > kMost) return GW_E_TOOBIG;
  fields_.swap(changed);
  return GW_OK;
}

std::string Trailers::announcement() const {
  std::string names;
  for (const Field& field : fields_) {
    if (names.size() + field.name.size() + 13 > kAnnouncedMost) continue;
    if (!names.empty()) names += ", ";
    names += field.name;
  }
  return names.empty() ? "" : "Trailer: " + names + "\r\n";
}

std::string Trailers::lines() const {
  std::string all;
  for (const Field& field : fields_) {
    if (field.value.empty()) continue;
    all.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  return all;
}

}  // namespace appserver::bridge
