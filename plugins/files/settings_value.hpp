// One value of the configuration: what may stand there, and how it is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

namespace files {

namespace json = boost::json;

/// Throws std::runtime_error: "<key> must be <wanted>".
[[noreturn]] void wrong(std::string_view key, std::string_view wanted);

// Each fails by wrong().

std::string text_of(std::string_view key, const json::value& value);

/// true, false, on or off.
bool switch_of(std::string_view key, const json::value& value);

/// A list of texts; one text stands for a list of it.
std::vector<std::string> texts_of(std::string_view key, const json::value& value);

/// Bytes: a whole number, or one with k, m or g.
std::size_t size_of(std::string_view key, const json::value& value);

/// Seconds: a whole number, or one with ms, s, m, h or d.
std::int64_t milliseconds_of(std::string_view key, const json::value& value);

}  // namespace files
