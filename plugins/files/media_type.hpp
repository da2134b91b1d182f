// What a file is, by the end of its name. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace files {

inline constexpr std::string_view kUnknownMedia = "application/octet-stream";

/// The part of a name after its last dot; empty where there is none.
std::string_view extension_of(std::string_view path) noexcept;

/// The built-in table alone, without a charset; kUnknownMedia for what it does not
/// have. Letters without case.
std::string_view built_in_media_type(std::string_view extension) noexcept;

/// The built-in table, with what the configuration adds or changes.
class MediaTypes {
 public:
  /// `own`: extension in lower case, without dot, to type. `charset`: for text,
  /// JavaScript and what is written in XML or JSON without saying so itself; empty:
  /// none.
  MediaTypes(std::map<std::string, std::string, std::less<>> own, std::string charset);

  /// The value of Content-Type for a file with this name.
  std::string of(std::string_view path) const;

 private:
  std::map<std::string, std::string, std::less<>> own_;
  std::string charset_;
};

}  // namespace files
