// Bodies that the host pulls after the call has returned: PEP 3333's iterable with its
// close.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <gateway/gateway.h>
#include <gateway/sdk/error.hpp>
#include <gateway/sdk/wall.hpp>

namespace gateway {

/// A gw_source around a C++ object with `std::int64_t next(char* to, std::size_t cap)`,
/// which may throw. The destructor of that object is the `close`.
template <class Body>
class PulledSource final : private gw_source {
 public:
  template <class... Args>
  explicit PulledSource(const gw_environ* env, Args&&... args)
      : gw_source{sizeof(gw_source), 0, &pull, &closed},
        environ_(env),
        body_(std::forward<Args>(args)...) {}

  Body& body() noexcept { return body_; }

  /// Gives the source to the host, which closes it exactly once, even if it refuses it.
  /// Fails: Error with the host's code.
  static void hand_over(std::unique_ptr<PulledSource> source, gw_writer* writer) {
    const std::int32_t result = writer->body(writer, source.release());
    if (result < 0) throw Error(result, "the host refused the body");
  }

 private:
  static std::int64_t pull(gw_source* source, void* to, std::size_t cap) {
    auto* self = static_cast<PulledSource*>(source);
    return guarded(self->environ_, [self, to, cap] {
      return self->body_.next(static_cast<char*>(to), cap);
    });
  }

  static void closed(gw_source* source, std::int32_t) {
    delete static_cast<PulledSource*>(source);
  }

  const gw_environ* environ_;
  Body body_;
};

/// Copies as much of `from` as fits and shortens it by that.
inline std::int64_t copy_some(std::string_view& from, char* to,
                              std::size_t cap) noexcept {
  const std::size_t count = from.size() < cap ? from.size() : cap;
  if (count != 0) std::memcpy(to, from.data(), count);
  from.remove_prefix(count);
  return static_cast<std::int64_t>(count);
}

/// What a host did not take of a string, owned until it does.
class RestOfBody {
 public:
  RestOfBody(std::string text, std::size_t taken) noexcept
      : text_(std::move(text)), taken_(taken) {}

  std::int64_t next(char* to, std::size_t cap) noexcept {
    std::string_view rest = std::string_view(text_).substr(taken_);
    const std::int64_t count = copy_some(rest, to, cap);
    taken_ += static_cast<std::size_t>(count);
    return count;
  }

 private:
  std::string text_;
  std::size_t taken_;
};

/// The body of the request as the body of the answer: the host's bytes go from its
/// input straight to its output, without a copy of ours between.
class InputBody {
 public:
  explicit InputBody(gw_input* input) noexcept : input_(input) {}

  std::int64_t next(char* to, std::size_t cap) noexcept {
    return input_->read(input_, to, cap);
  }

 private:
  gw_input* input_;
};

/// A range of chunks, each convertible to a string_view: what PEP 3333 calls an
/// iterable. Empty chunks are passed over, for they carry no meaning.
template <class Range>
class RangeBody {
 public:
  explicit RangeBody(Range&& range)
      : range_(std::forward<Range>(range)), at_(std::begin(range_)) {}

  RangeBody(const RangeBody&) = delete;
  RangeBody& operator=(const RangeBody&) = delete;
  ~RangeBody() = default;

  std::int64_t next(char* to, std::size_t cap) {
    while (rest_.empty() && at_ != std::end(range_)) {
      chunk_ = *at_;
      rest_ = chunk_;
      ++at_;
    }
    return copy_some(rest_, to, cap);
  }

 private:
  using Element = decltype(*std::begin(std::declval<Range&>()));
  // A chunk that the iterator makes on the spot is kept; one that it points to is
  // viewed.
  using Chunk = std::conditional_t<std::is_reference_v<Element>, std::string_view,
                                   std::remove_cv_t<Element>>;

  Range range_;
  decltype(std::begin(std::declval<Range&>())) at_;
  Chunk chunk_{};
  std::string_view rest_;
};

}  // namespace gateway
