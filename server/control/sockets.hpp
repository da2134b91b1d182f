// The listening sockets of all workers. Made once by the supervisor and kept by it: one
// socket of an SO_REUSEPORT group per worker and TCP address (closing one would reset
// what is queued in it), one shared socket per unix path or inherited descriptor.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/settings.hpp"
#include "net/listener.hpp"
#include "serve/service.hpp"

namespace appserver::control {

/// Listening sockets of the server before us: the address as `bind` writes it, and one
/// descriptor for each slot of it.
using Inheritance = std::map<std::string, std::vector<int>>;

class Sockets {
 public:
  /// The shared ones, and what is inherited; those of each slot come with it. Fails:
  /// Usage, with the address. Descriptors that are inherited and not wanted are closed.
  static Result<Sockets> open(const config::Settings& settings,
                              const Inheritance& inherited = {});
  /// What another server would inherit of this one.
  [[nodiscard]] Inheritance bequest() const;
  /// One more socket for each TCP address; slots are numbered from 0 on. Fails: Usage.
  Result<void> add_slot();

  [[nodiscard]] int slots() const { return slots_; }

  /// In a worker: those of a slot that was added since it was forked.
  void take_slot(int slot, std::vector<UniqueFd> fds);
  /// The descriptors of a slot, in the order of take_slot.
  [[nodiscard]] std::vector<int> descriptors_of(int slot) const;

  /// What worker `slot` polls as its own: its TCP sockets and all shared ones.
  [[nodiscard]] std::vector<serve::ListenerPlace> places_of(int slot) const;
  /// The TCP sockets of `slot` alone: what a sibling takes over while the slot is
  /// empty.
  [[nodiscard]] std::vector<serve::ListenerPlace> orphans_of(int slot) const;
  /// "http://127.0.0.1:8000", one per address.
  [[nodiscard]] std::vector<std::string> urls() const;
  /// Closes this process's descriptors: when all have, new clients are refused.
  void close();
  /// All that were made here belong to that user, with the files of unix sockets.
  void give_to(uid_t uid, gid_t gid) const;
  /// Removes the files of unix sockets.
  void unlink_paths() const;

 private:
  Result<void> open_shared(const config::BindAddress& address, const Inheritance& from);
  Result<void> listen_more(std::size_t group);

  std::vector<config::BindAddress> addresses_;  ///< TCP
  std::vector<std::string> shared_names_;       ///< of shared_, as `bind` writes them
  int backlog_ = 0, slots_ = 0;
  std::vector<std::vector<net::Listener>> tcp_;  ///< per address, per slot
  std::vector<net::Listener> shared_;
  std::string server_name_;
};

}  // namespace appserver::control
