#include "support/temp_folder.hpp"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace appserver::testing {

namespace fs = std::filesystem;

TempFolder::TempFolder() {
  // Short: a unix socket's path has room for 107 bytes.
  std::string name = (fs::temp_directory_path() / "appserver-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;  // a test's result does not depend on the tidying
  fs::remove_all(path_, ignored);
}

std::string TempFolder::operator/(std::string_view name) const {
  return path_ + "/" + std::string(name);
}

bool TempFolder::is_empty() const {
  return fs::is_empty(path_);
}

std::size_t TempFolder::count(std::string_view prefix) const {
  const fs::directory_iterator all(path_);
  return static_cast<std::size_t>(
      std::count_if(begin(all), end(all), [&](const fs::directory_entry& entry) {
        return entry.path().filename().string().starts_with(prefix);
      }));
}

std::string TempFolder::write(std::string_view name, std::string_view text) const {
  const std::string path = *this / name;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path);
  return path;
}

std::string TempFolder::install(const std::string& source,
                                std::string_view name) const {
  const std::string path = *this / name;
  const std::string fresh = path + ".new";
  fs::copy_file(source, fresh, fs::copy_options::overwrite_existing);
  fs::rename(fresh, path);
  return path;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace appserver::testing
