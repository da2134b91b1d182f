// What the dynamic loader says, for people: its texts name the cause but not the
// remedy.
#pragma once

#include <string>
#include <string_view>

namespace appserver::app {

/// One clause and what to do about it, without a trailing full stop. `loader_text` is
/// glibc's; one that is not known is given as it is. `path` is the mapped copy, whose
/// name is cut out: users know their own file.
std::string explain_load_failure(std::string_view loader_text, std::string_view path);

}  // namespace appserver::app
