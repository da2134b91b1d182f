// Answers a GET with its query and a POST with its body, so that a client can tell its
// own answer from every other. With NONCE_BUILD all parts of an answer name the build.
#include <string>

#include "serving.hpp"

#ifdef NONCE_BUILD
#define NONCE_PREFIX NONCE_BUILD " "
#else
#define NONCE_PREFIX ""
#define NONCE_BUILD "none"
#endif

namespace {

struct Echo : gw_source {
  gw_input* input;
  std::string_view prefix;
};

std::int64_t next(gw_source* source, void* to, std::size_t cap) {
  auto* echo = static_cast<Echo*>(source);
  if (!echo->prefix.empty()) {
    const std::size_t size = std::min(cap, echo->prefix.size());
    std::copy_n(echo->prefix.begin(), size, static_cast<char*>(to));
    echo->prefix.remove_prefix(size);
    return static_cast<std::int64_t>(size);
  }
  return echo->input->read(echo->input, to, cap);
}

void close(gw_source* source, std::int32_t) {
  delete static_cast<Echo*>(source);
}

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  const gw_field fields[] = {serving::field("content-type", "text/plain"),
                             serving::field("x-build", NONCE_BUILD)};
  gw_writer* writer = start_response(environ, 200, fields, 2, 0);
  if (environ->content_length == 0) {
    std::string text = NONCE_PREFIX;
    text += serving::view(environ->query_string);
    const std::int64_t taken = writer->write(writer, text.data(), text.size(), GW_LAST);
    return taken < 0 ? taken : GW_OK;
  }
  auto* echo =
      new Echo{{sizeof(gw_source), 0, next, close}, environ->input, NONCE_PREFIX};
  return writer->body(writer, echo);
}

}  // namespace

GW_APP(app, call, 0);
