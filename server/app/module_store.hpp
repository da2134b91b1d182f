// Private copies of modules: what is mapped is never the file a user may overwrite, and
// the name of a copy never repeats (glibc matches loaded objects by name and inode).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "app/elf_file.hpp"
#include "base/result.hpp"

namespace appserver::app {

/// A copy that was hashed and inspected while it was made. Plain value; crosses
/// processes.
struct ModuleCopy {
  std::string source;  ///< the user's file, absolute
  std::string
      path;  ///< the private copy: <folder>/module-<pid>-<serial>-<sha8>-<name>.so
  std::string sha256;  ///< hex of the whole file
};

/// SHA-256 of a file in hex. Fails: AppLoad.
Result<std::string> hash_file(const std::string& path);

/// Copies `source` into `folder`. Reads through one descriptor and starts again (at
/// most five times, 100 ms apart) when the file changed under the reading. Checks the
/// bytes as ELF and the note before it returns: nothing of the module has run. Fails:
/// AppLoad: missing, not a regular file, world-writable, larger than 1 GiB, not a
/// shared library, wrong machine, not a gateway plugin, other ABI or draft, executable
/// stack.
Result<ModuleCopy> copy_module(const std::string& source, const std::string& folder);

/// Reads a file whole and inspects it. Fails as read_elf does, with the file's name.
Result<ElfFile> inspect_file(const std::string& path);

}  // namespace appserver::app
