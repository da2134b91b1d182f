// The header keeps the lint's rules, and each rule can say no: the twins change one
// thing in a header that is in order.
#include "header_lint.hpp"

#include <filesystem>
#include <sstream>

#include <gtest/gtest.h>

#include "header_text.hpp"
#include "layout.hpp"

namespace gateway::abi_test {
namespace {

constexpr const char* kHeader = ABI_INCLUDE_DIR "/gateway/gateway.h";

// Keeps every rule; {} is where a twin puts something in.
constexpr const char* kGood = R"(/* A header. */
#include <stddef.h>
#include <stdint.h>
#define GW_ONE 1u
#define GW_MINUS (-2)   /* a constant too */
#define GW_TWICE(x) (2 * (x))
typedef struct gw_str { const char *p; size_t n; } gw_str;
/* Starts. [exchange] */
typedef gw_writer *gw_start(const gw_environ *, size_t count);
struct gw_thing {                 /* [not a tag] */
    uint32_t size, flags;
    gw_str first, second;
    /* Tagged before. [any] */
    void (*log)(const gw_host *, gw_str text);
    int32_t (*stop)(void *self);                                  /* [control] */
};
)";

std::string all(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

std::vector<std::string> headers() {
  std::vector<std::string> found;
  for (const auto& entry :
       std::filesystem::directory_iterator(ABI_INCLUDE_DIR "/gateway")) {
    found.push_back(entry.path().string());
  }
  EXPECT_GE(found.size(), 12U);
  return found;
}

TEST(AbiHeaders, KeepTheirOwnRules) {
  for (const std::string& header : headers()) {
    EXPECT_EQ(all(lint(read_file(header))), "") << header;
  }
}

TEST(AbiHeaders, HaveNoMemberOrConstantOutsideTheLayoutSnapshot) {
  for (const std::string& header : headers()) {
    EXPECT_EQ(all(not_in_layout(read_file(header), read_file(ABI_LAYOUT_FILE))), "")
        << header << ": add it to layout*.cpp and to layout.txt";
  }
}

TEST(HeaderText, SeesStructsMembersAndConstants) {
  const Header header = parse_header(kGood);
  EXPECT_EQ(header.constants, (std::vector<std::string>{"GW_ONE", "GW_MINUS"}));
  ASSERT_EQ(header.structs.size(), 2U);
  EXPECT_EQ(header.structs[1].name, "gw_thing");
  ASSERT_EQ(header.structs[1].members.size(), 4U);
  EXPECT_EQ(declared_names(header.structs[1].members[1].text),
            (std::vector<std::string>{"first", "second"}));
  EXPECT_EQ(declared_names(header.structs[1].members[2].text),
            std::vector<std::string>{"log"});
  EXPECT_EQ(declared_names("char name[4]"), std::vector<std::string>{"name"});
}

TEST(HeaderLint, PassesAGoodHeader) {
  EXPECT_EQ(all(lint(kGood)), "");
}

struct Twin {
  const char* what;
  const char* by;
  const char* complaint;
};

TEST(HeaderLint, RefusesEachBadTwin) {
  const std::string longer(101, '/');
  const Twin twins[] = {
      {"Tagged before. [any]", "Tagged before.", "no thread tag on: void (*log)"},
      {"/* [control] */", "/* when asked */", "no thread tag on: int32_t (*stop)"},
      {"Starts. [exchange]", "Starts.", "no thread tag on: typedef gw_writer"},
      {"[any]", "[any] or [control]", "two thread tags"},
      {"uint32_t size, flags;", "uint32_t flags, size;", "does not begin with"},
      {"uint32_t size, flags;", "size_t size;", "does not begin with"},
      {"gw_str first", "bool first", "type bool"},
      {"gw_str first", "enum gw_kind first", "type enum"},
      {"gw_str first", "unsigned long first", "type unsigned"},
      {"size_t count);", "va_list count);", "type va_list"},
      {"size_t count);", "off_t count);", "type off_t"},
      {"size_t count);", "time_t count);", "type time_t"},
      {"size_t count);", "...);", "variable arguments"},
      {"gw_str first, second;", "uint32_t first : 3, second : 29;", "bit-field"},
      {"gw_str first, second;", "uint8_t first[];", "array without a size"},
      {"const gw_host *, gw_str", "gw_host, gw_str", "gw_host by value"},
      {"const gw_host *, gw_str", "gw_field field, gw_str", "gw_field by value"},
      {"const gw_host *, gw_str", "struct x y, gw_str", "struct x by value"},
      {"<stdint.h>", "<stdbool.h>", "includes <stdbool.h>"},
      {"/* A header. */", longer.c_str(), "more than 100 columns"},
  };
  for (const Twin& twin : twins) {
    SCOPED_TRACE(twin.by);
    const std::string complaints = all(lint(replaced(kGood, twin.what, twin.by)));
    EXPECT_NE(complaints.find(twin.complaint), std::string::npos) << complaints;
  }
}

TEST(HeaderLint, NoticesAForgottenMemberAndAForgottenConstant) {
  const std::string header = read_file(kHeader);
  const std::string layout = read_file(ABI_LAYOUT_FILE);
  const std::string member =
      replaced(header, "void *host;", "void *host; void *spare;");
  EXPECT_EQ(all(not_in_layout(member, layout)), "gw_environ.spare\n");
  const std::string constant =
      replaced(header, "#define GW_OK 0", "#define GW_OK 0\n#define GW_E_NEW (-13)");
  EXPECT_EQ(all(not_in_layout(constant, layout)), "GW_E_NEW\n");
}

// The first line that differs, from both; "" if none does.
std::string difference(const std::string& is, const std::string& was) {
  std::istringstream is_lines(is);
  std::istringstream was_lines(was);
  for (;;) {
    std::string now;
    std::string then;
    std::getline(is_lines, now);
    std::getline(was_lines, then);
    if (now != then) return "is:  " + now + "\nwas: " + then;
    if (!is_lines || !was_lines) return "";
  }
}

TEST(AbiLayout, IsWhatItWas) {
  EXPECT_EQ(difference(current_layout(), read_file(ABI_LAYOUT_FILE)), "")
      << "The ABI has changed. Members and constants may be appended only; the "
         "snapshot "
         "is\nthen renewed with `abi_layout > tests/abi/layout.txt`. If anything else "
         "differs, old\nplugins break: raise GW_ABI_DRAFT and rebuild every golden "
         "plugin "
         "in the same commit.";
}

TEST(AbiLayout, NoticesAnyDifference) {
  const std::string now = current_layout();
  EXPECT_EQ(difference(now, now), "");
  EXPECT_EQ(difference(now, replaced(now, "gw_str 16", "gw_str 24")),
            "is:  gw_str 16\nwas: gw_str 24");
  EXPECT_NE(difference(now, now + "gw_new 8\n"), "");
  EXPECT_NE(difference(now + "gw_new 8\n", now), "");
}

TEST(Hello, HasAtMostTenLines) {
  std::istringstream lines(read_file(ABI_HELLO_FILE));
  int count = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find_first_not_of(' ');
    count += first != std::string::npos && line.compare(first, 2, "//") != 0;
  }
  EXPECT_LE(count, 10);
  EXPECT_GE(count, 5) << "this counts lines of code; has the file moved?";
}

}  // namespace
}  // namespace gateway::abi_test
