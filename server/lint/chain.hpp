// gw.middleware/1 in the strict host: the app under test is the one layer around an app
// of the host's own, which answers in many ways.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <gateway/middleware.h>

namespace appserver::lint {

class Exchange;

class Chain {
 public:
  explicit Chain(Exchange& exchange) : exchange_(exchange) {}

  /// [exchange]; in `call`.
  std::int64_t next(const gw_environ* given, const gw_environ* changed,
                    gw_layer* layer);

  /// Has next been called, so that the inner app answers?
  [[nodiscard]] bool was_taken() const { return is_taken_; }

  /// And has the layer not put an answer of its own in its place?
  [[nodiscard]] bool answers() const { return is_taken_ && !is_replaced_; }

  void replace() { is_replaced_ = true; }

  /// `call` has returned: the rest of the inner answer. Threads: the battery's.
  void finish(std::int64_t code);
  /// The layer is told the end.
  void close(std::int32_t reason);
  /// What `call` may return after next.
  void judge(std::int64_t code);
  /// The `down` of data.
  std::int64_t write_down(const void* bytes, std::size_t n, std::uint32_t flags);

 private:
  void check_changed(const gw_environ& changed);
  void read_all();
  void begin_answer();
  [[nodiscard]] bool has_body() const;
  void fail();
  bool send_head(std::uint32_t status, std::int64_t length);
  void judge_head(const gw_head& head);
  bool send(std::string_view bytes, std::uint32_t flags);
  void end();
  void event(const char* name, const std::function<void()>& step);
  gw_writer* down();

  Exchange& exchange_;
  gw_layer* layer_ = nullptr;
  gw_writer* down_ = nullptr;
  bool is_taken_ = false, is_replaced_ = false, is_in_call_ = false;
  std::int64_t result_ = GW_OK;
  std::vector<std::string> pieces_;  ///< of the inner answer that have not left
  std::uint32_t status_ = 200;
  std::int64_t declared_ = -1;  ///< the length that the layer's head tells
  std::size_t passed_ = 0;      ///< bytes that came down
  std::size_t in_one_call_ = 0;
  std::uint32_t seen_flags_ = 0;  ///< came down in the current data
  bool is_cut_ = false, has_ended_ = false, has_head_left_ = false;
};

}  // namespace appserver::lint
