// spdlog stays in this file: it is the slow part of every unit that sees it.
#include "base/log.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace appserver::log {
namespace {

constexpr std::array kNames = {"TRACE", "DEBUG",    "INFO", "WARNING",
                               "ERROR", "CRITICAL", "OFF"};

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

struct Target {
  std::shared_ptr<spdlog::logger> logger;
  std::string path;
  Level level = Level::Info;
};

std::shared_ptr<spdlog::logger> make_logger(const std::string& path, Level level) {
  spdlog::sink_ptr sink;
  if (path.empty() || path == "-") {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  } else {
    sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path);
  }
  auto logger = std::make_shared<spdlog::logger>("appserver", std::move(sink));
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing of ours changes the environment
  const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
  formatter->add_flag<LevelName>('*').add_flag<UtcOffset>('#').set_pattern(
      journal ? "[%*] %v" : "[%Y-%m-%d %H:%M:%S %#] [%P] [%*] %v");
  logger->set_formatter(std::move(formatter));
  logger->set_level(to_spdlog(level));
  logger->flush_on(spdlog::level::trace);
  return logger;
}

Target& target() {
  static Target the_target{make_logger("", Level::Info), "", Level::Info};
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

bool open(const std::string& path, Level level) {
  try {
    target() = {make_logger(path, level), path, level};
    return true;
  } catch (const spdlog::spdlog_ex&) {
    return false;
  }
}

bool reopen() {
  return open(target().path, target().level);
}

void write(Level level, std::string_view text) {
  if (!is_enabled(level)) return;
  target().logger->log(to_spdlog(level), spdlog::string_view_t("{}"), escaped(text));
}

bool is_enabled(Level level) {
  return level >= target().level;
}

}  // namespace appserver::log
