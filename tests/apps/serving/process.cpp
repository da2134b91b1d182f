// What the process of an app is like, and what it does to it: on the I/O thread.
//   /environment?NAME   a variable, or "absent"
//   /who                uid, gid, groups, no_new_privs, umask, folder, capabilities
//   /hold?GATE          holds the I/O thread until the test opens that gate
//   /print?WORDS        a line to standard output, one to standard error
//   /print-and-die?WORDS  the same, then ends the process at once
//   /flood?LINES        so many lines
// When it is loaded it prints what the variable PROCESS_SAYS holds.
#include <grp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "serving.hpp"

namespace {

const char* const kWords = ::getenv("PROCESS_SAYS");
[[maybe_unused]] const int kSaid = kWords == nullptr ? 0 : ::puts(kWords);

/// A line of /proc/self/status, by its name; without blanks.
std::string status_line(const std::string& name) {
  std::string found;
  FILE* const file = ::fopen("/proc/self/status", "re");
  char line[256];
  while (file != nullptr && ::fgets(line, sizeof line, file) != nullptr) {
    if (std::string_view(line).starts_with(name + ":")) found = line + name.size() + 1;
  }
  if (file != nullptr) ::fclose(file);
  std::erase_if(found, [](char c) { return c == '\t' || c == '\n' || c == ' '; });
  return found;
}

std::string who() {
  gid_t groups[64];
  const int count = ::getgroups(64, groups);
  std::string text = "uid=" + std::to_string(::getuid()) +
                     " euid=" + std::to_string(::geteuid()) +
                     " gid=" + std::to_string(::getgid());
  text += " groups=";
  for (int i = 0; i < count; ++i) text += std::to_string(groups[i]) + ",";
  const mode_t mask = ::umask(0);
  ::umask(mask);
  char octal[8];
  ::snprintf(octal, sizeof octal, "%03o", mask);
  char folder[4096];
  return text +
         " no_new_privs=" + std::to_string(::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)) +
         " umask=" + octal +
         " folder=" + (::getcwd(folder, sizeof folder) == nullptr ? "?" : folder) +
         " capabilities=" + status_line("CapPrm");
}

void print(const std::string& words) {
  ::printf("printed %s\n", words.c_str());
  ::fprintf(stderr, "complained %s\n", words.c_str());
}

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  const std::string_view path = serving::view(environ->path_info);
  const std::string query(serving::view(environ->query_string));
  std::string text = "done";
  if (path == "/environment") {
    const char* const value = ::getenv(query.c_str());
    text = value == nullptr ? "absent" : value;
  }
  if (path == "/who") text = who();
  if (path == "/hold") serving::wait_at_gate(query);
  if (path.starts_with("/print")) print(query);
  if (path == "/print-and-die") ::_exit(3);
  for (std::uint64_t n = path == "/flood" ? serving::last_number(query) : 0; n > 0; --n)
    ::printf("line %llu\n", static_cast<unsigned long long>(n));
  return serving::answer(environ, start_response, text);
}

}  // namespace

GW_APP(app, call, 0);
