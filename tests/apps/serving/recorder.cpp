// The conformance app: answers with all that it was given, one member a line; a path
// that begins with /read reads the body, too, and says how reading went.
#include <string>

#include "serving.hpp"

namespace {

std::string escaped(gw_str text) {
  if (text.p == nullptr) return "absent";
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "=";
  for (const char c : serving::view(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte > 0x7e || c == '\\') {
      out += {'\\', 'x', kHex[byte >> 4U], kHex[byte & 15U]};
    } else {
      out += c;
    }
  }
  return out;
}

std::string dump(const gw_environ* environ) {
  const std::pair<const char*, gw_str> strings[] = {
      {"request_method", environ->request_method},
      {"script_name", environ->script_name},
      {"path_info", environ->path_info},
      {"query_string", environ->query_string},
      {"request_uri", environ->request_uri},
      {"server_protocol", environ->server_protocol},
      {"url_scheme", environ->url_scheme},
      {"server_name", environ->server_name},
      {"server_port", environ->server_port},
      {"remote_addr", environ->remote_addr},
      {"remote_port", environ->remote_port},
      {"content_type", environ->content_type},
      {"request_id", environ->request_id}};
  std::string out;
  for (const auto& [name, value] : strings) {
    out.append(name).append(" ").append(escaped(value)).append("\n");
  }
  out += "size =" + std::to_string(environ->size) + "\n";
  out += "flags =" + std::to_string(environ->flags) + "\n";
  out += "content_length =" + std::to_string(environ->content_length) + "\n";
  out +=
      std::string("deadline =") + (environ->deadline_ns != 0 ? "set" : "none") + "\n";
  for (std::size_t i = 0; i < environ->field_count; ++i) {
    const gw_field& given = environ->field[i];
    out += "field " + escaped(given.name).substr(1) + " " + escaped(given.value) + "\n";
  }
  return out;
}

/// Pulled after the call: reads while input comes, then tells all.
struct Report : gw_source {
  gw_input* input;
  std::string text;  // the report, growing
  std::string body;
  bool is_read;
  std::size_t sent;
};

std::int64_t next(gw_source* source, void* to, std::size_t cap) {
  auto* report = static_cast<Report*>(source);
  while (!report->is_read) {
    char buffer[1024];
    const std::int64_t count =
        report->input->read(report->input, buffer, sizeof buffer);
    if (count == GW_E_AGAIN) return GW_E_AGAIN;
    if (count > 0) {
      report->body.append(buffer, static_cast<std::size_t>(count));
      continue;
    }
    report->is_read = true;
    report->text += "body " + escaped(serving::str(report->body)) + "\n";
    report->text += "read_end =" + std::to_string(count);
    // The end is told again and again.
    for (int i = 0; i < 2; ++i) {
      report->text +=
          " " + std::to_string(report->input->read(report->input, buffer, 1));
    }
    report->text += "\n";
  }
  const std::size_t size = std::min(cap, report->text.size() - report->sent);
  std::copy_n(report->text.data() + report->sent, size, static_cast<char*>(to));
  report->sent += size;
  return static_cast<std::int64_t>(size);
}

void close(gw_source* source, std::int32_t) {
  delete static_cast<Report*>(source);
}

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  gw_writer* writer = serving::start(environ, start_response);
  const bool is_read = !serving::view(environ->path_info).starts_with("/read");
  return writer->body(writer, new Report{{sizeof(gw_source), 0, next, close},
                                         environ->input,
                                         dump(environ),
                                         "",
                                         is_read,
                                         0});
}

}  // namespace

GW_APP(app, call, 0);
GW_APP(blocking, call, GW_BLOCKING);
GW_APP(serial, call, GW_BLOCKING | GW_SERIAL);
GW_APP(buffered, call, GW_BUFFERED);
