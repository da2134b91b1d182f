#include "app/sha256.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace appserver::app {
namespace {

std::string hash(std::string_view text, std::size_t pieces) {
  Sha256 digest;
  const auto bytes = std::as_bytes(std::span(text));
  const std::size_t step = text.size() / pieces;
  for (std::size_t i = 0; i + 1 < pieces; ++i)
    digest.add(bytes.subspan(i * step, step));
  digest.add(bytes.subspan((pieces - 1) * step));
  return digest.hex();
}

// FIPS 180-4's own examples.
TEST(Sha256, IsTheStandardsOwn) {
  EXPECT_EQ(hash("", 1),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash("abc", 1),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, PiecesMakeTheSameDigestAsTheWhole) {
  EXPECT_EQ(hash("abcdefghij", 5), hash("abcdefghij", 1));
}

}  // namespace
}  // namespace appserver::app
