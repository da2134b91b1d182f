// The story of one request, in the order it happens: read the head, judge it, route it,
// lease the generation, fill the environ, call the app, finish the answer, log, and go
// on to the next. Each step gives false when the connection must wait for the peer or
// for a pool thread.
#include "serve/serve_exchange.hpp"

#include <algorithm>
#include <cstring>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "bridge/app_call.hpp"
#include "http/head_scanner.hpp"
#include "http/short_answer.hpp"
#include "serve/connection.hpp"
#include "serve/service.hpp"

namespace appserver::serve {
namespace {

/// Blocks were made when the server started: a reload may lower these limits, not raise
/// them.
void take_limits(Block& block, const Service& service, const BlockSizes& sizes) {
  const config::Limits& limits = service.site().settings.limits;
  block.limits = {std::min<std::size_t>(limits.request_line, sizes.path),
                  limits.request_field_size,
                  std::min<std::size_t>(limits.request_fields, sizes.fields),
                  std::min<std::size_t>(limits.request_head, sizes.head)};
  block.limits_of_site = service.site_number();
}

void log_escaped(bridge::Exchange& exchange, const char* what) {
  exchange.log(GW_LOG_ERROR, std::string("an exception left the app: ") + what);
}

/// Has an answer to what was received no body? Of a head that was refused there is no
/// method, but what it begins with (RFC 9110 9.3.2).
bool is_to_head(Block& block) {
  if (!block.head.method.empty()) return block.head.method == "HEAD";
  const std::span<char> bytes = block.in.unread();
  return std::string_view(bytes.data(), bytes.size()).starts_with("HEAD ");
}

std::string debug_page(unsigned status, const bridge::Exchange& exchange) {
  std::string page(http::short_body(status));
  page += "\nThis page says more because the server runs with --debug.\n\n";
  const gw_environ& environ = exchange.peek_environ();
  page.append("request:    ").append(http::view(environ.request_method)).append(" ");
  page.append(http::view(environ.request_uri)).append("\nrequest id: ");
  page.append(http::view(environ.request_id)).append("\napp:        ");
  page.append(exchange.app()).append("\n\n").append(exchange.failure_text());
  return page;
}

}  // namespace

bridge::Exchange::Progress call_and_finish(bridge::Exchange& exchange,
                                           app::Generation& generation) {
  const char* what = nullptr;
  gw_start_response* start = bridge::Exchange::start_response();
  bridge::Chain* const around = exchange.chain();
  const app::Generation& first = around == nullptr ? generation : around->outermost();
  const std::int64_t result =
      bridge::call_app(first.app(), first.self(), exchange.environ(), start, &what);
  if (what != nullptr) log_escaped(exchange, what);
  return exchange.finish_call(result);
}

bridge::Exchange::Progress answer_failure(Block& block) {
  bridge::Exchange& exchange = block.exchange;
  const unsigned status = exchange.status();
  if (!block.body.is_worth_draining()) exchange.close_after();
  exchange.abandon(GW_E_GONE);
  const bool says_more = exchange.keeps_failure_text() && status >= 500;
  exchange.answer(status, says_more ? debug_page(status, exchange)
                                    : std::string(http::short_body(status)));
  return bridge::Exchange::Progress::Ended;
}

bool Connection::advance_once() {
  switch (phase_) {
    case Phase::Idle:
    case Phase::Head:
      return serve_next();
    case Phase::Gathering:
      return call_when_gathered();
    case Phase::Streaming:
      if (has_news_) return take_turn({});
      return after_call(block_->exchange.pull());
    case Phase::Detached:
      return serve_detached();
    case Phase::Draining:
      return drain();
    case Phase::Calling:
    case Phase::Closing:
    case Phase::Lingering:
    case Phase::WebSocket:
    case Phase::Closed:
      return false;
  }
  return false;
}

bool Connection::serve_next() {
  if (!block_ || block_->in.empty()) return false;
  if (turn_requests_ >= service_.site().settings.limits.pipelining_depth) {
    wants_turn_ = true;
    return false;
  }
  if (awaits_proxy_header_) {
    if (!take_proxy_header()) return false;
    if (block_->in.empty()) return false;
  }
  if (phase_ == Phase::Idle) note_begin();
  if (block_->out.room() < bridge::Exchange::kRoomToBegin) {
    needs_room_ = !send_committed();
    if (needs_room_) return false;
  }
  Block& block = *block_;
  // A head that began far behind would leave no room for its body.
  if (block.in.offset() > service_.blocks().sizes().head / 2) block.in.compact();
  if (block.limits_of_site != service_.site_number())
    take_limits(block, service_, service_.blocks().sizes());
  http::Rejection rejection;
  if (phase_ == Phase::Idle) block.scanner.restart();
  switch (block.scanner.scan(block.in.unread(), block.fields, block.limits, block.head,
                             rejection)) {
    case http::HeadProgress::NeedMore:
      if (phase_ == Phase::Idle) {
        phase_ = Phase::Head;
        set_deadline(service_.site().settings.timeouts.head.count());
      }
      return false;
    case http::HeadProgress::Refused:
      block.head = {};
      block.request = {};
      refuse(rejection);
      return true;
    case http::HeadProgress::Complete:
      break;
  }
  ++turn_requests_;
  block.in.hold(block.head.size);
  return route_and_call();
}

bool Connection::route_and_call() {
  Block& block = *block_;
  http::Rejection refusal;
  if (!http::judge_request(block.head, block.request, refusal)) {
    block.request = {};
    refuse(refusal);
    return true;
  }
  judge_client();
  ++requests_;
  const site::Site& site = service_.site();
  const http::Target& target = block.request.target;
  const std::string_view path =
      target.has_escapes ? http::decode_path(target.path, {block.decoded_path,
                                                           block.decoded_path_size})
                         : target.path;
  if (http::has_dot_segment(path)) {
    refuse({400, "a dot segment in the path"});
    return true;
  }
  const auto match = site.table.match(block.request.host_name, path);
  block.body.begin(block.request, match ? site.mounts[match->mount].body_limit
                                        : site.settings.limits.body);
  block.body_pace.begin();
  late_ = false;
  if (match) return begin_call(*match);
  begin_exchange("-");
  answer(404, nullptr);
  return true;
}

/// The request has an app: leases its generation and tells it all there is to know.
bool Connection::begin_call(const site::Match& match) {
  Block& block = *block_;
  const site::Site& site = service_.site();
  const site::Mount& mount = site.mounts[match.mount];
  block.generation = mount.generation.get();
  service_.exchange_begins(*block.generation);
  begin_exchange(block.generation->spec_text());
  if (!mount.middleware.empty()) block.lease_chain(mount);
  bridge::fill_environ(block.exchange.environ(), block.head, block.request, match,
                       endpoints());
  make_request_id();
  gw_environ& environ = block.exchange.environ();
  const bool threads = block.generation->has_flag(GW_BLOCKING) &&
                       !block.generation->has_flag(GW_SERIAL) &&
                       block.generation->identity().threads > 1;
  environ.flags = (threads ? GW_MULTITHREAD : 0U) |
                  (service_.has_siblings() ? GW_MULTIPROCESS : 0U);
  if (block.generation->is_out_of_service())
    return answer_busy("it crashed too often", "Retry-After: 60\r\n");
  if (block.request.content_length > 0 &&
      static_cast<std::uint64_t>(block.request.content_length) > mount.body_limit) {
    answer(413, "the body is over client_max_body_size");
    return true;
  }
  if (block.generation->has_flag(GW_BUFFERED) && !block.body.is_received()) {
    phase_ = Phase::Gathering;
    set_deadline(site.settings.timeouts.body.count());
    return call_when_gathered();
  }
  return call_app();
}

bool Connection::call_when_gathered() {
  const bool buffered = block_->generation->has_flag(GW_BUFFERED);
  const std::int64_t gathered = buffered ? block_->body.gather(block_->in) : GW_OK;
  if (gathered == GW_OK) return call_app();
  if (gathered == GW_E_TOOBIG) return answer(413, "the body is over its limit"), true;
  if (gathered == GW_E_GONE) return refuse({400, "malformed chunks"}), true;
  if (peer_ended_) return after_call(Progress::Aborted);
  continue_if_expected();
  set_deadline(service_.site().settings.timeouts.body.count());  // between two reads
  return false;
}

bool Connection::call_app() {
  Block& block = *block_;
  const std::int64_t timeout = service_.site().settings.timeouts.request.count();
  block.exchange.environ().deadline_ns =  // begins when a gathered body is here
      timeout == 0
          ? 0
          : static_cast<std::uint64_t>(service_.loop().now_ms() + timeout) * 1'000'000U;
  if (!block.generation->has_flag(GW_BLOCKING)) {
    phase_ = Phase::Streaming;
    return after_call(call_and_finish(block.exchange, *block.generation));
  }
  // Earlier answers do not wait for this app: they leave before its thread has the
  // queue.
  needs_room_ = !send_committed();
  if (needs_room_) {
    phase_ = Phase::Gathering;
    set_deadline(service_.site().settings.timeouts.send.count());
    return false;
  }
  set_deadline(service_.site().settings.timeouts.request.count());
  if (send_to_pool(BlockingCall::Task::Call)) return false;
  return answer_busy("the app's queue is full");
}

bool Connection::answer_busy(const char* why, std::string_view after) {
  return answer(503, why, after), true;
}

bool Connection::after_call(Progress progress) {
  switch (progress) {
    case Progress::Ended:
      if (!block_->exchange.has_parts()) return finish_exchange();
      progress = Progress::WaitsForRoom;  // its parts leave first
      break;
    case Progress::Failed:
      serve::answer_failure(*block_);
      return finish_exchange();
    case Progress::Aborted:
      return cut_short();
    case Progress::Detached:
      return wait_detached();
    case Progress::Upgraded:
      if (upgraded_->begin()) return false;
      answer(500, "no memory for a WebSocket");
      return true;
    case Progress::WaitsForRoom:
    case Progress::WaitsForBody:
      break;
  }
  const config::Timeouts& timeouts = service_.site().settings.timeouts;
  phase_ = Phase::Streaming;
  needs_room_ = progress == Progress::WaitsForRoom;
  set_deadline((needs_room_ ? timeouts.send : timeouts.body).count());
  if (!needs_room_) continue_if_expected();
  return false;
}

bool Connection::cut_short() {
  if (concludes_on_pool(Progress::Aborted)) return false;
  Block& block = *block_;
  if (block.body.is_broken() && !block.exchange.head_is_sent()) {
    refuse({400, "malformed chunks"});
    return true;
  }
  const bool peers_fault = gone_ || peer_ended_ || late_ || peer_has_left();
  note_end(peers_fault ? 499 : block.exchange.status());
  end_lease();
  cut();
  return false;
}

void Connection::answer(unsigned status, const char* why,
                        std::string_view more_fields) {
  if (why != nullptr) block_->exchange.log(GW_LOG_INFO, why);
  if (!block_->body.is_worth_draining()) block_->exchange.close_after();
  block_->exchange.abandon(GW_E_GONE);
  block_->exchange.answer(status, http::short_body(status), more_fields);
  finish_exchange();
}

void Connection::refuse(const http::Rejection& rejection,
                        std::string_view more_fields) {
  if (log::is_enabled(log::Level::Info)) {
    log::info("refused " + std::to_string(rejection.status) + " from " +
              std::string(peer_.addr.data(), peer_.addr_size) + ": " + rejection.why);
  }
  if (block_->generation == nullptr) begin_exchange("-");
  block_->exchange.close_after();
  block_->exchange.abandon(GW_E_GONE);
  block_->exchange.answer(rejection.status, http::short_body(rejection.status),
                          more_fields);
  note_end(rejection.status);
  end_lease();
  linger_ = true;
  phase_ = Phase::Closing;
}

/// May another request follow this one, as far as it and the settings go?
bool Connection::wants_keeping() const {
  const config::Settings& settings = service_.site().settings;
  const std::uint32_t most = settings.limits.keepalive_requests;
  return block_->request.keep_alive && service_.keeps_connections() &&
         (!peer_ended_ || !block_->in.empty()) && (most == 0 || requests_ < most) &&
         settings.timeouts.keepalive.count() > 0;
}

void Connection::begin_exchange(std::string_view app) {
  const bridge::Terms terms{
      .version = block_->head.version,
      .is_head = is_to_head(*block_),
      .accepts_trailers = block_->request.accepts_trailers,
      .keep_alive = wants_keeping(),
      .prepared = &service_.prepared_fields(),
      .app = app,
      .keep_failure_text = service_.site().settings.debug,
  };
  if (block_->out.empty()) block_->send_pace.begin();
  block_->exchange.begin(*this, block_->out, terms);
}

void Connection::make_request_id() {
  const Client& client = block_->client;
  if (client.is_told && !client.request_id.empty()) {
    block_->exchange.environ().request_id = http::str(client.request_id);
    return;
  }
  block_->request_id = service_.next_request_id();
  block_->exchange.environ().request_id = {block_->request_id.data(),
                                           block_->request_id.size()};
}

/// False where nothing more is here to be served.
bool Connection::finish_exchange() {
  if (concludes_on_pool(Progress::Ended)) return false;
  Block& block = *block_;
  // The answer leaves before its line is made, unless it leaves with others.
  if (block.in.empty()) send_committed();
  note_end(gone_ ? 499 : block.exchange.status());
  end_lease();
  if (!block.exchange.keeps_connection()) {
    linger_ = !block.body.is_received() || !block.in.empty();
    phase_ = Phase::Closing;
    return false;
  }
  const bool unread = !block.body.is_received();
  if (unread && !block.body.is_worth_draining()) {
    linger_ = true;
    phase_ = Phase::Closing;
    return false;
  }
  if (unread) {
    phase_ = Phase::Draining;
    set_deadline(service_.site().settings.timeouts.body.count());
    return true;
  }
  block.in.release();
  phase_ = Phase::Idle;
  return !block.in.empty();
}

bool Connection::drain() {
  const std::int64_t discarded = block_->body.discard(block_->in);
  if (discarded == GW_E_AGAIN && !peer_ended_) {
    set_deadline(service_.site().settings.timeouts.body.count());  // between two reads
    return false;
  }
  if (discarded != GW_OK) {
    linger_ = true;
    phase_ = Phase::Closing;
    return true;
  }
  block_->in.release();
  phase_ = Phase::Idle;
  return true;
}

}  // namespace appserver::serve
