#include "commands/lint.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <optional>

#include <boost/json.hpp>

#include "app/app_spec.hpp"
#include "app/elf_file.hpp"
#include "app/module_store.hpp"
#include "app/runtime_dir.hpp"
#include "app/whole_file.hpp"
#include "base/nearest.hpp"
#include "lint/interruption.hpp"
#include "lint/lint.hpp"
#include "lint/rules.hpp"

namespace appserver::commands {
namespace {

constexpr std::size_t kMostRounds = 1000;  // of requests that each cross guard pages

namespace json = boost::json;

struct Words {
  std::string app;
  lint::Order order;
  std::string plugins;
  bool is_json = false;
  bool asks_help = false;
};

Error wrong(const std::string& why) {
  return {ExitCode::LintUsage, "lint: " + why + "; see appserver lint --help"};
}

Result<std::uint64_t> to_number(const std::string& flag, const std::string& word) {
  std::uint64_t number = 0;
  const char* const end = word.data() + word.size();
  const auto read = std::from_chars(word.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || word.empty()) {
    return wrong(flag + " takes a number, not \"" + word + "\"");
  }
  return number;
}

/// What begins so is meant as JSON and not as the name of a file.
bool begins_json(char c) {
  return c == '{' || c == '[' || c == '"';
}

/// A JSON object, or the name of a file that holds one.
Result<std::string> to_config(const std::string& word) {
  std::string text = word;
  const std::size_t first = word.find_first_not_of(" \t\n");
  const bool is_json = first != std::string::npos && begins_json(word[first]);
  if (!is_json) {
    const auto file = app::read_whole_file(word);
    if (!file) {
      return wrong("--config: cannot read \"" + word + "\": " + file.error().text);
    }
    text.assign(reinterpret_cast<const char*>(file->bytes.data()), file->bytes.size());
  }
  json::error_code ec;
  const json::value value = json::parse(text, ec);
  if (!ec && value.is_object()) return text;
  return wrong("--config takes one JSON object, as {\"key\": 1}" +
               (is_json ? std::string() : "; the file \"" + word + "\" holds none"));
}

/// "/target" or "METHOD /target", perhaps with a body behind it: as a server would let
/// it in.
bool is_request(std::string_view word) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  const auto is_token = [&](unsigned char c) {
    return (std::isalnum(c) != 0) || kMarks.find(static_cast<char>(c)) != kMarks.npos;
  };
  const std::size_t slash = word.find('/');
  if (slash == std::string_view::npos) return false;
  std::string_view method = word.substr(0, slash);  // none: GET
  if (slash > 0) {
    if (slash == 1 || !method.ends_with(' ')) return false;
    method.remove_suffix(1);
  }
  const std::string_view target = word.substr(slash, word.find(' ', slash) - slash);
  return std::all_of(method.begin(), method.end(), is_token) &&
         std::none_of(target.begin(), target.end(),
                      [](unsigned char c) { return c <= 0x20 || c == 0x7f; });
}

Result<void> take_value(Words& words, const std::string& flag,
                        const std::string& word) {
  if (flag == "--request") {
    if (!is_request(word)) {
      return wrong("--request takes 'METHOD /target', not \"" + word + "\"");
    }
    words.order.requests.push_back(word);
  } else if (flag == "--config") {
    const auto config = to_config(word);
    if (!config) return config.error();
    words.order.config = *config;
  } else if (flag == "--plugins") {
    words.plugins = word;
  } else if (flag == "--format") {
    if (word != "text" && word != "json") return wrong("--format takes text or json");
    words.is_json = word == "json";
  } else {
    const auto number = to_number(flag, word);
    if (!number) return number.error();
    if (flag == "--seed") words.order.seed = *number;
    if (flag == "--rounds" && (*number < 1 || *number > kMostRounds)) {
      return wrong("--rounds takes 1 to " + std::to_string(kMostRounds));
    }
    if (flag == "--rounds") words.order.rounds = *number;
  }
  return {};
}

const std::vector<std::string>& flags() {
  static const std::vector<std::string> kFlags = {
      "--config", "--format", "--help", "--plugins", "--request", "--rounds", "--seed"};
  return kFlags;
}

Result<void> take_flag(Words& words, const std::string& flag,
                       const std::optional<std::string>& value) {
  const auto& known = flags();
  if (std::find(known.begin(), known.end(), flag) == known.end()) {
    constexpr std::size_t kFurthest = 3;
    const auto near = nearest(flag, known, kFurthest);
    return wrong("unknown flag \"" + flag + "\"" +
                 (near ? "; did you mean " + *near + "?" : ""));
  }
  if (!value) return wrong(flag + " takes a value");
  return take_value(words, flag, *value);
}

Result<Words> read_words(const std::vector<std::string>& all) {
  Words words;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string& word = all[i];
    if (word == "--help" || word == "-h") {
      words.asks_help = true;
      return words;
    }
    if (word.empty() || word.front() != '-') {
      if (!words.app.empty())
        return wrong("it takes one application, and \"" + word +
                     "\" is a second; a layer is run around an application of the "
                     "host's own: run each by itself");
      words.app = word;
      continue;
    }
    const std::size_t equals = word.find('=');
    std::optional<std::string> value;
    if (equals != std::string::npos) {
      value = word.substr(equals + 1);
    } else if (i + 1 < all.size()) {
      value = all[++i];
    }
    const auto taken = take_flag(words, word.substr(0, equals), value);
    if (!taken) return taken.error();
  }
  if (words.app.empty()) return wrong("which application?");
  return words;
}

/// What is wrong with the file itself, though it loads.
void judge_file(const app::ElfFile& elf, std::vector<lint::Finding>& findings) {
  const auto add = [&](const std::string& what) {
    findings.push_back({"D16", what, "the file"});
  };
  if (!elf.other_exports.empty())
    add("it exports more than gw1_*: " + elf.other_exports[0]);
  if (elf.unique_symbols)
    add("it has unique symbols: two versions would share statics");
  if (elf.static_tls)
    add("it has static thread-local storage, of which there is little");
  if (elf.text_relocations) add("it has text relocations: compile with -fPIC");
}

Result<lint::Report> run_in(const std::string& folder, Words& words) {
  const auto spec = app::parse_app_spec(words.app);
  if (!spec) return Error{ExitCode::LintUsage, "lint: " + spec.error().text};
  const auto file = app::find_module(*spec, app::plugin_folders(words.plugins));
  if (!file) return file.error();
  auto copy = app::copy_module(std::filesystem::absolute(*file).string(), folder);
  if (!copy) return copy.error();
  const auto elf = app::inspect_file(copy->path);
  if (!elf) return elf.error();
  words.order.spec_text = words.app;
  words.order.callable = spec->callable;
  words.order.copy = *copy;
  auto report = lint::run(words.order);
  if (report) judge_file(*elf, report->findings);
  return report;
}

bool is_violation(const lint::Finding& finding) {
  return !finding.rule.empty() && !lint::rule_of(finding.rule).is_warning;
}

std::string line_of(const lint::Finding& finding) {
  if (finding.rule.empty()) return "note: " + finding.what + "\n";
  const lint::Rule& rule = lint::rule_of(finding.rule);
  std::string text = rule.is_warning ? "warning " : "";
  text += "GW-" + finding.rule + " " + finding.what + " (" + finding.where;
  if (finding.times > 1) text += "; " + std::to_string(finding.times) + " times";
  return text + "); what to do: " + std::string(rule.to_do) + "\n";
}

std::string to_text(const Words& words, const lint::Report& report) {
  std::string text;
  for (const lint::Finding& finding : report.findings) text += line_of(finding);
  const auto broken =
      std::count_if(report.findings.begin(), report.findings.end(), is_violation);
  text += words.app + ": " + std::to_string(report.exchanges) + " exchanges, seed " +
          std::to_string(words.order.seed) + ": ";
  if (broken == 0) return text + "clean\n";
  return text + std::to_string(broken) + (broken == 1 ? " finding\n" : " findings\n");
}

std::string to_json(const Words& words, const lint::Report& report) {
  json::array findings;
  for (const lint::Finding& finding : report.findings) {
    json::object one{{"what", finding.what}};
    if (!finding.rule.empty()) {
      const lint::Rule& rule = lint::rule_of(finding.rule);
      one["rule"] = "GW-" + finding.rule;
      one["where"] = finding.where;
      one["times"] = finding.times;
      one["to_do"] = std::string(rule.to_do);
    }
    one["kind"] = finding.rule.empty()    ? "note"
                  : is_violation(finding) ? "violation"
                                          : "warning";
    findings.push_back(std::move(one));
  }
  const json::object all{{"app", words.app},
                         {"seed", words.order.seed},
                         {"exchanges", report.exchanges},
                         {"findings", std::move(findings)}};
  return json::serialize(all) + "\n";
}

std::string lint_help() {
  return "Usage: appserver lint [FLAGS] module:callable\n"
         "\n"
         "Runs an application in a strict host, in a process of its own, and says "
         "which\n"
         "rules of the gateway it breaks. No socket is opened. What the host lends is\n"
         "taken away when its time is over; bodies come in pieces and are taken in\n"
         "pieces; clients leave early; posts are late; several come at once. A "
         "middleware\n"
         "is run around an application of the host's own.\n"
         "\n"
         "  --request 'METHOD /target [BODY]'   one more request; may be given again;\n"
         "                                      METHOD may be WEBSOCKET\n"
         "  --config JSON|FILE                  the application's config [{}]\n"
         "  --plugins DIR                       where a bare name is looked for\n"
         "  --seed N                            another run; equal seeds, equal runs "
         "[1]\n"
         "  --rounds N                          how often every request is made, to "
         "1000 [3]\n"
         "  --format text|json                  [text]\n"
         "\n"
         "Exit code: 0 clean, 1 a rule is broken, 2 wrong words, or the report cannot "
         "be\n"
         "written, 4 it does not load.\n";
}

}  // namespace

Result<LintOutcome> lint(const std::vector<std::string>& all) {
  auto words = read_words(all);
  if (!words) return words.error();
  if (words->asks_help) return LintOutcome{lint_help(), true};
  const lint::Interruption interruption;
  words->order.stop_fd = interruption.fd();
  const auto folder = app::make_runtime_dir("");
  if (!folder) return folder.error();
  const auto report = run_in(*folder, *words);
  app::remove_runtime_dir(*folder);
  if (!report) return report.error();
  const bool is_clean =
      std::none_of(report->findings.begin(), report->findings.end(), is_violation);
  return LintOutcome{
      words->is_json ? to_json(*words, *report) : to_text(*words, *report), is_clean};
}

}  // namespace appserver::commands
