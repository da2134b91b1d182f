// Sends the field that the request's body spells, `name=value`, with the status that
// the query names: newlines and all else that a field may not hold. Answers with
// "taken" or, by a second head, with "refused CODE".
#include <string>

#include "serving.hpp"

namespace {

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  std::string text;
  const std::int64_t ended = serving::read_all(environ->input, text);
  if (ended < 0) return ended;
  const std::string query(serving::view(environ->query_string));
  const auto status =
      query.empty()
          ? 200U
          : static_cast<std::uint32_t>(std::strtoul(query.c_str(), nullptr, 10));
  const std::size_t equals = text.find('=');
  std::string name = text.substr(0, equals);
  std::string value = equals == std::string::npos ? "" : text.substr(equals + 1);
  const gw_field given = serving::field(name, value);
  gw_writer* writer = start_response(environ, status, &given, text.empty() ? 0 : 1, 0);
  const bool is_taken = writer->error == 0;
  std::string report = is_taken ? "taken" : "refused " + std::to_string(writer->error);
  // What start_response was lent is gone before the head leaves.
  name.assign(name.size(), '!');
  value.assign(value.size(), '!');
  if (!is_taken) {
    return serving::answer(environ, start_response, report, 200, GW_REPLACE);
  }
  const std::int64_t taken =
      writer->write(writer, report.data(), report.size(), GW_LAST);
  return taken < 0 ? taken : GW_OK;
}

}  // namespace

GW_APP(app, call, GW_BUFFERED);
