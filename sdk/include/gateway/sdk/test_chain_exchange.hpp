// One exchange through a chain of layers, as gateway/middleware.h says it. To the
// strict host of test_exchange.hpp the whole chain is one app, whose head and frames it
// checks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gateway/gateway.h>
#include <gateway/middleware.h>
#include <gateway/sdk/test_exchange.hpp>
#include <gateway/sdk/test_layers.hpp>
#include <gateway/sdk/test_memory.hpp>
#include <gateway/sdk/test_result.hpp>

namespace gateway {

/// An app of a chain with its instance.
struct TestPart {
  const gw_app& app;
  void* self;
};

/// Lives: for one call, on one thread.
class TestChainExchange {
 public:
  TestChainExchange(const std::vector<TestPart>& parts,
                    const TestConditions& conditions,
                    const std::vector<std::string>& attributes)
      : parts_(parts), conditions_(conditions), memory_(attributes) {}

  TestChainExchange(const TestChainExchange&) = delete;
  TestChainExchange& operator=(const TestChainExchange&) = delete;

  TestChainResult run(const gw_environ& env, std::string_view body) {
    gw_app whole{};
    whole.size = sizeof whole;
    whole.call = &call;
    for (const TestPart& part : parts_) whole.flags |= part.app.flags & GW_BLOCKING;
    whole.flags |= parts_.back().app.flags & GW_BUFFERED;
    may_block_ = (whole.flags & GW_BLOCKING) != 0;
    TestConditions outside = conditions_;  // short counts and leaving are ours
    outside.room = outside.leaves_after = TestConditions::kAll;
    static_cast<TestResult&>(result_) =
        TestExchange(whole, env, body, outside).run(this);
    if (failure_ < 0) {
      result_.failed = true;
      result_.code = failure_;
    }
    for (std::string& rule : violations_) result_.violations.push_back(std::move(rule));
    result_.bodies_closed = bodies_closed_;
    return std::move(result_);
  }

  static std::int64_t next(const gw_environ* env, const gw_environ* changed,
                           gw_layer* layer) {
    TestLevel& level = *static_cast<TestLevel*>(env->host);
    TestChainExchange& self = *level.exchange;
    if (&level.env != env || level.has_passed || level.place + 1 != self.depth_) {
      self.violations_.emplace_back("GW-M: next was not the one call for this environ");
      return GW_E_STATE;
    }
    level.has_passed = true;
    level.layer = layer;
    return self.enter(changed != nullptr ? *changed : *env);
  }

  static void* room(const gw_environ* env, std::size_t bytes) {
    return of(env).memory_.room(bytes);
  }

  static std::int32_t on_close(const gw_environ* env, void (*fn)(void*, std::int32_t),
                               void* arg) {
    return of(env).memory_.on_close(fn, arg);
  }

  static std::int32_t is_gone(const gw_environ* env) {
    return of(env).sent_ >= of(env).conditions_.leaves_after ? 1 : 0;
  }

  static std::int32_t set(const gw_environ* env, std::int32_t number, void* value,
                          void (*drop)(void*)) {
    return of(env).memory_.set(number, value, drop);
  }

  static void* get(const gw_environ* env, std::int32_t number) {
    return of(env).memory_.get(number);
  }

 private:
  struct Writer : gw_writer {
    TestChainExchange* exchange;
  };

  struct Pulled : gw_source {
    TestChainExchange* exchange;
  };

  static TestChainExchange& of(const gw_environ* env) {
    return *static_cast<TestLevel*>(env->host)->exchange;
  }

  static std::int64_t call(void* raw, const gw_environ* env, gw_start_response* start) {
    auto& self = *static_cast<TestChainExchange*>(raw);
    self.outer_ = env;
    self.outer_start_ = start;
    const std::int64_t code = self.enter(*env);
    if (code >= 0 && self.source_ != nullptr && self.may_have_body()) {
      return self.hand_over();
    }
    const std::int64_t end = self.conclude(code);
    self.close(static_cast<std::int32_t>(self.failure_ < 0 ? self.failure_ : end));
    return end;
  }

  std::int64_t enter(const gw_environ& env) {
    TestLevel& level = layers_[depth_];
    level = {this, depth_, env, nullptr, false, {}};
    level.input = {{sizeof(gw_input), 0, &read}, &level};
    level.env.input = &level.input;
    level.env.log = &log;
    level.env.host = &level;
    const TestPart& part = parts_[depth_++];
    outside_ = level.place;
    return part.app.call(part.self, &level.env, &start_response);
  }

  static void log(const gw_environ* env, std::uint32_t level, gw_str text) {
    of(env).outer_->log(of(env).outer_, level, text);
  }

  static std::int64_t read(gw_input* raw, void* to, std::size_t cap) {
    TestLevel& level = *static_cast<TestLevelInput*>(raw)->level;
    TestChainExchange& self = *level.exchange;
    return self.layers_.read(level.place, self.outer_->input, to, cap);
  }

  // The head.

  static gw_writer* start_response(const gw_environ* env, std::uint32_t status,
                                   const gw_field* fields, std::size_t count,
                                   std::uint32_t flags) {
    TestChainExchange& self = of(env);
    TestRefusal refusal = check_head(status, fields, count);
    if (self.has_head_ && (flags & GW_REPLACE) == 0) {
      refusal = {GW_E_STATE, "GW-S16: a second head without GW_REPLACE"};
    } else if (self.has_left_) {
      refusal = {GW_E_SENT, "GW-S18: a head for an answer that has left"};
    }
    self.inner_ = {{sizeof(gw_writer), refusal.code, &write, &body}, &self};
    if (refusal.code == GW_OK) {
      self.store(status, fields, count);
    } else {
      self.violations_.push_back(refusal.rule);
    }
    return &self.inner_;
  }

  void store(std::uint32_t status, const gw_field* fields, std::size_t count) {
    has_head_ = true;
    status_ = status;
    head_.clear();
    declared_ = -1;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string_view name = as_view(fields[i].name);
      if (same_name(name, "content-length")) {
        declared_ = std::stoll(std::string(as_view(fields[i].value)));
      } else {
        head_.emplace_back(name, as_view(fields[i].value));
      }
    }
  }

  std::int32_t leave(std::int64_t length) {
    has_left_ = true;
    std::vector<gw_field> fields;
    for (const auto& [name, value] : head_) {
      fields.push_back({as_str(name), as_str(value)});
    }
    gw_head head{sizeof(gw_head),       status_, nullptr, 0, 0, length,
                 outer_->request_method};
    std::size_t at = outside_;
    for (std::int32_t code; (code = layers_.head(at, head, fields)) < 0;) {
      own_error(code);  // in its place, through the layers outside
      outside_ = at;
      fields = {{GW_STR("content-type"), GW_STR("text/plain")}};
      head.status = status_;
      head.content_length = static_cast<std::int64_t>(kOwnText.size());
    }
    status_ = head.status;
    result_.content_length = head.content_length;
    const std::string number = std::to_string(head.content_length);
    if (head.content_length >= 0 && status_ != 204 && status_ != 304) {
      fields.push_back({GW_STR("content-length"), as_str(number)});
    }
    outer_writer_ =
        outer_start_(outer_, status_, fields.data(), fields.size(), GW_REPLACE);
    return outer_writer_->error;
  }

  bool may_have_body() const {
    return as_view(outer_->request_method) != "HEAD" && status_ != 204 &&
           status_ != 304;
  }

  static constexpr std::string_view kOwnText = "Internal Server Error\n";

  void own_error(std::int64_t code) {
    failure_ = code;
    status_ = 500;
    is_own_ = true;
  }

  // The body.

  static std::int64_t write(gw_writer* raw, const void* p, std::size_t n,
                            std::uint32_t flags) {
    TestChainExchange& self = *static_cast<Writer*>(raw)->exchange;
    if (raw->error < 0) return raw->error;
    if (self.is_over_ || self.source_ != nullptr) return GW_E_STATE;
    std::size_t room = n;
    if (!self.may_block_) {
      const std::size_t most =
          std::max<std::size_t>(self.conditions_.room, GW_TAKEN_WHOLE);
      room = std::min(room, most - std::min(most, self.given_));
    }
    if (room < n) flags = 0;
    return self.give({static_cast<const char*>(p), room}, flags);
  }

  std::int64_t give(std::string_view bytes, std::uint32_t flags) {
    if (bytes.empty() && flags == 0) return 0;
    if (!has_left_) {
      const bool is_whole = declared_ < 0 && (flags & GW_LAST) != 0;
      const auto whole = static_cast<std::int64_t>(bytes.size());
      const std::int32_t code = leave(is_whole ? whole : declared_);
      if (code < 0) return code;
      if (is_own_) return send_own(), failure_;
    }
    given_ += bytes.size();
    if (declared_ >= 0 && given_ > static_cast<std::size_t>(declared_)) {
      violations_.emplace_back("GW-O5: more than the declared content-length");
      return GW_E_TOOBIG;
    }
    const std::int32_t code = pass(bytes, flags);
    if (code < 0) return cut_ = code;
    if ((flags & GW_LAST) != 0) is_over_ = true;
    return static_cast<std::int64_t>(bytes.size());
  }

  std::int32_t pass(std::string_view bytes, std::uint32_t flags) {
    return may_have_body() ? layers_.data(outside_, bytes, flags) : GW_OK;
  }

  /// What leaves the chain.
  std::int32_t out(std::string_view bytes, std::uint32_t flags) {
    result_.pieces.push_back({std::string(bytes), flags});
    sent_ += bytes.size();
    if (sent_ > conditions_.leaves_after) return GW_E_GONE;
    if (is_pulled_) {
      pending_.append(bytes);
      return GW_OK;
    }
    const std::int64_t taken =
        outer_writer_->write(outer_writer_, bytes.data(), bytes.size(), flags);
    return static_cast<std::int32_t>(std::min<std::int64_t>(taken, GW_OK));
  }

  void send_own() {
    cut_ = pass(kOwnText, GW_LAST);
    is_over_ = true;
  }

  static std::int32_t body(gw_writer* raw, gw_source* source) {
    TestChainExchange& self = *static_cast<Writer*>(raw)->exchange;
    const std::int32_t code = raw->error < 0                             ? raw->error
                              : self.is_over_ || self.source_ != nullptr ? GW_E_STATE
                                                                         : GW_OK;
    if (code == GW_OK) {
      self.source_ = source;
    } else {
      self.close_source(source, code);
    }
    return code;
  }

  // A source: the whole chain becomes one of the strict host.

  std::int64_t hand_over() {
    is_pulled_ = true;
    if (!has_left_) outer_writer_ = outer_start_(outer_, 500, nullptr, 0, GW_REPLACE);
    pulled_ = {{sizeof(gw_source), 0, &pull, &pulled_close}, this};
    return outer_writer_->body(outer_writer_, &pulled_);
  }

  static std::int64_t pull(gw_source* raw, void* to, std::size_t cap) {
    TestChainExchange& self = *static_cast<Pulled*>(raw)->exchange;
    while (self.pending_.empty()) {
      if (self.is_over_) return 0;
      const std::int64_t code = self.pull_once();
      if (code < 0) return code;
    }
    const std::size_t n = std::min(cap, self.pending_.size());
    std::memcpy(to, self.pending_.data(), n);
    self.pending_.erase(0, n);
    return static_cast<std::int64_t>(n);
  }

  std::int64_t pull_once() {
    std::vector<char> piece(std::min<std::size_t>(conditions_.pulls, GW_TAKEN_WHOLE));
    const std::int64_t n = source_->next(source_, piece.data(), piece.size());
    if (n == GW_E_AGAIN) {  // nothing is held back while the app waits
      if (!std::exchange(is_unflushed_, false)) return n;
      const std::int64_t code = give({}, GW_FLUSH);
      return code < 0 || !pending_.empty() ? code : GW_E_AGAIN;
    }
    if (n <= 0) return conclude(n);
    is_unflushed_ = true;
    const std::int64_t code = give({piece.data(), static_cast<std::size_t>(n)}, 0);
    return code < 0 ? conclude(code) : code;
  }

  static void pulled_close(gw_source* raw, std::int32_t reason) {
    TestChainExchange& self = *static_cast<Pulled*>(raw)->exchange;
    self.close(self.failure_ < 0 ? static_cast<std::int32_t>(self.failure_) : reason);
  }

  // The end.

  std::int64_t conclude(std::int64_t code) {
    if (cut_ < 0) code = cut_;
    if (code >= 0 && !has_head_) {
      violations_.emplace_back("GW-C3: no answer");
      code = GW_E_APP;
    }
    if (code < 0 && is_own_) return GW_OK;  // answered already
    if (code < 0 && has_left_) return failure_ = code;
    if (code < 0) {
      own_error(code);
      head_ = {{"content-type", "text/plain"}};
      declared_ = -1;
      const std::int32_t left = leave(static_cast<std::int64_t>(kOwnText.size()));
      if (left < 0) return left;
      send_own();
      return cut_;
    }
    const std::int64_t end = is_over_ ? GW_OK : give({}, GW_LAST);
    return end < 0 && is_own_ ? GW_OK : end;
  }

  void close_source(gw_source* source, std::int32_t reason) {
    ++bodies_closed_;
    result_.close_reason = reason;
    source->close(source, reason);
  }

  void close(std::int32_t reason) {
    if (source_ != nullptr) close_source(std::exchange(source_, nullptr), reason);
    result_.remote_user = memory_.remote_user();
    layers_.close(reason);
    memory_.close(reason);
    result_.room_bytes = memory_.room_bytes();
  }

  const std::vector<TestPart>& parts_;
  const TestConditions& conditions_;
  TestMemory memory_;
  std::vector<std::string> violations_;
  TestLayers layers_{
      parts_.size(),
      [this](std::string_view bytes, std::uint32_t flags) { return out(bytes, flags); },
      violations_};
  std::size_t depth_ = 0;    // apps that were called
  std::size_t outside_ = 0;  // layers outside of the app that answers
  const gw_environ* outer_ = nullptr;
  gw_start_response* outer_start_ = nullptr;
  gw_writer* outer_writer_ = nullptr;
  gw_source* source_ = nullptr;
  Writer inner_{};
  Pulled pulled_{};
  TestHeaders head_;
  std::string pending_;
  std::uint32_t status_ = 0;
  std::int64_t declared_ = -1;
  std::size_t given_ = 0, sent_ = 0;
  std::int64_t failure_ = GW_OK;  // why the answer is the host's own, or was cut
  std::int32_t cut_ = GW_OK;
  int bodies_closed_ = 0;
  bool may_block_ = false, has_head_ = false, has_left_ = false, is_over_ = false;
  bool is_own_ = false, is_pulled_ = false, is_unflushed_ = false;
  TestChainResult result_;
};

}  // namespace gateway
