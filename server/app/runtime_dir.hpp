// The private folder in which a server keeps its copies of modules: made, held while
// one of its processes lives, removed, and swept when its server was killed.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace appserver::app {

/// How the name of every copy begins; it ends in ".so".
inline constexpr const char* kCopyPrefix = "module-";

/// Creates a private folder (0700) for copies, below `wanted`, else below $TMPDIR or
/// /tmp: several servers may share those. Folders there that a server of the same user
/// left when it was killed are removed. A file `owner` in the new one is locked until
/// this process and those it forks have ended: whose lock can be had, is dead. Fails:
/// WorkerBoot: not ours, writable by others, mounted noexec.
Result<std::string> make_runtime_dir(const std::string& wanted);

/// The folders below `wanted` (as make_runtime_dir takes it) that are this user's, held
/// or not.
std::vector<std::string> runtime_dirs(const std::string& wanted);

/// Removes the folder and what is in it (only files that this program put there).
void remove_runtime_dir(const std::string& folder);

}  // namespace appserver::app
