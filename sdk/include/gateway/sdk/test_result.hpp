// What a test sees of an answer, and what it may arrange for one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gateway/gateway.h>
#include <gateway/sdk/fields.hpp>

namespace gateway {

using TestHeaders = std::vector<std::pair<std::string, std::string>>;

struct TestLogLine {
  std::uint32_t level;
  std::string text;
};

/// One answer, as a client would have got it, and what only the host saw.
struct TestResult {
  std::uint32_t status = 0;  // 500 where the app failed before its head had left
  TestHeaders headers;
  std::string body;
  std::vector<TestLogLine> log;
  std::vector<std::string> violations;  // rules that the app broke: "GW-S4: ..."
  bool failed = false;                  // the app failed, or the client left
  bool aborted = false;                 // and bytes had left: the connection was cut
  std::int64_t code = GW_OK;            // GW_E_*: why it failed
  int bodies_closed = 0;                // how often a source of this answer was closed
  std::int32_t close_reason = GW_OK;    // what the source was told

  /// The first header of that name, compared without case.
  std::optional<std::string_view> header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (same_name(key, name)) return value;
    }
    return std::nullopt;
  }
};

/// How client, network and host behave while the app is called.
struct TestConditions {
  static constexpr std::size_t kAll = static_cast<std::size_t>(-1);

  /// Sizes of the pieces in which the request's body arrives; what is left comes last,
  /// and a first piece of 0 means that nothing is here yet. Before each but the first
  /// an event app meets GW_E_AGAIN. Empty: all of it is here.
  std::vector<std::size_t> arrives;
  /// False: the length is not declared, as in a chunked request.
  bool declares_length = true;
  /// The body is cut after so many bytes: then reading gives GW_E_GONE.
  std::size_t body_cut_after = kAll;
  /// What an event app's writes may put into the buffers; at least GW_TAKEN_WHOLE.
  std::size_t room = kAll;
  /// How much the host pulls from a source at a time.
  std::size_t pulls = 16'384;
  /// The client leaves after so many bytes of the answer.
  std::size_t leaves_after = kAll;
  /// Where the app is mounted: "" or "/mount".
  std::string script_name;
  std::string url_scheme = "http";
  std::string remote_addr = "127.0.0.1";
};

}  // namespace gateway
