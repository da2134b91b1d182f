// rate_limit: buckets by a clock of the test's own, and what a client sees.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gateway/sdk/keyed_hash.hpp>

#include "loaded_middleware.hpp"
#include "rate_limit/buckets.hpp"
#include "rate_limit/client_key.hpp"

using gateway::TestChain;
using gateway::TestChainResult;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

std::string key_of(std::string_view address) {
  return std::string(ClientKey(address).bytes());
}

}  // namespace

TEST(KeyedHash, IsSipHash24) {  // the vectors of its paper's appendix
  const gateway::KeyedHash hash(0x0706050403020100, 0x0f0e0d0c0b0a0908);
  std::string bytes;
  for (char c = 0; c < 15; ++c) bytes += c;
  EXPECT_EQ(hash(bytes), 0xa129ca6149be45e5u);
  EXPECT_EQ(hash(""), 0x726fdb47dd0e0e31u);
}

TEST(Buckets, GiveABurstAndThenTheRate) {
  Buckets buckets({2, 3}, 8);
  for (const std::uint64_t remaining : {2u, 1u, 0u}) {
    const Verdict verdict = buckets.take(1, 0);
    EXPECT_TRUE(verdict.passes);
    EXPECT_EQ(verdict.remaining, remaining);
  }
  const Verdict refused = buckets.take(1, 0);
  EXPECT_FALSE(refused.passes);
  EXPECT_EQ(refused.wait_s, 1u);
  EXPECT_FALSE(buckets.take(1, kSecond / 2 - 1).passes);
  EXPECT_TRUE(buckets.take(1, kSecond / 2).passes);
  EXPECT_FALSE(buckets.take(1, kSecond / 2).passes);
  EXPECT_EQ(buckets.take(1, 100 * kSecond).remaining, 2u);  // no more than the burst
}

TEST(Buckets, WaitAsLongAsASlowRateTakes) {
  Buckets buckets({0.1, 1}, 8);
  EXPECT_TRUE(buckets.take(1, 0).passes);
  EXPECT_EQ(buckets.take(1, 0).wait_s, 10u);
  EXPECT_EQ(buckets.take(1, 4 * kSecond).wait_s, 6u);
}

TEST(Buckets, AreApart) {
  Buckets buckets({1, 1}, 8);
  EXPECT_TRUE(buckets.take(1, 0).passes);
  EXPECT_TRUE(buckets.take(9, 0).passes);  // the same place of the table
  EXPECT_FALSE(buckets.take(1, 0).passes);
  EXPECT_FALSE(buckets.take(9, 0).passes);
}

TEST(Buckets, GiveAFloodNoMoreThanTheTableHolds) {
  Buckets buckets({1, 2}, 16);
  int passed = 0;
  for (std::uint64_t key = 0; key < 10'000; ++key) {
    passed += buckets.take(key * 7, 0).passes ? 1 : 0;
  }
  EXPECT_EQ(passed, 16 * 2);
  EXPECT_EQ(buckets.size(), 16u);
}

TEST(Buckets, OfWhoKeepsAskingOutliveAFlood) {
  Buckets buckets({1, 1}, 4);
  EXPECT_TRUE(buckets.take(1, 0).passes);
  for (std::uint64_t key = 100; key < 200; ++key) {
    buckets.take(key, 0);
    EXPECT_FALSE(buckets.take(1, 0).passes);
  }
  EXPECT_TRUE(buckets.take(1, kSecond).passes);
}

TEST(ClientKey, IsAnAddressOrTheHalfOfOne) {
  EXPECT_EQ(key_of("192.0.2.1"), key_of("::ffff:192.0.2.1"));
  EXPECT_NE(key_of("192.0.2.1"), key_of("192.0.2.2"));
  EXPECT_EQ(key_of("2001:db8::1"), key_of("2001:db8::ffff:1"));
  EXPECT_EQ(key_of("fe80::1%eth0"), key_of("fe80::2"));
  EXPECT_NE(key_of("2001:db8:0:1::1"), key_of("2001:db8:0:2::1"));
  EXPECT_EQ(key_of("unix:"), "unix:");
  EXPECT_EQ(key_of(std::string(100, '1')), std::string(100, '1'));
}

TEST(RateLimit, Answers429ToOneClientAndNotToAnother) {
  TestChain chain({{loaded_middleware("rate_limit"),
                    R"({"rate":0.001,"burst":2,"except":["/health"]})"}},
                  kHello);
  EXPECT_EQ(chain.get("/").header("ratelimit"), "\"default\";r=1;t=0");
  const TestChainResult last = chain.get("/");
  EXPECT_EQ(last.status, 200u);
  EXPECT_EQ(last.header("ratelimit-policy"), "\"default\";q=2;w=2000");
  EXPECT_EQ(last.header("ratelimit"), "\"default\";r=0;t=1000");
  const TestChainResult refused = chain.get("/");
  EXPECT_EQ(refused.status, 429u);
  EXPECT_EQ(refused.header("retry-after"), "1000");
  EXPECT_EQ(refused.header("ratelimit"), "\"default\";r=0;t=1000");
  EXPECT_THAT(refused.violations, IsEmpty());
  EXPECT_EQ(chain.get("/health").status, 200u);
  EXPECT_EQ(chain.get("/healthy").status, 429u);
  chain.conditions.remote_addr = "127.0.0.2";
  EXPECT_EQ(chain.get("/").status, 200u);
}

TEST(RateLimit, MayCountByAField) {
  TestChain chain({{loaded_middleware("rate_limit"),
                    R"({"rate":0.001,"burst":1,"header":"X-Key","fields":false})"}},
                  kHello);
  const TestChainResult first = chain.get("/", {{"x-key", "a"}});
  EXPECT_EQ(first.status, 200u);
  EXPECT_EQ(first.header("ratelimit"), std::nullopt);
  EXPECT_EQ(chain.get("/", {{"x-key", "a"}}).status, 429u);
  EXPECT_EQ(chain.get("/", {{"x-key", "b"}}).status, 200u);
  EXPECT_EQ(chain.get("/").status, 200u);  // by address
  EXPECT_EQ(chain.get("/").status, 429u);
}

TEST(RateLimit, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(refusal_of("rate_limit", R"({"rates":1})"),
              HasSubstr("there is rate, burst, entries, header, except, fields"));
  EXPECT_THAT(refusal_of("rate_limit", R"({"rate":0})"), HasSubstr("above 0"));
  EXPECT_THAT(refusal_of("rate_limit", R"({"burst":0})"), HasSubstr("from 1"));
  EXPECT_THAT(refusal_of("rate_limit", R"({"except":["x"]})"), HasSubstr("slash"));
}
