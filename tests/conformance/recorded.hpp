// What the recorder app saw, taken apart.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/expect.hpp"

namespace appserver::testing {

struct Recorded {
  std::map<std::string, std::string> members;  ///< "=value" or "absent"
  std::vector<std::pair<std::string, std::string>> fields;

  /// "=value" when it was there, "absent" when its pointer was null.
  [[nodiscard]] std::string operator[](const std::string& name) const {
    const auto found = members.find(name);
    return found == members.end() ? "not in the report" : found->second;
  }

  /// All values of a field, one after the other as "a|b"; "none" without any.
  [[nodiscard]] std::string field(std::string_view name) const {
    std::string all;
    bool is_first = true;
    for (const auto& [known, value] : fields) {
      if (known != name) continue;
      all += (is_first ? "" : "|") + value;
      is_first = false;
    }
    return is_first ? "none" : all;
  }
};

inline Recorded parse_record(const std::string& text) {
  Recorded recorded;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    at = end == std::string::npos ? text.size() : end + 1;
    const std::size_t space = line.find(' ');
    const std::string name = line.substr(0, space);
    const std::string rest = space == std::string::npos ? "" : line.substr(space + 1);
    if (name == "field") {
      const std::size_t equals = rest.find(" =");
      recorded.fields.emplace_back(rest.substr(0, equals), rest.substr(equals + 2));
    } else {
      recorded.members[name] = rest;
    }
  }
  return recorded;
}

/// Sends `bytes` to a recorder and gives what it saw. The status must be 200.
inline Recorded record(const ServerProcess& server, std::string_view bytes) {
  RawClient client(server.port());
  client.send(bytes);
  const Response response = client.read_response();
  EXPECT_EQ(response.status, 200) << bytes;
  return parse_record(response.body);
}

inline int status_of(const ServerProcess& server, std::string_view bytes) {
  RawClient client(server.port());
  client.send(bytes);
  return client.read_response().status;
}

/// The kinds of app that a rule must hold for alike.
inline const std::vector<std::string> kKinds = {"app", "blocking"};

}  // namespace appserver::testing
