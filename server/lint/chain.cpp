#include "lint/chain.hpp"

#include <strings.h>

#include <algorithm>
#include <array>

#include "lint/exchange.hpp"

namespace appserver::lint {
namespace {

constexpr std::size_t kDownMost = 65536;  // what `down` takes in one call of data
constexpr std::size_t kInnerFields = 2;

std::string_view view(const gw_str& text) {
  return text.p == nullptr ? std::string_view() : std::string_view(text.p, text.n);
}

}  // namespace

// -- inwards

std::int64_t Chain::next(const gw_environ* given, const gw_environ* changed,
                         gw_layer* layer) {
  if (is_taken_ || given != exchange_.environ || exchange_.pending) {
    exchange_.report("M1", "next a second time, or not with the environ of this call");
    return GW_E_STATE;
  }
  constexpr std::size_t kLeast = offsetof(gw_layer, close) + sizeof(gw_layer::close);
  if (layer != nullptr && layer->size < kLeast) {
    exchange_.report("D2", "next: a layer without its size");
    return GW_E_INVALID;
  }
  if (changed != nullptr) check_changed(*changed);
  is_taken_ = true;
  is_in_call_ = true;
  layer_ = layer;
  result_ = exchange_.random.chance(15) ? GW_E_APP : GW_OK;
  if (result_ >= 0 && exchange_.random.chance(60)) read_all();
  if (result_ >= 0) begin_answer();
  is_in_call_ = false;
  return result_;
}

/// Some of it leaves in the call already, as of an app that writes.
void Chain::begin_answer() {
  constexpr std::array<std::uint32_t, 8> kStatuses{200, 200, 200, 200,
                                                   200, 404, 204, 304};
  status_ = kStatuses.at(exchange_.random.between(0, kStatuses.size() - 1));
  if (!has_body()) return;
  const std::size_t count = exchange_.random.between(0, 3);
  for (std::size_t i = 0; i < count; ++i) {
    pieces_.emplace_back(exchange_.random.between(1, GW_TAKEN_WHOLE), 'i');
  }
  const std::size_t now = exchange_.random.between(0, count);
  for (std::size_t i = 0; i < now && !is_cut_; ++i) {
    if (i == 0 && !send_head(status_, -1)) break;
    send(pieces_[i], exchange_.random.chance(50) ? GW_FLUSH : 0);
  }
  pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(now));
}

bool Chain::has_body() const {
  return exchange_.script.method != "HEAD" && status_ != 204 && status_ != 304;
}

/// What the next app would see in place of the environ.
void Chain::check_changed(const gw_environ& changed) {
  const std::string_view script = view(changed.script_name);
  const std::string_view path = view(changed.path_info);
  if (view(changed.request_method).empty()) {
    exchange_.report("E1", "next: the changed environ has no request_method");
  }
  if (!script.empty() && (script.front() != '/' || script.back() == '/')) {
    exchange_.report("E3",
                     "next: the changed script_name does not begin with / or ends so");
  }
  if (!path.empty() && path.front() != '/' && path != "*") {
    exchange_.report("E4", "next: the changed path_info does not begin with /");
  }
  if (changed.input == nullptr ||
      (changed.field == nullptr && changed.field_count > 0)) {
    exchange_.report("D2", "next: the changed environ has no input, or fields at NULL");
  }
}

/// The inner app reads the request, through the layer.
void Chain::read_all() {
  std::array<char, 4096> to{};
  std::int64_t n = 1;
  while (n > 0) {
    const std::size_t most = exchange_.random.between(1, to.size());
    gw_input* const up = exchange_.environ->input;
    const bool is_hooked = layer_ != nullptr && layer_->input != nullptr;
    n = is_hooked ? layer_->input(layer_, up, to.data(), most)
                  : up->read(up, to.data(), most);
    if (n > static_cast<std::int64_t>(most)) {
      exchange_.report("D8", "input gave more than there was room for");
      break;
    }
  }
  exchange_.has_seen_again_ = false;  // it is the inner app's, which knows
  exchange_.agains_ = 0;
}

// -- outwards

void Chain::event(const char* name, const std::function<void()>& step) {
  if (is_in_call_) {
    put_text(exchange_.instance.bench.now.mine().call, name);
    step();
    put_text(exchange_.instance.bench.now.mine().call, "call");
  } else {
    exchange_.enter(name, step);
  }
}

bool Chain::send_head(std::uint32_t status, std::int64_t length) {
  has_head_left_ = true;
  exchange_.leave();
  declared_ = length;
  if (layer_ == nullptr || layer_->head == nullptr) return true;
  const std::size_t room = kInnerFields + GW_FIELDS_MORE;
  auto* const fields = static_cast<gw_field*>(
      exchange_.lent.lend_room(room * sizeof(gw_field), "gw_head.field"));
  Lent& lent = exchange_.lent;
  fields[0] = {lent.lend_text("content-type", "a field's name"),
               lent.lend_text("text/html; charset=utf-8", "a field's value")};
  fields[1] = {lent.lend_text("etag", "a field's name"),
               lent.lend_text("\"inner\"", "a field's value")};
  gw_head head{sizeof(gw_head),
               status,
               fields,
               kInnerFields,
               room,
               length,
               exchange_.environ->request_method};
  std::int32_t code = GW_OK;
  event("head", [&] { code = layer_->head(layer_, &head); });
  if (code < 0) {
    is_cut_ = true;
    return false;
  }
  judge_head(head);
  return !is_cut_;
}

void Chain::judge_head(const gw_head& head) {
  if (head.status < 200 || head.status > 599) {
    exchange_.report("S2",
                     "head: the layer sets the status " + std::to_string(head.status));
  }
  if (head.count > head.room) {
    exchange_.report("D6", "head: the layer counts more fields than there is room for");
    is_cut_ = true;
    return;
  }
  for (std::size_t i = 0; i < head.count; ++i) {
    const gw_field& field = head.field[i];
    std::string what;
    const std::string_view name = view(field.name);
    const auto rule = Exchange::check_field(head.status, name, view(field.value), what);
    if (!rule.empty()) exchange_.report(rule, what);
    const bool is_length =
        name.size() == 14 && ::strncasecmp(name.data(), "content-length", 14) == 0;
    if (is_length)
      exchange_.report("M6", "head: the layer adds content-length as a field");
  }
  status_ = head.status;
  declared_ = head.content_length;
  exchange_.answer_.begin(status_);
  for (std::size_t i = 0; i < head.count; ++i) {
    exchange_.answer_.add_field(view(head.field[i].name), view(head.field[i].value));
  }
}

gw_writer* Chain::down() {
  if (down_ != nullptr) return down_;
  gw_writer base{};
  base.size = sizeof(base);
  base.write = [](gw_writer* self, const void* bytes, std::size_t n,
                  std::uint32_t flags) {
    return Exchange::of(self).chain->write_down(bytes, n, flags);
  };
  base.body = [](gw_writer* self, gw_source* source) {
    Exchange& exchange = Exchange::of(self);
    exchange.report("D1", "data: body of down");
    if (source != nullptr && source->close != nullptr)
      source->close(source, GW_E_UNSUPPORTED);
    return std::int32_t{GW_E_UNSUPPORTED};
  };
  down_ = exchange_.lend_writer(base, "the down of data");
  return down_;
}

std::int64_t Chain::write_down(const void* bytes, std::size_t n, std::uint32_t flags) {
  if (!exchange_.may_call("write of down")) return GW_E_STATE;
  if (exchange_.is_gone()) return GW_E_GONE;
  if (bytes == nullptr && n > 0) {
    exchange_.report("D2", "data: down is written n > 0 bytes at NULL");
    return GW_E_INVALID;
  }
  if (has_ended_) {
    exchange_.report("C8", "data: written to down after GW_LAST");
    return GW_E_STATE;
  }
  in_one_call_ += n;
  if (in_one_call_ > kDownMost) {
    exchange_.report("M2", "data: more than 64 KiB to down in one call");
    return GW_E_TOOBIG;
  }
  seen_flags_ |= flags;
  passed_ += n;
  exchange_.answer_.add_body(bytes, n);
  if ((flags & GW_LAST) != 0) has_ended_ = true;
  return static_cast<std::int64_t>(n);
}

/// One event of data; a view that ends with it.
bool Chain::send(std::string_view bytes, std::uint32_t flags) {
  if (is_cut_ || exchange_.is_gone()) return false;
  if (layer_ == nullptr || layer_->data == nullptr) {
    passed_ += bytes.size();
    exchange_.answer_.add_body(bytes.data(), bytes.size());
    if ((flags & GW_LAST) != 0) has_ended_ = true;
    return true;
  }
  Lent place("the answer of the inner app");
  const gw_str shown = place.lend_text(bytes, "the bytes of data");
  seen_flags_ = 0;
  in_one_call_ = 0;
  std::int32_t code = GW_OK;
  gw_writer* const to = down();
  event("data", [&] { code = layer_->data(layer_, shown.p, shown.n, flags, to); });
  if (code < 0) {
    is_cut_ = true;
    return false;
  }
  if (exchange_.is_gone()) return false;
  const bool has_last = (flags & GW_LAST) != 0;
  if (has_last && (seen_flags_ & GW_LAST) == 0) {
    exchange_.report("M2", "data: GW_LAST was not passed on");
  } else if ((flags & GW_FLUSH) != 0 && (seen_flags_ & (GW_FLUSH | GW_LAST)) == 0) {
    exchange_.report("M2", "data: GW_FLUSH was not passed on");
  }
  return true;
}

void Chain::finish(std::int64_t code) {
  if (code < 0 || result_ < 0) return fail();
  std::size_t left = 0;
  for (const std::string& piece : pieces_) left += piece.size();
  if (!has_head_left_) {
    const std::int64_t length = has_body() && exchange_.random.chance(60)
                                    ? static_cast<std::int64_t>(left)
                                    : -1;
    if (!send_head(status_, length)) return;
  }
  if (!has_body()) return;
  for (const std::string& piece : pieces_) {
    if (!send(piece, 0)) return;
  }
  if (send("", GW_LAST)) end();
}

/// The host's own answer passes the layer, too; a head that has left is cut.
void Chain::fail() {
  if (has_head_left_) return;
  constexpr std::string_view kText = "Internal Server Error\n";
  status_ = 500;
  if (!send_head(status_, static_cast<std::int64_t>(kText.size()))) return;
  if (has_body() && send(kText, GW_LAST)) end();
}

void Chain::end() {
  exchange_.state_ = Exchange::State::Ended;
  if (declared_ >= 0 && passed_ != static_cast<std::size_t>(declared_)) {
    exchange_.report("M6", "the bytes that left the layer are not content_length many");
  }
}

void Chain::judge(std::int64_t code) {
  if (!answers() || exchange_.is_gone()) return;
  if (result_ < 0 && code >= 0) {
    exchange_.report("D18", "next failed, and yet call gave success");
  }
}

void Chain::close(std::int32_t reason) {
  if (layer_ == nullptr || layer_->close == nullptr) return;
  gw_layer* const closed = std::exchange(layer_, nullptr);
  exchange_.enter("close of a layer", [&] { closed->close(closed, reason); });
}

}  // namespace appserver::lint
