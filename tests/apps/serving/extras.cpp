// What an exchange has only if its app asks: gw.exchange/1, gw.attribute/1,
// gw.informational/1, gw.trailers/1. What clean-up said stays readable at /seen.
#include <cstring>
#include <mutex>
#include <string>
#include <thread>

#include <gateway/attribute.h>
#include <gateway/exchange.h>
#include <gateway/informational.h>
#include <gateway/trailers.h>

#include "serving.hpp"

namespace {

const gw_exchange* exchange_calls = nullptr;
const gw_attribute* attribute_calls = nullptr;
const gw_informational* informational_calls = nullptr;
const gw_trailers* trailer_calls = nullptr;
std::int32_t user_number = 0, other_number = 0;

std::mutex mutex;  // guards the next
std::string seen;

void note(const std::string& word) {
  const std::lock_guard lock(mutex);
  seen += word + " ";
}

void on_close(void* arg, std::int32_t reason) {
  note(static_cast<const char*>(arg) + std::to_string(reason));
}

void drop(void* value) {
  note(std::string("-") + static_cast<const char*>(value));
}

void* word(const char* text) {
  return const_cast<char*>(text);
}

/// Everything there is to clean up, and memory in which it is told.
bool register_all(const gw_environ* environ) {
  char* const room = static_cast<char*>(exchange_calls->room(environ, 16));
  if (room == nullptr || room[0] != '\0') return false;
  std::memcpy(room, "room", sizeof "room");
  return attribute_calls->set(environ, user_number, word("user"), drop) == GW_OK &&
         attribute_calls->set(environ, other_number, word("other"), drop) == GW_OK &&
         exchange_calls->on_close(environ, on_close, word("first")) == GW_OK &&
         exchange_calls->on_close(environ, on_close, room) == GW_OK &&
         attribute_calls->get(environ, user_number) == word("user");
}

std::int64_t clean_up(const gw_environ* environ, gw_start_response* start_response,
                      std::string_view path) {
  if (!register_all(environ)) return GW_E_APP;
  if (path == "/fails") return GW_E_APP;
  if (path == "/cut") {
    gw_writer* const writer = serving::start(environ, start_response);
    writer->write(writer, "begun", 5, GW_FLUSH);
    return GW_E_APP;
  }
  return serving::answer(environ, start_response, "cleaned");
}

std::int64_t hints(const gw_environ* environ, gw_start_response* start_response,
                   std::string_view path) {
  const gw_field link = serving::field("link", "</a.css>; rel=preload");
  const auto send = [&](std::uint32_t status, const gw_field& field) {
    return std::to_string(informational_calls->send(environ, status, &field, 1)) + " ";
  };
  if (path == "/hints") {
    const std::string codes = send(103, link) + send(103, link);
    return serving::answer(environ, start_response, codes);
  }
  if (path == "/hints-behind-head") {  // a stored head has not left
    gw_writer* const writer = serving::start(environ, start_response);
    const std::string codes = send(103, link);
    writer->write(writer, codes.data(), codes.size(), GW_LAST);
    return GW_OK;
  }
  if (path == "/hints-late") {
    gw_writer* const writer = serving::start(environ, start_response);
    writer->write(writer, "begun ", 6, GW_FLUSH);
    const std::string codes = send(103, link);
    writer->write(writer, codes.data(), codes.size(), GW_LAST);
    return GW_OK;
  }
  const std::string codes = send(100, link) + send(101, link) + send(200, link) +
                            send(103, serving::field("x-bad", "a\nb")) +
                            send(103, serving::field("content-length", "5")) +
                            send(103, serving::field("transfer-encoding", "chunked"));
  return serving::answer(environ, start_response, codes);
}

std::int64_t trailers(const gw_environ* environ, gw_start_response* start_response,
                      std::string_view path) {
  gw_writer* const writer = serving::start(environ, start_response);
  const gw_field announced[] = {serving::field("X-Sum", ""),
                                serving::field("x-other", "1")};
  const gw_field sum = serving::field("x-sum", "abc");
  const gw_field bad = serving::field("content-length", "1");
  const bool before = path != "/trailers-late";
  std::string codes;
  if (before) codes += std::to_string(trailer_calls->response(writer, announced, 2));
  writer->write(writer, "body ", 5, path == "/trailers-late" ? GW_FLUSH : 0);
  codes += " " + std::to_string(trailer_calls->response(writer, &sum, 1));
  codes += " " + std::to_string(trailer_calls->response(writer, &bad, 1));
  writer->write(writer, codes.data(), codes.size(), GW_LAST);
  note("after" + std::to_string(trailer_calls->response(writer, &sum, 1)));
  return GW_OK;
}

std::int64_t received(const gw_environ* environ, gw_start_response* start_response) {
  const gw_field* fields = nullptr;
  std::size_t count = 0;
  std::string text = std::to_string(trailer_calls->request(environ, &fields, &count));
  std::string body;
  const std::int64_t read = serving::read_all(environ->input, body);
  if (read < 0) return read;
  text += " " + std::to_string(trailer_calls->request(environ, &fields, &count));
  text += " " + body;
  for (std::size_t i = 0; i < count; ++i) {
    text += " " + std::string(serving::view(fields[i].name)) + "=" +
            std::string(serving::view(fields[i].value));
  }
  return serving::answer(environ, start_response, text);
}

/// Computes until its client has left.
std::int64_t until_gone(const gw_environ* environ) {
  register_all(environ);
  serving::wait_at_gate(serving::view(environ->query_string));
  while (exchange_calls->is_gone(environ) == 0) std::this_thread::yield();
  note("gone");
  return GW_E_GONE;
}

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  const std::string_view path = serving::view(environ->path_info);
  if (path == "/seen") {
    const std::lock_guard lock(mutex);
    return serving::answer(environ, start_response, seen);
  }
  if (path == "/until-gone") return until_gone(environ);
  if (path == "/received") return received(environ, start_response);
  if (path.starts_with("/hints")) return hints(environ, start_response, path);
  if (path.starts_with("/trailers")) return trailers(environ, start_response, path);
  return clean_up(environ, start_response, path);
}

std::int32_t create(const gw_host* host, void**) {
  exchange_calls =
      static_cast<const gw_exchange*>(host->extension(host, GW_EXCHANGE_1));
  attribute_calls =
      static_cast<const gw_attribute*>(host->extension(host, GW_ATTRIBUTE_1));
  informational_calls =
      static_cast<const gw_informational*>(host->extension(host, GW_INFORMATIONAL_1));
  trailer_calls = static_cast<const gw_trailers*>(host->extension(host, GW_TRAILERS_1));
  if (exchange_calls == nullptr || attribute_calls == nullptr ||
      informational_calls == nullptr || trailer_calls == nullptr) {
    return GW_E_UNSUPPORTED;
  }
  user_number = attribute_calls->number(host, gw_str GW_STR("test.user"));
  other_number = attribute_calls->number(host, gw_str GW_STR("test.other"));
  return user_number > 0 && other_number > 0 ? GW_OK : GW_E_APP;
}

}  // namespace

GW_EXPORT(app) = {sizeof(gw_app), GW_ABI_MAJOR, GW_ABI_MINOR, GW_BUFFERED,
                  GW_STR("app"),  GW_STR(""),   call,         create,
                  nullptr,        nullptr,      nullptr};
GW_EXPORT(blocking) = {
    sizeof(gw_app), GW_ABI_MAJOR, GW_ABI_MINOR, GW_BLOCKING, GW_STR("blocking"),
    GW_STR(""),     call,         create,       nullptr,     nullptr,
    nullptr};
