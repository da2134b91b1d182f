// Compresses the bodies that are worth it, for the clients that want it.
#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include <gateway/sdk/environ.hpp>
#include <gateway/sdk/middleware.hpp>

#include "compressor.hpp"
#include "decision.hpp"

namespace {

/// One of the bodies that may be compressed at the same time.
class Turn {
 public:
  Turn() = default;
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  ~Turn() {
    if (active_ != nullptr) active_->fetch_sub(1, std::memory_order_relaxed);
  }

  bool take(std::atomic<int>& active, int most) noexcept {
    if (active.fetch_add(1, std::memory_order_relaxed) < most) {
      active_ = &active;
      return true;
    }
    active.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }

 private:
  std::atomic<int>* active_ = nullptr;
};

class Layer {
 public:
  Layer(const Settings& settings, std::atomic<int>& active, gateway::Environ env)
      : settings_(settings), active_(active), environ_(env) {}

  void head(gateway::Head& head) {
    if (head.status() == 304) {
      return apply_not_modified(environ_.headers(), head, etag_);
    }
    Decision decision = decide(settings_, environ_.headers(), head);
    const bool compresses = !decision.coding.empty() && head.has_body();
    if (compresses && !turn_.take(active_, settings_.max_active)) decision.coding = {};
    if (head.has_body()) coding_ = decision.coding;
    length_ = head.content_length();
    apply(decision, head, etag_);
  }

  void data(std::string_view bytes, std::uint32_t flags, gateway::Down& down) {
    // A flush of the head alone has nothing to compress.
    const bool is_idle = compressor_ == nullptr && bytes.empty();
    if (coding_.empty() || (is_idle && (flags & GW_LAST) == 0)) {
      return down.write(bytes, flags);
    }
    if (compressor_ == nullptr) compressor_ = make();
    const Step step = (flags & GW_LAST) != 0    ? Step::Finish
                      : (flags & GW_FLUSH) != 0 ? Step::Flush
                                                : Step::Go;
    compressor_->feed(bytes, step, [&](std::string_view out, bool is_rest) {
      const std::uint32_t now = is_rest ? flags : 0;
      if (!out.empty() || now != 0) down.write(out, now);
    });
    if (step == Step::Finish) compressor_ = nullptr;  // the client may still be reading
  }

 private:
  std::unique_ptr<Compressor> make() const {
    return coding_ == "br" ? make_brotli(settings_.brotli_level, length_)
                           : make_gzip(settings_.level, length_);
  }

  const Settings& settings_;
  std::atomic<int>& active_;
  gateway::Environ environ_;
  Turn turn_;
  std::string_view coding_;  // empty: the body passes as it is
  std::int64_t length_ = -1;
  std::string etag_;
  std::unique_ptr<Compressor> compressor_;
};

class Gzip {
 public:
  explicit Gzip(const gateway::Host& host) : settings_(read_settings(host.config())) {}

  std::int64_t operator()(const gateway::Environ& env, gateway::Next& next) {
    return next.through<Layer>(settings_, active_, env);
  }

 private:
  const Settings settings_;
  std::atomic<int> active_ = 0;
};

}  // namespace

GATEWAY_MIDDLEWARE(middleware, Gzip, 0);
