#include "app/load_failure.hpp"

#include <gmock/gmock.h>

namespace appserver::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kPath = "/run/appserver/module-1.so";

TEST(LoadFailure, NamesTheCauseAndTheRemedy) {
  struct Case {
    const char *loader_text, *cause, *remedy;
  };

  for (const Case& c :
       {Case{"/run/appserver/module-1.so: undefined symbol: open_shop",
             "undefined symbol open_shop:", "-z,defs"},
        Case{"/run/appserver/module-1.so: undefined symbol: open_shop, version SHOP_2",
             "undefined symbol open_shop:", "-z,defs"},
        Case{"libshop.so.1: cannot open shared object file: No such file or directory",
             "needs the library libshop.so.1,", "install it"},
        Case{"/run/appserver/module-1.so: failed to map segment from shared object",
             "/run/appserver", "set runtime_dir"},
        Case{"/run/appserver/module-1.so: cannot allocate memory in static TLS block",
             "static thread-local storage", "initial-exec"},
        Case{"/lib/libc.so.6: version `GLIBC_2.99' not found (required by x.so)",
             "GLIBC_2.99", "build it on this system"}}) {
    SCOPED_TRACE(c.loader_text);
    EXPECT_THAT(explain_load_failure(c.loader_text, kPath),
                AllOf(HasSubstr(c.cause), HasSubstr(c.remedy)));
  }
}

TEST(LoadFailure, UnknownTextIsGivenAsItIs) {
  EXPECT_EQ(explain_load_failure("something new", kPath), "something new");
}

TEST(LoadFailure, PrivateCopyIsNotNamed) {
  EXPECT_THAT(explain_load_failure(std::string(kPath) + ": bad luck", kPath),
              Not(HasSubstr("module-1")));
}

TEST(LoadFailure, SilenceIsSaidToo) {
  EXPECT_THAT(explain_load_failure("", kPath), HasSubstr("no reason"));
}

}  // namespace
}  // namespace appserver::app
