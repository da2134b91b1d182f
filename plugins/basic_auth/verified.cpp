#include "verified.hpp"

#include <algorithm>
#include <cstring>
#include <string>

Verified::Proof Verified::proof_of(std::string_view user, std::string_view password,
                                   std::string_view stored) const {
  std::string text;  // no part holds a NUL, so the parts cannot be shifted
  text.append(user).append(1, '\0').append(password).append(1, '\0').append(stored);
  const Proof proof{first_(text), second_(text)};
  explicit_bzero(text.data(), text.size());
  return proof;
}

bool Verified::holds(std::string_view user, std::string_view password,
                     std::string_view stored, std::uint64_t now_ns) {
  const Proof proof = proof_of(user, password, stored);
  const std::lock_guard lock(mutex_);
  const auto found = until_ns_.find(proof);
  return found != until_ns_.end() && found->second > now_ns;
}

void Verified::add(std::string_view user, std::string_view password,
                   std::string_view stored, std::uint64_t now_ns) {
  if (most_ == 0) return;
  const Proof proof = proof_of(user, password, stored);
  const std::lock_guard lock(mutex_);
  std::erase_if(until_ns_, [=](const auto& one) { return one.second <= now_ns; });
  if (until_ns_.size() >= most_) {
    until_ns_.erase(std::min_element(
        until_ns_.begin(), until_ns_.end(),
        [](const auto& a, const auto& b) { return a.second < b.second; }));
  }
  until_ns_[proof] = now_ns + ttl_ns_;
}

std::size_t Verified::size() {
  const std::lock_guard lock(mutex_);
  return until_ns_.size();
}
