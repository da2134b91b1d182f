// Files of a folder, as an app and as a middleware: the two tables, and the way of a
// request from its method to one of the answers. What is decided is decided in the
// other files.
#include <time.h>

#include <atomic>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <gateway/file.h>
#include <gateway/middleware.h>
#include <gateway/sdk/fields.hpp>
#include <gateway/sdk/host.hpp>
#include <gateway/sdk/wall.hpp>

#include "listing.hpp"
#include "plan.hpp"
#include "request_path.hpp"
#include "send.hpp"
#include "settings.hpp"
#include "site.hpp"

namespace {

using files::Asked;
using files::Boundary;
using files::Call;
using files::Found;
using files::Plan;
using files::RequestPath;
using gateway::as_view;

/// The coarse clocks tick every few ms and cost no system call.
timespec clock_now(clockid_t clock) noexcept {
  timespec now{};
  clock_gettime(clock, &now);
  return now;
}

std::int64_t now_ms() noexcept {
  const timespec now = clock_now(CLOCK_MONOTONIC_COARSE);
  return now.tv_sec * std::int64_t{1000} + now.tv_nsec / 1'000'000;
}

class Files {
 public:
  /// `next`: null in the app.
  Files(const gateway::Host& host, const gw_middleware* next)
      : site_(files::read_settings(host.config(), next != nullptr)),
        file_(host.extension<gw_file>(GW_FILE_1)),
        next_(next),
        random_(std::random_device{}() * std::uint64_t{0x100000001} ^
                std::random_device{}()) {}

  std::int64_t answer(const gw_environ* environ, gw_start_response* start) {
    const std::string_view method = as_view(environ->request_method);
    const Call call{environ, start, file_, method == "HEAD"};
    if (method != "GET" && !call.is_head) {
      if (next_ != nullptr) return pass_on(call);
      return send_methods(call, method == "OPTIONS" ? 204 : 405);
    }
    RequestPath path;
    if (!path.assign(as_view(environ->path_info), site_.settings().dot_files)) {
      return miss(call);
    }
    return answer_found(call, path, site_.find(path, now_ms()));
  }

 private:
  std::int64_t answer_found(const Call& call, const RequestPath& path, Found found) {
    const bool is_page =
        found.kind == Found::Kind::File || found.kind == Found::Kind::Listing;
    if (is_page && lacks_slash(call)) {
      return files::send_redirect(call, location_of(call, ""));
    }
    switch (found.kind) {
      case Found::Kind::File:
        return answer_file(call, found.resource);
      case Found::Kind::Redirect:
        return files::send_redirect(call, location_of(call, path.view()));
      case Found::Kind::Listing:
        return files::send_page(call, page_of(call, path, found));
      case Found::Kind::Status:
        return files::send_status(call, found.status);
      case Found::Kind::NextApp:
        return pass_on(call);
      default:
        return miss(call);
    }
  }

  std::int64_t answer_file(const Call& call, const files::SharedResource& resource) {
    const gw_environ* environ = call.environ;
    const Asked asked =
        files::asked_of(call.is_head, {environ->field, environ->field_count});
    const files::Representation& file = resource->pick(asked.accept_encoding);
    const Boundary boundary = asked.range.empty() ? Boundary() : new_boundary();
    const std::int64_t now_s =
        asked.is_plain ? 0 : clock_now(CLOCK_REALTIME_COARSE).tv_sec;
    const Plan plan(asked, file, now_s, boundary);
    return files::send_file(call, resource, file, plan, boundary);
  }

  std::int64_t miss(const Call& call) {
    return next_ != nullptr ? pass_on(call) : files::send_status(call, 404);
  }

  std::int64_t pass_on(const Call& call) {
    return next_->next(call.environ, nullptr, nullptr);
  }

  /// The mount's own prefix: what a page there links to would be sought beside it.
  static bool lacks_slash(const Call& call) {
    return call.environ->path_info.n == 0 && call.environ->script_name.n != 0;
  }

  /// Relative to the host, and its second character is never a slash: a path that
  /// begins with two would name another host.
  static std::string location_of(const Call& call, std::string_view path) {
    std::string location = files::percent_encoded(as_view(call.environ->script_name));
    location += files::percent_encoded(path);
    location += '/';
    const std::string_view query = as_view(call.environ->query_string);
    if (!query.empty()) location.append("?").append(query);
    return location;
  }

  std::string page_of(const Call& call, const RequestPath& path,
                      const Found& found) const {
    const auto& settings = site_.settings();
    std::string shown(as_view(call.environ->script_name));
    shown += path.view();
    return files::listing_page(
        shown,
        files::read_folder(found.folder.get(), settings.symlinks, settings.dot_files));
  }

  /// Another one for each answer, and nothing that a file could have been made to hold.
  Boundary new_boundary() noexcept {
    const std::uint64_t number = boundaries_.fetch_add(1, std::memory_order_relaxed);
    Boundary boundary;
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::uint64_t bits = random_;
    for (std::size_t i = 0; i < boundary.text.size(); ++i) {
      if (i == 16) bits = number;
      boundary.text[i] = kDigits[bits & 15];
      bits >>= 4;
    }
    return boundary;
  }

  files::Site site_;
  const gw_file* file_;
  const gw_middleware* next_;
  const std::uint64_t random_;
  std::atomic<std::uint64_t> boundaries_ = 0;
};

std::int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  return gateway::guarded(
      environ, [=] { return static_cast<Files*>(self)->answer(environ, start); });
}

std::int32_t create_with(const gw_host* raw, void** self, bool as_middleware) {
  return static_cast<std::int32_t>(gateway::guarded(raw, [=] {
    const gateway::Host host(raw);
    const gw_middleware* next =
        as_middleware ? host.extension<gw_middleware>(GW_MIDDLEWARE_1) : nullptr;
    if (as_middleware && next == nullptr) {
      throw std::runtime_error("files.so:middleware needs a host with gw.middleware/1");
    }
    *self = new Files(host, next);
    return GW_OK;
  }));
}

std::int32_t create_app(const gw_host* host, void** self) {
  return create_with(host, self, false);
}

std::int32_t create_middleware(const gw_host* host, void** self) {
  return create_with(host, self, true);
}

void destroy(void* self) {
  delete static_cast<Files*>(self);
}

}  // namespace

GW_EXPORT(app) = {sizeof(gw_app),  GW_ABI_MAJOR, GW_ABI_MINOR, 0,
                  GW_STR("files"), GW_STR(""),   &call,        &create_app,
                  nullptr,         &destroy,     nullptr};

GW_EXPORT(middleware) = {
    sizeof(gw_app),  GW_ABI_MAJOR, GW_ABI_MINOR, 0,
    GW_STR("files"), GW_STR(""),   &call,        &create_middleware,
    nullptr,         &destroy,     nullptr};
