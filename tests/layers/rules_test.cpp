// Each rule of the house can say no, and says nothing to the permitted twin.
#include "rules.hpp"

#include <gtest/gtest.h>

namespace appserver::layers_test {
namespace {

const Layers kLayers = parse_layers("base:\nhttp: base\nnet: base http\nmain: base\n");
const std::set<std::string> kRooms = {"base", "http", "net"};

std::string joined(const Complaints& complaints) {
  std::string text;
  for (const std::string& complaint : complaints) text += complaint + "\n";
  return text;
}

TEST(LayersFile, IsRefusedWhenItAndTheFoldersDiffer) {
  EXPECT_EQ(check_layers(kLayers, kRooms), Complaints{});
  EXPECT_EQ(check_layers(kLayers, {"base", "http", "net", "cellar"}),
            Complaints{"layers.txt: no line for server/cellar"});
  EXPECT_EQ(check_layers(kLayers, {"base", "http"}),
            Complaints{"layers.txt: no folder server/net"});
  EXPECT_EQ(check_layers(parse_layers("base: attic\n"), {"base"}),
            Complaints{"layers.txt: base names the unknown room attic"});
}

TEST(LayersFile, IsRefusedWithACycle) {
  const Layers loop = parse_layers("a: b\nb: c\nc: a\nd: a\n");
  EXPECT_EQ(joined(check_layers(loop, {"a", "b", "c", "d"})),
            "layers.txt: a cycle through a\nlayers.txt: a cycle through b\n"
            "layers.txt: a cycle through c\n");
  EXPECT_EQ(joined(check_layers(parse_layers("a: a\n"), {"a"})),
            "layers.txt: a cycle through a\n");
}

TEST(LayersFile, IsRefusedWhenALineIsNoRule) {
  EXPECT_THROW(parse_layers("base\n"), std::runtime_error);
  EXPECT_THROW(parse_layers("base:\nbase:\n"), std::runtime_error);
}

TEST(Rooms, MayIncludeWhatTheFileAllowsAndNothingElse) {
  const auto check = [](const char* path, const std::string& include) {
    return joined(check_rooms(kLayers, {path, "#include " + include + "\n"}));
  };
  EXPECT_EQ(check("server/net/a.cpp", "\"http/fields.hpp\""), "");
  EXPECT_EQ(check("server/net/a.cpp", "\"net/b.hpp\""), "");
  EXPECT_EQ(check("server/net/a.cpp", "<vector>"), "");
  EXPECT_EQ(check("server/main.cpp", "\"base/log.hpp\""), "");
  EXPECT_EQ(check("server/http/a.cpp", "\"net/b.hpp\""),
            "server/http/a.cpp:1: http may not include \"net/b.hpp\"\n");
  EXPECT_EQ(check("server/main.cpp", "\"net/b.hpp\""),
            "server/main.cpp:1: main may not include \"net/b.hpp\"\n");
  EXPECT_NE(check("server/net/a.cpp", "\"b.hpp\""), "");
  EXPECT_NE(check("server/net/a.cpp", "\"../http/fields.hpp\""), "");
}

TEST(Seam, IsNotCrossed) {
  const auto check = [](const char* path, const std::string& include) {
    return joined(check_seam(kLayers, {path, "#include " + include + "\n"}));
  };
  EXPECT_EQ(check("plugins/hello/hello.cpp", "<gateway/sdk/app.hpp>"), "");
  EXPECT_EQ(check("plugins/hello/hello.cpp", "\"hello.hpp\""), "");
  EXPECT_EQ(check("server/net/a.cpp", "<gateway/gateway.h>"), "");
  EXPECT_NE(check("plugins/hello/hello.cpp", "\"http/fields.hpp\""), "");
  EXPECT_NE(check("sdk/include/gateway/sdk/app.hpp", "\"../server/x.hpp\""), "");
  EXPECT_NE(check("server/net/a.cpp", "<gateway/sdk/app.hpp>"), "");
}

struct Danger {
  const char* allowed;
  const char* refused;
  const char* text;
};

TEST(Dangers, HaveTheirPlace) {
  const Danger cases[] = {
      {"server/app/image.cpp", "server/app/instance.cpp", "  void* h = dlopen(p, f);"},
      {"server/app/image.cpp", "server/net/a.cpp", "  auto* f = ::dlsym(h, n);"},
      {"server/app/image.cpp", "server/control/a.cpp", "  dlclose(h);"},
      {"server/app/image.cpp", "server/app/image.hpp",
       "#include <boost/dll/shared_library.hpp>"},
      {"server/net/a.hpp", "server/serve/a.cpp", "#include <boost/beast/http.hpp>"},
      {"server/config/settings_file.cpp", "server/config/settings.cpp",
       "#include <yaml-cpp/yaml.h>"},
      {"server/control/spawn.cpp", "server/control/supervisor.cpp",
       "  const pid_t child = fork();"},
      {"server/control/spawn.cpp", "server/control/supervisor.hpp",
       "  const pid_t child = ::fork ();"},
      {"server/main.cpp", "server/base/log.cpp", "  std::exit(1);"},
      {"server/control/spawn.cpp", "server/control/worker.cpp", "  _exit(1);"},
  };
  for (const Danger& c : cases) {
    SCOPED_TRACE(c.text);
    const std::string text = std::string("// line\n") + c.text + "\n";
    EXPECT_EQ(joined(check_dangers({c.allowed, text})), "");
    const std::string found = joined(check_dangers({c.refused, text}));
    EXPECT_EQ(found.find(std::string(c.refused) + ":2: "), 0U) << found;
  }
}

TEST(Dangers, AreNotSeenInCommentsStringsAndLongerWords) {
  const std::string text =
      "// dlopen(x)\n/* fork() \n exit(1) */\nauto a = \"exit(1)\"; auto q = '\"';\n"
      "auto r = R\"x(fork()\")x\"; auto n = 1'000;\nat_exit(f); my_fork(); "
      "exit_code();\n";
  EXPECT_EQ(joined(check_dangers({"server/net/a.cpp", text})), "");
  EXPECT_NE(joined(check_dangers({"server/net/a.cpp", text + "exit(1);\n"})), "");
}

TEST(Lengths, HaveALimitByKind) {
  const auto lines = [](std::size_t n) { return std::string(n, '\n'); };
  EXPECT_EQ(joined(check_length({"server/net/a.cpp", lines(400)})), "");
  EXPECT_NE(joined(check_length({"server/net/a.cpp", lines(401)})), "");
  EXPECT_EQ(joined(check_length({"sdk/include/a.hpp", lines(200)})), "");
  EXPECT_NE(joined(check_length({"sdk/include/a.hpp", lines(401)})), "");
  EXPECT_EQ(joined(check_length({"plugins/a/a.cpp", lines(900)})), "");
}

}  // namespace
}  // namespace appserver::layers_test
