// The files that were asked for last: bounded in bytes and in descriptors, the one that
// was not asked for longest goes first. Knows neither paths' meaning nor the disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "representation.hpp"

namespace files {

using SharedResource = std::shared_ptr<const Resource>;

/// Threads: any.
class FileCache {
 public:
  struct Limits {
    std::size_t bytes;
    std::size_t descriptors;
    std::int64_t valid_ms;  // how long an entry is believed without a look at the disk
  };

  struct Hit {
    SharedResource resource;  // null: not here
    bool fresh = false;       // looked at less than valid_ms ago
  };

  explicit FileCache(Limits limits) noexcept : limits_(limits) {}

  /// `now_ms` is of any clock that does not go back. Allocates nothing.
  Hit find(std::string_view name, std::int64_t now_ms) noexcept;

  /// Takes the place of what has this name. What is larger than the whole cache is not
  /// kept.
  void put(std::string_view name, SharedResource resource, std::int64_t now_ms);

  /// The entry was compared with the disk: it is believed again.
  void confirm(std::string_view name, std::int64_t now_ms) noexcept;

  void drop(std::string_view name) noexcept;

  /// Closes all descriptors that no answer is using: there were none left.
  void drop_all() noexcept;

  std::size_t bytes() const noexcept;
  std::size_t descriptors() const noexcept;

 private:
  struct Entry {
    std::string name;
    SharedResource resource;
    std::int64_t looked_at_ms;
    std::size_t bytes, descriptors;
  };

  using Order = std::list<Entry>;  // the one asked for last is in front

  void remove(Order::iterator entry) noexcept;
  void make_room() noexcept;

  const Limits limits_;
  mutable std::mutex mutex_;
  Order order_;
  std::unordered_map<std::string_view, Order::iterator> by_name_;
  std::size_t bytes_ = 0, descriptors_ = 0;
};

}  // namespace files
