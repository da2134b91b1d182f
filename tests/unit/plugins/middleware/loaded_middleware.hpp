// Loads a middleware for a test as it ships, and apps to put behind it.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <gateway/sdk.hpp>
#include <gateway/sdk/test_chain.hpp>

/// gw1_middleware of NAME.so; the image stays until the process ends.
/// Fails: std::runtime_error with the loader's words.
const gw_app& loaded_middleware(const std::string& name);

/// What the refusal to start says; empty: it started.
std::string refusal_of(const std::string& name, const std::string& config);

/// The app that the functions of a test make.
template <auto Function>
constexpr gw_app app_of(std::uint64_t flags = 0) {
  return {sizeof(gw_app),
          GW_ABI_MAJOR,
          GW_ABI_MINOR,
          flags,
          GW_STR("app"),
          GW_STR(""),
          &gateway::call_function<Function>,
          nullptr,
          nullptr,
          nullptr,
          nullptr};
}

/// Answers 200, text/plain, "hello\n".
extern const gw_app kHello;
