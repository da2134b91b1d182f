// One request and its answer, as the strict host carries them out: everything that the
// app calls is judged, and what was lent is taken away when it is over.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gateway/gateway.h>

#include "lint/answer.hpp"
#include "lint/instance.hpp"
#include "lint/script.hpp"
#include "lint/seat.hpp"

namespace appserver::lint {

struct Pending;
class Extras;
class Chain;
class WebSocket;

class Exchange {
 public:
  Exchange(Instance& instance, const Script& script, Random random,
           const Seat& seat = {});
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange();

  /// From `call` to the end of the exchange. Threads: the battery's, or its own.
  void run();

  /// What the client got; after run().
  [[nodiscard]] Answer answer() const;

  static Exchange& of(const gw_environ* environ) {
    return *static_cast<Exchange*>(environ->host);
  }

  static Exchange& of(const gw_input* input);
  static Exchange& of(const gw_writer* writer);

  // What the app calls. [exchange]
  gw_writer* start_response(std::uint32_t status, const gw_field* fields,
                            std::size_t count, std::uint32_t flags);
  std::int64_t write(const void* bytes, std::size_t n, std::uint32_t flags);
  std::int32_t body(gw_source* source);
  /// A part of the body that comes from a file: taken whole.
  std::int32_t send_part(std::size_t n, std::uint32_t flags);
  std::int64_t read(void* to, std::size_t most);
  std::int64_t peek(gw_str* view, std::uint32_t flags);
  std::int32_t consume(std::size_t n);

  /// The answer is a WebSocket.
  void accept(const std::shared_ptr<WebSocket>& accepted);

  // What extensions are built of.
  /// Every function of the host asks first: is this the exchange's thread, in a call?
  /// Here the client may leave, too.
  bool may_call(std::string_view function);
  void report(std::string_view rule, std::string_view what);
  /// Calls into the app, on a thread that may serve this exchange. False: it threw.
  bool enter(std::string_view name, const std::function<void()>& step);

  /// How much `write` would take now.
  [[nodiscard]] std::int64_t room_now() const;

  [[nodiscard]] bool is_gone() const { return is_gone_; }

  /// The client leaves.
  void set_gone();

  [[nodiscard]] bool is_over() const { return is_over_; }

  [[nodiscard]] bool has_ended() const { return state_ == State::Ended; }

  [[nodiscard]] bool has_left() const {
    return state_ == State::Leaving || state_ == State::Ended;
  }

  [[nodiscard]] bool has_head() const { return state_ != State::Nothing; }

  /// Will `read` give something else than GW_E_AGAIN?
  [[nodiscard]] bool has_input() const;
  [[nodiscard]] bool is_input_over() const;
  /// Some more of the request has come.
  void let_arrive();

  /// The client has taken what was written.
  void drain() { buffered_ = 0; }

  /// The next step of a source; false when there is nothing to pull now.
  bool pull();

  [[nodiscard]] bool has_source_been_pulled() const { return pulls_ > 0; }

  /// Which rule a head breaks, and how; empty: none.
  static std::string_view check_field(std::uint32_t status, std::string_view name,
                                      std::string_view value, std::string& what);

  /// Where bytes of the body go: the last stop in front of the client. `bytes`: null,
  /// if they are a file's.
  std::int32_t take_body(const void* bytes, std::size_t n);

  Instance& instance;
  const Script& script;
  Random random;
  Lent lent;
  const gw_environ* environ = nullptr;
  std::unique_ptr<Extras> extras;
  std::unique_ptr<Chain> chain;
  std::shared_ptr<Pending> pending;      ///< detached
  std::shared_ptr<WebSocket> websocket;  ///< accepted

 private:
  /// The table of chapter 1; `source` is source_, `gone` is is_gone_.
  enum class State { Nothing, Refused, Stored, Leaving, Ended };

  struct Head {
    std::uint32_t status = 0;
    std::int64_t content_length = -1;
    bool has_type = false;
  };

  void be_in_company();
  void take_turn();
  Lane& next_lane();
  void lend_environ();
  gw_writer* lend_writer(const gw_writer& base, const char* name);
  const gw_environ* make_environ();
  gw_writer* refused(std::int32_t code);
  gw_writer* store(std::uint32_t status, const gw_field* fields, std::size_t count);
  bool check_head(std::uint32_t status, const gw_field* fields, std::size_t count,
                  Head& head);
  bool check_length(std::string_view value, Head& head);
  bool leave();
  [[nodiscard]] bool has_body() const;
  std::int64_t bytes_here() const;
  std::int64_t input_state();
  std::size_t arrive_for_a_waiting_call();
  std::int64_t call();
  void after_call(std::int64_t code);
  void judge_input(std::int64_t code);
  void pull_all();
  void take_pulled(std::int64_t result, const char* bytes, std::size_t most);
  void turn_until_over();
  void end_pending();
  void end_body();
  void close_source(std::int32_t reason);
  void conclude();
  void serve_websocket(bool is_accepted);

  // The request's body.
  std::size_t arrived_ = 0, taken_ = 0;
  std::size_t agains_ = 0;       ///< GW_E_AGAIN of read, one after the other
  bool has_seen_again_ = false;  ///< and nothing else since
  const void* peeked_ = nullptr;
  std::size_t shown_ = 0;

  // The answer.
  State state_ = State::Nothing;
  std::int32_t refusal_ = GW_OK;
  Head head_;
  std::size_t written_ = 0, buffered_ = 0;
  bool is_short_ = false;         ///< the last write was, and nobody has followed up
  std::size_t stuck_writes_ = 0;  ///< that took nothing, one after the other
  bool is_too_late_ = false;      ///< GW_E_SENT was given
  gw_source* source_ = nullptr;
  std::size_t pulls_ = 0;
  std::size_t parts_ = 0;  ///< of files, that have not left
  bool is_failed_ = false;
  std::int32_t outcome_ = GW_OK;

  bool is_gone_ = false, is_over_ = false;
  std::size_t host_calls_ = 0, calls_after_gone_ = 0;
  std::atomic<std::thread::id> inside_;
  std::string label_;
  const Seat seat_;
  Now::Slot& now_;
  Answer answer_;

  gw_writer* writer_ = nullptr;
  gw_writer* refusing_writer_ = nullptr;
  const void* input_ = nullptr;
  friend class Chain;
  friend class Extras;
};

}  // namespace appserver::lint
