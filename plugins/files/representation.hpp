// One file as it is sent: its facts, its content or descriptor, and the fields that
// every answer about it carries, formed once. Immutable. Knows the value types of the
// ABI only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <gateway/gateway.h>

#include "accept_encoding.hpp"
#include "conditional.hpp"
#include "safe_open.hpp"

namespace files {

/// What is said of a file besides what it is.
struct Labels {
  std::string content_type;
  std::string cache_control;  // empty: none
  Coding coding = Coding::Identity;
  bool varies = false;  // there are other codings beside it
};

/// Lives:   shared by the cache and the answers that send it.
/// Threads: any; nothing changes after the constructor.
class Representation {
 public:
  /// Reads up to `content_max` bytes into memory if they came from one state of the
  /// file; a larger file, or one that is being written, stays a descriptor.
  Representation(Opened opened, Labels labels, std::size_t content_max);

  Representation(const Representation&) = delete;
  Representation& operator=(const Representation&) = delete;
  ~Representation() = default;

  const FileFacts& facts() const noexcept { return facts_; }

  std::int64_t size() const noexcept { return facts_.size; }

  bool in_memory() const noexcept { return in_memory_; }

  std::string_view content() const noexcept { return content_; }

  /// -1 where the content is in memory.
  int descriptor() const noexcept { return file_.get(); }

  std::string_view content_type() const noexcept { return labels_.content_type; }

  Validators validators() const noexcept { return {etag_, facts_.modified_s}; }

  /// The head of 200, which begins with content-length, and the same without it.
  std::span<const gw_field> whole_head() const noexcept {
    return {field_.data(), count_};
  }

  std::span<const gw_field> partial_head() const noexcept {
    return whole_head().subspan(1);
  }

  /// What RFC 9110 §15.4.5 wants in a 304.
  std::span<const gw_field> unchanged_head() const noexcept {
    return {unchanged_.data(), unchanged_count_};
  }

  /// False: the file that the descriptor names was written since.
  bool still_true() const noexcept;

 private:
  void form_fields();
  void add(std::string_view name, std::string_view value, bool also_unchanged) noexcept;

  FileFacts facts_;
  Labels labels_;
  Descriptor file_;
  std::string content_;
  bool in_memory_ = false;
  std::string etag_, length_;
  std::array<char, 29> modified_;
  std::array<gw_field, 9> field_;
  std::array<gw_field, 4> unchanged_;
  std::size_t count_ = 0, unchanged_count_ = 0;
};

/// A strong tag: it changes with size, time of change (ns) and inode, and names the
/// coding.
std::string etag_of(const FileFacts& facts, Coding coding);

/// A file and its precompressed twins.
struct Resource {
  std::unique_ptr<const Representation> plain;
  std::array<std::unique_ptr<const Representation>, 3> coded;  // by Coding
  std::array<Coding, 2> offered{};  // those that there are, best liked first
  std::size_t offered_count = 0;

  const Representation& pick(const FieldLines& accept_encoding) const noexcept {
    if (offered_count == 0) return *plain;
    const auto& chosen = coded[static_cast<std::size_t>(
        preferred_coding(accept_encoding, {offered.data(), offered_count}))];
    return chosen ? *chosen : *plain;
  }

  /// Bytes of memory and descriptors that it holds.
  std::size_t bytes() const noexcept;
  std::size_t descriptors() const noexcept;
  bool still_true() const noexcept;
};

}  // namespace files
