#include "history.hpp"

#include <algorithm>

bool History::add(const Said& said) {
  if (most_ == 0) return true;
  const auto is_same = [&said](const Said& other) { return other.id == said.id; };
  if (std::any_of(said_.begin(), said_.end(), is_same)) return false;
  const auto is_later = [](const Said& a, const Said& b) { return a.at_ms < b.at_ms; };
  auto at = std::upper_bound(said_.begin(), said_.end(), said, is_later);
  const bool is_full = said_.size() == most_;
  if (is_full && at == said_.begin()) return true;
  said_.insert(at, said);
  if (is_full) said_.pop_front();
  return true;
}
