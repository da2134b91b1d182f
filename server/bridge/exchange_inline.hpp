// What of an Exchange is on the way of each request and short. Included by
// exchange.hpp alone.
#pragma once

#include "bridge/exchange.hpp"

namespace appserver::bridge {

inline Exchange& Exchange::of(const gw_environ& environ) {
  return *static_cast<const Place*>(environ.host)->exchange;
}

inline Exchange& Exchange::of(const gw_input& input) {
  return *static_cast<const Input&>(input).owner;
}

inline Exchange& Exchange::of(const gw_writer& writer) {
  return *static_cast<const Writer&>(writer).owner;
}

inline void Exchange::carry(Carrier& carrier) {
  carrier_ = &carrier;
}

inline gw_environ& Exchange::environ() {
  return environ_;
}

inline void Exchange::close_after() {
  terms_keep_alive_ = false;
}

inline bool Exchange::has_parts() const {
  return extras_used_ && !extras_->parts.empty();
}

inline Chain* Exchange::chain() {
  return extras_used_ && extras_->chain.is_used() ? &extras_->chain : nullptr;
}

inline bool Exchange::has_conclusion() const {
  return extras_used_ || source_ != nullptr;
}

inline Detached* Exchange::detached() {
  return extras_used_ && extras_->detached ? &*extras_->detached : nullptr;
}

inline bool Exchange::wants_body() const {
  return extras_used_ && extras_->detached && extras_->detached->wants_readable();
}

inline bool Exchange::is_aborted() const {
  return state_ == State::Aborted;
}

inline bool Exchange::is_gone() {
  return state_ == State::Aborted || carrier_->is_gone();
}

inline const gw_environ& Exchange::peek_environ() const {
  return environ_;
}

inline std::string_view Exchange::app() const {
  return app_;
}

inline unsigned Exchange::status() const {
  return status_;
}

inline std::uint64_t Exchange::body_bytes() const {
  return has_parts() ? body_bytes_ - extras_->parts.left() : body_bytes_;
}

inline std::uint64_t Exchange::bytes_sent() const {
  return left_ + out_->size() - before_;
}

inline bool Exchange::keeps_connection() const {
  return terms_keep_alive_;
}

inline bool Exchange::head_is_sent() const {
  return head_ == Head::Committed;
}

inline bool Exchange::must_reset() const {
  return framing_ == http::Framing::Close;
}

inline bool Exchange::keeps_failure_text() const {
  return keep_failure_text_;
}

inline const std::string& Exchange::failure_text() const {
  return failure_text_;
}

inline std::size_t Exchange::committed_size() const {
  return head_ == Head::Stored ? out_->size() - stored_ : out_->size();
}

}  // namespace appserver::bridge
