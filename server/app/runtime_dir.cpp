#include "app/runtime_dir.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "app/whole_file.hpp"
#include "base/unique_fd.hpp"

namespace appserver::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFolderPrefix = "appserver-";
constexpr std::size_t kRandomEnd = 6;  // what mkdtemp puts behind it
constexpr const char* kOwner = "owner";
constexpr const char* kNewOwner = "owner.new";

Error refused_folder(const std::string& folder, const std::string& why) {
  return boot_error("cannot keep copies of modules in " + folder + ": " + why);
}

/// The folder must be ours: whoever writes into it runs code in our workers.
std::optional<std::string> why_folder_is_refused(const std::string& folder) {
  struct stat status {};

  if (::stat(folder.c_str(), &status) != 0) return errno_text(errno);
  if (!S_ISDIR(status.st_mode)) return "it is not a folder";
  if (status.st_uid != ::geteuid()) {
    return "it belongs to another user (" + std::to_string(status.st_uid) +
           "); choose another runtime_dir or change its owner";
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return "others may write there; take that away with chmod go-w";
  }
  return std::nullopt;
}

bool is_mounted_noexec(const std::string& folder) {
  struct statvfs file_system {};

  return ::statvfs(folder.c_str(), &file_system) == 0 &&
         (file_system.f_flag & ST_NOEXEC) != 0;
}

std::string temporary_folder() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing of ours changes the environment
  const char* variable = std::getenv("TMPDIR");
  return variable != nullptr && *variable != '\0' ? variable : "/tmp";
}

/// Copies of modules, and what the check process hands to the workers.
bool is_of_this_program(const fs::path& path) {
  const std::string name = path.filename().string();
  return (name.starts_with(kCopyPrefix) && path.extension() == ".so") ||
         name.starts_with("candidate-") || name == "control.sock" || name == kNewOwner;
}

/// Locks the folder. The descriptor stays open on purpose: it is the lock, and ends
/// with the last process that has it. The file gets its name when it is locked, so
/// nobody takes a folder that is being made for one that was left.
bool hold(const std::string& folder) {
  const fs::path made = fs::path(folder) / kNewOwner;
  UniqueFd fd(::open(made.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  const fs::path named = fs::path(folder) / kOwner;
  if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 ||
      ::rename(made.c_str(), named.c_str()) != 0) {
    return false;
  }
  fd.release();
  return true;
}

/// A folder of ours that nobody holds any more. Links are not followed.
bool is_left_behind(const fs::path& folder) {
  const UniqueFd dir(
      ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));

  struct stat status {};

  if (!dir || ::fstat(dir.get(), &status) != 0 || status.st_uid != ::geteuid())
    return false;
  const UniqueFd owner(
      ::openat(dir.get(), kOwner, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  return owner && ::flock(owner.get(), LOCK_EX | LOCK_NB) == 0;
}

bool has_our_name(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name.size() == kFolderPrefix.size() + kRandomEnd &&
         name.starts_with(kFolderPrefix);
}

void sweep(const std::string& parent) {
  std::error_code ec;  // what cannot be read or removed stays; nothing depends on it
  std::vector<fs::path> left;
  for (fs::directory_iterator it(parent, ec), end; !ec && it != end; it.increment(ec)) {
    if (has_our_name(it->path()) && is_left_behind(it->path()))
      left.push_back(it->path());
  }
  for (const fs::path& folder : left) remove_runtime_dir(folder.string());
}

}  // namespace

Result<std::string> make_runtime_dir(const std::string& wanted) {
  const std::string parent =
      fs::absolute(wanted.empty() ? temporary_folder() : wanted).string();
  if (!wanted.empty()) {
    if (::mkdir(parent.c_str(), 0700) != 0 && errno != EEXIST) {
      return refused_folder(parent, errno_text(errno));
    }
    if (const auto why = why_folder_is_refused(parent))
      return refused_folder(parent, *why);
  }
  if (is_mounted_noexec(parent)) {
    return refused_folder(
        parent,
        "it is mounted noexec, so nothing in it can be mapped as code; "
        "set runtime_dir to a folder on another file system");
  }
  sweep(parent);
  std::string folder = (fs::path(parent) / "appserver-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) {  // 0700, and nobody else's
    return refused_folder(parent, errno_text(errno));
  }
  if (hold(folder)) return folder;
  const std::string why = errno_text(errno);
  remove_runtime_dir(folder);
  return refused_folder(parent, why);
}

std::vector<std::string> runtime_dirs(const std::string& wanted) {
  std::vector<std::string> found;
  std::error_code ec;  // what cannot be read is not ours
  const fs::path parent = fs::absolute(wanted.empty() ? temporary_folder() : wanted);
  for (fs::directory_iterator it(parent, ec), end; !ec && it != end; it.increment(ec)) {
    struct stat status {};

    if (has_our_name(it->path()) && ::lstat(it->path().c_str(), &status) == 0 &&
        S_ISDIR(status.st_mode) && status.st_uid == ::geteuid())
      found.push_back(it->path().string());
  }
  return found;
}

void remove_runtime_dir(const std::string& folder) {
  std::error_code ec;  // whatever cannot be removed stays; nothing depends on it
  std::vector<fs::path> ours;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
    if (is_of_this_program(it->path())) ours.push_back(it->path());
  }
  for (const fs::path& path : ours) ::unlink(path.c_str());
  ::unlink((fs::path(folder) / kOwner).c_str());  // the last: without it none is swept
  ::rmdir(folder.c_str());
}

}  // namespace appserver::app
