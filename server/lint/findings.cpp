#include "lint/findings.hpp"

#include <unistd.h>

#include <algorithm>

namespace appserver::lint {
namespace {

/// Texts may come from the app: nothing in them divides lines or parts of lines.
std::string printable(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return out;
}

std::string_view cut(std::string_view& line) {
  const std::size_t end = std::min(line.find('\t'), line.size());
  const std::string_view part = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return part;
}

}  // namespace

void Findings::report(std::string_view rule, std::string_view what) {
  put(rule, what, where_it_is(now_.mine()));
}

void Findings::put(std::string_view rule, std::string_view what,
                   std::string_view where) {
  std::string line = std::string(rule) + "\t" + printable(what) + "\t";
  line += printable(where) + "\n";
  const std::lock_guard lock(mutex_);
  // The parent reads until the end; if it is gone, nobody needs the line.
  static_cast<void>(!::write(fd_, line.data(), line.size()));
}

std::string where_it_is(const Now::Slot& now) {
  const std::string call(now.call.data());
  std::string request(now.request.data());
  if (call.empty()) return request;
  return "in " + call + (request.empty() ? "" : ", " + request);
}

void take_line(std::string_view line, std::vector<Finding>& all) {
  Finding found;
  found.rule = cut(line);
  found.what = cut(line);
  found.where = cut(line);
  const auto same = std::find(all.begin(), all.end(), found);
  if (same == all.end()) {
    all.push_back(std::move(found));
  } else {
    ++same->times;
  }
}

}  // namespace appserver::lint
