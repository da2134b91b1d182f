// The life of one exchange: what is lent, `call`, what its result means, the end.
#include "lint/exchange.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/clock.hpp"
#include "lint/chain.hpp"
#include "lint/crowd.hpp"
#include "lint/detached.hpp"
#include "lint/extras.hpp"
#include "lint/websocket.hpp"

namespace appserver::lint {
namespace {

struct LentInput {
  gw_input base;
  Exchange* exchange;
};

struct LentWriter {
  gw_writer base;
  Exchange* exchange;
};

/// Late enough for a busy machine: only who forgets an exchange waits for it.
constexpr std::uint64_t kDeadlineNs = 5'000'000'000;

/// %-decoded once, as PATH_INFO is.
std::string decoded(std::string_view target) {
  const auto hex = [](char c) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    return kDigits.find(static_cast<char>(c | 0x20));
  };
  std::string path;
  target = target.substr(0, target.find('?'));
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] == '%' && i + 2 < target.size()) {
      path += static_cast<char>(hex(target[i + 1]) * 16 + hex(target[i + 2]));
      i += 2;
    } else {
      path += target[i];
    }
  }
  return path;
}

}  // namespace

Exchange& Exchange::of(const gw_input* input) {
  return *reinterpret_cast<const LentInput*>(input)->exchange;
}

Exchange& Exchange::of(const gw_writer* writer) {
  return *reinterpret_cast<const LentWriter*>(writer)->exchange;
}

Exchange::Exchange(Instance& on, const Script& what, Random numbers, const Seat& seat)
    : instance(on),
      script(what),
      random(numbers),
      lent(what.text()),
      extras(std::make_unique<Extras>(*this)),
      chain(std::make_unique<Chain>(*this)),
      label_(what.text()),
      seat_(seat),
      now_(on.bench.now.slots.at(seat.slot)) {
  if (instance.is_buffered()) arrived_ = std::min(script.body.size(), script.cut_at);
}

Exchange::~Exchange() = default;

gw_writer* Exchange::lend_writer(const gw_writer& base, const char* name) {
  const LentWriter writer{base, this};
  return static_cast<gw_writer*>(
      const_cast<void*>(lent.lend(&writer, sizeof(writer), name)));
}

void Exchange::lend_environ() {
  LentInput input{};
  input.base.size = sizeof(gw_input);
  input.base.read = [](gw_input* self, void* to, std::size_t most) {
    return of(self).read(to, most);
  };
  input.exchange = this;
  input_ = lent.lend(&input, sizeof(input), "gw_input");
  gw_writer writer{};
  writer.size = sizeof(gw_writer);
  writer.write = [](gw_writer* self, const void* bytes, std::size_t n,
                    std::uint32_t flags) {
    Exchange& exchange = of(self);
    if (!exchange.may_call("write")) return std::int64_t{GW_E_STATE};
    if (self->error != GW_OK) return std::int64_t{self->error};
    return exchange.write(bytes, n, flags);
  };
  writer.body = [](gw_writer* self, gw_source* source) {
    Exchange& exchange = of(self);
    if (!exchange.may_call("body")) return std::int32_t{GW_E_STATE};
    if (self->error == GW_OK) return exchange.body(source);
    if (source != nullptr && source->close != nullptr) {
      source->close(source, self->error);  // closed once even if refused
    }
    return self->error;
  };
  writer_ = lend_writer(writer, "gw_writer");
  refusing_writer_ = lend_writer(writer, "gw_writer");
  environ = make_environ();
}

const gw_environ* Exchange::make_environ() {
  gw_environ made{};
  made.size = sizeof(made);
  made.flags = (script.is_replay ? GW_REPLAY : 0U) | GW_MULTIPROCESS;
  made.request_method = lent.lend_text(script.method, "request_method");
  made.script_name = lent.lend_text("", "script_name");
  made.path_info = lent.lend_text(decoded(script.target), "path_info");
  const std::size_t query = std::min(script.target.find('?'), script.target.size() - 1);
  made.query_string = lent.lend_text(script.target.find('?') == std::string::npos
                                         ? ""
                                         : script.target.substr(query + 1),
                                     "query_string");
  made.request_uri = lent.lend_text(script.target, "request_uri");
  made.server_protocol = lent.lend_text(script.protocol, "server_protocol");
  made.url_scheme = lent.lend_text("http", "url_scheme");
  made.server_name = lent.lend_text("localhost", "server_name");
  made.server_port = lent.lend_text(script.has_address ? "8000" : "0", "server_port");
  if (script.has_address) {
    made.remote_addr = lent.lend_text("127.0.0.1", "remote_addr");
    made.remote_port = lent.lend_text("54321", "remote_port");
  }
  made.request_id =
      lent.lend_text("lint-0123456789abcde" + std::to_string(seat_.slot), "request_id");
  made.content_length =
      script.is_length_known ? static_cast<std::int64_t>(script.body.size()) : -1;
  made.deadline_ns = monotonic_now_ns() + kDeadlineNs;
  std::vector<gw_field> fields;
  for (const auto& [name, value] : script.fields) {
    fields.push_back({lent.lend_text(name, "a field's name"),
                      lent.lend_text(value, "a field's value")});
    if (name == "content-type") made.content_type = fields.back().value;
  }
  made.field = static_cast<const gw_field*>(
      lent.lend(fields.data(), fields.size() * sizeof(gw_field), "environ->field"));
  made.field_count = fields.size();
  made.input = static_cast<gw_input*>(const_cast<void*>(input_));
  made.log = [](const gw_environ* self, std::uint32_t, gw_str text) {
    Exchange& exchange = of(self);
    if (!exchange.may_call("environ->log")) return;
    if (text.p == nullptr && text.n > 0) {
      exchange.report("D2", "log: a text of n > 0 bytes at NULL");
    }
  };
  made.host = this;
  return static_cast<const gw_environ*>(lent.lend(&made, sizeof(made), "gw_environ"));
}

void Exchange::report(std::string_view rule, std::string_view what) {
  instance.bench.findings.report(rule, what);
}

bool Exchange::may_call(std::string_view function) {
  if (inside_.load() != std::this_thread::get_id()) {
    report("D3", std::string(function) +
                     " is called on a thread that does not serve this exchange now");
    return false;
  }
  be_in_company();
  if (++host_calls_ > script.leaves_after) set_gone();
  constexpr std::size_t kPatience = 1000;
  if (is_gone_ && ++calls_after_gone_ == kPatience) {
    report("D14", "it goes on and on after GW_E_GONE");
  }
  return true;
}

/// In the company of others they are waited for; a slow host takes its time. It does
/// not sleep: an event app is judged by how long it waits.
void Exchange::be_in_company() {
  if (seat_.crowd != nullptr) seat_.crowd->meet(host_calls_);
  constexpr std::size_t kSlowCalls = 8;
  constexpr std::uint64_t kSlowNs = 1'000'000;
  if (!seat_.is_slow || host_calls_ >= kSlowCalls) return;
  const std::uint64_t until = monotonic_now_ns() + kSlowNs;
  while (monotonic_now_ns() < until) continue;
}

void Exchange::take_turn() {
  if (seat_.crowd != nullptr) seat_.crowd->take_turn(seat_.slot - 1);
}

Lane& Exchange::next_lane() {
  Lane& lane = instance.lane(random);  // drawn in any case: the numbers stay the same
  if (seat_.crowd == nullptr || seat_.crowd->takes_turns()) return lane;
  return seat_.crowd->lane(seat_.slot - 1);
}

bool Exchange::enter(std::string_view name, const std::function<void()>& step) {
  bool is_walled = true;
  take_turn();
  next_lane().run([&] {
    Now::number_here() = seat_.slot;
    inside_ = std::this_thread::get_id();
    is_walled = call_app(instance.bench, name, instance.is_event(), step);
    inside_ = std::thread::id();
    Now::number_here() = 0;
  });
  return is_walled;
}

std::int64_t Exchange::call() {
  std::int64_t code = GW_E_APP;
  const auto start = [](const gw_environ* self, std::uint32_t status,
                        const gw_field* fields, std::size_t count,
                        std::uint32_t flags) -> gw_writer* {
    return of(self).start_response(status, fields, count, flags);
  };
  const bool is_walled =
      enter("call", [&] { code = instance.app.call(instance.self, environ, start); });
  return is_walled ? code : std::int64_t{GW_E_APP};
}

void Exchange::run() {
  put_text(now_.request, label_);
  if (script.leaves_after == 0) set_gone();
  lend_environ();
  const std::int64_t code = call();
  if (code < GW_E_BUSY) report("D8", "call gave a code that no header knows");
  if (code == GW_E_AGAIN) {
    report("D15", "call gave GW_E_AGAIN, which only the next of a source may");
  }
  chain->judge(code);
  if (pending && code >= 0) {
    turn_until_over();
  } else {
    after_call(code);
    pull_all();
  }
  if (websocket) serve_websocket(code >= 0);
  conclude();
}

void Exchange::accept(const std::shared_ptr<WebSocket>& accepted) {
  websocket = accepted;
  instance.websockets.push_back(accepted);
  state_ = State::Ended;
}

/// The environ and the input end with the call that accepted.
void Exchange::serve_websocket(bool is_accepted) {
  extras->tell_all(GW_OK);
  lent.take_back();
  websocket->run(is_accepted);
}

/// Chapter 4: what the result of `call` (or of complete) means.
void Exchange::after_call(std::int64_t code) {
  is_failed_ = code < 0;
  if (is_gone_) return;
  if (chain->answers()) return chain->finish(code);
  if (code < 0) {
    outcome_ = static_cast<std::int32_t>(code);
    return;
  }
  judge_input(code);
  if (is_too_late_) {
    report("S18", "GW_REPLACE came too late, and yet the result is success");
  }
  if (state_ == State::Nothing) {
    report("C3", "it succeeded without start_response: the client gets 500");
  }
  if (source_ == nullptr) end_body();
}

void Exchange::judge_input(std::int64_t code) {
  const bool is_success = code >= 0 && state_ != State::Nothing && head_.status < 300;
  if (has_seen_again_ && source_ == nullptr && is_success) {
    report("D15", "read gave GW_E_AGAIN, and the answer says success all the same");
  }
}

void Exchange::pull_all() {
  if (is_failed_) return close_source(outcome_);
  while (source_ != nullptr && !is_gone_) {
    let_arrive();
    drain();
    pull();
  }
}

void Exchange::conclude() {
  if (source_ != nullptr) close_source(is_gone_ ? GW_E_GONE : outcome_);
  is_over_ = true;
  if (is_gone_) outcome_ = GW_E_GONE;
  end_pending();
  extras->tell_all(outcome_);
  chain->close(outcome_);
  extras->clean_up(outcome_);
  put_text(now_.request, "");
  lent.take_back();
}

Answer Exchange::answer() const {
  Answer answer = answer_;
  // Whose client left, or what is the host's own inner app's, is not to be compared.
  answer.is_whole = !is_gone_ && !(pending && chain->was_taken());
  answer.outcome = is_failed_ ? outcome_ : GW_OK;
  return answer;
}

}  // namespace appserver::lint
