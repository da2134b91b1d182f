// A stream for Boost.Beast whose two ends are memory: what it reads is fed, what it
// writes is taken away. It has no event loop: an operation that has nothing to read
// waits here, what an operation puts off is queued here, and the owner runs both. Knows
// nothing of WebSocket frames but two first bytes. Only
// websocket_engine.hpp includes it.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/role.hpp>

#include "net/memory_pipe.hpp"

namespace appserver::net {

/// The stream: AsyncReadStream, AsyncWriteStream, and SyncWriteStream (which never
/// waits, because the output takes all; its bounds are kept before it is asked).
class MemoryStream {
 public:
  using executor_type = DeferringExecutor;
  using Error = boost::beast::error_code;

  MemoryStream(boost::asio::io_context& services, MemoryPipe& pipe)
      : services_(&services), pipe_(&pipe) {}

  executor_type get_executor() noexcept { return {*services_, *pipe_}; }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    using Next = std::decay_t<Handler>;

    class Read final : public PendingRead {
     public:
      Read(const Buffers& room, Next&& next) : room_(room), next_(std::move(next)) {}

      void continue_with(std::string_view& input) override {
        const std::size_t n = boost::asio::buffer_copy(
            room_, boost::asio::const_buffer(input.data(), input.size()));
        input.remove_prefix(n);
        std::move(next_)(Error{}, n);
      }

     private:
      Buffers room_;
      Next next_;
    };

    pipe_->reader =
        std::make_unique<Read>(buffers, Next(std::forward<Handler>(handler)));
  }

  /// Only control frames come this way, each in one call.
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    std::array<char, WebSocketOutput::kControlFrame> frame;
    const std::size_t n = boost::asio::buffer_copy(boost::asio::buffer(frame), buffers);
    pipe_->output.append_control({frame.data(), n});
    get_executor().execute(
        [next = std::decay_t<Handler>(std::forward<Handler>(handler)), n]() mutable {
          std::move(next)(Error{}, n);
        });
  }

  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, Error& ec) {
    ec = {};
    std::size_t n = 0;
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto it = boost::asio::buffer_sequence_begin(buffers); it != end; ++it) {
      const boost::asio::const_buffer part(*it);
      pipe_->output.append({static_cast<const char*>(part.data()), part.size()});
      n += part.size();
    }
    return n;
  }

  template <class Buffers>
  std::size_t write_some(const Buffers& buffers) {
    Error ec;
    return write_some(buffers, ec);
  }

  /// Never called; Beast asks that they exist.
  template <class Buffers>
  std::size_t read_some(const Buffers&, Error& ec) {
    ec = boost::asio::error::would_block;
    return 0;
  }

  template <class Buffers>
  std::size_t read_some(const Buffers&) {
    return 0;
  }

 private:
  boost::asio::io_context* services_;
  MemoryPipe* pipe_;
};

// There is nothing to shut down: the owner has the socket. Beast finds these by the
// type of the stream.

inline void beast_close_socket(MemoryStream&) {}

inline void teardown(boost::beast::role_type, MemoryStream&, MemoryStream::Error& ec) {
  ec = {};
}

template <class Handler>
void async_teardown(boost::beast::role_type, MemoryStream& stream, Handler&& handler) {
  stream.get_executor().execute(
      [next = std::decay_t<Handler>(std::forward<Handler>(handler))]() mutable {
        std::move(next)(MemoryStream::Error{});
      });
}

}  // namespace appserver::net
