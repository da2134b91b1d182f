// A chain of layers around an app, without sockets: the members call back into the
// test.
#include "bridge/chain.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "../app/test_files.hpp"
#include "base/unique_fd.hpp"
#include "bridge/exchange.hpp"
#include "bridge/extension_tables.hpp"

namespace appserver::bridge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A client that takes all at once, and whose request has no body.
class TakesAll final : public Carrier {
 public:
  explicit TakesAll(ByteQueue& out) : out_(out) {}

  std::int64_t read_body(void*, std::size_t) override { return 0; }

  std::int32_t send(std::size_t n, std::string_view more,
                    std::size_t& more_sent) override {
    sent += std::string(out_.view().substr(0, n)) + std::string(more);
    out_.drop_front(n);
    more_sent = more.size();
    return GW_OK;
  }

  [[nodiscard]] bool may_read_more() const override { return false; }

  [[nodiscard]] bool blocks() const override { return false; }

  [[nodiscard]] bool may_keep_alive(bool) const override { return true; }

  std::int64_t peek_body(std::string_view&, bool) override { return 0; }

  void consume_body(std::size_t) override {}

  std::span<const gw_field> body_trailers() override { return {}; }

  [[nodiscard]] bool is_gone() override { return false; }

  Pending* make_pending() override { return nullptr; }

  [[nodiscard]] bool asks_for_websocket() const override { return false; }

  std::int32_t accept_websocket(const WebSocketTerms&, gw_ws*&) override {
    return GW_E_UNSUPPORTED;
  }

  std::string sent;

 private:
  ByteQueue& out_;
};

/// As in called_back.c, and what the test does there.
struct Member {
  std::int64_t (*call)(void*, const gw_environ*, gw_start_response*);
  std::function<std::int64_t(const gw_environ*, gw_start_response*)> does;
};

std::int64_t call_member(void* self, const gw_environ* environ,
                         gw_start_response* start) {
  return static_cast<Member*>(self)->does(environ, start);
}

/// A layer that notes what passes it, and what it does with it.
struct Noting : gw_layer {
  std::string name;
  std::vector<std::string>* notes = nullptr;
  std::function<void(const std::string&, std::uint32_t, gw_writer*)> writes;
};

Noting& noting(gw_layer* layer) {
  return *static_cast<Noting*>(layer);
}

std::int32_t note_head(gw_layer* layer, gw_head* head) {
  noting(layer).notes->push_back(noting(layer).name + " head");
  head->status = 201;
  head->content_length = -1;
  head->field[head->count++] = {GW_STR("x-layer"),
                                {noting(layer).name.data(), noting(layer).name.size()}};
  return GW_OK;
}

std::int32_t note_data(gw_layer* layer, const void* p, std::size_t n,
                       std::uint32_t flags, gw_writer* down) {
  const std::string bytes = n == 0 ? "" : std::string(static_cast<const char*>(p), n);
  noting(layer).notes->push_back(noting(layer).name + " data " + bytes);
  noting(layer).writes(bytes, flags, down);
  return GW_OK;
}

void note_close(gw_layer* layer, std::int32_t reason) {
  noting(layer).notes->push_back(noting(layer).name + " close " +
                                 std::to_string(reason));
}

void pass_on(const std::string& bytes, std::uint32_t flags, gw_writer* down) {
  down->write(down, bytes.data(), bytes.size(), flags);
}

/// Two layers, outer and inner, around an app that says "hello" in two parts.
class ChainTest : public testing::Test {
 protected:
  ChainTest() {
    const app::TestFolder folder;
    const auto image =
        app::Image::load(app::copy_of("called_back", folder), "called_back:app", "app");
    EXPECT_TRUE(image) << image.error().text;
    for (Member& member : members_) {
      member.call = call_member;
      const auto made = app::Generation::make(
          *image, "called_back:app",
          std::to_string(reinterpret_cast<std::uintptr_t>(&member)), 1, nullptr);
      EXPECT_TRUE(made) << made.error().text;
      generations_.push_back(*made);
      chain_.push_back(made->get());
    }
    for (std::size_t i = 0; i < 2; ++i) {
      Noting& layer = layers_[i];
      static_cast<gw_layer&>(layer) = {sizeof(gw_layer), 0,       note_head,
                                       note_data,        nullptr, note_close};
      layer.name = i == 0 ? "outer" : "inner";
      layer.notes = &notes_;
      layer.writes = pass_on;
      members_[i].does = [&layer](const gw_environ* environ, gw_start_response*) {
        return table().next(environ, nullptr, &layer);
      };
    }
    members_[2].does = [](const gw_environ* environ, gw_start_response* start) {
      gw_writer* const out = start(environ, 200, nullptr, 0, 0);
      out->write(out, "hel", 3, 0);
      return out->write(out, "lo", 2, GW_LAST);
    };
  }

  static const gw_middleware& table() {
    return *static_cast<const gw_middleware*>(middleware_table());
  }

  /// One exchange; what the client got of it.
  std::string serve() {
    static const http::PreparedFields kPrepared{};
    Terms terms;
    terms.prepared = &kPrepared;
    terms.app = "test";
    exchange_.begin(carrier_, out_, terms);
    exchange_.environ().size = sizeof(gw_environ);
    exchange_.extras().chain.begin(exchange_, chain_);
    const std::int64_t result =
        members_[0].does(&exchange_.peek_environ(), Exchange::start_response());
    progress_ = exchange_.finish_call(result);
    if (progress_ == Progress::Failed) {  // as the host does
      exchange_.abandon(GW_E_GONE);
      exchange_.answer(500, "failed");
    }
    std::size_t none = 0;
    carrier_.send(out_.size(), {}, none);
    exchange_.conclude();
    return std::exchange(carrier_.sent, {});
  }

  std::vector<std::string> notes_;
  Member members_[3];
  Noting layers_[2];
  Progress progress_{};

 private:
  std::vector<char> room_ = std::vector<char>(Exchange::kOutCapacity);
  ByteQueue out_{room_.data(), room_.size()};
  TakesAll carrier_{out_};
  Exchange exchange_;
  std::vector<std::shared_ptr<app::Generation>> generations_;
  std::vector<app::Generation*> chain_;
};

TEST_F(ChainTest, HooksRunFromInsideOutAndTheEndComesOnce) {
  const std::string got = serve();
  EXPECT_EQ(progress_, Progress::Ended);
  EXPECT_THAT(notes_, ElementsAre("inner head", "outer head", "inner data hel",
                                  "outer data hel", "inner data lo", "outer data lo",
                                  "inner close 0", "outer close 0"));
  EXPECT_THAT(got, HasSubstr("HTTP/1.1 201 "));
  EXPECT_THAT(got, HasSubstr("x-layer: inner\r\nx-layer: outer\r\n"));
  EXPECT_THAT(got, HasSubstr("3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"));
}

TEST_F(ChainTest, ALayerWithoutHooksChangesNothing) {
  for (Noting& layer : layers_)
    static_cast<gw_layer&>(layer) = {sizeof(gw_layer), 0,       nullptr,
                                     nullptr,          nullptr, nullptr};
  const std::string with = serve();
  EXPECT_TRUE(notes_.empty());
  EXPECT_THAT(with, HasSubstr("HTTP/1.1 200 "));
  EXPECT_THAT(with, HasSubstr("3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"));
}

TEST_F(ChainTest, DataMayBeHeldAndDivided) {
  std::string held;
  layers_[1].writes = [&held](const std::string& bytes, std::uint32_t flags,
                              gw_writer* down) {
    held += bytes;
    if ((flags & GW_LAST) == 0) return;
    pass_on(held.substr(0, 1), 0, down);
    pass_on(held.substr(1), flags, down);
  };
  EXPECT_THAT(serve(), HasSubstr("1\r\nh\r\n4\r\nello\r\n0\r\n\r\n"));
  EXPECT_THAT(notes_, ElementsAre("inner head", "outer head", "inner data hel",
                                  "inner data lo", "outer data h", "outer data ello",
                                  "inner close 0", "outer close 0"));
}

TEST_F(ChainTest, ARefusedHeadAndEachOneInItsPlaceEndInAnAnswer) {
  for (Noting& layer : layers_) {
    layer.head = [](gw_layer*, gw_head*) -> std::int32_t { return GW_E_APP; };
  }
  EXPECT_THAT(serve(), HasSubstr("HTTP/1.1 500 "));
  EXPECT_EQ(progress_, Progress::Failed);
  EXPECT_THAT(notes_, ElementsAre("inner close -1", "outer close -1"));
}

TEST_F(ChainTest, TheNextExchangeBeginsAsNew) {
  layers_[1].writes = [](const std::string&, std::uint32_t, gw_writer*) {};
  serve();
  EXPECT_EQ(progress_, Progress::Aborted);  // a layer has kept GW_LAST
  layers_[1].writes = pass_on;
  notes_.clear();
  EXPECT_THAT(serve(), HasSubstr("3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"));
  EXPECT_EQ(progress_, Progress::Ended);
  EXPECT_EQ(notes_.size(), 8U);
}

UniqueFd file_of(std::string_view text) {
  UniqueFd fd(::memfd_create("part", MFD_CLOEXEC));
  EXPECT_EQ(::write(fd.get(), text.data(), text.size()),
            static_cast<ssize_t>(text.size()));
  return fd;
}

TEST_F(ChainTest, PartsAndWrittenBytesPassInTheOrderOfTheCalls) {
  const UniqueFd file = file_of("0123");
  members_[2].does = [&file](const gw_environ* environ, gw_start_response* start) {
    gw_writer* const out = start(environ, 200, nullptr, 0, 0);
    Exchange& exchange = Exchange::of(*out);
    out->write(out, "a", 1, 0);
    EXPECT_EQ(exchange.send_file(file.get(), 0, 2, 0), GW_OK);
    out->write(out, "b", 1, 0);
    return exchange.send_file(file.get(), 2, 2, GW_LAST);
  };
  EXPECT_THAT(serve(), HasSubstr("1\r\na\r\n2\r\n01\r\n1\r\nb\r\n2\r\n23\r\n0\r\n"));
  EXPECT_EQ(notes_.size(), 12U);
}

TEST_F(ChainTest, ADataHookMayHandOverNoPartAndTheNextExchangeMay) {
  const UniqueFd file = file_of("0123");
  std::int32_t in_hook = GW_OK;
  layers_[1].writes = [&](const std::string& bytes, std::uint32_t flags,
                          gw_writer* down) {
    in_hook = Exchange::of(*down).send_file(file.get(), 0, 2, 0);
    pass_on(bytes, flags, down);
  };
  serve();
  EXPECT_EQ(in_hook, GW_E_STATE);
  layers_[1].writes = pass_on;
  members_[2].does = [&file](const gw_environ* environ, gw_start_response* start) {
    gw_writer* const out = start(environ, 200, nullptr, 0, 0);
    return Exchange::of(*out).send_file(file.get(), 0, -1, GW_LAST);
  };
  EXPECT_THAT(serve(), HasSubstr("4\r\n0123\r\n0\r\n"));
}

TEST_F(ChainTest, ASecondNextIsRefusedAndItsLayerNotTaken) {
  std::int32_t second = 0;
  members_[0].does = [&](const gw_environ* environ, gw_start_response*) {
    const std::int64_t first = table().next(environ, nullptr, &layers_[0]);
    second = static_cast<std::int32_t>(table().next(environ, nullptr, &layers_[1]));
    return first;
  };
  members_[1].does = [](const gw_environ* environ, gw_start_response*) {
    return table().next(environ, nullptr, nullptr);
  };
  serve();
  EXPECT_EQ(second, GW_E_STATE);
  EXPECT_THAT(notes_, ElementsAre("outer head", "outer data hel", "outer data lo",
                                  "outer close 0"));
}

}  // namespace
}  // namespace appserver::bridge
