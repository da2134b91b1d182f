// Loads a plugin for a test, with nothing of a server around it.
#pragma once

#include <string>

#include <gateway/gateway.h>

/// The app gw1_app of NAME.so in `folder`; the image stays until the process ends.
/// Fails: std::runtime_error with the loader's words.
const gw_app& loaded_app(const std::string& name, const std::string& folder = PLUGINS);
