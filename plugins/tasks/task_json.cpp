#include "task_json.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

namespace {

namespace json = boost::json;

constexpr std::size_t kDefaultCapacity = 10'000;
constexpr std::size_t kMostCapacity = 1'000'000;
constexpr std::size_t kLongestTitle = 1'000;

/// "line 2, column 7" of a place in the text.
std::string place_of(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t last = before.rfind('\n');
  const std::size_t column = last == std::string_view::npos ? at + 1 : at - last;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

json::value parse(std::string_view text) {
  json::parser parser;
  json::error_code error;
  const std::size_t at = parser.write_some({text.data(), text.size()}, error);
  if (!error && at < text.size()) error = json::error::extra_data;
  if (error) {
    throw BadTask(
        400, "the body is not JSON: " + error.message() + " at " + place_of(text, at));
  }
  return parser.release();
}

std::string title_of(const json::value& value) {
  const json::string* title = value.if_string();
  if (title == nullptr || title->empty()) {
    throw BadTask(422, "\"title\" must be a string that is not empty");
  }
  if (title->size() > kLongestTitle) {
    throw BadTask(422, "\"title\" is longer than 1000 bytes");
  }
  return std::string(title->data(), title->size());
}

bool done_of(const json::value& value) {
  if (!value.is_bool()) throw BadTask(422, "\"done\" must be true or false");
  return value.get_bool();
}

json::object object_of(const Task& task) {
  return {{"id", task.id}, {"title", task.title}, {"done", task.done}};
}

}  // namespace

TaskChange read_task(std::string_view body) {
  const json::value value = parse(body);
  const json::object* object = value.if_object();
  if (object == nullptr) throw BadTask(400, "the body must be a JSON object");
  TaskChange change;
  for (const auto& [name, member] : *object) {
    if (name == "title") {
      change.title = title_of(member);
    } else if (name == "done") {
      change.done = done_of(member);
    } else if (name != "id") {  // clients send back what they were given
      throw BadTask(422, "a task has no \"" + std::string(name) + "\"");
    }
  }
  return change;
}

std::size_t read_capacity(std::string_view config) {
  if (config.empty()) return kDefaultCapacity;
  json::error_code error;
  const json::value value = json::parse({config.data(), config.size()}, error);
  const json::object* object = value.if_object();
  if (error || object == nullptr) {
    throw std::invalid_argument("tasks: the config is not a JSON object");
  }
  std::size_t capacity = kDefaultCapacity;
  for (const auto& [name, member] : *object) {
    if (name != "capacity") {
      throw std::invalid_argument("tasks: unknown key \"" + std::string(name) +
                                  "\" in the config; there is only \"capacity\"");
    }
    json::error_code not_a_number;
    capacity = member.to_number<std::size_t>(not_a_number);
    if (not_a_number || capacity == 0 || capacity > kMostCapacity) {
      throw std::invalid_argument("tasks: \"capacity\" must be from 1 to 1000000");
    }
  }
  return capacity;
}

std::string to_json(const Task& task) {
  return json::serialize(object_of(task));
}

std::string to_json(const std::vector<Task>& tasks) {
  json::array array;
  array.reserve(tasks.size());
  for (const Task& task : tasks) array.push_back(object_of(task));
  return json::serialize(array);
}

std::string to_json(std::string_view name, std::string_view text) {
  json::object object;
  object.emplace(name, json::string_view(text));
  return json::serialize(object);
}
