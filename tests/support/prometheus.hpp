// A strict reader of Prometheus' text format 0.0.4, where promtool is not at hand.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace appserver::testing {

/// What is wrong with the text, and in which line; "" for nothing. Checked: names and
/// labels, their escapes, values; HELP and TYPE once, before the samples of their
/// family, which stand together; no sample twice; of a histogram: the order of its
/// ends, counts that do not fall, +Inf, _count and _sum. Stricter than Prometheus:
/// every family has both lines, and no line is empty.
std::string complaint_about_metrics(std::string_view text);

/// The samples, "name{labels}" as written, of a text without complaints.
std::map<std::string, double> metrics_of(std::string_view text);

}  // namespace appserver::testing
