// Declares one length and sends another: /long, /long-source, /short, /short-source,
// /nothing; /seen tells what the last too long write was told.
#include <atomic>
#include <string>

#include "serving.hpp"

namespace {

std::atomic<std::int64_t> seen{0};

struct Ten : gw_source {
  bool is_sent;
};

std::int64_t next(gw_source* source, void* to, std::size_t) {
  auto* ten = static_cast<Ten*>(source);
  if (ten->is_sent) return 0;
  ten->is_sent = true;
  std::copy_n("0123456789", 10, static_cast<char*>(to));
  return 10;
}

void close(gw_source* source, std::int32_t reason) {
  seen = reason;
  delete static_cast<Ten*>(source);
}

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  const std::string_view path = serving::view(environ->path_info);
  if (path == "/seen") {
    return serving::answer(environ, start_response, std::to_string(seen));
  }
  const gw_field length =
      serving::field("content-length", path.starts_with("/long") ? "5" : "20");
  gw_writer* writer = start_response(environ, 200, &length, 1, 0);
  if (path.ends_with("-source")) {
    return writer->body(writer, new Ten{{sizeof(gw_source), 0, next, close}, false});
  }
  if (path == "/nothing") return GW_OK;
  if (path == "/long-in-two") {
    writer->write(writer, "01234", 5, 0);
    seen = writer->write(writer, "56789", 5, 0);
    return GW_OK;
  }
  seen = writer->write(writer, "0123456789", 10, 0);
  return GW_OK;
}

}  // namespace

GW_APP(app, call, 0);
GW_APP(blocking, call, GW_BLOCKING);
