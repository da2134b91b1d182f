// What the access line of a long exchange says, kept beyond the request that began it.
#pragma once

#include <memory>
#include <vector>

#include "serve/access_line.hpp"

namespace appserver::serve {

class KeptEntry {
 public:
  /// Copies all that `entry` shows, in one piece.
  explicit KeptEntry(const AccessEntry& entry);
  KeptEntry(const KeptEntry&) = delete;
  KeptEntry& operator=(const KeptEntry&) = delete;
  ~KeptEntry() = default;

  /// Its numbers may still change.
  [[nodiscard]] AccessEntry& entry() { return entry_; }

 private:
  AccessEntry entry_;
  std::vector<http::Field> fields_;
  std::unique_ptr<char[]> bytes_;
};

}  // namespace appserver::serve
