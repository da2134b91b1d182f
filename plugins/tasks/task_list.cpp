#include "task_list.hpp"

#include <utility>

std::vector<Task> TaskList::all() const {
  const std::scoped_lock lock(mutex_);
  std::vector<Task> all;
  all.reserve(tasks_.size());
  for (const auto& [id, task] : tasks_) all.push_back(task);
  return all;
}

std::optional<Task> TaskList::find(std::uint64_t id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) return std::nullopt;
  return found->second;
}

std::optional<Task> TaskList::add(std::string title, bool done) {
  const std::scoped_lock lock(mutex_);
  if (tasks_.size() >= capacity_) return std::nullopt;
  const std::uint64_t id = ++last_id_;
  return tasks_.emplace(id, Task{id, std::move(title), done}).first->second;
}

std::optional<Task> TaskList::change(std::uint64_t id, TaskChange change) {
  const std::scoped_lock lock(mutex_);
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) return std::nullopt;
  Task& task = found->second;
  if (change.title) task.title = std::move(*change.title);
  if (change.done) task.done = *change.done;
  return task;
}

bool TaskList::remove(std::uint64_t id) {
  const std::scoped_lock lock(mutex_);
  return tasks_.erase(id) != 0;
}
