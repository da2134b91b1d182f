#include "support/prometheus.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <vector>

namespace appserver::testing {
namespace {

using Labels = std::map<std::string, std::string>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Sample {
  std::string name;
  Labels labels;
  double value = 0;
};

bool is_letter(char c, bool is_first, bool is_label) {
  const bool is_digit = c >= '0' && c <= '9';
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (c == ':' && !is_label) || (is_digit && !is_first);
}

/// Takes a name from the front; "" where there is none.
std::string take_name(std::string_view& text, bool is_label) {
  std::size_t size = 0;
  while (size < text.size() && is_letter(text[size], size == 0, is_label)) ++size;
  const std::string name(text.substr(0, size));
  text.remove_prefix(size);
  return name;
}

bool take(std::string_view& text, std::string_view what) {
  if (!text.starts_with(what)) return false;
  text.remove_prefix(what.size());
  return true;
}

/// The value of a label up to its closing quote.
bool take_quoted(std::string_view& text, std::string& value) {
  if (!take(text, "\"")) return false;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '"') return true;
    if (c == '\n') return false;
    if (c != '\\') {
      value += c;
      continue;
    }
    if (text.empty()) return false;
    const char escaped = text.front();
    text.remove_prefix(1);
    if (escaped != '\\' && escaped != '"' && escaped != 'n') return false;
    value += escaped == 'n' ? '\n' : escaped;
  }
  return false;
}

std::optional<double> to_value(std::string_view text) {
  if (text == "+Inf") return kInfinity;
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return {};
  return value;
}

/// "" or what is wrong.
std::string read_sample(std::string_view line, Sample& sample) {
  sample.name = take_name(line, false);
  if (sample.name.empty()) return "no name";
  if (take(line, "{")) {
    do {
      const std::string name = take_name(line, true);
      std::string value;
      if (name.empty() || !take(line, "=") || !take_quoted(line, value))
        return "a label is not name=\"value\"";
      if (!sample.labels.emplace(name, value).second) return "a label twice";
    } while (take(line, ","));
    if (!take(line, "}")) return "no } behind the labels";
  }
  if (!take(line, " ")) return "no space before the value";
  const auto value = to_value(line);
  if (!value) return "no value";
  sample.value = *value;
  return "";
}

/// The histogram of one set of labels.
struct Histogram {
  double last_end = -kInfinity, last_count = 0;
  bool has_infinite = false, has_sum = false, has_count = false;
};

class Checker {
 public:
  std::string take(std::string_view line) {
    if (line.empty()) return "an empty line";
    if (line.starts_with("# ")) return take_comment(line.substr(2));
    Sample sample;
    const std::string wrong = read_sample(line, sample);
    if (!wrong.empty()) return wrong;
    return take_sample(sample);
  }

  [[nodiscard]] std::string end() const {
    for (const auto& [labels, histogram] : histograms_) {
      if (!histogram.has_infinite || !histogram.has_sum || !histogram.has_count)
        return "a histogram of " + family_ + " without +Inf, _sum or _count";
    }
    return family_.empty() || !type_.empty() ? "" : "no TYPE for " + family_;
  }

 private:
  std::string take_comment(std::string_view line) {
    const bool is_help = testing::take(line, "HELP ");
    if (!is_help && !testing::take(line, "TYPE ")) return "neither HELP nor TYPE";
    const std::string name = take_name(line, false);
    if (name.empty() || !testing::take(line, " ")) return "no name behind it";
    if (is_help) {
      const std::string wrong = end();
      if (!wrong.empty()) return wrong;
      if (!families_.insert(name).second) return name + " twice";
      family_ = name;
      type_.clear();
      histograms_.clear();
      return "";
    }
    if (name != family_ || !type_.empty()) return "TYPE without its HELP before it";
    type_ = line;
    const bool is_known =
        type_ == "counter" || type_ == "gauge" || type_ == "histogram";
    return is_known ? "" : "an unknown type";
  }

  std::string take_sample(const Sample& sample) {
    if (type_.empty()) return "a sample before its TYPE";
    if (!samples_.insert({sample.name, sample.labels}).second) return "a sample twice";
    if (sample.value < 0 || std::isnan(sample.value)) return "a value below 0";
    if (type_ == "histogram") return take_part(sample);
    if (sample.name != family_) return "a sample of another family";
    if (type_ == "counter" && !family_.ends_with("_total"))
      return "a counter that does not end in _total";
    return "";
  }

  std::string take_part(const Sample& sample) {
    Labels labels = sample.labels;
    const auto end = labels.extract("le");
    Histogram& histogram = histograms_[labels];
    if (sample.name == family_ + "_sum") {
      histogram.has_sum = true;
      return end.empty() ? "" : "le in a _sum";
    }
    if (sample.name == family_ + "_count") {
      histogram.has_count = true;
      return sample.value == histogram.last_count ? "" : "_count is not that of +Inf";
    }
    if (sample.name != family_ + "_bucket") return "no part of a histogram";
    const auto at = end.empty() ? std::optional<double>() : to_value(end.mapped());
    if (!at || *at <= histogram.last_end) return "an end that is not after the last";
    if (sample.value < histogram.last_count) return "a count that falls";
    histogram.last_end = *at;
    histogram.last_count = sample.value;
    histogram.has_infinite = std::isinf(*at);
    return "";
  }

  std::string family_, type_;
  std::set<std::string> families_;
  std::set<std::pair<std::string, Labels>> samples_;
  std::map<Labels, Histogram> histograms_;
};

}  // namespace

std::string complaint_about_metrics(std::string_view text) {
  if (text.empty() || text.back() != '\n') return "the last line has no end";
  Checker checker;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + 1);
    const std::string wrong = checker.take(line);
    if (!wrong.empty())
      return "line " + std::to_string(number) + ": " + wrong + ": " + std::string(line);
  }
  return checker.end();
}

std::map<std::string, double> metrics_of(std::string_view text) {
  std::map<std::string, double> samples;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + 1);
    const std::size_t space = line.rfind(' ');
    if (line.starts_with("#") || space == std::string_view::npos) continue;
    const auto value = to_value(line.substr(space + 1));
    if (value) samples[std::string(line.substr(0, space))] = *value;
  }
  return samples;
}

}  // namespace appserver::testing
