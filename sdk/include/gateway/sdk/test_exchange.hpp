// One call of an app by a small, strict host that lives inside the test.
//
// It keeps every promise of gateway.h to the app, makes full use of what a host is
// allowed (short counts, GW_E_AGAIN, a client that leaves), and notes which rule the
// app breaks.
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
#include <gateway/sdk/test_result.hpp>
#include <gateway/sdk/test_rules.hpp>

namespace gateway {

/// Lives:   for one call; the app may use nothing of it afterwards.
/// Threads: the one that calls run().
class TestExchange {
 public:
  /// `env` is completed with input, log and host; what it points to must outlive this.
  TestExchange(const gw_app& app, gw_environ env, std::string_view body,
               const TestConditions& conditions)
      : app_(app), conditions_(conditions), env_(env), body_(body) {
    env_.input = &input_;
    env_.log = &log;
    env_.host = this;
    may_wait_ = (app.flags & (GW_BLOCKING | GW_BUFFERED)) != 0;
    if (conditions.arrives.empty() || (app.flags & GW_BUFFERED) != 0) {
      arrived_ = body_.size();
    } else {
      arrive();
    }
  }

  TestExchange(const TestExchange&) = delete;
  TestExchange& operator=(const TestExchange&) = delete;
  ~TestExchange() = default;

  TestResult run(void* self) {
    const std::int64_t code = app_.call(self, &env_, &start_response);
    if (source_ != nullptr) {
      const std::int64_t end = code < 0 ? code : pull_all();
      close(std::exchange(source_, nullptr), static_cast<std::int32_t>(end));
      conclude(end);
    } else {
      conclude(code < 0 ? code : GW_OK);
    }
    return std::move(result_);
  }

 private:
  template <class Table>
  struct Owned : Table {
    TestExchange* exchange;
  };

  static TestExchange& of(const gw_environ* env) {
    return *static_cast<TestExchange*>(env->host);
  }

  static TestExchange& of(gw_writer* writer) {
    return *static_cast<Owned<gw_writer>*>(writer)->exchange;
  }

  static TestExchange& of(gw_input* input) {
    return *static_cast<Owned<gw_input>*>(input)->exchange;
  }

  static void log(const gw_environ* env, std::uint32_t level, gw_str text) {
    of(env).result_.log.push_back({level, std::string(as_view(text))});
  }

  std::int32_t broken(std::int32_t code, std::string rule) {
    result_.violations.push_back(std::move(rule));
    return code;
  }

  // The request's body.

  void arrive() {
    const std::size_t left = body_.size() - arrived_;
    const bool is_listed = pieces_ < conditions_.arrives.size();
    arrived_ += std::min(left, is_listed ? conditions_.arrives[pieces_++] : left);
  }

  static std::int64_t read(gw_input* input, void* to, std::size_t cap) {
    return of(input).read_some(static_cast<char*>(to), cap);
  }

  std::int64_t read_some(char* to, std::size_t cap) {
    const std::size_t end = std::min(body_.size(), conditions_.body_cut_after);
    if (read_ >= end) return end < body_.size() ? GW_E_GONE : GW_OK;
    if (cap == 0) return broken(GW_E_INVALID, "GW-B5: a read into nothing");
    while (read_ == arrived_ && may_wait_) arrive();
    const std::size_t count = std::min({cap, arrived_ - read_, end - read_});
    if (count == 0) {
      met_again_ = true;
      return GW_E_AGAIN;
    }
    std::memcpy(to, body_.data() + read_, count);
    read_ += count;
    return static_cast<std::int64_t>(count);
  }

  // The head.

  static gw_writer* start_response(const gw_environ* env, std::uint32_t status,
                                   const gw_field* fields, std::size_t count,
                                   std::uint32_t flags) {
    TestExchange& self = of(env);
    TestRefusal refusal = self.refuse(status, fields, count, flags);
    if (refusal.code != GW_OK) {
      self.result_.violations.push_back(std::move(refusal.rule));
      self.refused_.error = refusal.code;
      return &self.refused_;
    }
    self.store(status, fields, count);
    return &self.writer_;
  }

  TestRefusal refuse(std::uint32_t status, const gw_field* fields, std::size_t count,
                     std::uint32_t flags) {
    const bool replaces = (flags & GW_REPLACE) != 0;
    if (std::exchange(asked_, true) && !replaces) {
      return {GW_E_STATE, "GW-S16: a second head without GW_REPLACE"};
    }
    if (has_left_) return {GW_E_SENT, "GW-S18: a head for an answer that has left"};
    return check_head(status, fields, count);
  }

  void store(std::uint32_t status, const gw_field* fields, std::size_t count) {
    result_.status = status;
    result_.headers.clear();
    for (std::size_t i = 0; i < count; ++i) {
      result_.headers.emplace_back(as_view(fields[i].name), as_view(fields[i].value));
    }
    const auto length = result_.header("content-length");
    declared_ = length ? std::stoull(std::string(*length)) : TestConditions::kAll;
  }

  // The body.

  static std::int64_t refused_write(gw_writer* writer, const void*, std::size_t,
                                    std::uint32_t) {
    return writer->error;
  }

  static std::int32_t refused_body(gw_writer* writer, gw_source* source) {
    source->close(source, writer->error);
    return writer->error;
  }

  static std::int64_t write(gw_writer* writer, const void* bytes, std::size_t size,
                            std::uint32_t flags) {
    return of(writer).write_some({static_cast<const char*>(bytes), size}, flags);
  }

  std::int64_t write_some(std::string_view bytes, std::uint32_t flags) {
    if (is_over_ || source_ != nullptr) {
      return broken(GW_E_STATE, "GW-C8: a write after the end of the body");
    }
    std::size_t room = bytes.size();
    if (!may_block()) {
      const std::size_t limit = std::max<std::size_t>(conditions_.room, GW_TAKEN_WHOLE);
      room = std::min(room, limit - std::min(limit, given_));
    }
    const std::int64_t code = send(bytes.substr(0, room));
    if (code < 0) return code;
    if ((flags & GW_FLUSH) != 0) has_left_ = true;
    if ((flags & GW_LAST) != 0 && room == bytes.size()) is_over_ = true;
    return static_cast<std::int64_t>(room);
  }

  bool may_block() const { return (app_.flags & GW_BLOCKING) != 0; }

  std::int64_t send(std::string_view bytes) {
    if (given_ + bytes.size() > declared_) {
      return broken(GW_E_TOOBIG, "GW-O5: more than the declared content-length");
    }
    if (given_ + bytes.size() > conditions_.leaves_after) return GW_E_GONE;
    given_ += bytes.size();
    if (!bytes.empty()) has_left_ = true;
    if (may_have_body()) result_.body.append(bytes);
    return GW_OK;
  }

  bool may_have_body() const {
    return as_view(env_.request_method) != "HEAD" && result_.status != 204 &&
           result_.status != 304;
  }

  static std::int32_t body(gw_writer* writer, gw_source* source) {
    TestExchange& self = of(writer);
    if (self.is_over_ || self.source_ != nullptr) {
      self.close(source, GW_E_STATE);
      return self.broken(GW_E_STATE, "GW-O13: a second body");
    }
    self.source_ = source;
    return GW_OK;
  }

  void close(gw_source* source, std::int32_t reason) {
    ++result_.bodies_closed;
    result_.close_reason = reason;
    source->close(source, reason);
  }

  /// The host's loop over a source: how the answer ended.
  std::int64_t pull_all() {
    std::vector<char> piece(conditions_.pulls);
    for (;;) {
      met_again_ = false;
      const std::int64_t count = source_->next(source_, piece.data(), piece.size());
      if (count == 0) return GW_OK;
      if (count == GW_E_AGAIN) {
        if (arrived_ == body_.size() || !met_again_) {
          return broken(GW_E_APP, "GW-O2: waits for input that cannot come");
        }
        arrive();
        continue;
      }
      if (count < 0) return count;
      const auto size = static_cast<std::size_t>(count);
      if (size > piece.size())
        return broken(GW_E_APP, "GW-O16: more than there was room");
      const std::int64_t code = send({piece.data(), size});
      if (code < 0) return code;
    }
  }

  // The end.

  void conclude(std::int64_t code) {
    if (code == GW_OK && result_.status == 0) {
      code = broken(GW_E_APP, "GW-C3: no answer");
    }
    if (code == GW_OK && declared_ != TestConditions::kAll && may_have_body() &&
        given_ < declared_) {
      code = broken(GW_E_APP, "GW-O6: less than the declared content-length");
      has_left_ = true;
    }
    result_.code = code;
    result_.failed = code < 0;
    result_.aborted = result_.failed && has_left_;
    if (result_.failed && !has_left_) {
      result_.status = 500;
      result_.headers.clear();
      result_.body.clear();
    }
  }

  const gw_app& app_;
  const TestConditions& conditions_;
  gw_environ env_;
  std::string_view body_;
  TestResult result_;
  Owned<gw_input> input_{{sizeof(gw_input), 0, &read}, this};
  Owned<gw_writer> writer_{{sizeof(gw_writer), GW_OK, &write, &body}, this};
  gw_writer refused_{sizeof(gw_writer), GW_OK, &refused_write, &refused_body};
  gw_source* source_ = nullptr;
  std::size_t pieces_ = 0, arrived_ = 0, read_ = 0;          // the request's body
  std::size_t given_ = 0, declared_ = TestConditions::kAll;  // the answer's
  bool may_wait_ = false;   // a read may wait for the client
  bool met_again_ = false;  // the last pull met GW_E_AGAIN
  bool asked_ = false;      // start_response was called
  bool has_left_ = false;   // the head, with what followed
  bool is_over_ = false;    // GW_LAST was taken whole
};

}  // namespace gateway
