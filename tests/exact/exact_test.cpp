// What a request on an event app costs, counted: no heap allocation, one recv, one
// send.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "app/runtime_dir.hpp"
#include "control/worker.hpp"
#include "counting.hpp"
#include "net/listener.hpp"

namespace appserver::exact {
namespace {

constexpr int kWarmUp = 200;
constexpr int kRequests = 1000;

class PostedCall final : public net::Posted {
 public:
  explicit PostedCall(std::function<void()> call) : call_(std::move(call)) {}

  void run_on_loop() override {
    call_();
    done_.set_value();
  }

  void wait() { done_.get_future().wait(); }

 private:
  std::function<void()> call_;
  std::promise<void> done_;
};

/// A worker with hello, environ, echo and tasks on its own thread, and one client
/// connection.
class Exact : public testing::Test {
 protected:
  void SetUp() override {
    control::Candidate candidate;
    candidate.settings.workers = 1;
    candidate.settings.access_log = "/dev/null";
    candidate.settings.plugins = PLUGINS_FOLDER;
    for (const char* name : {"hello", "environ", "echo", "tasks"}) {
      config::MountSettings mount;
      mount.app = std::string(name) + ":app";
      mount.path = "/" + std::string(name);
      candidate.settings.mounts.push_back(mount);
    }
    const auto folder = app::make_runtime_dir("");
    ASSERT_TRUE(folder) << folder.error().text;
    runtime_dir_ = *folder;
    auto plan = site::plan_site(candidate.settings, runtime_dir_, {});
    ASSERT_TRUE(plan) << plan.error().text;
    candidate.plan = *plan;
    board_ = board::Scoreboard::make();
    ASSERT_TRUE(board_);
    auto worker = control::Worker::start(candidate, {*board_, board_->take_seat()});
    ASSERT_TRUE(worker) << worker.error().text;
    worker_ = std::move(*worker);
    auto listener = net::listen_tcp("127.0.0.1", "0", 16);
    ASSERT_TRUE(listener) << listener.error().text;
    listener_ = std::move(*listener);
    worker_->service().listen({listener_.fd.get(), listener_.host, listener_.port});
    thread_ = std::thread([this] { worker_->run(); });
    on_loop([] { count_this_thread(); });
    connect_client();
  }

  void TearDown() override {
    client_.reset();
    on_loop([this] { worker_->service().begin_stop(1000); });
    thread_.join();
    worker_.reset();
    app::remove_runtime_dir(runtime_dir_);
  }

  void on_loop(std::function<void()> call) {
    PostedCall posted(std::move(call));
    worker_->loop().post(posted);
    posted.wait();
  }

  void connect_client() {
    client_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<in_port_t>(std::stoi(listener_.port)));
    ASSERT_EQ(
        ::connect(client_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address),
        0);
  }

  /// Sends a request and reads an answer as long as the first one was; its first line.
  void exchange(const std::string& request, std::size_t& answer_size) {
    ASSERT_EQ(::write(client_.get(), request.data(), request.size()),
              static_cast<ssize_t>(request.size()));
    std::size_t got = 0;
    while (got == 0 || got < answer_size) {
      const ssize_t n = ::read(client_.get(), buffer_ + got, sizeof buffer_ - got);
      ASSERT_GT(n, 0);
      got += static_cast<std::size_t>(n);
    }
    if (answer_size == 0) answer_size = got;
    ASSERT_EQ(got, answer_size);
  }

  /// What `kRequests` requests cost after a warm-up.
  Counts cost_of(const std::string& request, const std::string& expected_status) {
    std::size_t size = 0;
    for (int i = 0; i < kWarmUp; ++i) exchange(request, size);
    EXPECT_EQ(std::string(buffer_, 12), "HTTP/1.1 " + expected_status);
    Counts before;
    on_loop([&] { before = counts(); });
    for (int i = 0; i < kRequests; ++i) exchange(request, size);
    Counts after;
    on_loop([&] { after = counts(); });
    return {after.allocations - before.allocations, after.receives - before.receives,
            after.sends - before.sends};
  }

  void expect_cheap(const std::string& request, const std::string& status) {
    const Counts cost = cost_of(request, status);
    EXPECT_EQ(cost.allocations, 0U);
    EXPECT_LE(cost.receives, static_cast<std::uint64_t>(kRequests));
    EXPECT_LE(cost.sends, static_cast<std::uint64_t>(kRequests));
    EXPECT_GT(cost.receives, 0U);
  }

  std::string runtime_dir_;
  std::unique_ptr<board::Scoreboard> board_;  // outlives what counts in it
  std::unique_ptr<control::Worker> worker_;
  net::Listener listener_;
  std::thread thread_;
  UniqueFd client_;
  char buffer_[65536];
};

std::string get(const std::string& path, int fields) {
  std::string request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n";
  for (int i = 1; i < fields; ++i) {
    request += "X-Field-" + std::to_string(i) + ": some value of a field\r\n";
  }
  return request + "\r\n";
}

TEST_F(Exact, HelloAllocatesNothing) {
  expect_cheap(get("/hello", 1), "200");
}

TEST_F(Exact, EnvironWithTwelveFieldsAllocatesNothing) {
  expect_cheap(get("/environ", 12), "200");
}

TEST_F(Exact, EncodedPathAllocatesNothing) {
  expect_cheap(get("/hello/%41%20b", 3), "200");
}

TEST_F(Exact, NotFoundAllocatesNothing) {
  expect_cheap(get("/nowhere", 3), "404");
}

TEST_F(Exact, OneKilobytePostAllocatesNothing) {
  const std::string body(1024, 'x');
  expect_cheap(
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1024\r\n\r\n" + body,
      "200");
}

/// The refused twin: tasks builds JSON on the heap, and the counter sees it.
TEST_F(Exact, AnAppThatAllocatesIsCounted) {
  const Counts cost = cost_of(get("/tasks/tasks/999", 1), "404");
  EXPECT_GE(cost.allocations, static_cast<std::uint64_t>(kRequests));
}

}  // namespace
}  // namespace appserver::exact
