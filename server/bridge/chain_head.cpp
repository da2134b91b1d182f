// The head on its way out through the layers: kept as fields until it leaves.
#include <algorithm>
#include <cstring>

#include "bridge/app_call.hpp"
#include "bridge/chain.hpp"
#include "bridge/exchange.hpp"
#include "bridge/websocket.hpp"
#include "http/fields.hpp"
#include "http/message.hpp"

namespace appserver::bridge {
namespace {

bool may_be_sent(const gw_field& field) {
  using http::ResponseField;
  const std::string_view name = http::view(field.name);
  if (!http::is_token(name) || !http::is_field_value(http::view(field.value)))
    return false;
  const ResponseField kind = http::classify_response_field(name);
  return kind != ResponseField::Forbidden && kind != ResponseField::ContentLength;
}

}  // namespace

bool Chain::hooks_head(std::uint32_t count) const {
  for (std::uint32_t depth = 0; depth < count; ++depth) {
    const gw_layer* const layer = levels_[depth].layer;
    if (layer != nullptr && GW_CAN(layer, head)) return true;
  }
  return false;
}

/// Of the outermost `count` layers, how many up to the innermost that hooks data.
std::uint32_t Chain::outside_of_data(std::uint32_t count) const {
  for (; count > 0; --count) {
    const gw_layer* const layer = levels_[count - 1].layer;
    if (layer != nullptr && GW_CAN(layer, data)) break;
  }
  return count;
}

void Chain::keep_head(const gw_environ& environ, std::span<const gw_field> fields) {
  answer_depth_ = std::min(static_cast<const Place*>(environ.host)->depth, taken_);
  store_fields(fields);
}

void Chain::keep_own_head(std::span<const gw_field> fields) {
  answer_depth_ = was_refused_ ? own_depth_ : taken_;
  refused_ = false;
  websocket_ = nullptr;
  data_depth_ = 0;
  store_fields(fields);
}

/// Copies all but Content-Length, if there is a layer that will look at them.
void Chain::store_fields(std::span<const gw_field> fields) {
  fields_.clear();
  text_.clear();
  if (!hooks_head(answer_depth_)) return;
  std::size_t size = 0;
  for (const gw_field& field : fields) size += field.name.n + field.value.n;
  text_.reserve(size);  // so that it stays where it is
  const auto keep = [&](const gw_str& s) -> gw_str {
    const std::size_t at = text_.size();
    text_.append(http::view(s));
    return {text_.data() + at, s.n};
  };
  for (const gw_field& field : fields) {
    const auto kind = http::classify_response_field(http::view(field.name));
    if (kind == http::ResponseField::ContentLength) continue;
    const gw_str name = keep(field.name);
    fields_.push_back({name, keep(field.value)});
  }
}

bool Chain::pass_head(std::int64_t& known_length) {
  if (refused_) return false;
  if (!hooks_head(answer_depth_)) return true;
  const std::int64_t before =
      exchange_->declared_ >= 0 ? exchange_->declared_ : known_length;
  gw_head head{sizeof(gw_head),
               exchange_->status_,
               nullptr,
               fields_.size(),
               fields_.size(),
               before,
               environ_of(0).request_method};
  if (!show_head(head)) return false;
  return store_passed(head, before, known_length);
}

bool Chain::show_head(gw_head& head) {
  for (std::uint32_t depth = answer_depth_; depth-- > 0;) {
    const gw_layer* const layer = levels_[depth].layer;
    if (layer == nullptr || !GW_CAN(layer, head)) continue;
    if (!pass_layer(depth, head)) return false;
  }
  head_passed_ = true;
  return true;
}

Progress Chain::pass_handshake() {
  bool passes = true;
  if (hooks_head(answer_depth_)) {
    gw_head head{sizeof(gw_head),
                 101,
                 nullptr,
                 fields_.size(),
                 fields_.size(),
                 -1,
                 environ_of(0).request_method};
    passes = show_head(head);
    if (passes) websocket_->set_fields({head.field, head.count});
  }
  websocket_ = nullptr;
  return passes ? Progress::Upgraded : exchange_->fail(GW_E_APP);
}

/// One layer looks at the head, with room for GW_FIELDS_MORE fields of its own.
bool Chain::pass_layer(std::uint32_t depth, gw_head& head) {
  if (head.field != fields_.data()) {  // null at first, or an array of a layer's own
    if (head.field != nullptr) fields_.assign(head.field, head.field + head.count);
  }
  fields_.resize(head.count + GW_FIELDS_MORE);
  head.field = fields_.data();
  head.room = fields_.size();
  const std::size_t room = head.room;
  if (call_layer_head(*levels_[depth].layer, head) < 0)
    return refuse_head(depth, "refused the head");
  const char* const why = why_not(head, room);
  return why == nullptr || refuse_head(depth, why);
}

/// Null: a layer may have made it so.
const char* Chain::why_not(const gw_head& head, std::size_t room) const {
  if (head.count > room || (head.count > 0 && head.field == nullptr))
    return "put more fields into the head than there was room for";
  const std::span<const gw_field> fields(head.field, head.count);
  constexpr const char* kField = "set a field that may not be sent";
  if (websocket_ != nullptr) {
    if (head.status != 101 || head.content_length != -1)
      return "changed more than the fields of a 101";
    return may_be_added(fields) ? nullptr : kField;
  }
  if (head.status < 200 || head.status > 599) return "set a status outside 200..599";
  if (head.content_length < -1) return "set a content_length below -1";
  return std::all_of(fields.begin(), fields.end(), may_be_sent) ? nullptr : kField;
}

/// The head as the layers want it takes the place of the one that was stored.
bool Chain::store_passed(const gw_head& head, std::int64_t before,
                         std::int64_t& known_length) {
  Exchange& exchange = *exchange_;
  const std::int64_t declared = exchange.declared_;
  ByteQueue& out = *exchange.out_;
  out.truncate(out.size() - exchange.stored_);
  exchange.stored_ = 0;
  exchange.head_ = Exchange::Head::None;
  const std::size_t others = out.size();
  std::int32_t stored = exchange.store_head(head.status, head.field, head.count);
  if (stored == GW_E_TOOBIG && others > 0 && exchange.send(others) == GW_OK) {
    stored = exchange.store_head(head.status, head.field, head.count);
  }
  if (stored != GW_OK) return refuse_head(0, "made the head too big");
  exchange.head_ = Exchange::Head::Stored;
  exchange.status_ = head.status;
  exchange.declared_ = declared;
  if (head.content_length != before) {
    exchange.declared_ = head.content_length;
    known_length = -1;
  }
  if (head.status == 204) exchange.declared_ = -1;
  return true;
}

bool Chain::refuse_head(std::uint32_t depth, const char* why) {
  exchange_->log(GW_LOG_ERROR, members_[depth]->spec_text() + " " + why);
  refused_ = was_refused_ = true;
  own_depth_ = depth;
  head_passed_ = false;  // the host's own may still take its place
  return false;
}

void Chain::note_framing(http::Framing framing) {
  const bool has_body = framing != http::Framing::None;
  data_depth_ = has_body ? outside_of_data(answer_depth_) : 0;
}

}  // namespace appserver::bridge
