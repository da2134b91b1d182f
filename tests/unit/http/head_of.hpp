// A request head for tests, from literals, as the head reader would hand it over.
#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.hpp"
#include "http/request_rules.hpp"

namespace appserver::http {

using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;

/// Lives: the literals it is made from must outlive it.
class HeadOf {
 public:
  explicit HeadOf(const Pairs& pairs, unsigned version = 11) {
    for (const auto& [name, value] : pairs) fields_.push_back({str(name), str(value)});
    head_.method = "GET";
    head_.target = "/";
    head_.version = version;
    head_.fields = fields_;
  }

  HeadOf(const HeadOf&) = delete;
  HeadOf& operator=(const HeadOf&) = delete;

  HeadOf& asks(std::string_view method, std::string_view target) {
    head_.method = method;
    head_.target = target;
    return *this;
  }

  Checked<Request> judge() { return judge_request(head_); }

  /// What an app would see of a judged head.
  [[nodiscard]] Pairs for_app(const Request& request) const {
    Pairs pairs;
    for (const Field& field : head_.fields.first(request.field_count)) {
      pairs.emplace_back(view(field.name), view(field.value));
    }
    return pairs;
  }

 private:
  std::vector<Field> fields_;
  RequestHead head_;
};

/// The status that `pairs` are refused with; 0: they are served.
inline unsigned refusal_of(const Pairs& pairs, unsigned version = 11) {
  const auto judged = HeadOf(pairs, version).judge();
  return judged ? 0 : judged.error().status;
}

}  // namespace appserver::http
