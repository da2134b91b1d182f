#include <gtest/gtest.h>

#include "config/value.hpp"

namespace appserver::config {
namespace {

TEST(Address, IsReadAndShownAsUsersWriteIt) {
  struct Case {
    const char* word;
    const char* text;
  };

  for (const Case& c :
       {Case{"127.0.0.1:8000", "127.0.0.1:8000"}, Case{"localhost:0", "localhost:0"},
        Case{"Example.ORG:80", "example.org:80"}, Case{":8000", "0.0.0.0:8000"},
        Case{"*:8000", "0.0.0.0:8000"}, Case{"[::]:8000", "[::]:8000"},
        Case{"[::1]:65535", "[::1]:65535"},
        Case{"[fe80::1%eth0]:1", "[fe80::1%eth0]:1"},
        Case{"tcp://1.2.3.4:5", "1.2.3.4:5"},
        Case{"unix:/run/a.sock", "unix:/run/a.sock"},
        Case{"unix:///run/a.sock", "unix:/run/a.sock"},
        Case{"unix:///////a.sock", "unix:/a.sock"}, Case{"unix:a.sock", "unix:a.sock"},
        Case{"fd://3", "fd://3"}}) {
    SCOPED_TRACE(c.word);
    const auto address = parse_address(c.word);
    ASSERT_TRUE(address) << address.error().text;
    EXPECT_EQ(address->text(), c.text);
    EXPECT_EQ(*parse_address(address->text()), *address);
  }
}

TEST(Address, RefusesWhatCannotBeBound) {
  struct Case {
    const char* word;
    const char* why;
  };

  const std::string long_path = "unix:/" + std::string(107, 'a');
  for (const Case& c : {Case{"", "has no port"},
                        Case{"8000", "has no port"},
                        Case{"localhost", "has no port"},
                        Case{"[::1]", "has no port"},
                        Case{"a:65536", "from 0 to 65535"},
                        Case{"a:-1", "from 0 to 65535"},
                        Case{"a:", "from 0 to 65535"},
                        Case{"a:http", "from 0 to 65535"},
                        Case{"::1:8000", "in brackets"},
                        Case{"[::1:8000", "is not an address"},
                        Case{"[a]:80", "is not an address"},
                        Case{"300.1.1.1:80", "is not an address"},
                        Case{"a b:80", "is not an address"},
                        Case{"http://a:80", "is not an address"},
                        Case{"a..b:80", "is not an address"},
                        Case{"unix:", "names no path"},
                        Case{"unix:@a", "abstract"},
                        Case{long_path.c_str(), "107 bytes"},
                        Case{"fd://2", "from fd://3 on"},
                        Case{"fd://x", "from fd://3 on"},
                        Case{"fd://", "from fd://3 on"}}) {
    SCOPED_TRACE(c.word);
    const auto address = parse_address(c.word);
    ASSERT_FALSE(address);
    EXPECT_NE(address.error().text.find(c.why), std::string::npos)
        << address.error().text;
  }
}

TEST(Host, IsLowerCaseAndHasNoPort) {
  EXPECT_EQ(*parse_host("Example.ORG"), "example.org");
  EXPECT_EQ(*parse_host("[::1]"), "[::1]");
  for (const char* word :
       {"", "*", "a:80", "a/b", "*.example.org", "[::1]:80", "::1", "a b"}) {
    EXPECT_FALSE(parse_host(word)) << word;
  }
}

}  // namespace
}  // namespace appserver::config
