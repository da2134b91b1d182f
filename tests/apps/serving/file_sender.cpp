// Bodies from descriptors: gw.file/1, each path one promise. The query holds the file
// and the numbers of it. What send() said stays readable at /seen.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <gateway/async.h>
#include <gateway/file.h>
#include <gateway/stream.h>

#include "serving.hpp"

namespace {

const gw_file* files = nullptr;
const gw_async* async_calls = nullptr;
const gw_stream* stream_calls = nullptr;

std::mutex mutex;  // guards seen
std::string seen;

void note(std::int64_t code) {
  const std::lock_guard lock(mutex);
  seen += std::to_string(code) + " ";
}

/// "path&1&2": a file that is open while the exchange's call runs, and no longer.
struct Asked {
  explicit Asked(std::string_view query) {
    const std::size_t end = query.find('&');
    path = query.substr(0, end);
    while (end != std::string_view::npos && !query.empty()) {
      const std::size_t next = query.find('&');
      if (next == std::string_view::npos) break;
      query.remove_prefix(next + 1);
      numbers.push_back(std::strtoll(std::string(query).c_str(), nullptr, 10));
    }
    fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  }

  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

  ~Asked() {
    if (fd >= 0) ::close(fd);
  }

  [[nodiscard]] std::int64_t number(std::size_t i, std::int64_t otherwise) const {
    return i < numbers.size() ? numbers[i] : otherwise;
  }

  std::string path;
  std::vector<std::int64_t> numbers;
  int fd = -1;
};

std::int64_t write(gw_writer* writer, std::string_view text, std::uint32_t flags = 0) {
  return writer->write(writer, text.data(), text.size(), flags);
}

std::int32_t send(gw_writer* writer, const Asked& asked, std::int64_t offset,
                  std::int64_t length, std::uint32_t flags = 0) {
  const std::int32_t sent = files->send(writer, asked.fd, offset, length, flags);
  if (sent != GW_OK) note(sent);
  return sent;
}

gw_writer* start_sized(const gw_environ* environ, gw_start_response* start_response,
                       std::int64_t length) {
  const std::string digits = std::to_string(length);
  const gw_field field = serving::field("content-length", digits);
  return start_response(environ, 200, &field, 1, 0);
}

/// Written bytes and parts, in turns.
std::int64_t send_in_turns(gw_writer* writer, const Asked& asked) {
  write(writer, "<");
  send(writer, asked, 0, 3);
  write(writer, "|");
  send(writer, asked, 3, 2);
  send(writer, asked, 5, 0);
  send(writer, asked, 5, 1);
  write(writer, ">", GW_LAST);
  return GW_OK;
}

/// n parts of one byte each behind a first one of all.
std::int64_t send_many(gw_writer* writer, const Asked& asked) {
  send(writer, asked, 0, -1);
  for (std::int64_t i = 1; i < asked.number(0, 0); ++i) {
    const std::int32_t sent = send(writer, asked, i, 1);
    if (sent == GW_E_AGAIN) return write(writer, "full", GW_LAST) < 0 ? GW_E_APP : 0;
    if (sent < 0) return sent;
  }
  return write(writer, "all", GW_LAST) < 0 ? GW_E_APP : GW_OK;
}

/// What is refused, and that the answer goes on behind it.
std::int64_t send_refused(gw_writer* writer, const Asked& asked) {
  note(files->send(writer, -1, 0, -1, 0));
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return GW_E_APP;
  note(files->send(writer, pipe[0], 0, 1, 0));
  ::close(pipe[0]);
  ::close(pipe[1]);
  const int folder = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  note(files->send(writer, folder, 0, -1, 0));
  ::close(folder);
  const int unread = ::open(asked.path.c_str(), O_WRONLY | O_CLOEXEC);
  note(files->send(writer, unread, 0, -1, 0));
  ::close(unread);
  note(files->send(writer, asked.fd, -1, 1, 0));
  note(files->send(writer, asked.fd, 0, -2, 0));
  note(files->send(writer, asked.fd, 0, 11, 0));
  note(files->send(writer, asked.fd, 11, -1, 0));
  note(files->send(writer, asked.fd, INT64_MAX, INT64_MAX, 0));
  note(files->send(writer, asked.fd, 10, -1, 0));
  write(writer, "as before", GW_LAST);
  return GW_OK;
}

/// While the process may have no further descriptor.
std::int64_t send_without_descriptors(gw_writer* writer, const Asked& asked) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit none{3, limit.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &none);
  note(files->send(writer, asked.fd, 0, -1, GW_LAST));
  ::setrlimit(RLIMIT_NOFILE, &limit);
  write(writer, "as before", GW_LAST);
  return GW_OK;
}

std::int64_t send_too_much(gw_writer* writer, const Asked& asked) {
  note(files->send(writer, asked.fd, 0, 6, 0));
  note(files->send(writer, asked.fd, 6, 4, 0));
  note(files->send(writer, asked.fd, 6, 2, GW_LAST));
  note(files->send(writer, asked.fd, 0, 1, 0));
  return GW_OK;
}

struct Later {
  gw_pending* pending;
  gw_writer* writer;
  Asked asked;
  int turn = 0;
};

/// A part in a later turn, as often as it becomes writable.
void send_on(gw_writer* writer, void* arg, std::int32_t status) {
  auto* const later = static_cast<Later*>(arg);
  const bool is_last = later->turn == 3;
  if (status == GW_OK) {
    write(writer, std::to_string(later->turn++));
    status = send(writer, later->asked, 0, -1, is_last ? GW_LAST : 0);
  }
  if (status == GW_OK && !is_last &&
      stream_calls->writable(writer, send_on, later) == GW_OK) {
    return;
  }
  if (status != GW_OK) note(status);
  gw_pending* const pending = later->pending;
  delete later;
  async_calls->complete(pending, is_last ? GW_OK : GW_E_APP);
  async_calls->release(pending);
}

std::int64_t send_later(const gw_environ* environ, gw_writer* writer) {
  gw_pending* const pending = async_calls->detach(environ);
  if (pending == nullptr) return GW_E_APP;
  auto* const later =
      new Later{pending, writer, Asked(serving::view(environ->query_string))};
  send_on(writer, later, GW_OK);
  return GW_OK;
}

/// A part, and a source behind it.
std::int64_t send_then_source(gw_writer* writer, const Asked& asked) {
  send(writer, asked, 0, -1);

  struct Source : gw_source {
    bool given = false;
  };

  auto* const source = new Source;
  source->size = sizeof(gw_source);
  source->next = [](gw_source* self, void* to, std::size_t cap) -> std::int64_t {
    auto& mine = *static_cast<Source*>(self);
    static constexpr std::string_view kText = "and a source";
    if (mine.given || cap < kText.size()) return 0;
    mine.given = true;
    kText.copy(static_cast<char*>(to), kText.size());
    return kText.size();
  };
  source->close = [](gw_source* self, std::int32_t) {
    delete static_cast<Source*>(self);
  };
  return writer->body(writer, source);
}

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  const std::string_view path = serving::view(environ->path_info);
  if (path == "/seen" || path == "/told") {
    const std::lock_guard lock(mutex);
    return serving::answer(environ, start_response, seen);
  }
  const Asked asked(serving::view(environ->query_string));
  if (path == "/declared") {
    gw_writer* const writer = start_sized(environ, start_response, asked.number(0, 0));
    return send(writer, asked, 0, -1);
  }
  if (path == "/too-much") {
    return send_too_much(start_sized(environ, start_response, 8), asked);
  }
  const std::uint32_t status = path == "/no-content" ? 204 : 200;
  gw_writer* const writer = serving::start(environ, start_response, status);
  if (path == "/whole") return send(writer, asked, 0, -1, GW_LAST);
  if (path == "/no-content") return send(writer, asked, 0, -1, GW_LAST);
  if (path == "/part") {
    return send(writer, asked, asked.number(0, 0), asked.number(1, -1), GW_LAST);
  }
  if (path == "/chunked") return send(writer, asked, 0, -1);
  if (path == "/flushed") return send(writer, asked, 0, -1, GW_FLUSH);
  if (path == "/turns") return send_in_turns(writer, asked);
  if (path == "/many") return send_many(writer, asked);
  if (path == "/no-descriptor") return send_without_descriptors(writer, asked);
  if (path == "/refused") return send_refused(writer, asked);
  if (path == "/fails") return send(writer, asked, 0, -1), GW_E_APP;
  if (path == "/source") return send_then_source(writer, asked);
  if (path == "/later") return send_later(environ, writer);
  return GW_E_APP;
}

std::int32_t create(const gw_host* host, void**) {
  files = static_cast<const gw_file*>(host->extension(host, GW_FILE_1));
  async_calls = static_cast<const gw_async*>(host->extension(host, GW_ASYNC_1));
  stream_calls = static_cast<const gw_stream*>(host->extension(host, GW_STREAM_1));
  const bool all =
      files != nullptr && async_calls != nullptr && stream_calls != nullptr;
  return all ? GW_OK : GW_E_UNSUPPORTED;
}

}  // namespace

GW_EXPORT(app) = {sizeof(gw_app), GW_ABI_MAJOR, GW_ABI_MINOR, 0,
                  GW_STR("app"),  GW_STR(""),   call,         create,
                  nullptr,        nullptr,      nullptr};
GW_EXPORT(blocking) = {
    sizeof(gw_app), GW_ABI_MAJOR, GW_ABI_MINOR, GW_BLOCKING, GW_STR("blocking"),
    GW_STR(""),     call,         create,       nullptr,     nullptr,
    nullptr};
