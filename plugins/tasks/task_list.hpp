// The tasks themselves: a bounded list in memory, safe to use from several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

struct Task {
  std::uint64_t id;
  std::string title;
  bool done;
};

/// What a client says of a task; a member that it left out stays as it is.
struct TaskChange {
  std::optional<std::string> title;
  std::optional<bool> done;
};

/// Threads: any. Numbers are never given twice.
class TaskList {
 public:
  explicit TaskList(std::size_t capacity) : capacity_(capacity) {}

  std::vector<Task> all() const;

  std::optional<Task> find(std::uint64_t id) const;

  /// Nothing where the list is full.
  std::optional<Task> add(std::string title, bool done);

  /// Nothing where there is no such task.
  std::optional<Task> change(std::uint64_t id, TaskChange change);

  /// False where there is no such task.
  bool remove(std::uint64_t id);

 private:
  mutable std::mutex mutex_;  // guards all below; held for look-ups and copies only
  std::map<std::uint64_t, Task> tasks_;
  std::uint64_t last_id_ = 0;
  std::size_t capacity_;
};
