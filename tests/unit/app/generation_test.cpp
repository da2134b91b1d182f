#include "app/generation.hpp"

#include <gmock/gmock.h>

#include "test_files.hpp"

namespace appserver::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Result<std::shared_ptr<Generation>> make(const std::string& name,
                                         const std::string& callable,
                                         const std::string& config) {
  const TestFolder folder;
  const std::string spec = name + ":" + callable;
  const auto image = Image::load(copy_of(name, folder), spec, callable);
  EXPECT_TRUE(image) << (image ? "" : image.error().text);
  if (!image) return image.error();
  return Generation::make(*image, spec, config, 3, nullptr);
}

std::string refusal(const std::string& name, const std::string& callable) {
  const auto made = make(name, callable, "{}");
  EXPECT_FALSE(made);
  if (made) return "";
  EXPECT_EQ(made.error().exit_code, ExitCode::AppLoad);
  return made.error().text;
}

/// As in tells_its_life.c.
struct Life {
  int created, quiesced, destroyed;
  std::uint64_t deadline_ns;
  const gw_host* host;
};

std::string address_of(Life& life) {
  return std::to_string(reinterpret_cast<std::uintptr_t>(&life));
}

std::string text_of(gw_str text) {
  return {text.p, text.n};
}

TEST(Generation, IsCreatedQuiescedAndDestroyedOnce) {
  Life life{};
  const auto made = make("tells_its_life", "app", address_of(life));
  ASSERT_TRUE(made) << made.error().text;
  EXPECT_EQ((*made)->self(), &life);
  EXPECT_EQ(life.created, 1);
  (*made)->retire(4711);
  (*made)->retire(4712);
  EXPECT_EQ(life.quiesced, 1);
  EXPECT_EQ(life.destroyed, 1);
  EXPECT_EQ(life.deadline_ns, 4711U);
}

TEST(Generation, LendsAHostThatKnowsWhoItIs) {
  Life life{};
  const std::string config = address_of(life);
  const auto made = make("tells_its_life", "app", config);
  ASSERT_TRUE(made) << made.error().text;
  const gw_host& host = *life.host;
  EXPECT_EQ(host.size, sizeof(gw_host));
  EXPECT_EQ(host.abi_major, GW_ABI_MAJOR);
  EXPECT_EQ(host.abi_minor, GW_ABI_MINOR);
  EXPECT_EQ(text_of(host.server), "appserver/" APPSERVER_VERSION);
  EXPECT_EQ(text_of(host.callable), "app");
  EXPECT_EQ(text_of(host.config), config);
  EXPECT_EQ(host.extension(&host, "gw.async/1"), nullptr);
  (*made)->retire(0);
}

TEST(Generation, LogsWithItsName) {
  Life life{};
  const auto made = make("tells_its_life", "app", address_of(life));
  ASSERT_TRUE(made) << made.error().text;
  const gw_str text = GW_STR("two\nlines");
  testing::internal::CaptureStderr();
  life.host->log(life.host, GW_LOG_WARNING, text);
  life.host->log(life.host, 77, {nullptr, 5});
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("[WARNING] tells_its_life:app: two\n    lines"),
                    HasSubstr("[ERROR] tells_its_life:app: ")));
  (*made)->retire(0);
}

TEST(Generation, OneThatIsStillAtWorkIsNotDestroyed) {
  Life life{};
  const auto made = make("tells_its_life", "stubborn", address_of(life));
  ASSERT_TRUE(made) << made.error().text;
  (*made)->retire(0);
  (*made)->retire(0);
  EXPECT_EQ(life.quiesced, 1);
  EXPECT_EQ(life.destroyed, 0);
}

TEST(Generation, HostOutlivesAGenerationThatWasNeverRetired) {
  Life life{};
  {
    const auto made = make("tells_its_life", "app", address_of(life));
    ASSERT_TRUE(made) << made.error().text;
  }
  EXPECT_EQ(life.destroyed, 0);
  EXPECT_EQ(text_of(life.host->callable), "app");
}

TEST(Generation, FailingCreateRepeatsItsLastError) {
  EXPECT_EQ(
      refusal("create_fails", "app"),
      "cannot start \"create_fails:app\": create() failed with GW_E_APP: no database "
      "at db.example:5432");
}

TEST(Generation, SilentlyFailingCreateIsToldHowToSpeak) {
  EXPECT_THAT(refusal("create_fails", "silent"),
              AllOf(HasSubstr("create() failed with GW_E_NOMEM: it did not log why"),
                    HasSubstr("GW_LOG_ERROR")));
}

TEST(Generation, ExceptionOutOfCreateIsARefusal) {
  EXPECT_THAT(refusal("throws_in_create", "app"),
              AllOf(HasSubstr("let a C++ exception escape"), HasSubstr("no database")));
  EXPECT_THAT(refusal("throws_in_create", "number"),
              HasSubstr("let a C++ exception escape"));
}

TEST(Generation, ExceptionOutOfDestroyEndsNothing) {
  const auto made = make("throws_in_create", "late", "{}");
  ASSERT_TRUE(made) << made.error().text;
  testing::internal::CaptureStderr();
  (*made)->retire(0);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("too late"));
}

TEST(Generation, IdentityTellsWhatAReloadCompares) {
  const auto made = make("wrong_callable", "admin", "{\"a\":1}");
  ASSERT_TRUE(made) << made.error().text;
  const Generation::Identity same{*hash_file(test_app("wrong_callable")), "admin",
                                  "{\"a\":1}", 3};
  EXPECT_EQ((*made)->identity(), same);
  EXPECT_TRUE((*made)->has_flag(GW_BLOCKING));
  EXPECT_FALSE((*made)->has_flag(GW_BUFFERED));
}

TEST(Generation, NumbersRise) {
  const auto first = make("wrong_callable", "shop", "");
  const auto second = make("wrong_callable", "shop", "");
  EXPECT_LT((*first)->number(), (*second)->number());
}

}  // namespace
}  // namespace appserver::app
