// Tasks as JSON, and JSON as tasks: the only file of this app that knows the members'
// names.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "task_list.hpp"

/// A body that cannot be used: what() says why, in words for the client.
class BadTask : public std::runtime_error {
 public:
  BadTask(unsigned status, const std::string& why)
      : std::runtime_error(why), status_(status) {}

  /// 400: not JSON, or not an object; 422: JSON, but not a task.
  unsigned status() const noexcept { return status_; }

 private:
  unsigned status_;
};

/// {"title": string, "done": bool}, each optional here. Fails: BadTask.
TaskChange read_task(std::string_view body);

/// {"capacity": number} or nothing at all. Fails: std::invalid_argument.
std::size_t read_capacity(std::string_view config);

std::string to_json(const Task& task);
std::string to_json(const std::vector<Task>& tasks);

/// {NAME: text}
std::string to_json(std::string_view name, std::string_view text);
