// Credentials that were right a moment ago, so that bcrypt is not paid for each
// request. Holds no password: only what a keyed hash of this process makes of one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string_view>

#include <gateway/sdk/keyed_hash.hpp>

/// Threads: any.
class Verified {
 public:
  /// Bounded by `most` entries of some 80 bytes; entries count for `ttl_ns`.
  Verified(std::size_t most, std::uint64_t ttl_ns) : most_(most), ttl_ns_(ttl_ns) {}

  /// `now_ns` of any clock that does not go back. The stored hash is part of the proof:
  /// a changed password is not let in by the old one.
  bool holds(std::string_view user, std::string_view password, std::string_view stored,
             std::uint64_t now_ns);

  void add(std::string_view user, std::string_view password, std::string_view stored,
           std::uint64_t now_ns);

  std::size_t size();

 private:
  using Proof = std::array<std::uint64_t, 2>;

  Proof proof_of(std::string_view user, std::string_view password,
                 std::string_view stored) const;

  const std::size_t most_;
  const std::uint64_t ttl_ns_;
  const gateway::KeyedHash first_ = gateway::KeyedHash::random();
  const gateway::KeyedHash second_ = gateway::KeyedHash::random();
  std::mutex mutex_;
  std::map<Proof, std::uint64_t> until_ns_;  // guarded by mutex_
};
