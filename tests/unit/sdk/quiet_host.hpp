// A host that allocates nothing: whatever is allocated during its call is the app's
// doing.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <gateway/gateway.h>
#include <gateway/sdk/fields.hpp>

#include "allocation_count.hpp"

/// One request with twelve fields, and room for one answer.
class QuietHost {
 public:
  std::string_view method = "GET";
  std::string_view accept = "*/*";
  std::string_view body;

  /// Calls the app; how many allocations that took, or -1 where it failed.
  long allocations_of(const gw_app& app, void* self = nullptr) {
    const auto fields = request_fields();
    gw_environ env = environ_of(fields.data(), fields.size());
    const std::size_t before = allocations_so_far();
    const std::int64_t code = app.call(self, &env, &start_response);
    const std::size_t after = allocations_so_far();
    return code < 0 ? -1 : static_cast<long>(after - before);
  }

  std::uint32_t status() const { return status_; }

  std::string_view answer() const { return {answer_.data(), used_}; }

 private:
  struct Input : gw_input {
    QuietHost* host;
  };

  struct Writer : gw_writer {
    QuietHost* host;
  };

  std::array<gw_field, 12> request_fields() const {
    constexpr gw_str kValue = GW_STR("some value of ordinary length");
    return {{{GW_STR("host"), GW_STR("example.org")},
             {GW_STR("accept"), gateway::as_str(accept)},
             {GW_STR("user-agent"),
              GW_STR("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101")},
             {GW_STR("accept-encoding"), GW_STR("gzip, deflate, br")},
             {GW_STR("accept-language"), GW_STR("en-GB,en;q=0.5")},
             {GW_STR("cookie"), kValue},
             {GW_STR("referer"), GW_STR("http://example.org/somewhere/else")},
             {GW_STR("cache-control"), GW_STR("max-age=0")},
             {GW_STR("x-one"), kValue},
             {GW_STR("x-two"), kValue},
             {GW_STR("x-three"), kValue},
             {GW_STR("content-type"), GW_STR("text/plain")}}};
  }

  gw_environ environ_of(const gw_field* fields, std::size_t count) {
    gw_environ env{};
    env.size = sizeof env;
    env.request_method = gateway::as_str(method);
    env.script_name = GW_STR("");
    env.path_info = env.request_uri = GW_STR("/");
    env.query_string = GW_STR("");
    env.server_protocol = GW_STR("HTTP/1.1");
    env.url_scheme = GW_STR("http");
    env.server_name = GW_STR("example.org");
    env.server_port = GW_STR("80");
    env.remote_addr = GW_STR("127.0.0.1");
    env.content_type = GW_STR("text/plain");
    env.content_length = static_cast<std::int64_t>(body.size());
    env.field = fields;
    env.field_count = count;
    env.input = &input_;
    env.log = [](const gw_environ*, std::uint32_t, gw_str) {};
    env.host = this;
    rest_ = body;
    return env;
  }

  static gw_writer* start_response(const gw_environ* env, std::uint32_t status,
                                   const gw_field*, std::size_t, std::uint32_t) {
    auto* host = static_cast<QuietHost*>(env->host);
    host->status_ = status;
    host->used_ = 0;
    return &host->writer_;
  }

  static std::int64_t read(gw_input* input, void* to, std::size_t cap) {
    QuietHost& host = *static_cast<Input*>(input)->host;
    const std::size_t count = std::min(cap, host.rest_.size());
    if (count != 0) std::memcpy(to, host.rest_.data(), count);
    host.rest_.remove_prefix(count);
    return static_cast<std::int64_t>(count);
  }

  static std::int64_t write(gw_writer* writer, const void* from, std::size_t size,
                            std::uint32_t) {
    QuietHost& host = *static_cast<Writer*>(writer)->host;
    if (size > host.answer_.size() - host.used_) return GW_E_TOOBIG;
    if (size != 0) std::memcpy(host.answer_.data() + host.used_, from, size);
    host.used_ += size;
    return static_cast<std::int64_t>(size);
  }

  static std::int32_t refuse_body(gw_writer*, gw_source* source) {
    source->close(source, GW_E_UNSUPPORTED);
    return GW_E_UNSUPPORTED;
  }

  Input input_{{sizeof(gw_input), 0, &read}, this};
  Writer writer_{{sizeof(gw_writer), GW_OK, &write, &refuse_body}, this};
  std::string_view rest_;
  std::uint32_t status_ = 0;
  std::size_t used_ = 0;
  std::array<char, 65'536> answer_;
};
