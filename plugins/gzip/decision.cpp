#include "decision.hpp"

#include <algorithm>
#include <array>

#include <gateway/sdk/accept.hpp>

namespace {

using gateway::Field;
using gateway::Fields;
using gateway::Head;

/// Does a list field have this item? Parameters of an item do not count.
bool lists(const Fields& fields, std::string_view name, std::string_view wanted) {
  bool found = false;
  for (const Field field : fields) {
    if (!gateway::same_name(field.name, name)) continue;
    gateway::each_item(field.value, [&](std::string_view item) {
      found = found || gateway::same_name(gateway::take_part(item, ';'), wanted);
    });
  }
  return found;
}

bool is_compressible(const Settings& settings, std::string_view content_type) {
  const std::string_view type = gateway::take_part(content_type, ';');
  return std::any_of(settings.types.begin(), settings.types.end(),
                     [type](std::string_view one) {
                       return one == "*" || gateway::same_name(one, type);
                     });
}

/// Is this the whole representation, with nothing that speaks of its exact bytes?
bool is_plain(const Head& head) {
  constexpr std::array<std::string_view, 6> kTies = {
      "content-encoding", "content-range", "content-digest",
      "repr-digest",      "digest",        "content-md5"};
  return head.status() >= 200 && head.status() != 204 && head.status() != 206 &&
         head.status() != 304 &&
         std::none_of(kTies.begin(), kTies.end(), [&](std::string_view name) {
           return head.find(name).has_value();
         });
}

void add_vary(Head& head) {
  if (lists(head.fields(), "vary", "*")) return;
  if (lists(head.fields(), "vary", "accept-encoding")) return;
  head.add("vary", "accept-encoding");
}

bool is_strong(std::string_view tag) {
  return tag.starts_with('"');
}

void weaken(Head& head, std::string& etag) {
  const auto tag = head.find("etag");
  if (!tag || !is_strong(*tag)) return;
  etag = "W/";
  etag += *tag;
  head.set("etag", etag);
}

}  // namespace

Decision decide(const Settings& settings, const Fields& request, const Head& head) {
  if (!is_plain(head)) return {};
  if (!is_compressible(settings, head.find("content-type").value_or(""))) return {};
  if (lists(head.fields(), "cache-control", "no-transform")) return {};
  if (head.content_length() >= 0 && head.content_length() < settings.min_length) {
    return {true, {}};
  }
  constexpr std::array<std::string_view, 2> kCodings{"br", "gzip"};
  const std::span<const std::string_view> offered(kCodings);
  return {true, gateway::preferred_encoding(
                    request, settings.has_brotli ? offered : offered.subspan(1))};
}

void apply(const Decision& decision, Head& head, std::string& etag) {
  if (decision.varies) add_vary(head);
  if (decision.coding.empty()) return;
  head.add("content-encoding", decision.coding);
  head.set_content_length(-1);
  head.remove("accept-ranges");  // ranges would be of other bytes
  weaken(head, etag);
}

void apply_not_modified(const Fields& request, Head& head, std::string& etag) {
  const auto tag = head.find("etag");
  if (!tag || !is_strong(*tag)) return;
  const std::string weak = std::string("W/").append(*tag);
  for (const Field field : request) {
    if (!gateway::same_name(field.name, "if-none-match")) continue;
    if (field.value.find(weak) == std::string_view::npos) continue;
    weaken(head, etag);
    add_vary(head);
    return;
  }
}
