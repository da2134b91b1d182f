// Large bodies: /N writes N bytes. `app` (blocking) in a loop of 64 KiB, `once` (event)
// in one write, at /sized/N with its Content-Length. /taken tells what the last write
// said; /empty-writes writes nothing between bytes.
#include <atomic>
#include <string>

#include "serving.hpp"

namespace {

std::atomic<std::int64_t> taken{0};

std::int64_t empty_writes(gw_writer* writer) {
  for (const std::string_view text : {"", "one", "", "two", "", ""}) {
    writer->write(writer, text.data(), text.size(), GW_FLUSH);
    writer->write(writer, "", 0, 0);
  }
  return writer->write(writer, "three", 5, GW_LAST) < 0 ? GW_E_APP : GW_OK;
}

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  const std::string_view path = serving::view(environ->path_info);
  if (path == "/taken") {
    return serving::answer(environ, start_response, std::to_string(taken));
  }
  gw_writer* writer = serving::start(environ, start_response);
  if (path == "/empty-writes") return empty_writes(writer);
  const std::string block(65536, 'b');
  for (std::uint64_t left = serving::last_number(path); left > 0;) {
    const std::size_t size = std::min<std::size_t>(left, block.size());
    taken = writer->write(writer, block.data(), size, 0);
    if (taken < 0) return taken;
    left -= static_cast<std::uint64_t>(taken.load());
  }
  return GW_OK;
}

std::int64_t once(void*, const gw_environ* environ, gw_start_response* start_response) {
  const std::string_view path = serving::view(environ->path_info);
  if (path == "/taken") {
    return serving::answer(environ, start_response, std::to_string(taken));
  }
  const std::string block(serving::last_number(path), 'o');
  const std::string size = std::to_string(block.size());
  const gw_field length = serving::field("content-length", size);
  const bool is_sized = path.starts_with("/sized/");
  gw_writer* writer = start_response(environ, 200, &length, is_sized ? 1 : 0, 0);
  taken = writer->write(writer, block.data(), block.size(), 0);
  return taken < 0 ? taken.load() : GW_OK;
}

}  // namespace

GW_APP(app, call, GW_BLOCKING);
GW_APP(once, once, 0);
