// A folder of its own for a test, which is removed at its end.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  const std::filesystem::path& path() const { return path_; }

  /// Writes a file, with the folders above it.
  void write(std::string_view name, std::string_view content) const;

  /// Its time of change, in whole seconds since 1970.
  void set_time(std::string_view name, long seconds) const;

 private:
  std::filesystem::path path_;
};
