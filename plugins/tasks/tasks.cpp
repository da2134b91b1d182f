// The task list of every tutorial: JSON over HTTP, the plain way, with state in a
// class.
//
//   GET    /tasks        all             POST   /tasks        a new one: 201, Location
//   GET    /tasks/{id}   one             PUT    /tasks/{id}   in place of the old one
//   PATCH  /tasks/{id}   some members    DELETE /tasks/{id}   204
//   GET    /             what there is   GET    /build        which build answers
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <gateway/sdk.hpp>

#include "task_json.hpp"
#include "task_list.hpp"

#ifndef TASKS_BUILD
#define TASKS_BUILD "1"
#endif

namespace {

using gateway::Request;
using gateway::Response;

constexpr std::string_view kTasks = "/tasks";

Response error(unsigned status, std::string_view why) {
  return Response::json(to_json("error", why), status);
}

Response not_allowed(gateway::HeaderText allow) {
  return error(405, "this method is not for this resource").with_header("allow", allow);
}

bool is_read(const Request& request) {
  return request.method() == "GET" || request.method() == "HEAD";
}

/// "application/json", with or without parameters.
bool says_json(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t'))
    type.remove_suffix(1);
  return gateway::same_name(type, "application/json");
}

TaskChange task_of(const Request& request) {
  if (!says_json(request.content_type())) {
    throw BadTask(415, "send the task as application/json");
  }
  return read_task(request.body());
}

std::string title_needed(TaskChange& task) {
  if (!task.title) throw BadTask(422, "\"title\" is missing");
  return *std::move(task.title);
}

/// The number after "/tasks/"; nothing where it is not a number.
std::optional<std::uint64_t> id_of(std::string_view path) {
  const std::string_view digits = path.substr(kTasks.size() + 1);
  std::uint64_t id = 0;
  const auto [end, failure] =
      std::from_chars(digits.data(), digits.data() + digits.size(), id);
  if (failure != std::errc() || end != digits.data() + digits.size())
    return std::nullopt;
  return id;
}

class Tasks {
 public:
  explicit Tasks(const gateway::Host& host) : tasks_(read_capacity(host.config())) {}

  Response operator()(const Request& request) {
    return answered(request).with_header("x-build", TASKS_BUILD);
  }

 private:
  Response answered(const Request& request) {
    try {
      return routed(request);
    } catch (const BadTask& bad) {
      return error(bad.status(), bad.what());
    }
  }

  Response routed(const Request& request) {
    const std::string_view path = request.path();
    if (path.empty() || path == "/") return index(request);
    if (path == "/build") return build(request);
    if (path == kTasks) return collection(request);
    if (path.starts_with("/tasks/")) return member(request);
    return error(404, "there is nothing here");
  }

  static Response index(const Request& request) {
    if (!is_read(request)) return not_allowed("GET, HEAD");
    const std::string link = std::string(request.script_name()).append(kTasks);
    return Response::json(to_json("tasks", link));
  }

  static Response build(const Request& request) {
    if (!is_read(request)) return not_allowed("GET, HEAD");
    return Response::json(to_json("build", TASKS_BUILD));
  }

  Response collection(const Request& request) {
    if (is_read(request)) return Response::json(to_json(tasks_.all()));
    if (request.method() == "POST") return add(request);
    return not_allowed("GET, HEAD, POST");
  }

  Response add(const Request& request) {
    TaskChange wanted = task_of(request);
    std::string title = title_needed(wanted);
    const auto task = tasks_.add(std::move(title), wanted.done.value_or(false));
    if (!task) return error(507, "the list is full: finish something first");
    const std::string location = std::string(request.script_name())
                                     .append("/tasks/")
                                     .append(std::to_string(task->id));
    return Response::json(to_json(*task), 201).with_header("location", location);
  }

  Response member(const Request& request) {
    const std::optional<std::uint64_t> id = id_of(request.path());
    if (!id) return error(404, "no such task");
    if (is_read(request)) return shown(tasks_.find(*id));
    if (request.method() == "PUT") return replace(request, *id);
    if (request.method() == "PATCH") return shown(tasks_.change(*id, task_of(request)));
    if (request.method() == "DELETE") {
      return tasks_.remove(*id) ? Response(204) : error(404, "no such task");
    }
    return not_allowed("GET, HEAD, PUT, PATCH, DELETE");
  }

  Response replace(const Request& request, std::uint64_t id) {
    TaskChange wanted = task_of(request);
    TaskChange whole{title_needed(wanted), wanted.done.value_or(false)};
    return shown(tasks_.change(id, std::move(whole)));
  }

  static Response shown(const std::optional<Task>& task) {
    return task ? Response::json(to_json(*task)) : error(404, "no such task");
  }

  TaskList tasks_;
};

}  // namespace

GATEWAY_APP_CLASS(app, Tasks, 0);
