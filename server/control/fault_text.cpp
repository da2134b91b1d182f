#include "control/fault_text.hpp"

#include <signal.h>
#include <string.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "app/symbol_table.hpp"
#include "app/whole_file.hpp"

namespace appserver::control {
namespace {

using board::Fault;
using Thread = WorkNote::Thread;

constexpr std::uint64_t kNullPage = 4096;
constexpr std::string_view kLoop =
    " appserver::net::EventLoop::run(";  // the rest is known
constexpr std::uint64_t kNearStack =
    65536;  // a frame, and the page that ends the stack

std::string hex(std::uint64_t number) {
  std::array<char, 16> digits{};
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  return "0x" + std::string(digits.data(), end);
}

std::string address_text(const Fault& fault) {
  if (fault.code == SI_KERNEL) return ", at no address that there can be";
  std::string text = ", address " + hex(fault.address);
  if (fault.signal != SIGSEGV && fault.signal != SIGBUS) return text;
  if (fault.address < kNullPage) return text + " (null pointer)";
  const std::uint64_t distance = fault.address > fault.stack
                                     ? fault.address - fault.stack
                                     : fault.stack - fault.address;
  return distance < kNearStack ? text + " (stack overflow)" : text;
}

std::string_view thread_text(Thread thread) {
  switch (thread) {
    case Thread::Io:
      return "on its I/O thread";
    case Thread::Pool:
      return "on a thread of its pool";
    case Thread::App:
      return "on a thread of the app's own";
    case Thread::Loader:
      return "on the thread that loads apps";
    default:
      return "on a thread that the server does not know";
  }
}

/// "hello.so" of ".../module-12-1-0123abcd-hello.so".
std::string_view module_name(std::string_view path) {
  if (path.empty()) return "appserver";
  std::string_view name = path.substr(path.rfind('/') + 1);
  if (!name.starts_with("module-")) return name;
  for (int dashes = 0; dashes < 4; ++dashes) {
    const std::size_t dash = name.find('-');
    if (dash == std::string_view::npos) break;
    name.remove_prefix(dash + 1);
  }
  return name;
}

/// What is known of one module, read when it is first asked for.
class Module {
 public:
  explicit Module(const Fault::Module& module)
      : base_(module.base), path_(module.path.view()) {
    auto file = app::read_whole_file(path_.empty() ? "/proc/self/exe" : path_);
    if (!file) return;
    file_ = std::move(*file);
    auto table = app::SymbolTable::read(file_.bytes);
    if (table) table_ = std::move(*table);
  }

  [[nodiscard]] std::string name_of(std::uint64_t address, bool returns_there) const {
    const std::uint64_t at = address - base_;
    std::string text(module_name(path_));
    text += " ";
    const auto found =
        table_ ? table_->find(returns_there ? at - 1 : at) : std::nullopt;
    text +=
        found ? found->name + "+" + hex(found->offset + (returns_there ? 1 : 0)) : "?";
    return text + " (" + hex(at) + ")";
  }

  [[nodiscard]] std::string text() const {
    std::string text(module_name(path_));
    text += " has build id ";
    text += table_ && !table_->build_id().empty() ? table_->build_id() : "-";
    return path_.empty() ? text : text + ", " + path_;
  }

 private:
  std::uint64_t base_;
  std::string path_;
  app::WholeFile file_;
  std::optional<app::SymbolTable> table_;  ///< views into file_
};

}  // namespace

bool is_from_outside(const Fault& fault, pid_t pid) {
  return fault.code <= 0 && fault.sender != pid;
}

std::string signal_text(const Fault& fault, pid_t pid) {
  const char* const name = ::sigabbrev_np(fault.signal);
  const std::string text =
      "SIG" + (name != nullptr ? std::string(name) : std::to_string(fault.signal));
  if (is_from_outside(fault, pid))
    return text + ", sent by process " + std::to_string(fault.sender);
  return fault.code <= 0 ? text + ", by itself" : text + address_text(fault);
}

std::string place_text(const Fault& fault) {
  const WorkNote& work = fault.work;
  std::string text(thread_text(work.thread));
  if (work.app.view().empty()) return text;
  text += ", in ";
  if (!work.step.view().empty()) text.append(work.step.view()).append(" of ");
  text.append(work.app.view()).append(" (version ");
  return text.append(work.version.view()).append(")");
}

std::string request_text(const Fault& fault) {
  const WorkNote& work = fault.work;
  if (work.method.view().empty()) return {};
  std::string text(work.method.view());
  text.append(" ").append(work.target.view());
  if (!work.request_id.view().empty())
    text.append(", request id ").append(work.request_id.view());
  if (!work.client.view().empty()) text.append(", from ").append(work.client.view());
  if (work.begun_us != 0) {
    const std::int64_t us = std::max<std::int64_t>(fault.at_us - work.begun_us, 0);
    text += ", after " + std::to_string(us / 1000) + " ms";
  }
  return text + ", " + std::to_string(work.sent_bytes) + " bytes of its body sent";
}

std::vector<std::string> frame_lines(const Fault& fault) {
  std::vector<std::string> lines;
  std::vector<Module> modules;
  const std::size_t module_count =
      std::min<std::size_t>(fault.module_count, Fault::kModulesMost);
  modules.reserve(module_count);
  for (std::size_t i = 0; i < module_count; ++i) modules.emplace_back(fault.modules[i]);
  const std::size_t count =
      std::min<std::size_t>(fault.frame_count, Fault::kFramesMost);
  for (std::size_t i = 0; i < count; ++i) {
    const Fault::Frame& frame = fault.frames[i];
    const bool is_known = frame.module != 0 && frame.module <= module_count;
    lines.push_back("#" + std::to_string(i) + " " +
                    (is_known ? modules[frame.module - 1].name_of(frame.address, i > 0)
                              : hex(frame.address) + ", in no module"));
    if (lines.back().find(kLoop) != std::string::npos) break;
  }
  for (const Module& module : modules) lines.push_back(module.text());
  return lines;
}

}  // namespace appserver::control
