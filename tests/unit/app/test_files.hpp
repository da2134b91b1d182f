// Files for the tests of the room `app`: the misbehaving modules, and a folder of one's
// own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "app/module_store.hpp"

namespace appserver::app {

/// The built module of tests/apps with this name.
std::string test_app(const std::string& name);

std::vector<std::byte> read_bytes(const std::string& path);

/// A fresh folder (0700), removed with all that is in it.
class TestFolder {
 public:
  TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder();

  [[nodiscard]] const std::string& path() const { return path_; }

  [[nodiscard]] std::string path(const std::string& name) const {
    return path_ + "/" + name;
  }

  /// Writes a file of mode 0644 and gives its path.
  std::string write(const std::string& name, std::string_view content) const;

 private:
  std::string path_;
};

/// A copy of the test app in `folder`; fails the test if it is refused.
ModuleCopy copy_of(const std::string& name, const TestFolder& folder);

}  // namespace appserver::app
