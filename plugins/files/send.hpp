// Answers over the ABI. Decides nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <gateway/file.h>
#include <gateway/gateway.h>

#include "pieces.hpp"
#include "plan.hpp"

namespace files {

/// The call of one request.
struct Call {
  const gw_environ* environ;
  gw_start_response* start;
  const gw_file* file;  // null: the host has no gw.file/1, and files are read
  bool is_head;
};

// Each gives what `call` shall return: GW_E_* of the host, or success. They throw
// gateway::Error or std::bad_alloc where a long body has to wait.

/// A file: `plan` was made for `of`, which belongs to `resource`.
std::int64_t send_file(const Call& call, const SharedResource& resource,
                       const Representation& of, const Plan& plan,
                       const Boundary& boundary);

/// A status with a line of text, which says no more than the status does.
std::int64_t send_status(const Call& call, unsigned status);

/// 204 or 405, with the methods that there are.
std::int64_t send_methods(const Call& call, unsigned status);

std::int64_t send_redirect(const Call& call, std::string_view location);

std::int64_t send_page(const Call& call, std::string page);

}  // namespace files
