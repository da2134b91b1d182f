#include "room.hpp"

#include <utility>

void Room::enter(const std::string& name) {
  ++names_[name];
  ++count_;
}

void Room::leave(const std::string& name) {
  const auto found = names_.find(name);
  if (found == names_.end()) return;
  if (--found->second == 0) names_.erase(found);
  --count_;
}

bool Room::set_elsewhere(const std::string& worker, Presence presence) {
  if (presence.count == 0) return forget(worker);
  Presence& known = elsewhere_[worker];
  if (known == presence) return false;
  known = std::move(presence);
  return true;
}

bool Room::forget(const std::string& worker) {
  return elsewhere_.erase(worker) > 0;
}

Presence Room::here() const {
  Presence presence{count_, {}};
  for (const auto& [name, users] : names_) {
    for (std::size_t i = 0; i < users; ++i) {
      if (presence.names.size() == Presence::kNamed) return presence;
      presence.names.push_back(name);
    }
  }
  return presence;
}

std::size_t Room::count() const {
  std::size_t count = count_;
  for (const auto& [worker, presence] : elsewhere_) count += presence.count;
  return count;
}

Presence Room::everywhere() const {
  Presence all = here();
  for (const auto& [worker, presence] : elsewhere_) {
    all.count += presence.count;
    for (const std::string& name : presence.names) {
      if (all.names.size() < Presence::kNamed) all.names.push_back(name);
    }
  }
  return all;
}
