// Reads Accept leniently: what cannot be understood is passed over, never an error.
#include "accept.hpp"

#include <optional>

#include <gateway/sdk/fields.hpp>

namespace {

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

/// Takes the text up to `end` off the front of `rest`.
std::string_view next_part(std::string_view& rest, char end) noexcept {
  const std::size_t at = rest.find(end);
  const std::string_view part = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return trimmed(part);
}

std::optional<Form> form_of(std::string_view type) noexcept {
  if (gateway::same_name(type, "text/plain")) return Form::Text;
  if (gateway::same_name(type, "application/json")) return Form::Json;
  if (gateway::same_name(type, "text/html")) return Form::Html;
  return std::nullopt;
}

/// "0.85" in thousandths; 1000 for anything that is not a weight.
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
    const std::string_view name = next_part(parameter, '=');
    if (gateway::same_name(name, "q")) return weight_of(trimmed(parameter));
  }
  return 1000;
}

}  // namespace

Form preferred_form(std::string_view accept) noexcept {
  Form best = Form::Text;
  int best_weight = 0;
  while (!accept.empty()) {
    std::string_view range = next_part(accept, ',');
    const std::optional<Form> form = form_of(next_part(range, ';'));
    const int weight = weight_among(range);
    if (form && weight > best_weight) {
      best = *form;
      best_weight = weight;
    }
  }
  return best;
}
