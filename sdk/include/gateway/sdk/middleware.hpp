// A middleware in C++: a class whose call passes the exchange on, and, if it wants to
// see what comes back, a layer with the hooks that it needs:
//
//   struct Layer {
//     void head(gateway::Head& head) { head.add("x-seen", "yes"); }
//   };
//   struct Seen {
//     explicit Seen(const gateway::Host&) {}
//     std::int64_t operator()(const gateway::Environ&, gateway::Next& next) {
//       return next.through<Layer>();
//     }
//   };
//   GATEWAY_MIDDLEWARE(middleware, Seen, 0);
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <gateway/middleware.h>
#include <gateway/sdk/environ.hpp>
#include <gateway/sdk/host.hpp>
#include <gateway/sdk/layer.hpp>
#include <gateway/sdk/response.hpp>
#include <gateway/sdk/start_response.hpp>
#include <gateway/sdk/wall.hpp>

namespace gateway {

// The hooks, each optional: one that a layer does not have costs nothing.

/// Once, when the head leaves. Throwing refuses the answer: the host sends 500.
template <class L>
concept HooksHead = requires(L& layer, Head& head) {
  layer.head(head);
};

/// Body bytes on their way out; flags are GW_FLUSH and GW_LAST. Throwing cuts.
template <class L>
concept HooksData = requires(L& layer, std::string_view bytes, Down& down) {
  layer.data(bytes, std::uint32_t{}, down);
};

/// The inner app reads: a count, 0 at the end, or GW_E_*.
template <class L>
concept HooksInput = requires(L& layer, Upstream& up, std::span<char> to) {
  { layer.input(up, to) } -> std::convertible_to<std::int64_t>;
};

/// Once: the exchange is over. The destructor runs after it. Of a WebSocket (a head
/// with status 101) the environ has ended long before: what is needed of it is copied
/// there.
template <class L>
concept HooksClose = requires(L& layer) {
  layer.close(std::int32_t{});
};

// The types of the hooks; inside a gw_layer these words would mean its members.
using HeadHook = decltype(gw_layer::head);
using DataHook = decltype(gw_layer::data);
using InputHook = decltype(gw_layer::input);

/// A layer of the class L, as the host knows it. It lies in the exchange's room.
template <class L>
struct LayerInRoom : gw_layer {
  template <class... Args>
  LayerInRoom(const gw_host* lender, const gw_environ* env, Args&&... args)
      : gw_layer{sizeof(gw_layer), 0, hook_head(), hook_data(), hook_input(), &close},
        host(lender),
        environ(env),
        layer{std::forward<Args>(args)...} {}

  static LayerInRoom& of(gw_layer* raw) { return *static_cast<LayerInRoom*>(raw); }

  static constexpr HeadHook hook_head() {
    if constexpr (HooksHead<L>) return &run_head;
    return nullptr;
  }

  static constexpr DataHook hook_data() {
    if constexpr (HooksData<L>) return &run_data;
    return nullptr;
  }

  static constexpr InputHook hook_input() {
    if constexpr (HooksInput<L>) return &run_input;
    return nullptr;
  }

  static std::int32_t run_head(gw_layer* raw, gw_head* raw_head) {
    LayerInRoom& self = of(raw);
    return static_cast<std::int32_t>(guarded(self.environ, [&self, raw_head] {
      Head head(raw_head);
      self.layer.head(head);
      return GW_OK;
    }));
  }

  static std::int32_t run_data(gw_layer* raw, const void* p, std::size_t n,
                               std::uint32_t flags, gw_writer* raw_down) {
    LayerInRoom& self = of(raw);
    return static_cast<std::int32_t>(
        guarded(self.environ, [&self, p, n, flags, raw_down] {
          Down down(raw_down);
          self.layer.data({static_cast<const char*>(p), n}, flags, down);
          return GW_OK;
        }));
  }

  static std::int64_t run_input(gw_layer* raw, gw_input* raw_up, void* to,
                                std::size_t cap) {
    LayerInRoom& self = of(raw);
    return guarded(self.environ, [&self, raw_up, to, cap]() -> std::int64_t {
      Upstream up(raw_up);
      return self.layer.input(up, std::span(static_cast<char*>(to), cap));
    });
  }

  static void close(gw_layer* raw, std::int32_t reason) {
    LayerInRoom& self = of(raw);
    if constexpr (HooksClose<L>) {
      guarded(self.host, [&] {  // the environ of a WebSocket has ended before
        self.layer.close(reason);
        return GW_OK;
      });
    }
    std::destroy_at(&self);
  }

  const gw_host* host;
  const gw_environ* environ;  ///< not in close
  L layer;
};

/// What a middleware does with an exchange: exactly one of operator(), through and
/// answer, once, and returns the result.
///
/// Lives:   during the call.
/// Threads: the exchange's.
class Next {
 public:
  Next(const gw_host* host, const gw_middleware* table, const gw_environ* env,
       gw_start_response* start) noexcept
      : host_(host), table_(table), environ_(env), start_response_(start) {}

  Next(const Next&) = delete;
  Next& operator=(const Next&) = delete;
  ~Next() = default;

  /// What the next app sees in place of this environ; a copy of it with changes. Its
  /// texts live as long as the exchange: see keep().
  Next& showing(const gw_environ& changed) noexcept {
    changed_ = &changed;
    return *this;
  }

  /// Has the next app answer, unseen by this middleware.
  std::int64_t operator()() { return table_->next(environ_, changed_, nullptr); }

  /// Has the next app answer through a new Layer(args...), which lives until its close.
  /// Fails: what the constructor throws; Error GW_E_NOMEM when there is no room.
  template <class Layer, class... Args>
  std::int64_t through(Args&&... args) {
    using Placed = LayerInRoom<Layer>;
    static_assert(alignof(Placed) <= 16, "room is aligned to 16");
    auto* layer =
        new (room(sizeof(Placed))) Placed(host_, environ_, std::forward<Args>(args)...);
    return table_->next(environ_, changed_, layer);
  }

  /// Answers here; the next app is not called.
  std::int64_t answer(Response response) {
    StartResponse start_response(environ_, start_response_);
    start_response(response.status(), response.headers());
    start_response.finish_own(std::move(response).body());
    return GW_OK;
  }

  /// Zeros that live as long as the exchange. Fails: Error GW_E_NOMEM.
  void* room(std::size_t bytes) {
    void* at = table_->room(environ_, bytes);
    if (at == nullptr) throw Error(GW_E_NOMEM, "the exchange has no more room");
    return at;
  }

  /// A copy that lives as long as the exchange.
  std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    void* to = room(text.size());
    std::memcpy(to, text.data(), text.size());
    return {static_cast<const char*>(to), text.size()};
  }

 private:
  const gw_host* host_;
  const gw_middleware* table_;
  const gw_environ* environ_;
  gw_start_response* start_response_;
  const gw_environ* changed_ = nullptr;
};

template <class M>
concept Middleware = std::constructible_from<M, const Host&> &&
    requires(M& middleware, const Environ& env, Next& next) {
  { middleware(env, next) } -> std::convertible_to<std::int64_t>;
};

/// One object of a middleware's class, with what its host lends it.
template <class M>
struct MiddlewareInstance {
  explicit MiddlewareInstance(const gw_host* raw)
      : host(raw), table(host.extension<gw_middleware>(GW_MIDDLEWARE_1)), object(host) {
    if (table == nullptr) throw std::runtime_error("this host has no gw.middleware/1");
  }

  static std::int32_t create(const gw_host* raw, void** self) {
    return static_cast<std::int32_t>(guarded(raw, [=] {
      *self = new MiddlewareInstance(raw);
      return GW_OK;
    }));
  }

  static std::int64_t call(void* self, const gw_environ* env,
                           gw_start_response* start) {
    auto& instance = *static_cast<MiddlewareInstance*>(self);
    return guarded(env, [&]() -> std::int64_t {
      const Environ view(env);
      Next next(instance.host.raw(), instance.table, env, start);
      return instance.object(view, next);
    });
  }

  static void destroy(void* self) { delete static_cast<MiddlewareInstance*>(self); }

  Host host;
  const gw_middleware* table;
  M object;
};

template <Middleware M>
consteval gw_app table_of_middleware(gw_str name, std::uint64_t flags) {
  using Instance = MiddlewareInstance<M>;
  return {sizeof(gw_app), GW_ABI_MAJOR,       GW_ABI_MINOR,    flags,
          name,           GW_STR(""),         &Instance::call, &Instance::create,
          nullptr,        &Instance::destroy, nullptr};
}

}  // namespace gateway

/// Exports the class `Type` as a middleware: constructed once from
/// `const gateway::Host&`, called with an Environ and a Next for each exchange. Where
/// the exchanges run on several threads (GW_MULTITHREAD), so do the calls.
#define GATEWAY_MIDDLEWARE(callable, Type, flags) \
  GW_EXPORT(callable) = ::gateway::table_of_middleware<Type>(GW_STR(#callable), (flags))
