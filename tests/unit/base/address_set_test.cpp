#include "base/address_set.hpp"

#include <gmock/gmock.h>

namespace appserver {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

IpAddress ip(std::string_view text) {
  const auto address = parse_ip_address(text);
  EXPECT_TRUE(address) << text;
  return address.value_or(IpAddress{});
}

AddressSet set_of(const std::vector<std::string>& words) {
  AddressSet set;
  for (const std::string& word : words) {
    const auto added = set.add(word);
    EXPECT_TRUE(added) << word << " " << added.error().text;
  }
  return set;
}

std::string complaint(std::string_view word) {
  AddressSet set;
  const auto added = set.add(word);
  return added ? "" : added.error().text;
}

TEST(IpAddress, IsReadAndWrittenInOneForm) {
  struct Case {
    const char *written, *canonical;
  };

  for (const Case& c :
       {Case{"127.0.0.1", "127.0.0.1"}, Case{"0.0.0.0", "0.0.0.0"},
        Case{"255.255.255.255", "255.255.255.255"}, Case{"::1", "::1"},
        Case{"::", "::"}, Case{"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
        Case{"::ffff:10.1.2.3", "10.1.2.3"}, Case{"::FFFF:a01:203", "10.1.2.3"},
        Case{"1111:2222:3333:4444:5555:6666:123.123.123.123",
             "1111:2222:3333:4444:5555:6666:7b7b:7b7b"}}) {
    SCOPED_TRACE(c.written);
    EXPECT_EQ(IpText(ip(c.written)).view(), c.canonical);
    EXPECT_EQ(ip(c.canonical), ip(c.written));
  }
}

TEST(IpAddress, IsNothingElse) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv,
        " "sv,
        "1.2.3"sv,
        "1.2.3.4.5"sv,
        "1.2.3.256"sv,
        "01.2.3.4"sv,
        "0x1.2.3.4"sv,
        "1.2.3.4 "sv,
        " 1.2.3.4"sv,
        "16909060"sv,
        "1.2.3.4:80"sv,
        "[::1]"sv,
        "::1%eth0"sv,
        "fe80::1%1"sv,
        ":::"sv,
        "1::2::3"sv,
        "12345::"sv,
        "localhost"sv,
        "1.2.3.4\0"sv,
        "::1\0x"sv,
        "1111:2222:3333:4444:5555:6666:123.123.123.1234"sv}) {
    SCOPED_TRACE(std::string(text));
    EXPECT_FALSE(parse_ip_address(text));
  }
}

TEST(AddressSet, HoldsWhatItsWordsName) {
  struct Case {
    const char *word, *inside, *outside;
  };

  for (const Case& c :
       {Case{"127.0.0.1", "127.0.0.1", "127.0.0.2"},
        Case{"10.0.0.0/8", "10.255.255.255", "11.0.0.0"},
        Case{"10.0.0.0/8", "::ffff:10.0.0.1", "::10.0.0.1"},
        Case{"192.168.4.0/22", "192.168.7.255", "192.168.8.0"},
        Case{"192.168.1.128/25", "192.168.1.128", "192.168.1.127"},
        Case{"192.168.1.2/31", "192.168.1.3", "192.168.1.4"},
        Case{"192.168.1.2/32", "192.168.1.2", "192.168.1.3"},
        Case{"0.0.0.0/0", "203.0.113.9", "2001:db8::1"},
        Case{"::/0", "2001:db8::1", "203.0.113.9"}, Case{"::/95", "::1", "0.0.0.1"},
        Case{"::1", "::1", "::2"}, Case{"fd00::/8", "fdff::1", "fc00::1"},
        Case{"2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"},
        Case{"2001:db8::5/128", "2001:db8::5", "2001:db8::4"},
        Case{"::ffff:10.0.0.0/104", "10.9.9.9", "11.0.0.0"},
        Case{"::ffff:0:0/96", "1.2.3.4", "::1"}, Case{"*", "8.8.8.8", nullptr},
        Case{"*", "2001:db8::1", nullptr}, Case{"unix", nullptr, "127.0.0.1"}}) {
    SCOPED_TRACE(c.word);
    const AddressSet set = set_of({c.word});
    if (c.inside != nullptr) {
      EXPECT_TRUE(set.has(ip(c.inside))) << c.inside;
    }
    if (c.outside != nullptr) {
      EXPECT_FALSE(set.has(ip(c.outside))) << c.outside;
    }
  }
}

TEST(AddressSet, KnowsUnixSocketsByName) {
  EXPECT_TRUE(set_of({"unix"}).has_unix());
  EXPECT_TRUE(set_of({"*"}).has_unix());
  EXPECT_TRUE(set_of({"*"}).has_everybody());
  EXPECT_FALSE(set_of({"127.0.0.1", "0.0.0.0/0", "::/0"}).has_unix());
  EXPECT_FALSE(set_of({"unix", "0.0.0.0/0", "::/0"}).has_everybody());
  EXPECT_FALSE(AddressSet{}.has_unix());
  EXPECT_FALSE(AddressSet{}.has(ip("127.0.0.1")));
}

TEST(AddressSet, SaysWhatIsWrongAndHowToWriteIt) {
  for (const char* word :
       {"", "localhost", "127.0.0.1:80", "[::1]", "10.0.0.0\\8", "unix:/run/a.sock",
        "Unix", "**", "10.*", "/8", "10.0.0/8", "fe80::1%eth0"}) {
    SCOPED_TRACE(word);
    EXPECT_THAT(complaint(word), HasSubstr("is not an address; write an IP address"));
  }
  for (const char* word : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/ 8",
                           "10.0.0.0/08", "10.0.0.0/8/8", "0.0.0.0/255.0.0.0"}) {
    SCOPED_TRACE(word);
    EXPECT_EQ(complaint(word), "has no prefix from /0 to /32");
  }
  EXPECT_EQ(complaint("::/129"), "has no prefix from /0 to /128");
  EXPECT_EQ(complaint("10.1.2.3/8"),
            "has address bits behind its prefix; write 10.0.0.0/8");
  EXPECT_EQ(complaint("2001:db8::1/32"),
            "has address bits behind its prefix; write 2001:db8::/32");
  EXPECT_EQ(complaint("::ffff:10.0.0.0/90"),
            "has address bits behind its prefix; write ::ffc0:0:0/90");
}

TEST(AddressSet, WritesItsWordsOnceInCanonicalForm) {
  const AddressSet set = set_of({"FD00::/8", "::1", "unix", "10.0.0.0/8", "::1",
                                 "::ffff:10.0.0.0/104", "1.2.3.4/32", "*", "unix"});
  EXPECT_THAT(set.words(),
              ElementsAre("fd00::/8", "::1", "10.0.0.0/8", "1.2.3.4", "unix", "*"));
  EXPECT_EQ(set_of(set.words()), set);
  EXPECT_THAT(AddressSet{}.words(), IsEmpty());
}

TEST(AddressSet, IsBounded) {
  AddressSet set;
  for (std::size_t i = 0; i < AddressSet::kMostNetworks; ++i) {
    const auto word = "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256);
    ASSERT_TRUE(set.add(word));
  }
  EXPECT_TRUE(set.add("10.0.0.7"));  // known already
  EXPECT_TRUE(set.add("unix"));
  const auto more = set.add("10.9.9.9");
  ASSERT_FALSE(more);
  EXPECT_THAT(more.error().text, HasSubstr("is one too many; 1024"));
}

}  // namespace
}  // namespace appserver
