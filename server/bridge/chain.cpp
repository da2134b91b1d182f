// The way in: who is called inside whom, and who reads through whom.
#include "bridge/chain.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "bridge/app_call.hpp"
#include "bridge/exchange.hpp"
#include "bridge/extension_tables.hpp"

namespace appserver::bridge {

void Chain::begin(Exchange& exchange, Members members) {
  exchange_ = &exchange;
  members_ = members;
  if (levels_.size() < members.size()) levels_.resize(members.size());
  for (std::uint32_t depth = 0; depth < members.size(); ++depth) {
    levels_[depth].place = {&exchange, depth};
    levels_[depth].layer = nullptr;
    levels_[depth].in_call = depth == 0;
    levels_[depth].has_passed = false;
  }
  taken_ = answer_depth_ = own_depth_ = data_depth_ = 0;
  refused_ = was_refused_ = head_passed_ = false;
  over_ = saw_last_ = ends_ = unflushed_ = passing_ = false;
  owed_ = 0;
  failed_ = GW_OK;
  websocket_ = nullptr;
  fields_.clear();
  parts_.clear();
}

const gw_environ& Chain::environ_of(std::uint32_t depth) const {
  return depth == 0 ? exchange_->environ_ : levels_[depth].environ;
}

std::int64_t Chain::next(const gw_environ& environ, const gw_environ* changed,
                         gw_layer* layer) {
  const std::uint32_t depth = static_cast<const Place*>(environ.host)->depth;
  const bool is_theirs = depth + 1 < members_.size() && &environ == &environ_of(depth);
  if (!is_theirs) return GW_E_STATE;
  Level& level = levels_[depth];
  if (!level.in_call || level.has_passed || exchange_->call_is_over_) return GW_E_STATE;
  level.has_passed = true;
  level.layer = layer;
  taken_ = depth + 1;
  show(depth + 1, changed);
  return call(depth + 1);
}

/// Fills the environ of a member: what the host lends in it stays the host's.
void Chain::show(std::uint32_t depth, const gw_environ* changed) {
  Level& level = levels_[depth];
  Level& around = levels_[depth - 1];
  const gw_environ& outer = environ_of(depth - 1);
  level.environ = outer;
  if (changed != nullptr) {
    std::memcpy(&level.environ, changed,
                std::min<std::size_t>(changed->size, sizeof(gw_environ)));
  }
  level.environ.size = sizeof(gw_environ);
  level.environ.log = outer.log;
  level.environ.host = &level.place;
  level.environ.input = outer.input;
  if (around.layer == nullptr || !GW_CAN(around.layer, input)) return;
  LevelInput& input = around.input;
  input.size = sizeof(gw_input);
  input.flags = 0;
  input.owner = exchange_;
  input.is_hooked = true;
  input.chain = this;
  input.depth = depth - 1;
  input.read = [](gw_input* self, void* to, std::size_t cap) {
    const auto& of = *static_cast<LevelInput*>(self);
    return of.chain->read(of.depth, to, cap);
  };
  level.environ.input = &input;
}

std::int64_t Chain::call(std::uint32_t depth) {
  Level& level = levels_[depth];
  const app::Generation& member = *members_[depth];
  const char* what = nullptr;
  level.in_call = true;
  const std::int64_t result = call_app(member.app(), member.self(), level.environ,
                                       Exchange::start_response(), &what);
  level.in_call = false;
  if (what != nullptr) {
    exchange_->log(GW_LOG_ERROR,
                   "an exception left " + member.spec_text() + ": " + what);
  }
  return result;
}

std::int64_t Chain::read(std::uint32_t depth, void* to, std::size_t cap) {
  if (exchange_->state_ == Exchange::State::Aborted) return GW_E_GONE;
  if (cap == 0) return GW_E_INVALID;
  gw_layer& layer = *levels_[depth].layer;
  gw_input* const up = environ_of(depth).input;
  const std::int64_t n = call_layer_input(layer, *up, to, cap);
  if (n <= static_cast<std::int64_t>(cap)) return n;
  exchange_->log(GW_LOG_ERROR, "the input hook of " + members_[depth]->spec_text() +
                                   " gave more bytes than there was room for");
  return GW_E_APP;
}

void Chain::end(std::int32_t reason) {
  if (!is_used()) return;
  for (std::uint32_t depth = std::exchange(taken_, 0); depth-- > 0;) {
    gw_layer* const layer = std::exchange(levels_[depth].layer, nullptr);
    if (layer != nullptr) call_layer_close(*layer, reason);
  }
  members_ = {};
  data_depth_ = 0;
  pending_at_ = 0;
  pending_.clear();
  parts_.clear();
  if (pending_.capacity() > kDownMost) pending_.shrink_to_fit();
}

const void* middleware_table() {
  static constexpr gw_middleware kTable = {
      [](const gw_environ* environ, const gw_environ* changed,
         gw_layer* layer) -> std::int64_t {
        Chain* const chain = Exchange::of(*environ).chain();
        return chain == nullptr ? GW_E_STATE : chain->next(*environ, changed, layer);
      },
      [](const gw_environ* environ, std::size_t n) {
        return Exchange::of(*environ).extras().room.take(n);
      },
  };
  return &kTable;
}

}  // namespace appserver::bridge
