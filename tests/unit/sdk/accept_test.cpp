// Accept-Encoding as RFC 9110 §12.5.3 has it, and as it comes.
#include <array>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <gateway/sdk/accept.hpp>

using gateway::as_str;
using gateway::encoding_weight;
using gateway::Fields;
using gateway::preferred_encoding;
using gateway::weight_of;

namespace {

constexpr std::array<std::string_view, 2> kOffered{"br", "gzip"};

std::string_view preferred(const std::vector<std::string_view>& values) {
  std::vector<gw_field> fields{{GW_STR("accept"), GW_STR("gzip")}};
  for (const std::string_view value : values) {
    fields.push_back({GW_STR("accept-encoding"), as_str(value)});
  }
  return preferred_encoding(Fields(fields.data(), fields.size()), kOffered);
}

}  // namespace

TEST(Weight, IsOneDigitAndAtMostThreeDecimals) {
  EXPECT_EQ(weight_of("1"), 1000);
  EXPECT_EQ(weight_of("0.85"), 850);
  EXPECT_EQ(weight_of("0.001"), 1);
  EXPECT_EQ(weight_of("0."), 0);
  EXPECT_EQ(weight_of("1.000"), 1000);
  for (const std::string_view text : {"", "1.1", "2", "0,5", "0.x", "0.0001", "-1"}) {
    EXPECT_EQ(weight_of(text), std::nullopt) << text;
  }
}

TEST(AcceptEncoding, TakesTheBestOfWhatIsOffered) {
  EXPECT_EQ(preferred({"gzip"}), "gzip");
  EXPECT_EQ(preferred({"gzip, deflate, br"}), "br");
  EXPECT_EQ(preferred({"gzip;q=1.0, br;q=0.5"}), "gzip");
  EXPECT_EQ(preferred({"GZip ; Q=0.1"}), "gzip");
  EXPECT_EQ(preferred({"x-gzip"}), "gzip");
  EXPECT_EQ(preferred({"*"}), "br");
  EXPECT_EQ(preferred({"*;q=0.5, br;q=0"}), "gzip");
  EXPECT_EQ(preferred({"deflate", "gzip"}), "gzip");
}

TEST(AcceptEncoding, LeavesTheBytesAsTheyAre) {
  EXPECT_EQ(preferred({}), "");
  EXPECT_EQ(preferred({""}), "");
  EXPECT_EQ(preferred({"deflate, zstd"}), "");
  EXPECT_EQ(preferred({"gzip;q=0"}), "");
  EXPECT_EQ(preferred({"gzip;q=x"}), "");
  EXPECT_EQ(preferred({"*;q=0"}), "");
  EXPECT_EQ(preferred({"identity, gzip;q=0.5"}), "");
  EXPECT_EQ(preferred({",;q=1,,gzip2"}), "");
  EXPECT_EQ(encoding_weight("gzip;q=0, *", "gzip"), 0);
}
