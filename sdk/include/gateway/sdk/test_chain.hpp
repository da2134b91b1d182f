// Middleware without a server: layers around an app, called as a host calls a chain.
//
//   constexpr gw_app kHello = gateway::table_of_function<&hello>(GW_STR("hello"), 0);
//   gateway::TestChain chain({{gw1_middleware, R"({"level":5})"}}, kHello);
//   chain.get("/", {{"accept-encoding", "gzip"}});
//
// Carries out gw.middleware/1, gw.exchange/1 and gw.attribute/1.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gateway/attribute.h>
#include <gateway/exchange.h>
#include <gateway/gateway.h>
#include <gateway/middleware.h>
#include <gateway/sdk/test_chain_exchange.hpp>
#include <gateway/sdk/test_request.hpp>
#include <gateway/sdk/test_result.hpp>

namespace gateway {

/// An app of a chain and its configuration.
struct TestLink {
  const gw_app& app;
  std::string config{};
};

/// A chain with an instance of each of its apps.
///
/// Threads: one at a time.
class TestChain {
 public:
  /// `layers` from outer to inner.
  /// Fails: std::runtime_error with what was logged, where an app refuses to start.
  TestChain(const std::vector<TestLink>& layers, const gw_app& app,
            std::string config = {}) {
    for (const TestLink& link : layers) start(link.app, link.config);
    start(app, std::move(config));
    for (const auto& link : links_) parts_.push_back({link->app, link->self});
  }

  TestChain(const TestChain&) = delete;
  TestChain& operator=(const TestChain&) = delete;
  ~TestChain() = default;

  /// How the next calls go: set what the test needs.
  TestConditions conditions;

  TestChainResult get(std::string_view target, const TestHeaders& headers = {}) {
    return request("GET", target, {}, headers);
  }

  /// `target` is below conditions.script_name: a path, percent-encoded, and a query.
  TestChainResult request(std::string_view method, std::string_view target,
                          std::string_view body = {}, const TestHeaders& headers = {}) {
    const TestRequest made(conditions, method, target, body, headers);
    return TestChainExchange(parts_, conditions, names_.numbers)
        .run(made.environ(), body);
  }

 private:
  struct Names {
    std::vector<std::string> numbers;
  };

  struct Instance {
    Instance(const gw_app& table, std::string text, Names& shared)
        : app(table), config(std::move(text)), names(shared) {
      host = {sizeof(gw_host),
              GW_ABI_MAJOR,
              GW_ABI_MINOR,
              GW_STR("test"),
              app.name,
              as_str(config),
              &log,
              &extension,
              this};
      if (app.create == nullptr || app.create(&host, &self) >= 0) return;
      throw std::runtime_error("create failed" + logged);
    }

    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    ~Instance() {
      if (app.quiesce != nullptr) app.quiesce(self, 0);
      if (app.destroy != nullptr) app.destroy(self);
    }

    const gw_app& app;
    std::string config, logged;
    Names& names;
    gw_host host{};
    void* self = nullptr;
  };

  void start(const gw_app& app, std::string config) {
    links_.push_back(std::make_unique<Instance>(app, std::move(config), names_));
  }

  static void log(const gw_host* host, std::uint32_t, gw_str text) {
    auto* self = static_cast<Instance*>(host->host);
    self->logged.append(": ").append(as_view(text));
  }

  static const void* extension(const gw_host*, const char* id) {
    static constexpr gw_middleware kMiddleware{&TestChainExchange::next,
                                               &TestChainExchange::room};
    static constexpr gw_exchange kExchange{&TestChainExchange::room,
                                           &TestChainExchange::on_close,
                                           &TestChainExchange::is_gone};
    static constexpr gw_attribute kAttribute{&number, &TestChainExchange::set,
                                             &TestChainExchange::get};
    const std::string_view name(id);
    if (name == GW_MIDDLEWARE_1) return &kMiddleware;
    if (name == GW_EXCHANGE_1) return &kExchange;
    if (name == GW_ATTRIBUTE_1) return &kAttribute;
    return nullptr;
  }

  static std::int32_t number(const gw_host* host, gw_str name) {
    auto& numbers = static_cast<Instance*>(host->host)->names.numbers;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (numbers[i] == as_view(name)) return static_cast<std::int32_t>(i + 1);
    }
    numbers.emplace_back(as_view(name));
    return static_cast<std::int32_t>(numbers.size());
  }

  Names names_;
  std::vector<std::unique_ptr<Instance>> links_;
  std::vector<TestPart> parts_;
};

}  // namespace gateway
