#include "commands/inspect.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include <gateway/gateway.h>

#include "app/elf_file.hpp"
#include "app/sha256.hpp"
#include "app/whole_file.hpp"

namespace appserver::commands {
namespace {

namespace json = boost::json;

struct Report {
  std::string path;
  std::uint64_t size = 0;
  std::string sha256;
  app::ElfFile elf;
  std::vector<std::string> hazards;
  std::string refusal;  ///< why this server would not load it; empty: it would
};

/// Names in a file may hold anything, terminal escapes too.
std::string printable(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return out;
}

std::vector<std::string> flag_names(std::uint64_t flags) {
  static constexpr std::pair<std::uint64_t, const char*> kNames[] = {
      {GW_BLOCKING, "blocking"},
      {GW_SERIAL, "serial"},
      {GW_BUFFERED, "buffered"},
      {GW_NO_UNLOAD, "no_unload"}};
  std::vector<std::string> names;
  for (const auto& [bit, name] : kNames) {
    if ((flags & bit) != 0) names.emplace_back(name);
    flags &= ~bit;
  }
  if (flags != 0) names.push_back("unknown bits " + std::to_string(flags));
  return names;
}

std::vector<std::string> hazards_of(const app::ElfFile& elf, mode_t mode) {
  std::vector<std::string> hazards;
  if (elf.executable_stack) {
    hazards.emplace_back("executable stack (refused): link with -z noexecstack");
  }
  if ((mode & S_IWOTH) != 0) {
    hazards.emplace_back("everybody may write to the file (refused): chmod o-w");
  }
  if (elf.unique_symbols) {
    hazards.emplace_back(
        "unique symbols: two versions would share statics; compile with "
        "-fno-gnu-unique or "
        "link with gateway_add_app");
  }
  if (elf.static_tls) {
    hazards.emplace_back(
        "static thread-local storage: every load takes some of a small reserve; "
        "compile "
        "without -ftls-model=initial-exec");
  }
  if (elf.text_relocations) {
    hazards.emplace_back(
        "text relocations: its code cannot be shared; compile with -fPIC");
  }
  return hazards;
}

std::string refusal_of(const app::ElfFile& elf, mode_t mode) {
  if (!elf.note) return "no gateway plugin: it has no \"GWN\" note";
  if (auto why = app::why_note_is_refused(*elf.note)) return *why;
  if (elf.callables.empty()) return "it exports no callable (gw1_<name>)";
  if (elf.executable_stack) return "it asks for an executable stack";
  if ((mode & S_IWOTH) != 0) return "everybody may write to the file";
  return "";
}

Result<Report> read_report(const std::string& path) {
  const auto named = [&](const Error& error) {
    return app_error("cannot inspect " + path + ": " + error.text);
  };
  const auto file = app::read_whole_file(path);
  if (!file) return named(file.error());
  auto elf = app::read_elf(file->bytes);
  if (!elf) return named(elf.error());
  app::Sha256 digest;
  digest.add(file->bytes);
  const mode_t mode = file->status.st_mode;
  auto hazards = hazards_of(*elf, mode);
  auto refusal = refusal_of(*elf, mode);
  return Report{path,
                file->bytes.size(),
                digest.hex(),
                std::move(*elf),
                std::move(hazards),
                std::move(refusal)};
}

std::string joined(const std::vector<std::string>& words, std::size_t most = 20) {
  if (words.empty()) return "none";
  std::string text;
  for (std::size_t i = 0; i < words.size() && i < most; ++i) {
    text += (i > 0 ? ", " : "") + printable(words[i]);
  }
  if (words.size() > most) {
    text += " and " + std::to_string(words.size() - most) + " more";
  }
  return text;
}

std::string abi_text(const gw_note& note) {
  std::string text =
      std::to_string(note.abi_major) + "." + std::to_string(note.abi_minor);
  if (note.minor_needed > 0) {
    text += " (needs " + std::to_string(note.abi_major) + "." +
            std::to_string(note.minor_needed) + ")";
  }
  return note.draft == 0 ? text : text + " draft " + std::to_string(note.draft);
}

std::string callable_text(const app::ElfFile& elf, std::size_t i) {
  const std::string name = printable(elf.callables[i]);
  if (!elf.flags[i]) return name + " (flags cannot be read)";
  const auto flags = flag_names(*elf.flags[i]);
  return flags.empty() ? name : name + " (" + joined(flags) + ")";
}

std::string to_text(const Report& report) {
  const app::ElfFile& elf = report.elf;
  std::string text;
  const auto line = [&](const char* label, const std::string& value) {
    std::string padded(label);
    padded.resize(15, ' ');
    text += padded + value + "\n";
  };
  line("file", report.path);
  line("size", std::to_string(report.size) + " bytes");
  line("sha256", report.sha256);
  line("build id", elf.build_id.empty() ? "none" : elf.build_id);
  line("gateway ABI", elf.note ? abi_text(*elf.note) : "none");
  line("this server",
       report.refusal.empty() ? "loads it" : "refuses it: " + report.refusal);
  for (std::size_t i = 0; i < elf.callables.size(); ++i) {
    line(i == 0 ? "callables" : "", callable_text(elf, i));
  }
  if (elf.callables.empty()) line("callables", "none");
  line("needs", joined(elf.needed));
  line("undefined", std::to_string(elf.undefined.size()) + " symbols");
  if (!elf.other_exports.empty()) {
    line("warning", "it also exports: " + joined(elf.other_exports) +
                        "; link it with gateway_add_app");
  }
  if (report.hazards.empty()) line("hazards", "none");
  for (std::size_t i = 0; i < report.hazards.size(); ++i) {
    line(i == 0 ? "hazards" : "", report.hazards[i]);
  }
  return text;
}

json::array to_array(const std::vector<std::string>& words) {
  json::array array;
  for (const std::string& word : words) array.emplace_back(printable(word));
  return array;
}

json::value abi_value(const Report& report) {
  if (!report.elf.note) return nullptr;
  const gw_note& note = *report.elf.note;
  return {{"major", note.abi_major},
          {"minor", note.abi_minor},
          {"minor_needed", note.minor_needed},
          {"draft", note.draft}};
}

std::string to_json(const Report& report) {
  const app::ElfFile& elf = report.elf;
  json::array callables;
  for (std::size_t i = 0; i < elf.callables.size(); ++i) {
    json::object callable{{"name", printable(elf.callables[i])}};
    callable["flags"] =
        elf.flags[i] ? json::value(to_array(flag_names(*elf.flags[i]))) : nullptr;
    callables.push_back(std::move(callable));
  }
  const json::object object{
      {"file", report.path},
      {"size", report.size},
      {"sha256", report.sha256},
      {"build_id", elf.build_id},
      {"soname", printable(elf.soname)},
      {"abi", abi_value(report)},
      {"loadable", report.refusal.empty()},
      {"refusal",
       report.refusal.empty() ? json::value(nullptr) : json::value(report.refusal)},
      {"callables", std::move(callables)},
      {"needed", to_array(elf.needed)},
      {"undefined_symbols", elf.undefined.size()},
      {"other_exports", to_array(elf.other_exports)},
      {"hazards", to_array(report.hazards)}};
  return json::serialize(object) + "\n";
}

}  // namespace

Result<std::string> inspect(const std::string& path, bool json) {
  const auto report = read_report(path);
  if (!report) return report.error();
  return json ? to_json(*report) : to_text(*report);
}

}  // namespace appserver::commands
