// The rules of the ABI header that a compiler does not know.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gateway::abi_test {

/// What is wrong with a header, one sentence each, with its line; empty: nothing.
///   1. Every function and function pointer carries one thread tag.
///   2. A struct that grows begins with `uint32_t size`; gw_str, gw_field, gw_note and
///      the tables of extensions (gw_file with GW_FILE_1) never grow.
///   3. Only types whose size every compiler and language agrees on; no struct by value
///   in a
///      function but gw_str.
///   4. Includes <stddef.h>, <stdint.h> and headers of the ABI, nothing else.
///   5. At most 100 columns.
std::vector<std::string> lint(std::string_view header);

/// "gw_app.call" for each member and "GW_E_APP" for each constant that `layout` has no
/// line of.
std::vector<std::string> not_in_layout(std::string_view header,
                                       std::string_view layout);

}  // namespace gateway::abi_test
