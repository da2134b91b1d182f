// A room as far as no connection is concerned: what was said, and who is here and in
// the other workers.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "history.hpp"
#include "message.hpp"

class Room {
 public:
  explicit Room(std::size_t most_history) : history(most_history) {}

  void enter(const std::string& name);
  void leave(const std::string& name);
  /// What another worker says of its own; all of it, so that nothing adds up wrongly.
  bool set_elsewhere(const std::string& worker, Presence presence);
  /// The worker is gone. False: nobody of it was here.
  bool forget(const std::string& worker);

  /// In this worker.
  Presence here() const;
  /// In all.
  Presence everywhere() const;

  /// In all, without names.
  std::size_t count() const;

  bool has_members() const { return count_ > 0 || !elsewhere_.empty(); }

  History history;

 private:
  std::map<std::string, std::size_t> names_;  // how many use it
  std::size_t count_ = 0;
  std::map<std::string, Presence> elsewhere_;  // by worker; none is empty
};
