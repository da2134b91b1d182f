// What a load client asks, and what it takes for a right answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "load_answers.hpp"

namespace load {

/// Requests that leave together. Reused, so that steady traffic allocates nothing.
struct Burst {
  std::string own;         ///< the bytes, when they were made for this burst
  std::string_view bytes;  ///< what to send: `own` or something prepared
  std::size_t requests = 0;
  std::vector<std::string> expected;  ///< bodies, of checked traffic
  std::size_t piece = SIZE_MAX;       ///< send at most so many bytes at a time
};

struct Options {
  std::string host, port;  ///< of the URL; host is an IPv4 address
  std::string mode = "mixed";
  std::uint64_t requests = 0;  ///< 0: as `seconds` says
  double seconds = 0;
  double deadline = 300;  ///< seconds for everything
  std::size_t connections = 16;
  std::uint64_t seed = 1;
  int expect_status = 200;
  std::string expect_header;  ///< its value must also be the first word of the body
  std::string expect_body;    ///< of prepared requests; % stands for that value
  std::string get_path = "/", post_path = "/";
};

class Traffic {
 public:
  Traffic() = default;
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;
  virtual ~Traffic() = default;

  /// Fills in the next burst, of at most `most` requests.
  virtual void next(Burst& burst, std::size_t most) = 0;
  /// Is `answer` right for the `index`th request of the burst?
  virtual bool is_right(const Answer& answer, const Burst& burst,
                        std::size_t index) = 0;

  /// Does `is_right` look at bodies? If not, the client counts them and keeps none.
  [[nodiscard]] virtual bool needs_bodies() const { return true; }

  /// Does each request ask to close the connection?
  [[nodiscard]] virtual bool closes() const { return false; }
};

/// Every request carries a nonce and every answer must be that nonce: GETs, bursts of
/// 16 and chunked POSTs that are cut at random places.
std::unique_ptr<Traffic> checked_traffic(const Options& options);

/// The same prepared bytes again and again, only the status is looked at; null when
/// `options.mode` is no such mode.
std::unique_ptr<Traffic> steady_traffic(const Options& options);

}  // namespace load
