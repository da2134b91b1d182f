// Which of this app's three forms a client would rather read. RFC 9110 §12.5.1.
#pragma once

#include <string_view>

enum class Form { Text, Json, Html };

/// The form that the Accept field names with the highest weight, the first of equals.
/// Wildcards say "anything", which is text.
Form preferred_form(std::string_view accept) noexcept;
