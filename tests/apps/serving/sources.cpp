// Bodies by a source. /pieces/COUNT/SIZE, /length/COUNT/SIZE (declares the length),
// /fail/COUNT/SIZE (then an error), /throw/COUNT/SIZE, /overrun (claims more than it
// was given room for), /numbers/COUNT/SIZE (what `seq 1000000000 1999999999` says, to
// that length), /unsent/COUNT/SIZE (of a 304, which has no body), /endless,
// /refused (handed to a refused head), /twice (two sources); /closed tells how often
// each close came, and why.
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>

#include "serving.hpp"

namespace {

std::mutex mutex;  // guards what /closed tells
int opened = 0;
std::map<std::int32_t, int> closed;

enum class End { Good, Error, Throw, Overrun, Never, Numbers };

struct Pieces : gw_source {
  std::uint64_t left;  // bytes
  std::size_t size;    // of one piece, where there is room
  End end;
  std::uint64_t done = 0;
};

constexpr std::uint64_t kFirstNumber = 1'000'000'000;
constexpr std::size_t kLine = 11;  // ten digits and the end of the line

/// `size` bytes of the numbers, from byte `at` on.
void fill_numbers(char* to, std::size_t size, std::uint64_t at) {
  std::string line = std::to_string(kFirstNumber + at / kLine) + "\n";
  std::size_t skipped = at % kLine;
  while (size > 0) {
    const std::size_t count = std::min(size, kLine - skipped);
    line.copy(to, count, skipped);
    to += count;
    size -= count;
    skipped = 0;
    std::size_t digit = kLine - 2;  // count on, as with a pencil: gigabytes are wanted
    while (line[digit] == '9') line[digit--] = '0';
    ++line[digit];
  }
}

std::int64_t next(gw_source* source, void* to, std::size_t cap) {
  auto* pieces = static_cast<Pieces*>(source);
  if (pieces->left == 0) {
    if (pieces->end == End::Error) return GW_E_APP;
    if (pieces->end == End::Throw) throw std::runtime_error("thrown by a source");
    if (pieces->end == End::Overrun) return static_cast<std::int64_t>(cap) + 1;
    return 0;
  }
  const std::size_t size = std::min<std::uint64_t>({cap, pieces->size, pieces->left});
  if (pieces->end != End::Never) pieces->left -= size;
  if (pieces->end == End::Numbers) {
    fill_numbers(static_cast<char*>(to), size, pieces->done);
    pieces->done += size;
  } else {
    std::fill_n(static_cast<char*>(to), size, 'p');
  }
  return static_cast<std::int64_t>(size);
}

void close(gw_source* source, std::int32_t reason) {
  const std::lock_guard lock(mutex);
  ++closed[reason];
  delete static_cast<Pieces*>(source);
}

gw_source* make(std::uint64_t count, std::uint64_t size, End end) {
  const std::lock_guard lock(mutex);
  ++opened;
  return new Pieces{{sizeof(gw_source), 0, next, close}, count * size, size, end};
}

std::string report() {
  const std::lock_guard lock(mutex);
  std::string text = "opened " + std::to_string(opened);
  for (const auto& [reason, times] : closed) {
    text += ", " + std::to_string(times) + " x " + std::to_string(reason);
  }
  return text;
}

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  const std::string_view path = serving::view(environ->path_info);
  if (path == "/closed") return serving::answer(environ, start_response, report());
  if (path == "/refused") {
    const gw_field bad = serving::field("x-bad", "a\nb");
    gw_writer* writer = start_response(environ, 200, &bad, 1, 0);
    return writer->body(writer, make(1, 1, End::Good));
  }
  const std::uint64_t size = serving::last_number(path);
  const std::uint64_t count = serving::last_number(path.substr(0, path.rfind('/')));
  gw_writer* writer = nullptr;
  if (path.starts_with("/length/")) {
    const std::string length = std::to_string(count * size);
    const gw_field declared = serving::field("content-length", length);
    writer = start_response(environ, 200, &declared, 1, 0);
  } else {
    const bool unsent = path.starts_with("/unsent/");
    writer = serving::start(environ, start_response, unsent ? 304 : 200);
  }
  if (path == "/twice") {
    writer->body(writer, make(1, 5, End::Good));
    const std::int64_t second = writer->body(writer, make(1, 5, End::Good));
    return second == GW_OK ? GW_E_APP : GW_OK;
  }
  if (path == "/overrun") return writer->body(writer, make(0, 0, End::Overrun));
  if (path == "/endless") return writer->body(writer, make(1, 65536, End::Never));
  const End end = path.starts_with("/fail/")      ? End::Error
                  : path.starts_with("/throw/")   ? End::Throw
                  : path.starts_with("/numbers/") ? End::Numbers
                                                  : End::Good;
  return writer->body(writer, make(count, size, end));
}

}  // namespace

GW_APP(app, call, 0);
GW_APP(blocking, call, GW_BLOCKING);
