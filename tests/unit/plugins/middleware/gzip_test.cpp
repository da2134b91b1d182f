// gzip: which answers are compressed, what their heads say, and that what arrives is
// what was sent, at once where the app flushes.
#include <brotli/decode.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gzip/compressor.hpp"
#include "loaded_middleware.hpp"

using gateway::Environ;
using gateway::StartResponse;
using gateway::TestChain;
using gateway::TestChainResult;
using gateway::TestHeaders;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace {

/// What a client makes of a gzip body so far; it need not be complete.
std::string gunzipped(const std::string& bytes, bool* is_complete = nullptr) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
  std::string copy = bytes;
  stream.next_in = reinterpret_cast<Bytef*>(copy.data());
  stream.avail_in = static_cast<uInt>(copy.size());
  std::string text;
  std::array<char, 4096> out;
  int result = Z_OK;
  while (result == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = out.size();
    result = inflate(&stream, Z_NO_FLUSH);
    text.append(out.data(), out.size() - stream.avail_out);
  }
  if (is_complete != nullptr) *is_complete = result == Z_STREAM_END;
  inflateEnd(&stream);
  return text;
}

std::string unbrotlied(const std::string& bytes) {
  std::string text(1 << 22, '\0');
  std::size_t size = text.size();
  const auto result = BrotliDecoderDecompress(
      bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()), &size,
      reinterpret_cast<std::uint8_t*>(text.data()));
  EXPECT_EQ(result, BROTLI_DECODER_RESULT_SUCCESS);
  text.resize(size);
  return text;
}

std::string noise(std::size_t size) {
  std::mt19937 random(7);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

const std::string kPage = [] {
  std::string page;
  for (int i = 0; i < 5000; ++i) page += "<p>line " + std::to_string(i) + "</p>\n";
  return page;
}();

/// Answers with the fields of the request that begin with "x-", without it.
std::uint32_t status_of(const Environ& env) {
  const auto status = env.header("status");
  return status ? static_cast<std::uint32_t>(std::stoul(std::string(*status))) : 200;
}

std::string body_of(const Environ& env) {
  return env.header("size") ? noise(std::stoul(std::string(*env.header("size"))))
                            : kPage;
}

std::string mirror(const Environ& env, StartResponse& start_response) {
  std::vector<gateway::Field> fields;
  for (gateway::Field field : env.headers()) {
    if (!field.name.starts_with("x-")) continue;
    fields.push_back({field.name.substr(2), field.value});
  }
  start_response(status_of(env), fields);
  return status_of(env) == 304 || status_of(env) == 204 ? "" : body_of(env);
}

void events(const Environ&, StartResponse& start_response) {
  gateway::Writer& writer = start_response(200, {{"content-type", "text/plain"}});
  writer.flush();
  writer.write("data: 1\n\n");
  writer.flush();
  writer.flush();
  writer.write("data: 2\n\n");
  writer.flush();
}

gateway::Generator pieces(Environ, StartResponse& start_response) {
  start_response(200, {{"content-type", "text/plain"}});
  for (int i = 0; i < 100; ++i) {
    co_yield kPage;
    co_yield "";
  }
}

constexpr gw_app kMirror = app_of<&mirror>();
constexpr gw_app kEvents = app_of<&events>();
constexpr gw_app kPieces = app_of<&pieces>();

class GzipPlugin : public ::testing::Test {
 protected:
  TestChainResult get(TestHeaders headers, const std::string& accept = "gzip",
                      const std::string& method = "GET") {
    if (!accept.empty()) headers.emplace_back("accept-encoding", accept);
    TestChainResult result = chain.request(method, "/", {}, headers);
    EXPECT_THAT(result.violations, IsEmpty());
    EXPECT_FALSE(result.failed);
    return result;
  }

  TestChain chain{{{loaded_middleware("gzip")}}, kMirror};
};

const std::pair<std::string, std::string> kHtml{"x-content-type",
                                                "text/html; charset=utf-8"};

}  // namespace

TEST_F(GzipPlugin, CompressesForWhoAsks) {
  const TestChainResult result =
      get({kHtml, {"x-etag", "\"a\""}, {"x-accept-ranges", "bytes"}});
  EXPECT_EQ(result.header("content-encoding"), "gzip");
  EXPECT_EQ(result.header("vary"), "accept-encoding");
  EXPECT_EQ(result.header("etag"), "W/\"a\"");
  EXPECT_EQ(result.header("accept-ranges"), std::nullopt);
  EXPECT_EQ(result.header("content-length"), std::nullopt);
  EXPECT_EQ(result.content_length, -1);
  EXPECT_LT(result.body.size(), kPage.size() / 4);
  bool is_complete = false;
  EXPECT_EQ(gunzipped(result.body, &is_complete), kPage);
  EXPECT_TRUE(is_complete);
}

TEST_F(GzipPlugin, PrefersBrotliUnlessTheClientOrTheConfigDoesNot) {
  const TestChainResult result = get({kHtml}, "gzip, br");
  EXPECT_EQ(result.header("content-encoding"), "br");
  EXPECT_EQ(unbrotlied(result.body), kPage);
  EXPECT_EQ(get({kHtml}, "gzip, br;q=0.9").header("content-encoding"), "gzip");
  TestChain plain({{loaded_middleware("gzip"), R"({"brotli":false})"}}, kMirror);
  EXPECT_EQ(plain.get("/", {kHtml, {"accept-encoding", "gzip, br"}})
                .header("content-encoding"),
            "gzip");
}

TEST_F(GzipPlugin, LeavesTheAnswerForOthersAndSaysThatItVaries) {
  for (const char* accept : {"", "identity", "gzip;q=0", "deflate"}) {
    const TestChainResult result = get({kHtml, {"x-etag", "\"a\""}}, accept);
    EXPECT_EQ(result.header("content-encoding"), std::nullopt);
    EXPECT_EQ(result.header("vary"), "accept-encoding");
    EXPECT_EQ(result.header("etag"), "\"a\"");
    EXPECT_EQ(result.header("content-length"), std::to_string(kPage.size()));
    EXPECT_EQ(result.body, kPage);
  }
}

TEST_F(GzipPlugin, AddsToVaryOnlyWhatItLacks) {
  EXPECT_EQ(get({kHtml, {"x-vary", "*"}}).header("vary"), "*");
  const TestChainResult has = get({kHtml, {"x-vary", "Cookie, Accept-Encoding"}});
  const auto is_vary = [](const auto& field) { return field.first == "vary"; };
  EXPECT_EQ(std::count_if(has.headers.begin(), has.headers.end(), is_vary), 1);
  const TestChainResult lacks = get({kHtml, {"x-vary", "Cookie"}});
  EXPECT_EQ(std::count_if(lacks.headers.begin(), lacks.headers.end(), is_vary), 2);
}

TEST_F(GzipPlugin, TouchesNothingThatIsNotItsOwn) {
  const std::vector<TestHeaders> cases = {
      {{"x-content-type", "image/png"}},
      {{"x-content-type", "text/event-stream"}},
      {},
      {kHtml, {"x-content-encoding", "br"}},
      {kHtml, {"x-content-encoding", "identity"}},
      {kHtml, {"status", "206"}, {"x-content-range", "bytes 0-1/9"}},
      {kHtml, {"x-cache-control", "max-age=5, No-Transform"}},
      {kHtml, {"x-repr-digest", "sha-256=:AA==:"}}};
  for (const TestHeaders& fields : cases) {
    const TestChainResult result = get(fields);
    EXPECT_EQ(result.header("vary"), std::nullopt);
    EXPECT_EQ(result.content_length, static_cast<std::int64_t>(kPage.size()));
    EXPECT_EQ(result.body, kPage);
  }
}

TEST_F(GzipPlugin, LeavesShortBodiesButSaysThatTheyVary) {
  const TestChainResult shorter = get({kHtml, {"size", "255"}});
  EXPECT_EQ(shorter.header("content-encoding"), std::nullopt);
  EXPECT_EQ(shorter.header("vary"), "accept-encoding");
  EXPECT_EQ(shorter.body, noise(255));
  EXPECT_EQ(gunzipped(get({kHtml, {"size", "256"}}).body), noise(256));
}

TEST_F(GzipPlugin, GivesHeadTheFieldsOfGet) {
  const TestChainResult head = get({kHtml}, "gzip", "HEAD");
  EXPECT_EQ(head.headers, get({kHtml}).headers);
  EXPECT_EQ(head.body, "");
}

TEST_F(GzipPlugin, GivesAConditionalClientTheTagItHas) {
  const auto tag = [this](const char* asked) {
    const TestChainResult result =
        get({{"status", "304"}, {"x-etag", "\"a\""}, {"if-none-match", asked}});
    return std::string(result.header("etag").value_or(""));
  };
  EXPECT_EQ(tag("W/\"a\""), "W/\"a\"");
  EXPECT_EQ(tag("\"a\""), "\"a\"");
  EXPECT_EQ(get({{"status", "204"}}).headers.size(), 0u);
}

TEST_F(GzipPlugin, SendsNoiseOfAnyLengthInPiecesThatAreAllowed) {
  for (const char* coding : {"gzip", "br"}) {
    for (const char* size : {"16384", "16385", "70000", "400000"}) {
      const TestChainResult result = get({kHtml, {"size", size}}, coding);
      const std::string expected = noise(std::stoul(size));
      EXPECT_EQ(coding == std::string("br") ? unbrotlied(result.body)
                                            : gunzipped(result.body),
                expected);
    }
  }
}

TEST_F(GzipPlugin, FlushesWhatTheAppFlushes) {
  TestChain stream({{loaded_middleware("gzip")}}, kEvents);
  const TestChainResult result = stream.get("/", {{"accept-encoding", "gzip"}});
  EXPECT_THAT(result.violations, IsEmpty());
  ASSERT_GE(result.pieces.size(), 4u);
  EXPECT_EQ(result.pieces[0].bytes, "");  // the head alone
  EXPECT_EQ(result.pieces[0].flags, GW_FLUSH);
  std::string sofar;
  std::vector<std::string> seen;
  for (const auto& piece : result.pieces) {
    sofar += piece.bytes;
    if ((piece.flags & GW_FLUSH) != 0 && !sofar.empty())
      seen.push_back(gunzipped(sofar));
  }
  EXPECT_EQ(seen.front(), "data: 1\n\n");
  EXPECT_EQ(seen.back(), "data: 1\n\ndata: 2\n\n");
  EXPECT_EQ(result.pieces.back().flags & GW_LAST, GW_LAST);
}

TEST_F(GzipPlugin, TakesWhatASourceGives) {
  for (const char* coding : {"gzip", "br"}) {
    TestChain stream({{loaded_middleware("gzip")}}, kPieces);
    const TestChainResult result = stream.get("/", {{"accept-encoding", coding}});
    EXPECT_THAT(result.violations, IsEmpty());
    EXPECT_EQ(result.bodies_closed, 1);
    std::string expected;
    if (coding == std::string("gzip")) {
      for (int i = 0; i < 100; ++i) expected += kPage;
      EXPECT_EQ(gunzipped(result.body), expected);
    }
    EXPECT_LT(result.room_bytes, 1024u);
  }
}

TEST_F(GzipPlugin, IsGoneWithAClientThatLeaves) {
  TestChain stream({{loaded_middleware("gzip"), R"({"max_active":1})"}}, kPieces);
  stream.conditions.leaves_after = 100;
  EXPECT_EQ(stream.get("/", {{"accept-encoding", "gzip"}}).code, GW_E_GONE);
  stream.conditions.leaves_after = gateway::TestConditions::kAll;
  EXPECT_EQ(stream.get("/", {{"accept-encoding", "gzip"}}).header("content-encoding"),
            "gzip");  // its turn was given back
}

TEST_F(GzipPlugin, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(refusal_of("gzip", R"({"lvl":1})"),
              HasSubstr("there is types, min_length"));
  EXPECT_THAT(refusal_of("gzip", R"({"level":10})"), HasSubstr("from 1 to 9"));
  EXPECT_THAT(refusal_of("gzip", R"({"types":[1]})"), HasSubstr("strings only"));
}

TEST(Compressor, FinishesAnEmptyBody) {
  std::string out;
  make_gzip(5, -1)->feed({}, Step::Finish, [&](std::string_view bytes, bool is_rest) {
    out += bytes;
    EXPECT_TRUE(is_rest);
  });
  bool is_complete = false;
  EXPECT_EQ(gunzipped(out, &is_complete), "");
  EXPECT_TRUE(is_complete);
}
