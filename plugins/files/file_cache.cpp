// A list in the order of use and a table into it; names are kept once, in the list.
#include "file_cache.hpp"

#include <utility>

namespace files {
namespace {

/// The list's and the table's nodes, roughly: so many empty files are not for nothing.
constexpr std::size_t kOverhead = 256;

}  // namespace

FileCache::Hit FileCache::find(std::string_view name, std::int64_t now_ms) noexcept {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return {};
  const Order::iterator entry = found->second;
  if (entry != order_.begin()) order_.splice(order_.begin(), order_, entry);
  return {entry->resource, now_ms - entry->looked_at_ms < limits_.valid_ms};
}

void FileCache::put(std::string_view name, SharedResource resource,
                    std::int64_t now_ms) {
  const std::size_t bytes = resource->bytes() + name.size() + kOverhead;
  const std::size_t descriptors = resource->descriptors();
  SharedResource old;  // freed when the lock is
  const std::lock_guard lock(mutex_);
  if (const auto found = by_name_.find(name); found != by_name_.end()) {
    old = std::move(found->second->resource);
    remove(found->second);
  }
  if (bytes > limits_.bytes || descriptors > limits_.descriptors) return;
  order_.push_front(
      {std::string(name), std::move(resource), now_ms, bytes, descriptors});
  by_name_.emplace(order_.front().name, order_.begin());
  bytes_ += bytes;
  descriptors_ += descriptors;
  make_room();
}

void FileCache::confirm(std::string_view name, std::int64_t now_ms) noexcept {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) found->second->looked_at_ms = now_ms;
}

void FileCache::drop(std::string_view name) noexcept {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) remove(found->second);
}

void FileCache::drop_all() noexcept {
  const std::lock_guard lock(mutex_);
  while (!order_.empty()) remove(order_.begin());
}

std::size_t FileCache::bytes() const noexcept {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::size_t FileCache::descriptors() const noexcept {
  const std::lock_guard lock(mutex_);
  return descriptors_;
}

void FileCache::remove(Order::iterator entry) noexcept {
  bytes_ -= entry->bytes;
  descriptors_ -= entry->descriptors;
  by_name_.erase(entry->name);
  order_.erase(entry);
}

void FileCache::make_room() noexcept {
  while (bytes_ > limits_.bytes || descriptors_ > limits_.descriptors) {
    remove(std::prev(order_.end()));
  }
}

}  // namespace files
