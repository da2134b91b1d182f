#include "app/module_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "app/sha256.hpp"
#include "app/whole_file.hpp"
#include "base/clock.hpp"
#include "base/unique_fd.hpp"

namespace appserver::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCopyPrefix = "module-";

Error cannot_load(const std::string& path, const std::string& why) {
  return app_error("cannot load " + path + ": " + why);
}

/// Rises with every call in this process, and with time: a process that gets the number
/// of a dead one does not repeat its serials either.
std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> last{0};
  std::uint64_t before = last.load();
  std::uint64_t next = 0;
  do {
    next = std::max(before + 1, monotonic_now_ns());
  } while (!last.compare_exchange_weak(before, next));
  return next;
}

std::string copy_name(const std::string& source, const std::string& sha256) {
  return std::string(kCopyPrefix) + std::to_string(::getpid()) + "-" +
         std::to_string(next_serial()) + "-" + sha256.substr(0, 8) + "-" +
         fs::path(source).stem().string().substr(0, 100) + ".so";
}

bool write_fully(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

/// A new file that holds `bytes`, readable and executable by us alone and writable by
/// nobody.
Result<std::string> write_copy(const ModuleCopy& copy, const std::string& folder,
                               std::span<const std::byte> bytes) {
  const std::string path =
      (fs::path(folder) / copy_name(copy.source, copy.sha256)).string();
  const UniqueFd fd(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0500));
  // fchmod: a umask may have taken a bit away.
  if (fd && write_fully(fd.get(), bytes) && ::fchmod(fd.get(), 0500) == 0) return path;
  const std::string why = errno_text(errno);
  if (fd) ::unlink(path.c_str());  // best effort: the folder goes with the server
  return cannot_load(copy.source, "its private copy " + path + " cannot be written: " +
                                      why + "; free space there or set runtime_dir");
}

std::optional<std::string> why_elf_is_refused(const ElfFile& elf) {
  if (!elf.note) {
    return "it is a shared library, but no gateway plugin (no \"GWN\" note); export a "
           "callable with GW_APP or GW_EXPORT of <gateway/gateway.h>";
  }
  if (auto why = why_note_is_refused(*elf.note)) return why;
  if (elf.executable_stack) {
    return "it asks for an executable stack, which every thread of the server would "
           "get; "
           "link it with -z noexecstack (assembler files need a .note.GNU-stack "
           "section)";
  }
  return std::nullopt;
}

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

bool is_copy(const fs::path& path) {
  return path.filename().string().rfind(kCopyPrefix, 0) == 0 &&
         path.extension() == ".so";
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
  std::string folder = (fs::path(parent) / "appserver-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) {  // 0700, and nobody else's
    return refused_folder(parent, errno_text(errno));
  }
  return folder;
}

void remove_runtime_dir(const std::string& folder) {
  std::error_code ec;  // whatever cannot be removed stays; nothing depends on it
  std::vector<fs::path> copies;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
    if (is_copy(it->path())) copies.push_back(it->path());
  }
  for (const fs::path& path : copies) ::unlink(path.c_str());
  ::rmdir(folder.c_str());
}

Result<std::string> hash_file(const std::string& path) {
  const auto file = read_whole_file(path);
  if (!file) return cannot_load(path, file.error().text);
  Sha256 digest;
  digest.add(file->bytes);
  return digest.hex();
}

Result<ModuleCopy> copy_module(const std::string& source, const std::string& folder) {
  const auto file = read_whole_file(source);
  if (!file) return cannot_load(source, file.error().text);
  if ((file->status.st_mode & S_IWOTH) != 0) {
    return cannot_load(source, "everybody may write to it (chmod o-w " + source + ")");
  }
  const auto elf = read_elf(file->bytes);
  if (!elf) return cannot_load(source, elf.error().text);
  if (const auto why = why_elf_is_refused(*elf)) return cannot_load(source, *why);
  Sha256 digest;
  digest.add(file->bytes);
  ModuleCopy copy{fs::absolute(source).lexically_normal().string(), "", digest.hex()};
  auto path = write_copy(copy, folder, file->bytes);
  if (!path) return path.error();
  copy.path = std::move(*path);
  return copy;
}

Result<ElfFile> inspect_file(const std::string& path) {
  const auto file = read_whole_file(path);
  if (!file) return cannot_load(path, file.error().text);
  auto elf = read_elf(file->bytes);
  if (!elf) return cannot_load(path, elf.error().text);
  return elf;
}

}  // namespace appserver::app
