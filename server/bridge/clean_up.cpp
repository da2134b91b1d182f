#include "bridge/clean_up.hpp"

#include <algorithm>
#include <mutex>
#include <string>

#include <gateway/gateway.h>

#include "bridge/app_call.hpp"

namespace appserver::bridge {
namespace {

struct Names {
  std::mutex mutex;
  std::vector<std::string> all;
};

Names& names() {
  static auto& made = *new Names;  // apps may ask as late as they like
  return made;
}

}  // namespace

std::int32_t attribute_number(std::string_view name) {
  if (name.find('.') == std::string_view::npos) return GW_E_INVALID;
  Names& known = names();
  const std::lock_guard lock(known.mutex);
  auto found = std::find(known.all.begin(), known.all.end(), name);
  if (found == known.all.end()) {
    if (known.all.size() >= kAttributesMost) return GW_E_TOOBIG;
    known.all.emplace_back(name);
    found = known.all.end() - 1;
  }
  return static_cast<std::int32_t>(found - known.all.begin()) + 1;
}

std::int32_t CleanUp::on_close(Callback callback, void* arg) {
  if (callback == nullptr) return GW_E_INVALID;
  if (callbacks_.size() >= kCallbacksMost) return GW_E_TOOBIG;
  callbacks_.push_back({callback, arg});
  return GW_OK;
}

std::int32_t CleanUp::set(std::int32_t number, void* value, Drop drop) {
  {
    const std::lock_guard lock(names().mutex);
    const auto known = static_cast<std::int32_t>(names().all.size());
    if (number < 1 || number > known) return GW_E_INVALID;
  }
  const auto found =
      std::find_if(attributes_.begin(), attributes_.end(),
                   [&](const Attribute& a) { return a.number == number; });
  Attribute old{};
  if (found != attributes_.end()) {
    old = *found;
    attributes_.erase(found);
  }
  if (value != nullptr) attributes_.push_back({number, value, drop});
  if (old.drop != nullptr) call_drop(old.drop, old.value);
  return GW_OK;
}

void* CleanUp::get(std::int32_t number) const {
  for (const Attribute& attribute : attributes_) {
    if (attribute.number == number) return attribute.value;
  }
  return nullptr;
}

void CleanUp::run(std::int32_t reason) {
  while (!callbacks_.empty()) {
    const Registered last = callbacks_.back();
    callbacks_.pop_back();
    call_on_close(last.callback, last.arg, reason);
  }
  while (!attributes_.empty()) {
    const Attribute last = attributes_.back();
    attributes_.pop_back();
    if (last.drop != nullptr) call_drop(last.drop, last.value);
  }
}

}  // namespace appserver::bridge
