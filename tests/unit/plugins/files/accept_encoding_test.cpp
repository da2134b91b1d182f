// Accept-Encoding with weights.
#include "accept_encoding.hpp"

#include <array>

#include <gtest/gtest.h>

namespace files {
namespace {

constexpr std::array kBrotliFirst = {Coding::Brotli, Coding::Gzip};

Coding chosen(const char* value, std::span<const Coding> offered = kBrotliFirst) {
  FieldLines lines;
  lines.add(value);
  return preferred_coding(lines, offered);
}

TEST(FilesAcceptEncoding, TheHighestWeightWins) {
  struct Row {
    const char* value;
    Coding expected;
  };

  for (const Row& row : {Row{"gzip", Coding::Gzip},
                         {"GZIP", Coding::Gzip},
                         {"x-gzip", Coding::Gzip},
                         {"br", Coding::Brotli},
                         {"gzip, deflate, br", Coding::Brotli},
                         {"gzip;q=1, br;q=0.9", Coding::Gzip},
                         {"gzip;q=0.5, br;q=0.501", Coding::Brotli},
                         {"*", Coding::Brotli},
                         {"*;q=0.5, br;q=0.4", Coding::Gzip},
                         {"br;q=0, *", Coding::Gzip},
                         {"gzip;q=0", Coding::Identity},
                         {"gzip;q=0.0, br;q=0.000", Coding::Identity},
                         {"*;q=0", Coding::Identity},
                         {"", Coding::Identity},
                         {"identity", Coding::Identity},
                         {"deflate, zstd", Coding::Identity},
                         {"identity;q=1, gzip;q=0.5", Coding::Identity},
                         {"identity;q=0.5, gzip", Coding::Gzip},
                         {"identity, gzip", Coding::Gzip},
                         {"gzip ; q=0", Coding::Identity},
                         {"gzip;Q=0", Coding::Identity},
                         {"gzip;level=9;q=0", Coding::Identity},
                         {"gzip;q=nonsense", Coding::Identity},
                         {",,;q=0,gzip", Coding::Gzip},
                         {"gzipped", Coding::Identity}}) {
    EXPECT_EQ(chosen(row.value), row.expected) << row.value;
  }
}

TEST(FilesAcceptEncoding, OfEqualsTheFirstOfferedWins) {
  EXPECT_EQ(chosen("br, gzip", std::array{Coding::Gzip, Coding::Brotli}), Coding::Gzip);
  EXPECT_EQ(chosen("br, gzip", std::array{Coding::Gzip}), Coding::Gzip);
}

TEST(FilesAcceptEncoding, WithoutTheFieldThereIsNoCoding) {
  EXPECT_EQ(preferred_coding({}, kBrotliFirst), Coding::Identity);
}

TEST(FilesAcceptEncoding, LinesAreOneList) {
  FieldLines lines;
  lines.add("deflate");
  lines.add("gzip");
  EXPECT_EQ(preferred_coding(lines, kBrotliFirst), Coding::Gzip);
}

}  // namespace
}  // namespace files
