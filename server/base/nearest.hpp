// "Did you mean ...?": the word that a typing error most likely stood for.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace appserver {

/// How many letters to put in, take out, replace or swap with their neighbour to make
/// one of the other (Damerau-Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that is fewest edits away, at most `furthest`; the first of equals.
/// Nothing if none is that near.
std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates,
                                   std::size_t furthest);

}  // namespace appserver
