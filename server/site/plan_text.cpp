// A SitePlan as JSON. Read back only by processes of the same program.
#include <boost/json.hpp>

#include "site/site_plan.hpp"

namespace appserver::site {
namespace {

namespace json = boost::json;

json::object to_json(const PlannedMiddleware& planned) {
  return {{"app", planned.settings.app},  {"config", planned.settings.config_json},
          {"callable", planned.callable}, {"source", planned.copy.source},
          {"copy", planned.copy.path},    {"sha256", planned.copy.sha256}};
}

json::object to_json(const PlannedMount& planned) {
  const auto& mount = planned.mount;
  json::array middleware;
  for (const auto& member : planned.middleware) middleware.push_back(to_json(member));
  return {{"host", mount.host},
          {"path", mount.path},
          {"app", mount.app},
          {"config", mount.config_json},
          {"middleware", middleware},
          {"threads", mount.threads.value_or(1)},
          {"body", mount.client_max_body_size.value_or(0)},
          {"required", mount.required},
          {"origin", mount.origin},
          {"static", mount.static_root},
          {"callable", planned.callable},
          {"source", planned.copy.source},
          {"copy", planned.copy.path},
          {"sha256", planned.copy.sha256}};
}

std::string text_at(const json::object& object, const char* key) {
  return json::value_to<std::string>(object.at(key));
}

PlannedMiddleware middleware_from_json(const json::object& object) {
  PlannedMiddleware planned;
  planned.settings = {text_at(object, "app"), text_at(object, "config")};
  planned.callable = text_at(object, "callable");
  planned.copy = {text_at(object, "source"), text_at(object, "copy"),
                  text_at(object, "sha256")};
  return planned;
}

PlannedMount from_json(const json::object& object) {
  PlannedMount planned;
  planned.mount.host = text_at(object, "host");
  planned.mount.path = text_at(object, "path");
  planned.mount.app = text_at(object, "app");
  planned.mount.config_json = text_at(object, "config");
  planned.mount.threads = object.at("threads").to_number<int>();
  planned.mount.client_max_body_size = object.at("body").to_number<std::uint64_t>();
  planned.mount.required = object.at("required").as_bool();
  planned.mount.origin = text_at(object, "origin");
  planned.mount.static_root = text_at(object, "static");
  planned.callable = text_at(object, "callable");
  planned.copy = {text_at(object, "source"), text_at(object, "copy"),
                  text_at(object, "sha256")};
  for (const json::value& member : object.at("middleware").as_array()) {
    planned.middleware.push_back(middleware_from_json(member.as_object()));
    planned.mount.middleware.push_back(planned.middleware.back().settings);
  }
  return planned;
}

}  // namespace

std::string write_plan(const SitePlan& plan) {
  json::array mounts;
  for (const PlannedMount& planned : plan.mounts) mounts.push_back(to_json(planned));
  json::array skipped(plan.skipped.begin(), plan.skipped.end());
  return json::serialize(json::object{{"mounts", mounts}, {"skipped", skipped}});
}

Result<SitePlan> read_plan(const std::string& text) {
  try {
    SitePlan plan;
    const json::value whole = json::parse(text);
    for (const json::value& mount : whole.at("mounts").as_array()) {
      plan.mounts.push_back(from_json(mount.as_object()));
    }
    for (const json::value& why : whole.at("skipped").as_array()) {
      plan.skipped.push_back(json::value_to<std::string>(why));
    }
    return plan;
  } catch (const std::exception& e) {
    return boot_error(std::string("cannot read the plan of the site: ") + e.what());
  }
}

}  // namespace appserver::site
