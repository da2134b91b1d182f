#include "commands/ctl_tables.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <iomanip>
#include <sstream>
#include <vector>

#include <boost/json.hpp>

namespace appserver::commands {
namespace {

namespace json = boost::json;

struct Cell {
  std::string text;
  bool is_number = false;
};

double number_of(const json::value& value) {
  return value.is_number() ? value.to_number<double>() : 0;
}

std::string fixed(double value, int digits) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(digits) << value;
  return out.str();
}

std::string size_text(double bytes) {
  constexpr std::array<const char*, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (bytes >= 1024 && unit + 1 < kUnits.size()) {
    bytes /= 1024;
    ++unit;
  }
  return fixed(bytes, unit == 0 ? 0 : 1) + " " + kUnits[unit];
}

/// The two greatest units: "3d 4h", "12m 5s".
std::string time_text(std::int64_t seconds) {
  struct Unit {
    std::int64_t seconds;
    const char* name;
  };

  constexpr std::array<Unit, 4> kUnits{
      {{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}}};
  for (std::size_t i = 0; i + 1 < kUnits.size(); ++i) {
    if (seconds < kUnits[i].seconds) continue;
    const std::int64_t rest = seconds % kUnits[i].seconds / kUnits[i + 1].seconds;
    return std::to_string(seconds / kUnits[i].seconds) + kUnits[i].name + " " +
           std::to_string(rest) + kUnits[i + 1].name;
  }
  return std::to_string(seconds) + "s";
}

std::string moment_text(std::int64_t unix_s) {
  const std::time_t time = unix_s;
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 32> text{};
  const std::size_t size =
      std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts);
  return {text.data(), size};
}

std::string plain(const json::value& value) {
  if (value.is_string()) return value.as_string().c_str();
  if (value.is_bool()) return value.as_bool() ? "yes" : "no";
  if (value.is_double()) return fixed(value.as_double(), 1);
  if (!value.is_array()) return json::serialize(value);
  std::string list;
  for (const json::value& one : value.as_array())
    list += (list.empty() ? "" : ", ") + plain(one);
  return list;
}

Cell cell_of(std::string_view name, const json::value& value) {
  const double number = number_of(value);
  const auto whole = static_cast<std::int64_t>(number);
  if (name.ends_with("_bytes")) return {size_text(number), true};
  if (name.ends_with("_ms"))
    return {fixed(number, value.is_double() ? 1 : 0) + " ms", true};
  if (name.ends_with("_s")) return {time_text(whole), true};
  if (name.ends_with("_at")) return {moment_text(whole), false};
  const std::string text = plain(value);
  return {text.empty() ? "-" : text, value.is_number()};
}

/// "rss_bytes": "rss".
std::string title_of(std::string_view name) {
  for (const std::string_view ending : {"_bytes", "_ms", "_s", "_at"}) {
    if (name.ends_with(ending)) name.remove_suffix(ending.size());
  }
  std::string title(name);
  std::replace(title.begin(), title.end(), '_', ' ');
  return title;
}

std::string_view name_of(const json::key_value_pair& pair) {
  return {pair.key().data(), pair.key().size()};
}

std::string upper_case(std::string text) {
  for (char& c : text)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string aligned(const std::vector<std::vector<Cell>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], row[i].text.size());
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string blank(widths[i] - row[i].text.size(), ' ');
      line += i == 0 ? "" : "  ";
      line += row[i].is_number ? blank + row[i].text : row[i].text + blank;
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

void lay_flat(const json::object& object, const std::string& before,
              std::vector<std::vector<Cell>>& rows) {
  for (const auto& pair : object) {
    const std::string title = before + title_of(name_of(pair));
    if (pair.value().is_object()) {
      lay_flat(pair.value().as_object(), title + " ", rows);
    } else {
      rows.push_back({{title}, {cell_of(name_of(pair), pair.value()).text}});
    }
  }
}

}  // namespace

std::string ctl_table(const json::array& rows) {
  std::vector<std::vector<Cell>> cells;
  for (const json::value& row : rows) {
    if (!row.is_object()) continue;
    std::vector<Cell> line;
    std::vector<Cell> head;
    for (const auto& pair : row.as_object()) {
      line.push_back(cell_of(name_of(pair), pair.value()));
      head.push_back({upper_case(title_of(name_of(pair))), line.back().is_number});
    }
    if (cells.empty()) cells.push_back(std::move(head));
    cells.push_back(std::move(line));
  }
  return aligned(cells);
}

std::string ctl_lines(const json::object& object) {
  std::vector<std::vector<Cell>> rows;
  lay_flat(object, "", rows);
  return aligned(rows);
}

std::string ctl_settings(const json::object& settings) {
  std::string out;
  for (const auto& pair : settings) {
    const json::value& value = pair.value();
    out.append(name_of(pair)).append(":");
    const bool is_list_of_objects = value.is_array() && !value.as_array().empty() &&
                                    value.as_array()[0].is_object();
    if (!is_list_of_objects) {
      out += " " + json::serialize(value) + "\n";
      continue;
    }
    out += "\n";
    for (const json::value& one : value.as_array())
      out += "  - " + json::serialize(one) + "\n";
  }
  return out;
}

}  // namespace appserver::commands
