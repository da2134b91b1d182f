#include "app/module_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>

#include "app/runtime_dir.hpp"
#include "app/sha256.hpp"
#include "app/whole_file.hpp"
#include "base/clock.hpp"
#include "base/unique_fd.hpp"

namespace appserver::app {
namespace {

namespace fs = std::filesystem;

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

}  // namespace

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
