// The two ways of writing an app, told apart by signature, and how each is answered.
#pragma once

#include <concepts>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <gateway/sdk/environ.hpp>
#include <gateway/sdk/generator.hpp>
#include <gateway/sdk/request.hpp>
#include <gateway/sdk/response.hpp>
#include <gateway/sdk/source.hpp>
#include <gateway/sdk/start_response.hpp>

namespace gateway {

/// The plain way: `gateway::Response app(const gateway::Request& request)`.
template <class App>
concept PlainApp = requires(App& app, const Request& request) {
  { app(request) } -> std::convertible_to<Response>;
};

/// Takes what PEP 3333 gives an app; what it returns is looked at next.
template <class App>
concept TakesEnviron = requires(App& app, const Environ& env, StartResponse& start) {
  app(env, start);
};

template <class Body>
concept TextBody = std::convertible_to<Body, std::string_view>;

/// A range of chunks, by begin and end.
template <class Body>
concept ChunkedBody =
    !TextBody<Body> && requires(std::remove_reference_t<Body> & body) {
  { *std::begin(body) } -> std::convertible_to<std::string_view>;
  { std::begin(body) != std::end(body) } -> std::convertible_to<bool>;
};

template <class Body>
concept WsgiBody = std::is_void_v<Body> || std::same_as<Body, Generator> ||
    TextBody<Body> || ChunkedBody<Body>;

/// The WSGI way: `BODY app(const gateway::Environ&, gateway::StartResponse&)`.
template <class App>
concept WsgiApp = TakesEnviron<App> &&
    requires(App& app, const Environ& env, StartResponse& start) {
  requires WsgiBody<decltype(app(env, start))>;
};

/// A coroutine of the WSGI way, with the arguments that its frame refers to.
class GeneratedAnswer {
 public:
  GeneratedAnswer(const gw_environ* env, gw_start_response* raw) noexcept
      : environ_(env), start_response_(env, raw) {}

  GeneratedAnswer(const GeneratedAnswer&) = delete;
  GeneratedAnswer& operator=(const GeneratedAnswer&) = delete;
  ~GeneratedAnswer() = default;

  /// Runs the app to its first chunk: by then it has mostly called start_response.
  /// False: it has ended without one.
  template <class App>
  bool begin(App& app) {
    generator_.emplace(app(environ_, start_response_));
    return advance() != 0;
  }

  std::int64_t next(char* to, std::size_t cap) {
    const std::int64_t state = advance();
    return state > 0 ? generator_->next(to, cap) : state;
  }

  StartResponse& start_response() noexcept { return start_response_; }

 private:
  std::int64_t advance() {
    const std::int64_t state = generator_->advance();
    if (state != GW_E_AGAIN) start_response_.writer();  // throws where there is no head
    return state;
  }

  Environ environ_;
  StartResponse start_response_;
  std::optional<Generator> generator_;
};

template <PlainApp App>
std::int64_t answer(App& app, const gw_environ* env, gw_start_response* raw) {
  const Request request(env);
  Response response = app(request);
  StartResponse start_response(env, raw);
  start_response(response.status(), response.headers());
  start_response.finish_own(std::move(response).body());
  return GW_OK;
}

template <class App>
std::int64_t answer_generated(App& app, const gw_environ* env, gw_start_response* raw) {
  using Source = PulledSource<GeneratedAnswer>;
  auto source = std::make_unique<Source>(env, env, raw);
  StartResponse& start_response = source->body().start_response();
  if (source->body().begin(app)) {
    start_response.hand_over(std::move(source));
  } else {
    start_response.settle();
  }
  return GW_OK;
}

template <WsgiApp App>

requires(!PlainApp<App>) std::int64_t
    answer(App& app, const gw_environ* env, gw_start_response* raw) {
  using Body =
      decltype(app(std::declval<const Environ&>(), std::declval<StartResponse&>()));
  if constexpr (std::same_as<Body, Generator>) {
    return answer_generated(app, env, raw);
  } else {
    const Environ view(env);
    StartResponse start_response(env, raw);
    if constexpr (std::is_void_v<Body>) {
      app(view, start_response);
      start_response.settle();
    } else if constexpr (std::same_as<Body, std::string>) {
      start_response.finish_own(app(view, start_response));
    } else if constexpr (TextBody<Body>) {
      start_response.finish(app(view, start_response));
    } else {
      using Source = PulledSource<RangeBody<Body>>;
      auto source = std::make_unique<Source>(env, app(view, start_response));
      start_response.writer();  // throws where there is no head
      start_response.hand_over(std::move(source));
    }
    return GW_OK;
  }
}

}  // namespace gateway
