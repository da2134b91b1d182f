// What is done with an app, from the first create to the last destroy.
#pragma once

#include <cstdint>
#include <string>

#include "app/image.hpp"
#include "lint/findings.hpp"
#include "lint/lint.hpp"
#include "lint/now.hpp"

namespace appserver::lint {

/// Three instances, one after the other, two of them for a moment side by side, as at a
/// swap. Exchanges before `first_step` are left out. False, with `why`, when create()
/// refused. Threads: the child's first.
bool run_battery(const Order& order, const app::Image& image, Findings& findings,
                 Now& now, std::uint32_t first_step, std::string& why);

}  // namespace appserver::lint
