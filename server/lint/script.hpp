// What one client does: its request, how it arrives, and when the client leaves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace appserver::lint {

struct Script {
  static constexpr std::size_t kNever = SIZE_MAX;

  std::string method = "GET";
  std::string target = "/";  ///< with the query; PATH_INFO is made of it
  std::string protocol = "HTTP/1.1";
  std::vector<std::pair<std::string, std::string>> fields;  ///< lower-case names
  std::string body;
  bool is_length_known = true;  ///< else the body is of unknown length
  bool has_address = true;      ///< else a Unix socket: no REMOTE_ADDR
  bool is_replay = false;       ///< GW_REPLAY
  bool asks_websocket = false;
  bool offers_trailers = false;  ///< TE: trailers

  std::size_t cut_at = kNever;  ///< the body breaks off here (GW_E_GONE)
  std::size_t too_big_at = kNever;
  std::size_t leaves_after = kNever;  ///< of the host's functions that the app calls
  std::string remark;                 ///< what is special, for people

  /// "POST /, cut".
  [[nodiscard]] std::string text() const;
};

/// The requests of one round, always the same.
std::vector<Script> all_scripts();

/// Those that are made by several clients at once.
std::vector<Script> crowd_scripts();

/// `METHOD /target`, `/target`, with a body `POST /target BODY`, or `WEBSOCKET
/// /target`: alone, and with a client that leaves early.
std::vector<Script> scripts_for(const std::string& request);

}  // namespace appserver::lint
