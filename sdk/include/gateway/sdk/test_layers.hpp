// The layers of one exchange in a TestChain: whom a head, a piece of the body and a
// read pass, and what a layer may not do with them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <gateway/gateway.h>
#include <gateway/middleware.h>

namespace gateway {

class TestChainExchange;
struct TestLevel;

struct TestLevelInput : gw_input {
  TestLevel* level;
};

/// One app of the chain, while it is called, and the layer that it put around the next.
struct TestLevel {
  TestChainExchange* exchange;
  std::size_t place;
  gw_environ env;
  gw_layer* layer;
  bool has_passed;
  TestLevelInput input;
};

class TestLayers {
 public:
  using Out = std::function<std::int32_t(std::string_view, std::uint32_t flags)>;

  /// `out` takes what has passed all layers.
  TestLayers(std::size_t apps, Out out, std::vector<std::string>& violations)
      : levels_(apps), out_(std::move(out)), violations_(violations) {}

  TestLevel& operator[](std::size_t at) { return levels_[at]; }

  /// The head hooks from layer `count` outwards. Returns GW_OK, or what the layer
  /// answered that refused, and its place in `count`.
  std::int32_t head(std::size_t& count, gw_head& head, std::vector<gw_field>& fields) {
    for (; count > 0; --count) {
      gw_layer* layer = levels_[count - 1].layer;
      if (layer == nullptr || layer->head == nullptr) continue;
      head.count = fields.size();
      head.room = fields.size() + GW_FIELDS_MORE;
      fields.resize(head.room);
      head.field = fields.data();
      const std::int32_t code = layer->head(layer, &head);
      if (head.count > head.room) violations_.emplace_back("GW-M: more than the room");
      fields.resize(std::min(head.count, head.room));
      if (code < 0) return --count, code;
    }
    return GW_OK;
  }

  /// Body bytes through the outermost `count` layers, in pieces of at most
  /// GW_TAKEN_WHOLE. Once it has failed it fails.
  std::int32_t data(std::size_t count, std::string_view bytes, std::uint32_t flags) {
    while (count > 0 && (levels_[count - 1].layer == nullptr ||
                         levels_[count - 1].layer->data == nullptr)) {
      --count;
    }
    if (failed_ < 0) return failed_;
    if (count == 0) return failed_ = std::min(out_(bytes, flags), 0);
    gw_layer* layer = levels_[count - 1].layer;
    do {
      const std::string piece(bytes.substr(0, GW_TAKEN_WHOLE));  // gone after the call
      bytes.remove_prefix(piece.size());
      const std::uint32_t now = bytes.empty() ? flags : 0;
      Way down{{sizeof(gw_writer), GW_OK, &write, nullptr}, this, count - 1};
      const auto code = layer->data(layer, piece.data(), piece.size(), now, &down);
      if (failed_ < 0) return failed_;  // also where the layer has swallowed it
      if (code < 0) return failed_ = code;
      if ((now & ~down.flags) != 0) {
        violations_.emplace_back("GW-M2: a layer kept GW_FLUSH or GW_LAST");
      }
    } while (!bytes.empty());
    return GW_OK;
  }

  /// A read of the app behind the outermost `count` layers.
  std::int64_t read(std::size_t count, gw_input* client, void* to, std::size_t cap) {
    for (; count > 0; --count) {
      TestLevel& outer = levels_[count - 1];
      if (outer.layer == nullptr || outer.layer->input == nullptr) continue;
      return outer.layer->input(outer.layer, &outer.input, to, cap);
    }
    return client->read(client, to, cap);
  }

  /// Inner ones first.
  void close(std::int32_t reason) {
    for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
      gw_layer* layer = level->layer;
      if (layer != nullptr && layer->close != nullptr) layer->close(layer, reason);
    }
  }

 private:
  struct Way : gw_writer {  // a layer's way down
    TestLayers* layers;
    std::size_t count;  // outside of it
    std::size_t taken = 0;
    std::uint32_t flags = 0;
  };

  static constexpr std::size_t kMostPerCall = 65'536;

  static std::int64_t write(gw_writer* raw, const void* p, std::size_t n,
                            std::uint32_t flags) {
    Way& way = *static_cast<Way*>(raw);
    TestLayers& self = *way.layers;
    if ((way.flags & GW_LAST) != 0) {
      self.violations_.emplace_back("GW-C8: a layer wrote after GW_LAST");
      return self.failed_ = GW_E_STATE;
    }
    way.taken += n;
    way.flags |= flags;
    if (way.taken > kMostPerCall) {
      self.violations_.emplace_back("GW-M: more than 64 KiB in one call");
      return self.failed_ = GW_E_TOOBIG;
    }
    if (n == 0 && flags == 0) return 0;
    const auto code = self.data(way.count, {static_cast<const char*>(p), n}, flags);
    return code < 0 ? code : static_cast<std::int64_t>(n);
  }

  std::deque<TestLevel> levels_;
  Out out_;
  std::vector<std::string>& violations_;
  std::int32_t failed_ = GW_OK;
};

}  // namespace gateway
