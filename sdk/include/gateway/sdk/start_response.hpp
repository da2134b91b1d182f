// start_response: stores the head of the answer and gives the writer for its body.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gateway/sdk/environ.hpp>
#include <gateway/sdk/header_list.hpp>
#include <gateway/sdk/writer.hpp>

namespace gateway {

/// WSGI's start_response: `start_response(200, {{"content-type", "text/plain"}})`.
///
/// The host copies the head at once and sends it with the first bytes of the body. It
/// adds Date, Server and the framing itself. Fails:   Error GW_E_HEADER (a field that
/// may not be sent), GW_E_INVALID (the status),
///          GW_E_STATE (a second head), GW_E_SENT (a replacement that came too late).
/// Lives:   until the app returns; in a Generator, until the coroutine ends.
/// Threads: the exchange's.
class StartResponse {
 public:
  StartResponse(const gw_environ* env, gw_start_response* start_response) noexcept
      : environ_(env), raw_(start_response) {}

  StartResponse(const StartResponse&) = delete;
  StartResponse& operator=(const StartResponse&) = delete;
  ~StartResponse() = default;

  Writer& operator()(std::uint32_t status, std::initializer_list<Field> fields = {}) {
    return (*this)(status, std::span<const Field>(fields.begin(), fields.size()));
  }

  Writer& operator()(std::uint32_t status, std::span<const Field> fields) {
    return start(status, fields, 0);
  }

  Writer& operator()(std::uint32_t status, const HeaderList& fields) {
    return start(status, fields, 0);
  }

  /// PEP 3333's exc_info: takes this head in place of the first, if that has not left.
  Writer& replace(std::uint32_t status, std::initializer_list<Field> fields = {}) {
    return start(status, std::span(fields.begin(), fields.size()), GW_REPLACE);
  }

  /// The same in the contract's own terms, for a head that is kept as gw_field.
  Writer& head(std::uint32_t status, const gw_field* fields, std::size_t count,
               std::uint32_t flags = 0) {
    if (std::exchange(provisional_, false)) flags |= GW_REPLACE;
    return stored(raw_(environ_, status, fields, count, flags));
  }

  /// The contract's own function, for an answer that comes later.
  gw_start_response* raw() const noexcept { return raw_; }

  bool is_started() const noexcept { return started_ && !provisional_; }

  // The rest is for the wall, which ends what the app began.

  /// The writer of an answer that has begun. Fails: Error GW_E_STATE if none has.
  Writer& writer() {
    if (!is_started()) {
      throw Error(GW_E_STATE, "the app gave a body without start_response");
    }
    return writer_;
  }

  void finish(std::string_view body) {
    if (!body.empty()) writer().finish(body);
    settle();
  }

  void finish_own(std::string body) {
    if (!body.empty()) writer().finish_own(std::move(body));
    settle();
  }

  void settle() { writer_.settle(); }

  /// Gives the host a source of the wall's own. A coroutine that waits for input before
  /// it knows its answer gets a writer through a head that its own will replace.
  template <class Source>
  void hand_over(std::unique_ptr<Source> source) {
    if (!writer_.rest_.empty()) {
      throw Error(GW_E_STATE, "a generator yields its body and does not write it");
    }
    if (!started_) {
      stored(raw_(environ_, 500, nullptr, 0, 0));
      provisional_ = true;
    }
    Source::hand_over(std::move(source), writer_.raw_);
  }

 private:
  static constexpr std::size_t kFieldsOnStack = 16;

  template <class List>
  Writer& start(std::uint32_t status, const List& fields, std::uint32_t flags) {
    std::array<gw_field, kFieldsOnStack> few;
    few[0] = {};  // the rest is written before it is read
    std::vector<gw_field> many;
    if (fields.size() > few.size()) many.resize(fields.size());
    gw_field* to = many.empty() ? few.data() : many.data();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const Field field = fields[i];
      to[i] = {as_str(field.name), as_str(field.value)};
    }
    return head(status, to, fields.size(), flags);
  }

  Writer& stored(gw_writer* writer) {
    if (writer->error != 0) throw Error(writer->error, "the host refused the head");
    writer_.raw_ = writer;
    writer_.environ_ = environ_;
    started_ = true;
    return writer_;
  }

  const gw_environ* environ_;
  gw_start_response* raw_;
  Writer writer_;
  bool started_ = false;
  bool provisional_ = false;
};

}  // namespace gateway
