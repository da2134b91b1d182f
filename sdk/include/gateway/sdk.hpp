// The C++ SDK in one include: all that an app needs. Tests of an app include
// <gateway/sdk/test_client.hpp> beside it.
#pragma once

#include <gateway/sdk/app.hpp>
#include <gateway/sdk/environ.hpp>
#include <gateway/sdk/error.hpp>
#include <gateway/sdk/generator.hpp>
#include <gateway/sdk/host.hpp>
#include <gateway/sdk/input.hpp>
#include <gateway/sdk/request.hpp>
#include <gateway/sdk/response.hpp>
#include <gateway/sdk/start_response.hpp>
#include <gateway/sdk/writer.hpp>
