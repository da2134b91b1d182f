// Content is believed only if the file's facts are the same before and after the read.
#include "representation.hpp"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "http_date.hpp"

namespace files {
namespace {

/// All of `size` bytes; false: the file is shorter, or could not be read.
bool read_whole(int fd, std::string& to, std::size_t size) {
  to.resize(size);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count =
        pread(fd, to.data() + done, size - done, static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

bool is_unchanged(int fd, const FileFacts& facts) noexcept {
  struct stat now;
  return fstat(fd, &now) == 0 && FileFacts(now) == facts;
}

void append_hex(std::string& to, std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<char, 16> text;
  std::size_t at = text.size();
  do {
    text[--at] = kDigits[value & 15];
    value >>= 4;
  } while (value != 0);
  to.append(text.data() + at, text.size() - at);
}

}  // namespace

std::string etag_of(const FileFacts& facts, Coding coding) {
  std::string tag = "\"";
  append_hex(tag, static_cast<std::uint64_t>(facts.modified_s));
  tag += '.';
  append_hex(tag, static_cast<std::uint64_t>(facts.modified_ns));
  tag += '-';
  append_hex(tag, static_cast<std::uint64_t>(facts.size));
  tag += '-';
  append_hex(tag, facts.inode);
  if (coding != Coding::Identity) tag.append("-").append(name_of(coding));
  return tag += '"';
}

Representation::Representation(Opened opened, Labels labels, std::size_t content_max)
    : facts_(opened.facts),
      labels_(std::move(labels)),
      file_(std::move(opened.file)),
      etag_(etag_of(facts_, labels_.coding)),
      length_(std::to_string(facts_.size)),
      modified_(imf_date(facts_.modified_s)) {
  const auto size = static_cast<std::size_t>(facts_.size);
  if (size <= content_max && read_whole(file_.get(), content_, size) &&
      is_unchanged(file_.get(), facts_)) {
    in_memory_ = true;
    file_.reset();
  } else {
    content_ = {};
  }
  form_fields();
}

void Representation::add(std::string_view name, std::string_view value,
                         bool also_unchanged) noexcept {
  const gw_field field{{name.data(), name.size()}, {value.data(), value.size()}};
  field_[count_++] = field;
  if (also_unchanged) unchanged_[unchanged_count_++] = field;
}

void Representation::form_fields() {
  add("content-length", length_, false);
  add("content-type", labels_.content_type, false);
  add("last-modified", {modified_.data(), modified_.size()}, false);
  add("etag", etag_, true);
  add("accept-ranges", "bytes", false);
  add("x-content-type-options", "nosniff", false);
  if (!labels_.cache_control.empty()) add("cache-control", labels_.cache_control, true);
  if (labels_.varies) add("vary", "accept-encoding", true);
  if (labels_.coding != Coding::Identity) {
    add("content-encoding", name_of(labels_.coding), false);
  }
}

bool Representation::still_true() const noexcept {
  return in_memory_ || is_unchanged(file_.get(), facts_);
}

std::size_t Resource::bytes() const noexcept {
  std::size_t sum = sizeof(Resource) + sizeof(Representation) + plain->content().size();
  for (const auto& twin : coded) {
    if (twin) sum += sizeof(Representation) + twin->content().size();
  }
  return sum;
}

std::size_t Resource::descriptors() const noexcept {
  std::size_t sum = plain->in_memory() ? 0 : 1;
  for (const auto& twin : coded) sum += twin && !twin->in_memory() ? 1 : 0;
  return sum;
}

bool Resource::still_true() const noexcept {
  if (!plain->still_true()) return false;
  for (const auto& twin : coded) {
    if (twin && !twin->still_true()) return false;
  }
  return true;
}

}  // namespace files
