#include "test_files.hpp"

#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace appserver::app {

std::string test_app(const std::string& name) {
  return std::string(TEST_APPS) + "/" + name + ".so";
}

std::vector<std::byte> read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  std::vector<std::byte> bytes(text.size());
  std::transform(text.begin(), text.end(), bytes.begin(),
                 [](char c) { return static_cast<std::byte>(c); });
  return bytes;
}

TestFolder::TestFolder()
    : path_((std::filesystem::temp_directory_path() / "app-test-XXXXXX").string()) {
  EXPECT_NE(::mkdtemp(path_.data()), nullptr) << path_;
}

TestFolder::~TestFolder() {
  std::error_code ignored;  // what is left in /tmp harms nobody
  std::filesystem::remove_all(path_, ignored);
}

std::string TestFolder::write(const std::string& name, std::string_view content) const {
  const std::string file = path(name);
  std::ofstream(file, std::ios::binary) << content;
  EXPECT_EQ(::chmod(file.c_str(), 0644), 0) << file;
  return file;
}

ModuleCopy copy_of(const std::string& name, const TestFolder& folder) {
  auto copy = copy_module(test_app(name), folder.path());
  EXPECT_TRUE(copy) << (copy ? "" : copy.error().text);
  return copy ? *copy : ModuleCopy{};
}

}  // namespace appserver::app
