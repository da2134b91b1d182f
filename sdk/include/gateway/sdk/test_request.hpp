// A request as a host would present it, for tests: owns what the environ points to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gateway/gateway.h>
#include <gateway/sdk/test_result.hpp>

namespace gateway {

/// Lives: its environ points into it, and into `conditions`, `method`, `target`.
class TestRequest {
 public:
  /// `target` is below conditions.script_name: a path, percent-encoded, and a query.
  TestRequest(const TestConditions& conditions, std::string_view method,
              std::string_view target, std::string_view body,
              const TestHeaders& headers)
      : path_(decoded(target.substr(0, target.find('?')))),
        uri_(conditions.script_name + std::string(target)),
        sent_(with_host_fields(conditions, headers, body)) {
    for (const auto& [name, value] : sent_) {
      fields_.push_back({as_str(name), as_str(value)});
    }
    const std::size_t mark = target.find('?');
    const std::string_view query = mark == std::string_view::npos
                                       ? target.substr(target.size())
                                       : target.substr(mark + 1);
    const Fields view(fields_.data(), fields_.size());
    env_.size = sizeof env_;
    env_.request_method = as_str(method);
    env_.script_name = as_str(conditions.script_name);
    env_.path_info = as_str(path_);
    env_.query_string = as_str(query);
    env_.request_uri = as_str(uri_);
    env_.server_protocol = GW_STR("HTTP/1.1");
    env_.url_scheme = as_str(conditions.url_scheme);
    env_.server_name = GW_STR("test");
    env_.server_port = GW_STR("80");
    env_.remote_addr = as_str(conditions.remote_addr);
    env_.remote_port = GW_STR("50000");
    env_.content_type = as_str(view.find("content-type").value_or(std::string_view()));
    env_.request_id = GW_STR("test");
    env_.content_length =
        conditions.declares_length ? static_cast<std::int64_t>(body.size()) : -1;
    env_.field = fields_.data();
    env_.field_count = fields_.size();
  }

  TestRequest(const TestRequest&) = delete;
  TestRequest& operator=(const TestRequest&) = delete;
  ~TestRequest() = default;

  /// Without input, log and host.
  const gw_environ& environ() const { return env_; }

 private:
  static int digit(char c) {
    const std::size_t at = std::string_view("0123456789abcdef").find(lower(c));
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
  }

  static std::string decoded(std::string_view path) {
    std::string text;
    for (std::size_t i = 0; i < path.size(); ++i) {
      const bool is_escape = path[i] == '%' && i + 2 < path.size() &&
                             digit(path[i + 1]) >= 0 && digit(path[i + 2]) >= 0;
      text += is_escape
                  ? static_cast<char>(digit(path[i + 1]) * 16 + digit(path[i + 2]))
                  : path[i];
      if (is_escape) i += 2;
    }
    return text;
  }

  /// What a client and a host add to a request by themselves; names become lower-case.
  static TestHeaders with_host_fields(const TestConditions& conditions,
                                      const TestHeaders& headers,
                                      std::string_view body) {
    TestHeaders all{{"host", "test"}};
    for (auto [name, value] : headers) {
      for (char& c : name) c = lower(c);
      all.emplace_back(std::move(name), std::move(value));
    }
    if (!body.empty() && conditions.declares_length) {
      all.emplace_back("content-length", std::to_string(body.size()));
    }
    return all;
  }

  std::string path_, uri_;
  TestHeaders sent_;
  std::vector<gw_field> fields_;
  gw_environ env_{};
};

}  // namespace gateway
