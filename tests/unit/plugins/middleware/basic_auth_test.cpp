// basic_auth: who comes in, who does not, and what a guess costs.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "basic_auth/credentials.hpp"
#include "basic_auth/users.hpp"
#include "basic_auth/verified.hpp"
#include "loaded_middleware.hpp"

using gateway::TestChain;
using gateway::TestChainResult;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

namespace {

// The password of each is "open sesame"; the bcrypt cost is the lowest there is.
const std::string kBcrypt =
    "$2y$04$CHyXwRHJz2iVSJNtzJIgnO0vMT90sBAb4PCRWzsl9M.xP3wqUVpOC";
const std::string kSha512 =
    "$6$saltsalt$e/"
    "5XKibXPLqVcfjpD.ouauaJrAOL5V0uo80Lt7n7EbRdRiCx3HbQ90yjOHr.G0T."
    "mx79PEMRy8nmtr0qSYhQp1";
const std::string kSha256 = "$5$saltsalt$yrhPKxCqiWcCE9h0g86j6Ugz7SDFdFm.BjU.d8RaQnC";

constexpr const char* kRight = "Basic YWRhOm9wZW4gc2VzYW1l";    // ada:open sesame
constexpr const char* kWrong = "Basic YWRhOm9wZW4=";            // ada:open
constexpr const char* kUnknown = "Basic ZXZlOm9wZW4gc2VzYW1l";  // eve:open sesame

const std::string kConfig = R"({"users":{"ada":")" + kBcrypt +
                            R"("},"realm":"staff","except":["/health","/open/"]})";

std::string user_of(const Credentials& credentials) {
  return credentials.user + "|" + credentials.password;
}

std::string read(std::string_view field) {
  const auto credentials = read_credentials(field);
  return credentials ? user_of(*credentials) : "refused";
}

std::string why_refused(const std::string& lines) {
  try {
    Users users;
    users.add_lines(lines);
  } catch (const std::invalid_argument& bad) {
    return bad.what();
  }
  return {};
}

}  // namespace

TEST(Credentials, AreReadStrictly) {
  EXPECT_EQ(read(kRight), "ada|open sesame");
  EXPECT_EQ(read("bAsIc  YTpiOmM="), "a|b:c");
  EXPECT_EQ(read("Basic Og=="), "|");
  EXPECT_EQ(read("Basic dGVzdDoxMjPCow=="), "test|123\xC2\xA3");  // RFC 7617 §2.1
  for (const char* bad :
       {"", "Basic", "Basic ", "Bearer YTpi", "Basic YTpi YTpi", "Basic YTpiOmM",
        "Basic YTpiOmN=", "Basic YTp=", "Basic YQ==", "Basic YTo=YQ==", "Basic YToA",
        "Basic YTo\n", "Basic ===="}) {
    EXPECT_EQ(read(bad), "refused") << bad;
  }
  EXPECT_EQ(read("Basic " + std::string(1028, 'Q')), "refused");
}

TEST(Users, AreCheckedByEveryKindOfHash) {
  for (const std::string& hash : {kBcrypt, kSha512, kSha256}) {
    EXPECT_TRUE(Users::matches("open sesame", hash)) << hash;
    EXPECT_FALSE(Users::matches("open sesam", hash)) << hash;
    EXPECT_FALSE(Users::matches("", hash)) << hash;
  }
}

TEST(Users, ComeFromTheLinesOfAFile) {
  Users users;
  users.add_lines("# staff\n\nada:" + kBcrypt + "\r\nbob:" + kSha256);
  EXPECT_TRUE(users.knows("ada"));
  EXPECT_EQ(users.hash_of("ada"), kBcrypt);
  EXPECT_EQ(users.hash_of("bob"), kSha256);
  EXPECT_FALSE(users.knows("eve"));
  EXPECT_EQ(users.hash_of("eve"), kBcrypt);  // costs the same
}

TEST(Users, AreRefusedWithWeakOrDamagedHashesWhichAreNotRepeated) {
  const std::string apr1 = why_refused("a:" + kBcrypt + "\nb:$apr1$salt$secret");
  EXPECT_THAT(apr1, HasSubstr("line 2: apr1"));
  EXPECT_THAT(apr1, HasSubstr("htpasswd -B"));
  EXPECT_THAT(apr1, Not(HasSubstr("secret")));
  EXPECT_THAT(why_refused("a:{SHA}secret"), HasSubstr("SHA-1"));
  EXPECT_THAT(why_refused("a:plain"), HasSubstr("not a hash"));
  EXPECT_THAT(why_refused("a:$2y$04$short"), HasSubstr("damaged"));
  EXPECT_THAT(why_refused("nobody"), HasSubstr("name:hash"));
  EXPECT_THAT(why_refused(":" + kBcrypt), HasSubstr("name"));
}

TEST(Verified, ForgetsAfterItsTimeAndHasABound) {
  Verified verified(2, 100);
  EXPECT_FALSE(verified.holds("a", "p", "h", 0));
  verified.add("a", "p", "h", 0);
  EXPECT_TRUE(verified.holds("a", "p", "h", 99));
  EXPECT_FALSE(verified.holds("a", "p", "h", 100));
  EXPECT_FALSE(verified.holds("a", "p", "h2", 1));
  EXPECT_FALSE(verified.holds("b", "p", "h", 1));
  EXPECT_FALSE(verified.holds("ap", "", "h", 1));
  verified.add("b", "p", "h", 1);
  verified.add("c", "p", "h", 2);  // in place of the one that would end first
  EXPECT_EQ(verified.size(), 2u);
  EXPECT_FALSE(verified.holds("a", "p", "h", 3));
  EXPECT_TRUE(verified.holds("c", "p", "h", 3));
  Verified never(0, 100);
  never.add("a", "p", "h", 0);
  EXPECT_FALSE(never.holds("a", "p", "h", 0));
}

TEST(SameInConstantTime, IsEqual) {
  EXPECT_TRUE(same_in_constant_time("abc", "abc"));
  EXPECT_FALSE(same_in_constant_time("abc", "abd"));
  EXPECT_FALSE(same_in_constant_time("abc", "ab"));
}

TEST(BasicAuth, LetsInWhoKnowsThePasswordAndSaysWho) {
  TestChain chain({{loaded_middleware("basic_auth"), kConfig}}, kHello);
  for (int i = 0; i < 2; ++i) {  // the second one from the cache
    const TestChainResult result = chain.get("/", {{"authorization", kRight}});
    EXPECT_EQ(result.status, 200u);
    EXPECT_EQ(result.remote_user, "ada");
    EXPECT_THAT(result.violations, IsEmpty());
  }
}

TEST(BasicAuth, AsksEverybodyElse) {
  TestChain chain({{loaded_middleware("basic_auth"), kConfig}}, kHello);
  const std::vector<gateway::TestHeaders> cases = {
      {},
      {{"authorization", kWrong}},
      {{"authorization", kUnknown}},
      {{"authorization", "Bearer x"}},
      {{"authorization", kRight}, {"authorization", kRight}}};
  for (const gateway::TestHeaders& headers : cases) {
    const TestChainResult result = chain.get("/", headers);
    EXPECT_EQ(result.status, 401u);
    EXPECT_EQ(result.header("www-authenticate"),
              "Basic realm=\"staff\", charset=\"UTF-8\"");
    EXPECT_EQ(result.body, "Unauthorized\n");
    EXPECT_EQ(result.remote_user, std::nullopt);
    EXPECT_THAT(result.violations, IsEmpty());
  }
}

TEST(BasicAuth, DoesNotLetAnUnknownNameInAfterTheRightOne) {
  TestChain chain({{loaded_middleware("basic_auth"), kConfig}}, kHello);
  EXPECT_EQ(chain.get("/", {{"authorization", kRight}}).status, 200u);
  EXPECT_EQ(chain.get("/", {{"authorization", kUnknown}}).status, 401u);
  EXPECT_EQ(chain.get("/", {{"authorization", kUnknown}}).status, 401u);
}

TEST(BasicAuth, ExceptsPathsAndNotWhatOnlyLooksLikeThem) {
  TestChain chain({{loaded_middleware("basic_auth"), kConfig}}, kHello);
  EXPECT_EQ(chain.get("/health").status, 200u);
  EXPECT_EQ(chain.get("/open/a/b").status, 200u);
  for (const char* path : {"/health/", "/healthy", "/open", "/open/../secret",
                           "/open/%2e%2e/secret", "/open/..", "/x/health"}) {
    EXPECT_EQ(chain.get(path).status, 401u) << path;
  }
}

TEST(BasicAuth, MakesItsChainBlocking) {
  EXPECT_EQ(loaded_middleware("basic_auth").flags, GW_BLOCKING);
}

TEST(BasicAuth, ReadsItsFileAtTheStart) {
  const std::string path = ::testing::TempDir() + "basic_auth_test.htpasswd";
  std::ofstream(path) << "ada:" << kSha256 << "\n";
  TestChain chain({{loaded_middleware("basic_auth"), R"({"file":")" + path + R"("})"}},
                  kHello);
  std::remove(path.c_str());
  EXPECT_EQ(chain.get("/", {{"authorization", kRight}}).status, 200u);
  EXPECT_THAT(refusal_of("basic_auth", R"({"file":")" + path + R"("})"),
              HasSubstr("cannot read the file " + path));
}

TEST(BasicAuth, RefusesWhatItDoesNotKnow) {
  const auto refusal = [](const char* text) { return refusal_of("basic_auth", text); };
  EXPECT_THAT(refusal(R"({"user":{}})"),
              HasSubstr("there is file, users, realm, except, cache"));
  EXPECT_THAT(refusal("{}"), HasSubstr("there is no user"));
  EXPECT_THAT(refusal(R"({"users":{"a":"$apr1$x$y"}})"),
              HasSubstr("user \"a\": apr1 (MD5) hashes are too weak"));
  EXPECT_THAT(refusal_of("basic_auth",
                         R"({"realm":"a\"b","users":{"a":")" + kSha256 + R"("}})"),
              HasSubstr("\"realm\""));
}
