// What belongs to one exchange of a TestChain: room, clean-up functions, attributes;
// and what a test sees of a chain's answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gateway/attribute.h>
#include <gateway/gateway.h>
#include <gateway/sdk/fields.hpp>
#include <gateway/sdk/test_result.hpp>

namespace gateway {

/// Bytes that left the outermost layer in one call, and their flags.
struct TestPiece {
  std::string bytes;
  std::uint32_t flags;
};

struct TestChainResult : TestResult {
  std::vector<TestPiece> pieces;
  std::int64_t content_length = -1;        // of the head that left
  std::optional<std::string> remote_user;  // the attribute gw.remote_user
  std::size_t room_bytes = 0;              // that the layers took
};

class TestMemory {
 public:
  /// What every host allows at least, and this one at most.
  static constexpr std::size_t kRoom = 65'536;
  static constexpr std::size_t kCallbacks = 64;

  explicit TestMemory(const std::vector<std::string>& names) : names_(names) {}

  void* room(std::size_t bytes) {
    if (bytes > kRoom - room_bytes_) return nullptr;
    room_bytes_ += bytes;
    // Blocks of their own: a sanitizer sees what runs over.
    rooms_.push_back(std::make_unique<char[]>(bytes == 0 ? 1 : bytes));
    std::memset(rooms_.back().get(), 0, bytes);
    return rooms_.back().get();
  }

  std::size_t room_bytes() const { return room_bytes_; }

  std::int32_t on_close(void (*fn)(void*, std::int32_t), void* arg) {
    if (callbacks_.size() == kCallbacks) return GW_E_TOOBIG;
    callbacks_.emplace_back(fn, arg);
    return GW_OK;
  }

  std::int32_t set(std::int32_t number, void* value, void (*drop)(void*)) {
    if (number < 1 || static_cast<std::size_t>(number) > names_.size()) {
      return GW_E_INVALID;
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (values_[i].number != number) continue;
      const Value old = values_[i];
      values_.erase(values_.begin() + static_cast<std::ptrdiff_t>(i));
      if (old.drop != nullptr) old.drop(old.value);
      break;
    }
    if (value != nullptr) values_.push_back({number, value, drop});
    return GW_OK;
  }

  void* get(std::int32_t number) const {
    for (const Value& value : values_) {
      if (value.number == number) return value.value;
    }
    return nullptr;
  }

  std::optional<std::string> remote_user() const {
    for (const Value& value : values_) {
      if (names_[static_cast<std::size_t>(value.number) - 1] != GW_REMOTE_USER)
        continue;
      return std::string(as_view(*static_cast<const gw_str*>(value.value)));
    }
    return std::nullopt;
  }

  /// The last registered first: clean-up functions, then attributes, then the room.
  void close(std::int32_t reason) {
    for (auto it = callbacks_.rbegin(); it != callbacks_.rend(); ++it) {
      it->first(it->second, reason);
    }
    callbacks_.clear();
    for (auto it = values_.rbegin(); it != values_.rend(); ++it) {
      if (it->drop != nullptr) it->drop(it->value);
    }
    values_.clear();
    rooms_.clear();
  }

 private:
  struct Value {
    std::int32_t number;
    void* value;
    void (*drop)(void*);
  };

  const std::vector<std::string>& names_;
  std::vector<std::unique_ptr<char[]>> rooms_;
  std::vector<std::pair<void (*)(void*, std::int32_t), void*>> callbacks_;
  std::vector<Value> values_;
  std::size_t room_bytes_ = 0;
};

}  // namespace gateway
