// Request and file in, the answer out: status, fields, and which bytes. Pure; sends
// nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <gateway/gateway.h>

#include "conditional.hpp"
#include "range_header.hpp"
#include "representation.hpp"

namespace files {

/// What a request asks besides its path. Views of the request.
struct Asked {
  bool is_head = false;
  bool is_plain = true;  // neither conditions nor ranges: the common request
  Conditions conditions;
  FieldLines accept_encoding, range, if_range;
};

/// Reads the fields of a request; their names are lower-case.
Asked asked_of(bool is_head, std::span<const gw_field> fields) noexcept;

/// The text that parts parts of a multipart/byteranges body, RFC 9110 §14.6.
struct Boundary {
  std::array<char, 32> text;  // hexadecimal

  std::string_view view() const noexcept { return {text.data(), text.size()}; }
};

/// How one representation answers one request. `now_s` is for dates and is not looked
/// at if the request is plain; `boundary` is for ranges.
///
/// Lives: it points into itself and into the representation, so it stays where it was
/// made.
class Plan {
 public:
  enum class Body : std::uint8_t { None, Whole, One, Many };

  Plan(const Asked& asked, const Representation& of, std::int64_t now_s,
       const Boundary& boundary);

  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  ~Plan() = default;

  unsigned status() const noexcept { return status_; }

  Body body() const noexcept { return body_; }

  std::span<const gw_field> head() const noexcept { return head_; }

  const RangeSet& ranges() const noexcept { return ranges_; }

 private:
  void decide(const Asked& asked, std::int64_t now_s, const Boundary& boundary);
  void be_whole(bool is_head) noexcept;
  void be_one() noexcept;
  void be_many(const Boundary& boundary) noexcept;
  void be_unsatisfiable() noexcept;
  void add(std::string_view name, std::string_view value) noexcept;
  void add_length(std::int64_t length) noexcept;

  const Representation& of_;
  unsigned status_ = 200;
  Body body_ = Body::None;
  std::size_t own_count_ = 0;
  std::span<const gw_field> head_;
  RangeSet ranges_;
  std::array<gw_field, 12> own_;
  std::array<char, 20> length_;
  std::array<char, 72> content_range_;
  std::array<char, 72> content_type_;
};

/// What stands before the part `index` of a multipart body, or, with index == the
/// number of parts, at its end. Written to `to`; the bytes written.
inline constexpr std::size_t kMostPartHead = 384;
std::size_t part_head(std::array<char, kMostPartHead>& to, const Representation& of,
                      const RangeSet& ranges, std::size_t index,
                      const Boundary& boundary) noexcept;

}  // namespace files
