// The listening sockets of all workers. Made once by the supervisor and kept by it: one
// socket of an SO_REUSEPORT group per worker and TCP address (closing one would reset
// what is queued in it), one shared socket per unix path or inherited descriptor.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "config/settings.hpp"
#include "net/listener.hpp"
#include "serve/service.hpp"

namespace appserver::control {

class Sockets {
 public:
  /// Fails: Usage, with the address.
  static Result<Sockets> open(const config::Settings& settings, int workers);

  /// What worker `slot` polls as its own: its TCP sockets and all shared ones.
  [[nodiscard]] std::vector<serve::ListenerPlace> places_of(int slot) const;
  /// The TCP sockets of `slot` alone: what a sibling takes over while the slot is
  /// empty.
  [[nodiscard]] std::vector<serve::ListenerPlace> orphans_of(int slot) const;
  /// "http://127.0.0.1:8000", one per address.
  [[nodiscard]] std::vector<std::string> urls() const;
  /// Closes this process's descriptors: when all have, new clients are refused.
  void close();
  /// Removes the files of unix sockets.
  void unlink_paths() const;

 private:
  std::vector<std::vector<net::Listener>> tcp_;  ///< per address, per slot
  std::vector<net::Listener> shared_;
  std::string server_name_;
};

}  // namespace appserver::control
