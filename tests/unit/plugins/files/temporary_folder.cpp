#include "temporary_folder.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>
#include <stdexcept>

TemporaryFolder::TemporaryFolder() {
  std::string name = std::filesystem::temp_directory_path() / "files_test.XXXXXX";
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp: " + name);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void TemporaryFolder::write(std::string_view name, std::string_view content) const {
  const std::filesystem::path file = path_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

void TemporaryFolder::set_time(std::string_view name, long seconds) const {
  const timespec both[2] = {{seconds, 0}, {seconds, 0}};
  utimensat(AT_FDCWD, (path_ / name).c_str(), both, 0);
}
