// Reads Accept leniently: what cannot be understood is passed over, never an error.
#include "accept.hpp"

#include <optional>

#include <gateway/sdk/accept.hpp>
#include <gateway/sdk/fields.hpp>

namespace {

std::optional<Form> form_of(std::string_view type) noexcept {
  if (gateway::same_name(type, "text/plain")) return Form::Text;
  if (gateway::same_name(type, "application/json")) return Form::Json;
  if (gateway::same_name(type, "text/html")) return Form::Html;
  return std::nullopt;
}

/// A weight that is none counts as 1.
int weight_among(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    std::string_view parameter = gateway::take_part(parameters, ';');
    const std::string_view name = gateway::take_part(parameter, '=');
    if (gateway::same_name(name, "q"))
      return gateway::weight_of(gateway::trimmed(parameter)).value_or(1000);
  }
  return 1000;
}

}  // namespace

Form preferred_form(std::string_view accept) noexcept {
  Form best = Form::Text;
  int best_weight = 0;
  while (!accept.empty()) {
    std::string_view range = gateway::take_part(accept, ',');
    const std::optional<Form> form = form_of(gateway::take_part(range, ';'));
    const int weight = weight_among(range);
    if (form && weight > best_weight) {
      best = *form;
      best_weight = weight;
    }
  }
  return best;
}
