#include "control/fault_log.hpp"

#include "base/clock.hpp"
#include "base/log.hpp"
#include "control/fault_text.hpp"
#include "serve/access_log.hpp"

namespace appserver::control {
namespace {

void write_access_line(const FaultReport& report) {
  const WorkNote& work = report.fault.work;
  if (report.access_log.empty() || work.method.view().empty()) return;
  const auto format = config::parse_access_format(report.access_format);
  if (!format) return;
  serve::AccessLog access(report.access_log, *format);
  if (!access.is_on()) return;
  const std::string target(work.target.view());
  const std::size_t query = target.find('?');
  const std::string line = std::string(work.method.view()) + " " + target + " HTTP/1." +
                           (work.http_version == 10 ? "0" : "1");
  serve::AccessEntry entry;
  entry.remote_addr = work.client.view();
  entry.method = work.method.view();
  entry.target = target;
  entry.raw_line = line;
  entry.version = work.http_version;
  entry.body_bytes = work.sent_bytes;
  entry.path = std::string_view(target).substr(0, query);
  if (query != std::string::npos)
    entry.query = std::string_view(target).substr(query + 1);
  entry.request_id = work.request_id.view();
  entry.app = work.app.view();
  entry.bytes_sent = work.sent_bytes;
  if (work.begun_us != 0) entry.duration_us = report.fault.at_us - work.begun_us;
  http::DateCache date;
  access.write(entry, date, unix_now_s());
  access.flush();
}

}  // namespace

void log_fault(const FaultReport& report) {
  const board::Fault& fault = report.fault;
  const std::string& what = report.what;
  log::error(what + ": " +
             (report.is_crash ? signal_text(fault, report.pid) + ", " : "") +
             place_text(fault));
  const std::string request = request_text(fault);
  if (!request.empty()) log::error(what + ": " + request);
  for (std::string& line : frame_lines(fault)) log::error(line.insert(0, what + ": "));
  if (report.is_crash) write_access_line(report);
}

}  // namespace appserver::control
