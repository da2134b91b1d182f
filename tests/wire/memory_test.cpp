// A worker that gets no more memory: who asked for it ends, the others do not.
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "support/ws_client.hpp"
#include "websocket_kinds.hpp"

namespace appserver::testing {
namespace {

/// Lets a process have `more` bytes of addresses beyond what it has. Lives: gives it
/// all again.
class MemoryBound {
 public:
  MemoryBound(pid_t pid, rlim_t more) : pid_(pid) {
    std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
    rlim_t pages = 0;
    statm >> pages;
    const auto page = static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
    EXPECT_EQ(::prlimit(pid, RLIMIT_AS, nullptr, &before_), 0);
    const rlimit bound = {pages * page + more, before_.rlim_max};
    EXPECT_EQ(::prlimit(pid, RLIMIT_AS, &bound, nullptr), 0);
  }

  MemoryBound(const MemoryBound&) = delete;
  MemoryBound& operator=(const MemoryBound&) = delete;

  ~MemoryBound() { ::prlimit(pid_, RLIMIT_AS, &before_, nullptr); }

 private:
  pid_t pid_;
  rlimit before_{};
};

using Memory = WebSocket;

TEST_P(Memory, AMessageThatThereIsNoneForEndsItsWebSocketAlone) {
  const auto server =
      serve("websocket_echo", GetParam(), {"--websocket-message-limit", "1g"});
  RawClient other = open_ws(server);
  other.send(ws_frame(kText, "hello"));
  EXPECT_TRUE(gives(other, ws_answer(kText, "hello")));
  RawClient client = open_ws(server);
  {
    const MemoryBound bound(server.pid(), 16U << 20U);
    client.send(ws_frame(kBinary, std::string(48U << 20U, 'm')));
    EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(1011))));
    other.send(ws_frame(kText, "still here"));
    EXPECT_TRUE(gives(other, ws_answer(kText, "still here")));
  }
  EXPECT_TRUE(sees(server, "closed1011"));
  end_ws(other);
}

INSTANTIATE_TEST_SUITE_P(Both, Memory, ::testing::Values("app", "blocking"),
                         [](const auto& made) { return made.param; });

}  // namespace
}  // namespace appserver::testing
