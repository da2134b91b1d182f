// The command: what was asked for, and the exit code.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <gateway/gateway.h>

#include "base/version.hpp"
#include "commands/ctl.hpp"
#include "commands/inspect.hpp"
#include "commands/lint.hpp"
#include "config/load_settings.hpp"
#include "control/serve.hpp"

extern char** environ;

namespace appserver {
namespace {

using config::CommandLine;

config::Environment read_environment() {
  config::Environment all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string::npos)
      all[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return all;
}

Result<void> print(const std::string& text) {
  if (std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0) return {};
  return usage_error(std::string("cannot write to the standard output: ") +
                     ::strerrordesc_np(errno));
}

std::string version_text() {
  return std::string(kServerName) + " (gateway ABI " + std::to_string(GW_ABI_MAJOR) +
         "." + std::to_string(GW_ABI_MINOR) + " draft " + std::to_string(GW_ABI_DRAFT) +
         ")\n";
}

Result<void> act(const CommandLine& line) {
  const control::ConfigSource source{line, read_environment(), {}, {}};
  switch (line.action) {
    case CommandLine::Action::Help:
      return print(config::help_text());
    case CommandLine::Action::Version:
      return print(version_text());
    case CommandLine::Action::Inspect: {
      const auto text = commands::inspect(line.inspect_file, line.inspect_json);
      if (!text) return text.error();
      return print(*text);
    }
    case CommandLine::Action::PrintConfig: {
      const auto settings = control::read_settings(source);
      if (!settings) return settings.error();
      return print(config::print_settings(*settings));
    }
    case CommandLine::Action::CheckConfig: {
      const auto checked = control::serve(source, true);
      if (!checked) return checked.error();
      return print("the configuration is good\n");
    }
    case CommandLine::Action::Serve:
      return control::serve(source, false);
  }
  return {};
}

int complain(const Error& error) {
  // NOLINTNEXTLINE(cert-err33-c): there is nowhere left to complain
  std::fprintf(stderr, "appserver: %s\n", error.text.c_str());
  return static_cast<int>(error.exit_code);
}

/// `lint` has words of its own, and says with 1 that a rule is broken.
int lint(const std::vector<std::string>& words) {
  const bool asks_help = words.front() == "help";
  const auto outcome = commands::lint(
      asks_help ? std::vector<std::string>{"--help"}
                : std::vector<std::string>(words.begin() + 1, words.end()));
  if (!outcome) return complain(outcome.error());
  const auto printed = print(outcome->text);
  if (!printed) return complain({ExitCode::LintUsage, printed.error().text});
  return outcome->is_clean ? 0 : 1;
}

bool is_lint(const std::vector<std::string>& words) {
  if (words.empty()) return false;
  return words[0] == "lint" ||
         (words[0] == "help" && words.size() == 2 && words[1] == "lint");
}

/// `ctl` has words and exit codes of its own, too.
int ctl(const std::vector<std::string>& words) {
  const auto text = commands::ctl({words.begin() + 1, words.end()}, read_environment());
  if (!text) return complain(text.error());
  const auto printed = print(*text);
  return printed ? 0 : complain({ExitCode::CtlUsage, printed.error().text});
}

int run(const std::vector<std::string>& words) {
  if (is_lint(words)) return lint(words);
  if (!words.empty() && words[0] == "ctl") return ctl(words);
  if (words == std::vector<std::string>{"help", "ctl"}) return ctl({"ctl", "--help"});
  const auto line = config::parse_command_line(words);
  const auto outcome = line ? act(*line) : Result<void>(line.error());
  if (outcome) return static_cast<int>(ExitCode::Ok);
  return complain(outcome.error());
}

}  // namespace
}  // namespace appserver

int main(int argc, char** argv) {
  const int code = appserver::run(std::vector<std::string>(argv + 1, argv + argc));
  static_cast<void>(std::fflush(nullptr));
  // Images of plugins stay mapped: their static destructors are not worth a crash at
  // the end.
  ::_exit(code);
}
