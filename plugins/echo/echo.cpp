// Echo: answers with the body of the request, as it comes, however long it is.
//
//   1. A small body that is at hand is read onto the stack and leaves in one piece: no
//      allocation.
//   2. Of anything longer what was read is written, and the request's body is given to
//   the
//      host as the answer's: it reads only as it sends, so a slow reader slows the
//      sender down.
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

#include <gateway/sdk.hpp>

namespace {

constexpr std::string_view kUsage =
    "POST a body, and it comes back:\n"
    "  curl --data-binary @file http://HOST/echo\n";

using Piece =
    std::array<char, GW_TAKEN_WHOLE>;  // a first write takes that much for sure

/// What was at hand of a body, and whether that was all of it.
struct Beginning {
  std::string_view bytes;
  bool is_complete;
};

Beginning read_beginning(const gateway::Environ& env, Piece& piece) {
  const std::int64_t declared = env.content_length();
  if (declared > static_cast<std::int64_t>(piece.size())) return {{}, false};
  std::size_t have = 0;
  while (static_cast<std::int64_t>(have) != declared) {
    if (have == piece.size()) return {{piece.data(), have}, false};
    const auto bytes = env.input().read_now({piece.data() + have, piece.size() - have});
    if (!bytes) return {{piece.data(), have}, false};
    if (bytes->empty()) break;
    have += bytes->size();
  }
  return {{piece.data(), have}, true};
}

gateway::Writer& start(const gateway::Environ& env,
                       gateway::StartResponse& start_response) {
  std::string_view type = env.content_type();
  if (type.empty()) type = "application/octet-stream";
  if (env.content_length() < 0) return start_response(200, {{"content-type", type}});
  std::array<char, 20> digits;
  const char* end =
      std::to_chars(digits.begin(), digits.end(), env.content_length()).ptr;
  return start_response(
      200, {{"content-type", type}, {"content-length", {digits.data(), end}}});
}

void app(const gateway::Environ& env, gateway::StartResponse& start_response) {
  if (env.request_method() == "GET" || env.request_method() == "HEAD") {
    return start_response(200, {{"content-type", "text/plain"}}).finish(kUsage);
  }
  Piece piece;
  const Beginning beginning = read_beginning(env, piece);
  gateway::Writer& writer = start(env, start_response);
  if (beginning.is_complete) return writer.finish(beginning.bytes);
  if (!beginning.bytes.empty()) writer.write(beginning.bytes);
  writer.body(env.input());
}

}  // namespace

GATEWAY_APP(app);
