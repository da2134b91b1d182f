#include "http/framing.hpp"

#include <gtest/gtest.h>

namespace appserver::http {
namespace {

struct Case {
  FramingQuestion question;  // version, is_head, status, declared, known
  Framing framing;
  std::int64_t length;
};

void expect(const Case& c) {
  SCOPED_TRACE(testing::Message()
               << "HTTP " << c.question.version << (c.question.is_head ? " HEAD " : " ")
               << c.question.status << " declared " << c.question.declared_length
               << " known " << c.question.known_length);
  const FramingAnswer answer = decide_framing(c.question);
  EXPECT_EQ(answer.framing, c.framing);
  EXPECT_EQ(answer.length, c.length);
}

TEST(Framing, DeclaredLengthIsKept) {
  expect({{11, false, 200, 5, -1}, Framing::Length, 5});
  expect({{10, false, 200, 5, -1}, Framing::Length, 5});
  expect({{11, false, 200, 0, -1}, Framing::Length, 0});
  expect({{11, false, 200, 5, 7}, Framing::Length, 5});
}

TEST(Framing, WholeBodyGetsItsLength) {
  expect({{11, false, 200, -1, 7}, Framing::Length, 7});
  expect({{10, false, 200, -1, 0}, Framing::Length, 0});
  expect({{11, false, 205, -1, 0}, Framing::Length, 0});
}

TEST(Framing, UnknownLengthIsChunkedInOneOneAndClosesInOneZero) {
  expect({{11, false, 200, -1, -1}, Framing::Chunked, -1});
  expect({{10, false, 200, -1, -1}, Framing::Close, -1});
}

TEST(Framing, HeadSendsTheLengthOfGetAndNoBody) {
  expect({{11, true, 200, 5, -1}, Framing::None, 5});
  expect({{11, true, 200, 0, -1}, Framing::None, 0});
  expect({{10, true, 404, -1, 7}, Framing::None, 7});
  expect({{11, true, 200, -1, -1}, Framing::None, -1});
}

TEST(Framing, EmptyBodyOfHeadDoesNotClaimThatGetIsEmpty) {
  expect({{11, true, 200, -1, 0}, Framing::None, -1});
}

TEST(Framing, StatusWithoutContentHasNeitherBodyNorLength) {
  for (const unsigned status : {100u, 101u, 103u, 204u, 304u}) {
    for (const bool is_head : {false, true}) {
      expect({{11, is_head, status, -1, -1}, Framing::None, -1});
      expect({{10, is_head, status, 5, 5}, Framing::None, -1});
    }
  }
}

}  // namespace
}  // namespace appserver::http
