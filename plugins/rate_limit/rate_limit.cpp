// Answers 429 to who asks too often; tells the others what is left.
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>

#include <gateway/sdk/config.hpp>
#include <gateway/sdk/keyed_hash.hpp>
#include <gateway/sdk/middleware.hpp>
#include <gateway/sdk/path_list.hpp>

#include "buckets.hpp"
#include "client_key.hpp"

namespace {

constexpr std::size_t kEntries = 65'536;
constexpr std::size_t kMostEntries = 1u << 24;
constexpr double kMostRate = 1e6;

struct Settings {
  Limit limit{};
  std::size_t entries = kEntries;
  std::string header;
  gateway::PathList except;
  bool tells = true;
};

Settings read_settings(std::string_view text) {
  gateway::Config config("rate_limit", text);
  Settings settings;
  settings.limit.rate = config.positive("rate", 10, kMostRate);
  const auto one_second = static_cast<std::int64_t>(std::ceil(settings.limit.rate));
  settings.limit.burst =
      static_cast<double>(config.integer("burst", one_second, 1, 1'000'000'000));
  settings.entries = static_cast<std::size_t>(
      config.integer("entries", kEntries, 1, static_cast<std::int64_t>(kMostEntries)));
  settings.header = config.text("header");
  settings.except = gateway::PathList(config.texts("except"));
  settings.tells = config.flag("fields", true);
  config.done();
  return settings;
}

std::uint64_t now_ns() {
  const std::chrono::nanoseconds now =
      std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(now.count());
}

/// The value of RateLimit: `"default";r=3;t=2` (draft-ietf-httpapi-ratelimit-headers).
struct RateLimitField {
  explicit RateLimitField(const Verdict& verdict) noexcept {
    const int n = std::snprintf(text.data(), text.size(), "\"default\";r=%llu;t=%llu",
                                static_cast<unsigned long long>(verdict.remaining),
                                static_cast<unsigned long long>(verdict.wait_s));
    size = static_cast<std::size_t>(n);
  }

  std::string_view view() const noexcept { return {text.data(), size}; }

  std::array<char, 64> text{};
  std::size_t size;
};

struct Layer {
  void head(gateway::Head& head) const {
    head.add("ratelimit-policy", policy);
    head.add("ratelimit", field.view());
  }

  std::string_view policy;
  RateLimitField field;
};

class RateLimit {
 public:
  explicit RateLimit(const gateway::Host& host)
      : settings_(read_settings(host.config())),
        buckets_(settings_.limit, settings_.entries) {
    const double window = std::ceil(settings_.limit.burst / settings_.limit.rate);
    policy_ = "\"default\";q=" + std::to_string(std::llround(settings_.limit.burst)) +
              ";w=" + std::to_string(std::llround(window));
  }

  std::int64_t operator()(const gateway::Environ& env, gateway::Next& next) {
    if (settings_.except.holds(env)) return next();
    const Verdict verdict = take(key_of(env));
    const RateLimitField field(verdict);
    if (!verdict.passes) return next.answer(refused(verdict, field));
    if (!settings_.tells) return next();
    return next.through<Layer>(policy_, field);
  }

 private:
  std::uint64_t key_of(const gateway::Environ& env) const {
    if (!settings_.header.empty()) {
      const auto value = env.header(settings_.header);
      if (value) return hash_header_(*value);
    }
    return hash_address_(ClientKey(env.remote_addr()).bytes());
  }

  Verdict take(std::uint64_t key) {
    const std::lock_guard lock(mutex_);
    return buckets_.take(key, now_ns());  // under the lock: time does not go back
  }

  gateway::Response refused(const Verdict& verdict, const RateLimitField& field) const {
    auto response = gateway::Response::text("Too Many Requests\n", 429)
                        .with_header("retry-after", std::to_string(verdict.wait_s))
                        .with_header("cache-control", "no-store");
    if (settings_.tells) {
      response.with_header("ratelimit-policy", policy_)
          .with_header("ratelimit", field.view());
    }
    return response;
  }

  Settings settings_;
  std::string policy_;
  const gateway::KeyedHash hash_address_ = gateway::KeyedHash::random();
  const gateway::KeyedHash hash_header_ = gateway::KeyedHash::random();
  std::mutex mutex_;
  Buckets buckets_;  // guarded by mutex_
};

}  // namespace

GATEWAY_MIDDLEWARE(middleware, RateLimit, 0);
