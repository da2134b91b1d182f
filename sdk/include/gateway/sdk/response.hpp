// The plain way's response: a value with status, headers and body.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <gateway/sdk/header_list.hpp>

namespace gateway {

/// `return gateway::Response::text("no such task\n", 404).with_header("x-build", "7");`
///
/// The host adds content-length, Date and Server.
class Response {
 public:
  /// A response without a body.
  explicit Response(std::uint32_t status = 200) noexcept : status_(status) {}

  static Response text(std::string body, std::uint32_t status = 200) {
    return of("text/plain; charset=utf-8", std::move(body), status);
  }

  static Response html(std::string body, std::uint32_t status = 200) {
    return of("text/html; charset=utf-8", std::move(body), status);
  }

  /// `body` is JSON already.
  static Response json(std::string body, std::uint32_t status = 200) {
    return of("application/json", std::move(body), status);
  }

  /// A body of any other type.
  static Response of(HeaderText content_type, std::string body,
                     std::uint32_t status = 200) {
    Response response(status);
    response.headers_.add("content-type", content_type);
    response.body_ = std::move(body);
    return response;
  }

  /// Sends the client elsewhere.
  static Response redirect(HeaderText location, std::uint32_t status = 303) {
    return Response(status).with_header("location", location);
  }

  Response& with_header(HeaderText name, HeaderText value) & {
    headers_.add(name, value);
    return *this;
  }

  Response&& with_header(HeaderText name, HeaderText value) && {
    headers_.add(name, value);
    return std::move(*this);
  }

  std::uint32_t status() const noexcept { return status_; }

  const HeaderList& headers() const noexcept { return headers_; }

  const std::string& body() const& noexcept { return body_; }

  std::string&& body() && noexcept { return std::move(body_); }

 private:
  std::uint32_t status_;
  HeaderList headers_;
  std::string body_;
};

}  // namespace gateway
