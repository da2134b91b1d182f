// Request targets: what is accepted keeps the promises of http/target.hpp. The input is
// method, LF, target.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/target.hpp"
#include "require.hpp"

namespace {

using appserver::fuzz::require;
namespace http = appserver::http;

void check_path(std::string_view path) {
  std::vector<char> arena(path.size());
  const std::string_view decoded = http::decode_path(path, arena);
  require(decoded.size() <= path.size());
  require(decoded.find('\0') == std::string_view::npos);
  require(!decoded.empty() && decoded[0] == path[0]);
}

void check_authority(std::string_view authority) {
  if (!http::is_valid_authority(authority)) return;
  const std::string_view host = http::host_of(authority);
  require(!host.empty() && host.size() <= authority.size());
  require(authority.find_first_of("@/?#\\ \t\r\n") == std::string_view::npos);
}

void check_target(std::string_view method, const http::Target& target) {
  require(target.path[0] == '/' || (target.path == "*" && method == "OPTIONS"));
  require(target.path.find_first_of("?#") == std::string_view::npos);
  require(target.authority.empty() || http::is_valid_authority(target.authority));
  check_path(target.path);
  // Written in origin-form it must mean the same again.
  std::string again(target.path);
  if (target.query.data() != nullptr) again.append("?").append(target.query);
  const auto reparsed = http::parse_target(method, again);
  require(reparsed.has_value());
  require(reparsed->path == target.path && reparsed->query == target.query);
  require(reparsed->authority.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view in(reinterpret_cast<const char*>(bytes), size);
  const std::size_t line_end = in.find('\n');
  if (line_end == std::string_view::npos) return 0;
  const std::string_view method = in.substr(0, line_end),
                         text = in.substr(line_end + 1);
  check_authority(text);
  const auto target = http::parse_target(method, text);
  if (target) {
    require(method != "CONNECT");
    check_target(method, *target);
  } else {
    require(target.error().status == 400 || target.error().status == 501);
  }
  return 0;
}
