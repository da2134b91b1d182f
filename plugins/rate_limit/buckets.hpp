// Token buckets in a table of fixed size, found by a number. Knows no clients and no
// clock: the time comes with each call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

struct Limit {
  double rate;   // tokens per second
  double burst;  // tokens that a bucket holds
};

/// What a bucket says to one request.
struct Verdict {
  bool passes;
  std::uint64_t remaining;  // whole tokens that are left
  std::uint64_t wait_s;     // until the next token, rounded up; 0: there is one
};

/// The bucket that was not asked for the longest time makes room for a new one, and the
/// new one begins with what the old one had by now. So a flood of new addresses gets no
/// more than `entries` buckets' worth of tokens, and who keeps asking keeps his bucket.
///
/// Memory:  40 bytes per entry and 4 to 8 for its place, all taken at the start.
/// Threads: one at a time.
class Buckets {
 public:
  /// `entries` from 1 to 2^24.
  Buckets(Limit limit, std::size_t entries);

  /// Takes a token for `key`, which a keyed hash made of the client. `now_ns` does not
  /// go back.
  Verdict take(std::uint64_t key, std::uint64_t now_ns);

  std::size_t size() const noexcept { return used_; }

 private:
  struct Entry {
    std::uint64_t key;
    double tokens;
    std::uint64_t filled_ns;
    std::uint32_t newer, older;  // by the last use; 0: none
    std::uint32_t next;          // of the same place
  };

  std::uint32_t& place_of(std::uint64_t key);
  std::uint32_t find(std::uint64_t key);
  std::uint32_t add(std::uint64_t key, std::uint64_t now_ns);
  void forget(std::uint32_t at);
  void unlink(std::uint32_t at);
  void make_newest(std::uint32_t at);
  void fill(Entry& entry, std::uint64_t now_ns) const;

  Limit limit_;
  std::vector<Entry> entries_;         // from 1: 0 is none
  std::vector<std::uint32_t> places_;  // a power of two
  std::uint32_t newest_ = 0, oldest_ = 0;
  std::size_t used_ = 0;
};
