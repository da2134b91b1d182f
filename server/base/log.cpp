// spdlog stays in this file: it is the slow part of every unit that sees it.
#include "base/log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <mutex>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include "base/json_text.hpp"
#include "base/standard_output.hpp"
#include "base/unique_fd.hpp"

namespace appserver::log {
namespace {

// In the order of spdlog's levels.
constexpr std::array kNames = {"TRACE", "DEBUG",    "INFO",  "WARNING",
                               "ERROR", "CRITICAL", "OUTPUT"};
constexpr mode_t kMode = 0640;

/// One write a line, at the end of the file: processes that share it do not mix theirs.
/// spdlog's own sinks write to the `stderr` of the moment, which apps may have.
class Sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  /// Without a file, standard error.
  explicit Sink(UniqueFd file) : file_(std::move(file)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    const int fd = file_ ? file_.get() : first_standard_error();
    // Where the log cannot be written there is nowhere to say so.
    [[maybe_unused]] const ssize_t ignored = ::write(fd, line.data(), line.size());
  }

  void flush_() override {}

 private:
  UniqueFd file_;
};

/// %* in the pattern: the level as the field writes it.
class LevelName final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    const char* name = kNames.at(static_cast<std::size_t>(message.level));
    out.append(name, name + std::char_traits<char>::length(name));
  }

  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<LevelName>();
  }
};

/// %# in the pattern: "+0200"; spdlog's own %z has a colon in it.
class UtcOffset final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg&, const std::tm& time,
              spdlog::memory_buf_t& out) override {
    const long minutes = std::labs(time.tm_gmtoff) / 60;
    const long digits = minutes / 60 * 100 + minutes % 60;
    out.push_back(time.tm_gmtoff < 0 ? '-' : '+');
    for (const long unit : {1000L, 100L, 10L, 1L}) {
      out.push_back(static_cast<char>('0' + digits / unit % 10));
    }
  }

  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<UtcOffset>();
  }
};

spdlog::level::level_enum to_spdlog(Level level) {
  return static_cast<spdlog::level::level_enum>(static_cast<int>(level) + 1);
}

/// An object a line; the message is a string of JSON already.
class JsonLine final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message,
              spdlog::memory_buf_t& out) override {
    const auto level = static_cast<std::size_t>(message.level);
    std::string line = "{\"ts\":\"" + utc(message.time) + "\",\"level\":\"";
    for (const char* c = kNames.at(level); *c != '\0'; ++c)
      line += static_cast<char>(*c - 'A' + 'a');
    line += "\",\"pid\":" + std::to_string(::getpid()) + ",\"msg\":";
    out.append(line.data(), line.data() + line.size());
    out.append(message.payload.data(), message.payload.data() + message.payload.size());
    out.push_back('}');
    out.push_back('\n');
  }

  [[nodiscard]] std::unique_ptr<formatter> clone() const override {
    return std::make_unique<JsonLine>();
  }

 private:
  /// RFC 3339, in milliseconds.
  static std::string utc(spdlog::log_clock::time_point time) {
    using std::chrono::milliseconds;
    const auto since =
        std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
    const auto seconds = static_cast<std::time_t>(since / 1000);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    static_cast<void>(
        std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.", &parts));
    const std::string millis = std::to_string(1000 + since % 1000);
    return text.data() + millis.substr(1) + "Z";
  }
};

struct Target {
  std::shared_ptr<spdlog::logger> logger;
  std::string path;
  Format format = Format::Text;
};

/// JOURNAL_STREAM holds device and inode of what journald reads; a parent of ours may
/// have left it to us together with another standard error.
bool is_read_by_journal() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing of ours changes the environment
  const char* const named = std::getenv("JOURNAL_STREAM");

  struct stat is {};

  return named != nullptr && ::fstat(first_standard_error(), &is) == 0 &&
         std::to_string(is.st_dev) + ":" + std::to_string(is.st_ino) == named;
}

std::atomic<Level>& lowest() {
  static std::atomic<Level> the_lowest{Level::Info};
  return the_lowest;
}

/// Null when the file cannot be opened.
std::shared_ptr<spdlog::logger> make_logger(const std::string& path, Format format) {
  UniqueFd file;
  const bool is_standard = path.empty() || path == "-";
  if (!is_standard)
    file.reset(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kMode));
  if (!is_standard && !file) return nullptr;
  auto logger = std::make_shared<spdlog::logger>(
      "appserver", std::make_shared<Sink>(std::move(file)));
  if (format == Format::Json) {
    logger->set_formatter(std::make_unique<JsonLine>());
  } else {
    const bool is_plain = is_standard && is_read_by_journal();
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<LevelName>('*').add_flag<UtcOffset>('#').set_pattern(
        is_plain ? "[%*] %v" : "[%Y-%m-%d %H:%M:%S %#] [%P] [%*] %v");
    logger->set_formatter(std::move(formatter));
  }
  logger->set_level(spdlog::level::trace);  // write() has looked at it before
  return logger;
}

Target& target() {
  static Target the_target{make_logger("", Format::Text), "", Format::Text};
  return the_target;
}

std::string escaped(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f) {
      out += {'\\', 'x', kHex[byte >> 4U], kHex[byte & 15U]};
    } else if (c == '\n') {
      out += "\n    ";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

bool open(const std::string& path, Level level, Format format) {
  auto logger = make_logger(path, format);
  if (logger == nullptr) return false;
  target() = {std::move(logger), path, format};
  set_level(level);
  return true;
}

void set_level(Level level) {
  lowest() = level;
}

Level level_named(std::string_view name) {
  constexpr std::array<std::string_view, 5> kWords{"debug", "info", "warning", "error",
                                                   "critical"};
  const auto found = std::find(kWords.begin(), kWords.end(), name);
  return found == kWords.end() ? Level::Info
                               : static_cast<Level>(found - kWords.begin());
}

bool reopen() {
  return open(target().path, lowest(), target().format);
}

void write(Level level, std::string_view text) {
  if (!is_enabled(level)) return;
  const bool is_json = target().format == Format::Json;
  target().logger->log(to_spdlog(level), spdlog::string_view_t("{}"),
                       is_json ? json_string(text) : escaped(text));
}

bool is_enabled(Level level) {
  return level >= lowest().load(std::memory_order_relaxed);
}

}  // namespace appserver::log
