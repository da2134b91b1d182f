// A private folder that goes away with its owner.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace appserver::testing {

class TempFolder {
 public:
  TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder();

  [[nodiscard]] const std::string& path() const { return path_; }

  [[nodiscard]] std::string operator/(std::string_view name) const;

  [[nodiscard]] bool is_empty() const;

  /// Entries whose names begin so.
  [[nodiscard]] std::size_t count(std::string_view prefix) const;

  /// Writes a file and returns its path.
  std::string write(std::string_view name, std::string_view text) const;

  /// Puts a copy of `source` under `name` in one step (rename), as a deployment should.
  std::string install(const std::string& source, std::string_view name) const;

 private:
  std::string path_;
};

/// The whole file; "" when there is none.
std::string read_file(const std::string& path);

}  // namespace appserver::testing
