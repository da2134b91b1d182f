// Calls an app without a server: gateway::TestClient client(gw1_app);
// client.get("/x?y=1").
//
// Plain standard library: it fits every test framework, and plugins in any language.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gateway/gateway.h>
#include <gateway/sdk/test_exchange.hpp>
#include <gateway/sdk/test_request.hpp>
#include <gateway/sdk/test_result.hpp>

/// Declares the app that GATEWAY_APP(callable) exports in another file of the test.
#define GATEWAY_DECLARE_APP(callable) extern "C" const gw_app gw1_##callable

namespace gateway {

/// The extensions that the test's host has: "gw.file/1" to a table that outlives the
/// client.
using TestExtensions = std::map<std::string, const void*, std::less<>>;

/// An app with an instance of its own, created here and destroyed at the end.
///
/// Threads: one at a time.
class TestClient {
 public:
  /// `config` is one JSON object, or empty.
  /// Fails: std::runtime_error with what the app logged, where it refuses to start.
  explicit TestClient(const gw_app& app, std::string config = {},
                      TestExtensions extensions = {})
      : app_(app), config_(std::move(config)), extensions_(std::move(extensions)) {
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
    const TestRequest made(conditions, method, target, body, headers);
    return TestExchange(app_, made.environ(), body, conditions).run(self_);
  }

  /// What the app logged outside of requests.
  const std::vector<TestLogLine>& host_log() const { return host_log_; }

 private:
  static void log(const gw_host* host, std::uint32_t level, gw_str text) {
    auto* self = static_cast<TestClient*>(host->host);
    self->host_log_.push_back({level, std::string(as_view(text))});
  }

  static const void* extension(const gw_host* host, const char* id) {
    const TestExtensions& known = static_cast<TestClient*>(host->host)->extensions_;
    const auto found = known.find(std::string_view(id));
    return found == known.end() ? nullptr : found->second;
  }

  const gw_app& app_;
  std::string config_;
  TestExtensions extensions_;
  gw_host host_{};
  void* self_ = nullptr;
  std::vector<TestLogLine> host_log_;
};

}  // namespace gateway
