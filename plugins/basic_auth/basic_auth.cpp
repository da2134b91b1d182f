// Asks for a name and a password before anything else sees the request (RFC 7617).
//
// The one callable is GW_BLOCKING: a password hash that is worth its name takes 5 to
// 500 ms, and on an event loop a flood of wrong guesses would stop every other client.
// The cache makes the second request of a client cheap, not the first.
#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include <gateway/attribute.h>
#include <gateway/sdk/config.hpp>
#include <gateway/sdk/middleware.hpp>
#include <gateway/sdk/path_list.hpp>

#include "credentials.hpp"
#include "users.hpp"
#include "verified.hpp"

namespace {

constexpr std::size_t kMostVerified = 1024;

struct Settings {
  Users users;
  gateway::PathList except;
  std::string challenge;
  std::uint64_t cache_ns = 0;
};

std::string read_file(const gateway::Config& config, const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) config.fail("cannot read the file " + path);
  return text.str();
}

std::string challenge_of(const gateway::Config& config, const std::string& realm) {
  for (const char c : realm) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '"' || c == '\\') {
      config.fail("\"realm\" holds a quote, a backslash or a control byte");
    }
  }
  return "Basic realm=\"" + realm + "\", charset=\"UTF-8\"";
}

void add_users(const gateway::Config& config, Users& users, const std::string& file,
               const gateway::Config::Pairs& pairs) {
  std::string place = file + ": ";
  try {
    if (!file.empty()) users.add_lines(read_file(config, file));
    for (const auto& [name, hash] : pairs) {
      place = "user " + gateway::Config::quoted(name) + ": ";
      users.add(name, hash);
    }
  } catch (const std::invalid_argument& bad) {
    const std::string_view why = bad.what();
    if (why.starts_with("basic_auth: ")) throw;
    config.fail(place + std::string(why));
  }
  if (users.empty()) config.fail("there is no user: give \"file\" or \"users\"");
}

Settings read_settings(std::string_view text) {
  gateway::Config config("basic_auth", text);
  const std::string file = config.text("file");
  const auto pairs = config.pairs("users");
  const std::string realm = config.text("realm", "restricted");
  const auto except = config.texts("except");
  const std::int64_t cache_s = config.integer("cache", 60, 0, 86'400);
  config.done();
  Settings settings;
  add_users(config, settings.users, file, pairs);
  settings.except = gateway::PathList(except);
  settings.challenge = challenge_of(config, realm);
  settings.cache_ns = static_cast<std::uint64_t>(cache_s) * 1'000'000'000;
  return settings;
}

std::uint64_t now_ns() {
  const std::chrono::nanoseconds now =
      std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(now.count());
}

class BasicAuth {
 public:
  explicit BasicAuth(const gateway::Host& host)
      : settings_(read_settings(host.config())),
        verified_(settings_.cache_ns == 0 ? 0 : kMostVerified, settings_.cache_ns),
        attribute_(host.extension<gw_attribute>(GW_ATTRIBUTE_1)) {
    if (attribute_ == nullptr) return;  // then nobody asks for the name
    user_number_ = attribute_->number(host.raw(), GW_STR(GW_REMOTE_USER));
    if (user_number_ < 0) {
      throw gateway::Error(user_number_, "basic_auth: no number for gw.remote_user");
    }
  }

  std::int64_t operator()(const gateway::Environ& env, gateway::Next& next) {
    if (settings_.except.holds(env)) return next();
    const auto credentials = credentials_of(env);
    if (!credentials || !is_right(*credentials)) return next.answer(refused());
    set_user(env, next, credentials->user);
    return next();
  }

 private:
  /// Two fields could be read as one by us and as the other by somebody else.
  static std::optional<Credentials> credentials_of(const gateway::Environ& env) {
    std::optional<std::string_view> only;
    for (const gateway::Field field : env.headers()) {
      if (!gateway::same_name(field.name, "authorization")) continue;
      if (only) return std::nullopt;
      only = field.value;
    }
    return only ? read_credentials(*only) : std::nullopt;
  }

  bool is_right(const Credentials& given) {
    const std::string& stored = settings_.users.hash_of(given.user);
    if (verified_.holds(given.user, given.password, stored, now_ns())) return true;
    // Also for a name that nobody has: the time must not tell who is known.
    const bool matches = Users::matches(given.password, stored);
    if (!matches || !settings_.users.knows(given.user)) return false;
    verified_.add(given.user, given.password, stored, now_ns());
    return true;
  }

  gateway::Response refused() const {
    return gateway::Response::text("Unauthorized\n", 401)
        .with_header("www-authenticate", settings_.challenge)
        .with_header("cache-control", "no-store");
  }

  void set_user(const gateway::Environ& env, gateway::Next& next,
                std::string_view user) const {
    if (attribute_ == nullptr) return;
    auto* value = static_cast<gw_str*>(next.room(sizeof(gw_str)));
    *value = gateway::as_str(next.keep(user));
    const std::int32_t code = attribute_->set(env.raw(), user_number_, value, nullptr);
    if (code < 0) throw gateway::Error(code, "basic_auth: cannot set gw.remote_user");
  }

  const Settings settings_;
  Verified verified_;
  const gw_attribute* attribute_;
  std::int32_t user_number_ = 0;
};

}  // namespace

GATEWAY_MIDDLEWARE(middleware, BasicAuth, GW_BLOCKING);
