// SHA-256 (FIPS 180-4) by OpenSSL, which stays in the .cpp.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace appserver::app {

/// A digest under way. Ends the process if OpenSSL offers no SHA-256 at all: nothing
/// could be loaded safely then.
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256();

  void add(std::span<const std::byte> bytes);
  /// In lower-case hex, 64 letters. Once.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string to_hex(std::span<const std::byte> bytes);

}  // namespace appserver::app
