// The error log: lines for the operator on standard error (or a file). The access log
// is serve/access_log. Hides the library that writes it.
#pragma once

#include <string>
#include <string_view>

namespace appserver::log {

enum class Level { Debug, Info, Warning, Error, Critical };

/// Where lines go and from which level on. `path` empty or "-": standard error. Plain
/// lines, without time and pid, when journald reads us (JOURNAL_STREAM is set).
/// Threads: once at start, before any other thread; again only from the I/O thread
/// (reopen). Returns false when the file cannot be opened; the old target stays.
bool open(const std::string& path, Level level);

/// Closes and opens the file again, for log rotation.
bool reopen();

/// Writes one line `[2026-01-02 03:04:05 +0000] [pid] [LEVEL] text`. Control bytes in
/// `text` are escaped, so that no client can forge a line. Threads: any.
void write(Level level, std::string_view text);

bool is_enabled(Level level);

inline void debug(std::string_view text) {
  write(Level::Debug, text);
}

inline void info(std::string_view text) {
  write(Level::Info, text);
}

inline void warning(std::string_view text) {
  write(Level::Warning, text);
}

inline void error(std::string_view text) {
  write(Level::Error, text);
}

inline void critical(std::string_view text) {
  write(Level::Critical, text);
}

}  // namespace appserver::log
