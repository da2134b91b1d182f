// Calls an app without a server: gateway::TestClient client(gw1_app);
// client.get("/x?y=1").
//
// Plain standard library: it fits every test framework, and plugins in any language.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gateway/gateway.h>
#include <gateway/sdk/test_exchange.hpp>
#include <gateway/sdk/test_result.hpp>

/// Declares the app that GATEWAY_APP(callable) exports in another file of the test.
#define GATEWAY_DECLARE_APP(callable) extern "C" const gw_app gw1_##callable

namespace gateway {

/// An app with an instance of its own, created here and destroyed at the end.
///
/// Threads: one at a time.
class TestClient {
 public:
  /// `config` is one JSON object, or empty.
  /// Fails: std::runtime_error with what the app logged, where it refuses to start.
  explicit TestClient(const gw_app& app, std::string config = {})
      : app_(app), config_(std::move(config)) {
    if (app.abi_major != GW_ABI_MAJOR || app.size < sizeof(gw_app)) {
      throw std::runtime_error("the app is of another gateway.h");
    }
    host_ = {sizeof(gw_host),
             GW_ABI_MAJOR,
             GW_ABI_MINOR,
             GW_STR("test"),
             app.name,
             as_str(config_),
             &log,
             &extension,
             this};
    if (app.create == nullptr || app.create(&host_, &self_) >= 0) return;
    std::string text = "create failed";
    for (const TestLogLine& line : host_log_) text += ": " + line.text;
    throw std::runtime_error(text);
  }

  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  ~TestClient() {
    if (app_.quiesce != nullptr) app_.quiesce(self_, 0);
    if (app_.destroy != nullptr) app_.destroy(self_);
  }

  /// How the next calls go: set what the test needs.
  TestConditions conditions;

  TestResult get(std::string_view target, const TestHeaders& headers = {}) {
    return request("GET", target, {}, headers);
  }

  TestResult post(std::string_view target, std::string_view body,
                  const TestHeaders& headers = {}) {
    return request("POST", target, body, headers);
  }

  /// `target` is below conditions.script_name: a path, percent-encoded, and a query.
  TestResult request(std::string_view method, std::string_view target,
                     std::string_view body = {}, const TestHeaders& headers = {}) {
    const std::size_t mark = target.find('?');
    const std::string path = decoded(target.substr(0, mark));
    const std::string_view query = mark == std::string_view::npos
                                       ? target.substr(target.size())
                                       : target.substr(mark + 1);
    const std::string uri = conditions.script_name + std::string(target);
    const TestHeaders sent = with_host_fields(headers, body);
    const std::vector<gw_field> fields = fields_of(sent);
    const Fields view(fields.data(), fields.size());

    gw_environ env{};
    env.size = sizeof env;
    env.request_method = as_str(method);
    env.script_name = as_str(conditions.script_name);
    env.path_info = as_str(path);
    env.query_string = as_str(query);
    env.request_uri = as_str(uri);
    env.server_protocol = GW_STR("HTTP/1.1");
    env.url_scheme = GW_STR("http");
    env.server_name = GW_STR("test");
    env.server_port = GW_STR("80");
    env.remote_addr = GW_STR("127.0.0.1");
    env.remote_port = GW_STR("50000");
    env.content_type = as_str(view.find("content-type").value_or(std::string_view()));
    env.request_id = GW_STR("test");
    env.content_length =
        conditions.declares_length ? static_cast<std::int64_t>(body.size()) : -1;
    env.field = fields.data();
    env.field_count = fields.size();
    return TestExchange(app_, env, body, conditions).run(self_);
  }

  /// What the app logged outside of requests.
  const std::vector<TestLogLine>& host_log() const { return host_log_; }

 private:
  static void log(const gw_host* host, std::uint32_t level, gw_str text) {
    auto* self = static_cast<TestClient*>(host->host);
    self->host_log_.push_back({level, std::string(as_view(text))});
  }

  static const void* extension(const gw_host*, const char*) { return nullptr; }

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
  TestHeaders with_host_fields(const TestHeaders& headers,
                               std::string_view body) const {
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

  static std::vector<gw_field> fields_of(const TestHeaders& headers) {
    std::vector<gw_field> fields;
    for (const auto& [name, value] : headers) {
      fields.push_back({as_str(name), as_str(value)});
    }
    return fields;
  }

  const gw_app& app_;
  std::string config_;
  gw_host host_{};
  void* self_ = nullptr;
  std::vector<TestLogLine> host_log_;
};

}  // namespace gateway
