// The two ends of a MemoryStream, and the executor of what runs over it. Only
// websocket_engine.hpp includes it.
#pragma once

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/execution.hpp>
#include <boost/asio/io_context.hpp>

#include "net/websocket_output.hpp"

namespace appserver::net {

/// A read that waits for bytes, with what continues after it.
class PendingRead {
 public:
  virtual ~PendingRead() = default;
  /// Takes what it has room for off the front of `input`, which is not empty.
  virtual void continue_with(std::string_view& input) = 0;
};

/// A call that was put off.
class DeferredCall {
 public:
  virtual ~DeferredCall() = default;
  virtual void run() = 0;
};

/// Both ends. Lives: its address must stay; operations point to it.
struct MemoryPipe {
  std::string_view input;  ///< not read yet; the owner's bytes
  WebSocketOutput output;
  std::unique_ptr<PendingRead> reader;
  std::vector<std::unique_ptr<DeferredCall>> deferred;  ///< three at most, in order
};

/// Puts every call off into the pipe's queue. The io_context is never run: Asio's timer
/// and Beast's registry of streams want one to live in.
class DeferringExecutor {
 public:
  DeferringExecutor(boost::asio::io_context& services, MemoryPipe& pipe) noexcept
      : services_(&services), pipe_(&pipe) {}

  [[nodiscard]] boost::asio::io_context& query(
      boost::asio::execution::context_t) const noexcept {
    return *services_;
  }

  static constexpr boost::asio::execution::blocking_t query(
      boost::asio::execution::blocking_t) noexcept {
    return boost::asio::execution::blocking_t::never;
  }

  [[nodiscard]] DeferringExecutor require(
      boost::asio::execution::blocking_t::never_t) const noexcept {
    return *this;
  }

  template <class F>
  void execute(F&& f) const {
    using Call = std::decay_t<F>;

    class Kept final : public DeferredCall {
     public:
      explicit Kept(Call&& call) : call_(std::move(call)) {}

      void run() override { std::move(call_)(); }

     private:
      Call call_;
    };

    pipe_->deferred.push_back(std::make_unique<Kept>(Call(std::forward<F>(f))));
  }

  friend bool operator==(const DeferringExecutor& a,
                         const DeferringExecutor& b) noexcept {
    return a.pipe_ == b.pipe_;
  }

  friend bool operator!=(const DeferringExecutor& a,
                         const DeferringExecutor& b) noexcept {
    return a.pipe_ != b.pipe_;
  }

 private:
  boost::asio::io_context* services_;
  MemoryPipe* pipe_;
};

}  // namespace appserver::net
