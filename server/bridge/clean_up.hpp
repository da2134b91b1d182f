// What has to happen when an exchange is over: the callbacks of gw.exchange/1's
// on_close and the values of gw.attribute/1.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace appserver::bridge {

/// The number of a name, the same in the whole process, > 0; GW_E_INVALID for a name
/// without a dot, GW_E_TOOBIG after kAttributesMost names. Threads: any.
std::int32_t attribute_number(std::string_view name);
inline constexpr std::size_t kAttributesMost = 256;

/// Threads: one at a time, the one that serves the exchange.
class CleanUp {
 public:
  static constexpr std::size_t kCallbacksMost = 256;  ///< the header promises 64

  using Callback = void (*)(void* arg, std::int32_t reason);
  using Drop = void (*)(void* value);

  /// GW_OK, GW_E_INVALID without a callback, GW_E_TOOBIG.
  std::int32_t on_close(Callback callback, void* arg);
  /// Null unsets. GW_E_INVALID for a number that nobody was given.
  std::int32_t set(std::int32_t number, void* value, Drop drop);
  [[nodiscard]] void* get(std::int32_t number) const;

  /// Runs the callbacks, the last registered first, then drops the attributes, the last
  /// set first. What a callback registers meanwhile runs, too.
  void run(std::int32_t reason);

 private:
  struct Registered {
    Callback callback;
    void* arg;
  };

  struct Attribute {
    std::int32_t number;
    void* value;
    Drop drop;
  };

  std::vector<Registered> callbacks_;
  std::vector<Attribute> attributes_;  ///< in the order they were set
};

}  // namespace appserver::bridge
