#include "buckets.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

Buckets::Buckets(Limit limit, std::size_t entries)
    : limit_(limit), entries_(entries + 1), places_(std::bit_ceil(entries)) {}

Verdict Buckets::take(std::uint64_t key, std::uint64_t now_ns) {
  std::uint32_t at = find(key);
  if (at == 0) {
    at = add(key, now_ns);
  } else {
    unlink(at);
  }
  make_newest(at);
  Entry& entry = entries_[at];
  fill(entry, now_ns);
  const bool passes = entry.tokens >= 1;
  if (passes) entry.tokens -= 1;
  const double missing = 1 - entry.tokens;
  const auto wait = missing <= 0 ? 0 : std::ceil(missing / limit_.rate);
  return {passes, static_cast<std::uint64_t>(entry.tokens),
          static_cast<std::uint64_t>(wait)};
}

void Buckets::fill(Entry& entry, std::uint64_t now_ns) const {
  if (now_ns <= entry.filled_ns) return;
  const double seconds = static_cast<double>(now_ns - entry.filled_ns) / 1e9;
  entry.tokens = std::min(limit_.burst, entry.tokens + seconds * limit_.rate);
  entry.filled_ns = now_ns;
}

std::uint32_t& Buckets::place_of(std::uint64_t key) {
  return places_[key & (places_.size() - 1)];
}

std::uint32_t Buckets::find(std::uint64_t key) {
  std::uint32_t at = place_of(key);
  while (at != 0 && entries_[at].key != key) at = entries_[at].next;
  return at;
}

/// A full bucket while there is room, else the oldest one's under the new name.
std::uint32_t Buckets::add(std::uint64_t key, std::uint64_t now_ns) {
  std::uint32_t at = oldest_;
  if (used_ + 1 < entries_.size()) {
    at = static_cast<std::uint32_t>(++used_);
    entries_[at] = {0, limit_.burst, now_ns, 0, 0, 0};
  } else {
    unlink(at);
    forget(at);
  }
  entries_[at].key = key;
  entries_[at].next = place_of(key);
  place_of(key) = at;
  return at;
}

/// Takes the entry out of its place.
void Buckets::forget(std::uint32_t at) {
  std::uint32_t* link = &place_of(entries_[at].key);
  while (*link != at) link = &entries_[*link].next;
  *link = entries_[at].next;
}

void Buckets::unlink(std::uint32_t at) {
  const Entry& entry = entries_[at];
  (entry.newer != 0 ? entries_[entry.newer].older : newest_) = entry.older;
  (entry.older != 0 ? entries_[entry.older].newer : oldest_) = entry.newer;
}

void Buckets::make_newest(std::uint32_t at) {
  entries_[at].newer = 0;
  entries_[at].older = newest_;
  (newest_ != 0 ? entries_[newest_].newer : oldest_) = at;
  newest_ = at;
}
