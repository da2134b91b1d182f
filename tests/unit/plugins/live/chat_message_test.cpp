// What clients and workers of the chat say, read with suspicion.
#include <optional>
#include <string>
#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chat/bus_note.hpp"
#include "chat/message.hpp"

using ::testing::ElementsAre;

namespace {

std::uint32_t code_of(std::string_view json) {
  try {
    read_wish(json);
  } catch (const BadWish& bad) {
    return bad.code();
  }
  return 0;
}

TEST(Wish, IsToJoinOrToSay) {
  const Wish join = read_wish(R"({"type":"join","room":"r","name":"n","more":1})");
  EXPECT_EQ(std::get<Join>(join).room, "r");
  EXPECT_EQ(std::get<Join>(join).name, "n");
  const Wish say = read_wish(R"({"type":"say","text":"a\u0000\u00e4"})");
  EXPECT_EQ(std::get<Say>(say).text, std::string("a\0\xc3\xa4", 4));
}

TEST(Wish, AnythingElseIsRefusedWithTheCodeToCloseWith) {
  for (const char* text : {"", "{", "nul", "{\"type\":\"say\"} x", "\xff"}) {
    EXPECT_EQ(code_of(text), 1007U) << text;
  }
  EXPECT_EQ(code_of(std::string(100'000, '[')), 1007U);  // no deep recursion
  for (const char* json :
       {"1", "[]", "{}", R"({"type":1})", R"({"type":"x"})", R"({"type":"say"})",
        R"({"type":"say","text":null})", R"({"type":"join","room":"r"})"}) {
    EXPECT_EQ(code_of(json), 1008U) << json;
  }
}

TEST(Names, AreTrimmedAndCountedInCharacters) {
  EXPECT_EQ(fit_name(" \tAnn\r\n", 3), "Ann");
  EXPECT_EQ(fit_name("\xc3\xa4\xc3\xb6\xe2\x82\xac", 3),
            "\xc3\xa4\xc3\xb6\xe2\x82\xac");
  EXPECT_EQ(fit_name("Anna", 3), "");
  EXPECT_EQ(fit_name("   ", 3), "");
  EXPECT_EQ(fit_name("A\nB", 3), "");
  EXPECT_EQ(fit_name("A\x7f", 3), "");
}

TEST(Texts, MayHaveLinesButNoOtherControls) {
  EXPECT_EQ(fit_text(" a\n\tb ", 4), "a\n\tb");
  EXPECT_EQ(fit_text("12345", 4), "");
  EXPECT_EQ(fit_text("a\x1b[1m", 10), "");
}

TEST(Answers, AreJsonWhateverIsInThem) {
  const Said said{"w-1", "\"<b>\\", "\xe2\x80\xa8\n", 5};
  EXPECT_EQ(said_json(said),
            "{\"id\":\"w-1\",\"name\":\"\\\"<b>\\\\\",\"text\":\"\xe2\x80\xa8\\n\","
            "\"time\":5,\"type\":\"said\"}");
  EXPECT_EQ(presence_json({3, {"a"}}),
            R"({"type":"presence","count":3,"names":["a"]})");
  EXPECT_EQ(error_json("no"), R"({"type":"error","why":"no"})");
  EXPECT_EQ(welcome_json("r", "n", {}, {}),
            R"({"type":"welcome","room":"r","name":"n","history":[],)"
            R"("presence":{"type":"presence","count":0,"names":[]}})");
}

TEST(BusNotes, ComeBackAsTheyWere) {
  BusNote note;
  note.kind = BusNote::Kind::Said;
  note.from = "0123456789abcdef";
  note.room = "r\"";
  note.wants_history = true;
  note.presence = {2, {"a", "b"}};
  note.said = {{"i", "n", "t", -5}};
  const std::optional<BusNote> read = read_bus_note(bus_json(note));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->kind, BusNote::Kind::Said);
  EXPECT_EQ(read->from, note.from);
  EXPECT_EQ(read->room, note.room);
  EXPECT_TRUE(read->wants_history);
  EXPECT_EQ(read->presence.count, 2U);
  EXPECT_THAT(read->presence.names, ElementsAre("a", "b"));
  ASSERT_EQ(read->said.size(), 1U);
  EXPECT_EQ(read->said[0].id + read->said[0].name + read->said[0].text, "int");
  EXPECT_EQ(read->said[0].at_ms, -5);
}

TEST(BusNotes, ThoseOfAnotherBuildArePassedOver) {
  const std::string good = bus_json({});
  ASSERT_TRUE(read_bus_note(good));
  for (const char* part :
       {"\"ping\"", "\"names\":[]", "\"count\":0", "\"wants\":false"}) {
    std::string changed = good;
    changed.replace(changed.find(part), std::string_view(part).size(), "\"pong\"");
    EXPECT_FALSE(read_bus_note(changed)) << changed;
  }
  EXPECT_FALSE(read_bus_note("{}"));
  EXPECT_FALSE(read_bus_note(""));
}

}  // namespace
