#include "bridge/room.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace appserver::bridge {
namespace {

constexpr std::size_t kAlignment = 16;
static_assert(__STDCPP_DEFAULT_NEW_ALIGNMENT__ >= kAlignment);

}  // namespace

void* Room::take(std::size_t n) {
  if (n > kMost) return nullptr;
  const std::size_t size =
      std::max(kAlignment, (n + kAlignment - 1) / kAlignment * kAlignment);
  if (total_ + size > kMost) return nullptr;
  if (chunks_.empty() || chunks_.back().size - used_ < size) {
    const std::size_t chunk = std::max(size, kChunk);
    chunks_.push_back({std::unique_ptr<std::byte[]>(new std::byte[chunk]), chunk});
    used_ = 0;
  }
  std::byte* const at = chunks_.back().bytes.get() + used_;
  used_ += size;
  total_ += size;
  std::memset(at, 0, size);
  return at;
}

void Room::clear() {
  if (chunks_.size() > 1) chunks_.resize(1);
  if (!chunks_.empty() && chunks_.front().size > kChunk) chunks_.clear();
  used_ = total_ = 0;
}

}  // namespace appserver::bridge
