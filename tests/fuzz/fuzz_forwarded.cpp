// Who the client is: what is accepted keeps the promises of http/forwarded.hpp and
// base/address_set.hpp. The input is lines: `@word` is added to the trusted addresses,
// `name: value` is a field.
#include <arpa/inet.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/address_set.hpp"
#include "http/fields.hpp"
#include "http/forwarded.hpp"
#include "http/known_fields.hpp"
#include "http/target.hpp"
#include "require.hpp"

namespace {

using appserver::AddressSet;
using appserver::IpAddress;
using appserver::IpText;
using appserver::fuzz::require;
namespace http = appserver::http;
using Client = http::Forwarding::Client;

/// Fields in memory of exactly their size: a sanitizer sees each byte read beyond it.
class Fields {
 public:
  void add(std::string_view name, std::string_view value) {
    fields_.push_back({keep(name), keep(value)});
  }

  [[nodiscard]] const std::vector<http::Field>& all() const { return fields_; }

 private:
  gw_str keep(std::string_view text) {
    owned_.push_back(std::make_unique<char[]>(text.size()));
    std::copy(text.begin(), text.end(), owned_.back().get());
    return {owned_.back().get(), text.size()};
  }

  std::vector<http::Field> fields_;
  std::vector<std::unique_ptr<char[]>> owned_;
};

void check_address(const IpAddress& address) {
  const std::string text(IpText(address).view());
  unsigned char bytes[16];
  const int family = address.is_v4() ? AF_INET : AF_INET6;
  require(inet_pton(family, text.c_str(), bytes) == 1);
  const auto again = appserver::parse_ip_address(text);
  require(again && *again == address);
}

void check_set(const AddressSet& set) {
  AddressSet again;
  for (const std::string& word : set.words()) require(again.add(word).has_value());
  require(again == set);
}

void check(const http::Forwarding& told) {
  if (told.client == Client::Named) {
    check_address(told.address);
  } else {
    require(told.port.empty());
  }
  std::int64_t port = 1;
  require(told.port.empty() || http::parse_content_length(told.port, port));
  require(port >= 1 && port <= 65535);
  require(told.scheme.empty() || told.scheme == "http" || told.scheme == "https");
  require(told.host.empty() || http::is_valid_authority(told.host));
}

bool same(const http::Forwarding& a, const http::Forwarding& b) {
  return a.client == b.client && a.address == b.address && a.port == b.port &&
         a.scheme == b.scheme && a.host == b.host;
}

/// A list means the same as two fields: cut it at each comma that is not quoted.
void check_cuts(std::string_view name, std::string_view value, const AddressSet& set) {
  Fields whole;
  whole.add(name, value);
  const http::Forwarding told = http::read_forwarded(whole.all(), set);
  for (std::size_t i = 0, cuts = 0; i < value.size() && cuts < 32; ++i) {
    if (value[i] != ',') continue;
    const auto behind = value.substr(i);
    if (std::count(behind.begin(), behind.end(), '"') % 2 != 0) continue;
    ++cuts;
    Fields parts;
    parts.add(name, value.substr(0, i));
    parts.add(name, value.substr(i + 1));
    require(same(told, http::read_forwarded(parts.all(), set)));
  }
}

/// What stands to the left of an untrusted client changes nothing.
void check_junk(std::string_view name, std::string_view value, std::string_view junk,
                const AddressSet& set) {
  Fields honest;
  honest.add(name, value);
  const http::Forwarding told = http::read_forwarded(honest.all(), set);
  if (told.client != Client::Named || set.has(told.address)) return;
  Fields forged;
  forged.add(name, std::string(junk).append(",").append(value));
  require(same(told, http::read_forwarded(forged.all(), set)));
}

void check_request_id(const Fields& fields) {
  const std::string_view id = http::request_id_in(fields.all());
  require(id.size() <= 128 && (id.empty() || http::is_token(id)));
}

struct Input {
  Fields fields;
  AddressSet trusted;
};

void read(std::string_view in, Input& input) {
  while (!in.empty()) {
    const std::size_t end = std::min(in.find('\n'), in.size());
    const std::string_view line = in.substr(0, end);
    in.remove_prefix(std::min(end + 1, in.size()));
    const std::size_t colon = line.find(": ");
    if (!line.empty() && line.front() == '@') {
      static_cast<void>(input.trusted.add(line.substr(1)).has_value());
    } else if (colon != std::string_view::npos && colon > 0) {
      input.fields.add(line.substr(0, colon), line.substr(colon + 2));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Input input;
  read({reinterpret_cast<const char*>(bytes), size}, input);
  check_set(input.trusted);
  const auto& fields = input.fields.all();
  const http::Forwarding told = http::read_forwarded(fields, input.trusted);
  check(told);
  check_request_id(input.fields);
  const auto tells = [](const http::Field& field) {
    return http::classify_request_field(field.name) == http::RequestField::Origin;
  };
  if (std::none_of(fields.begin(), fields.end(), tells)) {
    require(same(told, {}) && http::request_id_in(fields).empty());
  }
  for (const http::Field& field : fields) {
    const std::string_view value = http::view(field.value);
    for (const char* name : {"forwarded", "x-forwarded-for"}) {
      check_cuts(name, value, input.trusted);
      check_junk(name, value, http::view(fields.front().value), input.trusted);
    }
  }
  return 0;
}
