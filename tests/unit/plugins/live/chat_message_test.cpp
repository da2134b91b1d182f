// What clients and workers of the chat say, read with suspicion.
#include <optional>
#include <string>
#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chat/bus_note.hpp"
#include "chat/hidden.hpp"
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

TEST(Names, HaveNothingThatNobodySees) {
  for (const char* hidden :
       {"\x01",         "\xc2\x85",         "\xc2\xa0",         "\xc2\xad",
        "\xd8\x9c",     "\xe2\x80\x8b",     "\xe2\x80\x8d",     "\xe2\x80\x8f",
        "\xe2\x80\xa8", "\xe2\x80\xae",     "\xe2\x81\xa6",     "\xe2\x81\xa9",
        "\xe3\x80\x80", "\xe3\x85\xa4",     "\xef\xb8\x8f",     "\xef\xbb\xbf",
        "\xef\xbf\xbf", "\xf0\x9f\xbf\xbe", "\xf3\xa0\x80\xa1", "\xf4\x8f\xbf\xbf"}) {
    SCOPED_TRACE(testing::PrintToString(hidden));
    EXPECT_EQ(fit_name(std::string("Ann") + hidden + "a", 32), "");
    EXPECT_EQ(fit_name(std::string("Ann") + hidden, 32), "");
    EXPECT_EQ(fit_name(hidden, 32), "");
  }
  for (const std::string seen :
       {"Ann Bo", "Z\xc3\xbc", "\xd0\xaf", "\xd7\x90", "\xd8\xa7",
        "\xe0\xa4\x95\xe0\xa4\xbf", "\xe4\xb8\xad", "\xea\xb0\x80", "\xef\xbf\xbd",
        "\xf0\x9f\x8e\x89", "~", "\xc2\xa1", "\xe2\x80\x90", "\xe2\x81\x9e",
        "\xe2\x81\xb0"}) {
    EXPECT_EQ(fit_name(seen, 32), seen);
  }
}

TEST(Hidden, TheTableIsInOrder) {
  EXPECT_TRUE(is_hidden(0));
  EXPECT_TRUE(is_hidden(0x1f));
  EXPECT_FALSE(is_hidden(0x20));
  EXPECT_FALSE(is_hidden(0x7e));
  EXPECT_TRUE(is_hidden(0x9f));
  EXPECT_FALSE(is_hidden(0xa1));
  EXPECT_FALSE(is_hidden(0x2010));
  EXPECT_TRUE(is_hidden(0x202e));
  EXPECT_FALSE(is_hidden(0x2030));
  EXPECT_TRUE(is_hidden(0x1fffe));
  EXPECT_FALSE(is_hidden(0x1fffd));
  EXPECT_TRUE(is_hidden(0xe0fff));
  EXPECT_FALSE(is_hidden(0xe1000));
  EXPECT_TRUE(is_hidden(0x10ffff));
}

TEST(Texts, MayHaveLinesButNoOtherControls) {
  EXPECT_EQ(fit_text(" a\n\tb ", 4), "a\n\tb");
  EXPECT_EQ(fit_text("12345", 4), "");
  EXPECT_EQ(fit_text("a\x1b[1m", 10), "");
  EXPECT_EQ(fit_text("\xc3\xa4\xf0\x9f\x8e\x89", 2), "\xc3\xa4\xf0\x9f\x8e\x89");
  EXPECT_EQ(fit_text("\xc3\xa4\xf0\x9f\x8e\x89", 1), "");
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
