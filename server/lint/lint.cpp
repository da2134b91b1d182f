#include "lint/lint.hpp"

#include <string.h>

#include "app/image.hpp"
#include "lint/battery.hpp"
#include "lint/child.hpp"
#include "lint/lent.hpp"

namespace appserver::lint {
namespace {

/// A crash ends one child; the next goes on behind it, so often at most.
constexpr int kChildrenMost = 6;

/// The first character of a line that says why it cannot be run at all.
constexpr char kRefusal = '!';

void run_app(const Order& order, int fd, Now& now, std::uint32_t first_step) {
  Findings findings(fd, now);
  std::string why;
  const auto image = app::Image::load(order.copy, order.spec_text, order.callable);
  if (!image) return findings.report(std::string(1, kRefusal), image.error().text);
  const bool is_created = run_battery(order, **image, findings, now, first_step, why);
  if (is_created) return;
  findings.report(std::string(1, kRefusal),
                  "cannot start \"" + order.spec_text + "\": create() failed: " + why);
}

Finding finding_of(const Now& now, const ChildEnd& end) {
  const std::string piece(now.piece.data());
  const std::string owner(now.owner.data());
  const std::string where = where_it_is(now.slots[now.last]);
  if (end.is_hung) return {"D13", "the call did not return in 10 s", where};
  if (end.signal == 0) return {"D12", "it ended the process", where};
  switch (static_cast<Fault>(now.fault.load())) {
    case Fault::Write:
      return {"E21", "it wrote to " + piece + ", which is lent to be read", where};
    case Fault::Past:
      return {"D6", "it went over the end of " + piece, where};
    case Fault::Late:
      return {"D5", "it used " + piece + " of " + owner + ", which is over", where};
    case Fault::Unknown:
      break;
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
  return {"D12", std::string("it crashed: ") + ::strsignal(end.signal), where};
}

void add(const Finding& finding, std::vector<Finding>& all) {
  take_line(finding.rule + "\t" + finding.what + "\t" + finding.where, all);
}

}  // namespace

Result<Report> run(const Order& order) {
  Report report;
  std::string refusal;
  Now& now = shared_now();
  std::uint32_t first_step = 0;
  for (int i = 0; i < kChildrenMost; ++i) {
    now.step = 0;
    now.last = 0;
    for (Now::Slot& slot : now.slots) slot.began_ns = 0;
    now.signal = 0;
    const ChildEnd end = run_child(
        now, order.stop_fd, [&](int fd) { run_app(order, fd, now, first_step); },
        [&](std::string_view line) {
          if (line.starts_with(kRefusal)) {
            refusal = line.substr(2, line.find('\t', 2) - 2);
          } else {
            take_line(line, report.findings);
          }
        });
    report.exchanges = now.step;
    if (!refusal.empty()) return app_error(refusal);
    report.is_stopped = end.is_stopped;
    if (end.is_done || end.is_stopped) break;
    add(finding_of(now, end), report.findings);
    // In create or destroy it would come again; a hang takes too long for another.
    if (now.slots[now.last].request[0] == '\0' || end.is_hung) break;
    first_step = now.step + 1;
  }
  return report;
}

}  // namespace appserver::lint
