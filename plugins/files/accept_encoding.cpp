#include "accept_encoding.hpp"

#include <algorithm>

#include <gateway/sdk/accept.hpp>

namespace files {
namespace {

/// In thousandths: what the lines say of this coding, else of "*"; -1: nothing.
int weight_for(Coding coding, const FieldLines& lines) noexcept {
  int named = -1;
  int any = -1;
  for (const std::string_view line : lines) {
    named = std::max(named, gateway::named_weight(line, name_of(coding)));
    any = std::max(any, gateway::named_weight(line, "*"));
  }
  return named >= 0 ? named : any;
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
