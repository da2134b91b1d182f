// Read leniently: a weight that is none counts as 1, what is unknown is passed over.
#include "accept_encoding.hpp"

#include "text.hpp"

namespace files {
namespace {

/// "0.85" in thousandths.
int weight_of(std::string_view text) noexcept {
  if (text.empty() || text[0] < '0' || text[0] > '1') return 1000;
  int weight = (text[0] - '0') * 1000;
  int place = 100;
  for (std::size_t i = 2; i < text.size() && i < 5 && text[1] == '.';
       ++i, place /= 10) {
    if (text[i] < '0' || text[i] > '9') return 1000;
    weight += (text[i] - '0') * place;
  }
  return weight < 1000 ? weight : 1000;
}

int weight_among(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    std::string_view parameter = next_part(parameters, ';');
    if (same_letters(next_part(parameter, '='), "q"))
      return weight_of(trimmed(parameter));
  }
  return 1000;
}

bool is_named(std::string_view text, Coding coding) noexcept {
  return same_letters(text, name_of(coding)) ||
         (coding == Coding::Gzip && same_letters(text, "x-gzip"));
}

/// In thousandths: what the lines say of this coding, else of "*"; -1: nothing.
int weight_for(Coding coding, const FieldLines& lines) noexcept {
  int any = -1;
  for (std::string_view line : lines) {
    while (!line.empty()) {
      std::string_view member = next_part(line, ',');
      const std::string_view name = next_part(member, ';');
      if (is_named(name, coding)) return weight_among(member);
      if (name == "*") any = weight_among(member);
    }
  }
  return any;
}

}  // namespace

Coding preferred_coding(const FieldLines& accept_encoding,
                        std::span<const Coding> offered) noexcept {
  if (accept_encoding.empty()) return Coding::Identity;
  Coding best = Coding::Identity;
  int best_weight = 0;
  for (const Coding coding : offered) {
    const int weight = weight_for(coding, accept_encoding);
    if (weight > best_weight) {
      best = coding;
      best_weight = weight;
    }
  }
  if (best == Coding::Identity) return best;
  return weight_for(Coding::Identity, accept_encoding) > best_weight ? Coding::Identity
                                                                     : best;
}

}  // namespace files
