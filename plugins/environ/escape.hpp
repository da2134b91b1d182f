// Bytes of a stranger, made harmless for the place where they are shown.
#pragma once

#include <string_view>

#include "output.hpp"

/// One line of text: controls, backslashes and what is not UTF-8 become \xNN.
void write_text(Output& to, std::string_view bytes);

/// The inside of a JSON string (RFC 8259 §7); what is not UTF-8 becomes U+FFFD.
void write_json(Output& to, std::string_view bytes);

/// HTML text or a quoted attribute; controls and what is not UTF-8 become U+FFFD.
void write_html(Output& to, std::string_view bytes);
