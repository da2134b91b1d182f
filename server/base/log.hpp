// The error log: lines for the operator on standard error (or a file). The access log
// is serve/access_log. Hides the library that writes it.
#pragma once

#include <string>
#include <string_view>

namespace appserver::log {

/// Output: what an app has printed, which no level leaves out.
enum class Level { Debug, Info, Warning, Error, Critical, Output };

/// Text: `[2026-01-02 03:04:05 +0000] [pid] [LEVEL] text`, without time and pid where
/// journald reads our standard error (JOURNAL_STREAM names it). Json: an object a line,
/// `{"ts":"2026-01-02T03:04:05.678Z","level":"info","pid":1,"msg":"text"}`.
enum class Format { Text, Json };

/// Where lines go and from which level on. `path` empty or "-": standard error, the one
/// we were started with. Threads: once at start, before any other thread; again only
/// from the I/O thread (reopen). Returns false when the file cannot be opened; the old
/// target stays.
bool open(const std::string& path, Level level, Format format = Format::Text);

/// From which level on lines are written from now on. Threads: any.
void set_level(Level level);

/// The level of that name as settings have it; Info for any other word.
Level level_named(std::string_view name);

/// Closes and opens the file again, for log rotation.
bool reopen();

/// Writes one line. Control bytes in `text` are escaped, so that no client can forge
/// one. Threads: any.
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
