// Keeps a diary of its life in the file that its config names ({"diary": "..."};
// {"gate": "..."} holds create), and answers with its config.
#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "serving.hpp"

namespace {

struct Instance {
  std::string config, diary;
};

std::string value_of(std::string_view json, const std::string& key) {
  const std::size_t at = json.find("\"" + key + "\"");
  if (at == std::string_view::npos) return "";
  const std::size_t from = json.find('"', at + key.size() + 2) + 1;
  return std::string(json.substr(from, json.find('"', from) - from));
}

void note(const Instance& instance, const std::string& line) {
  const int fd =
      ::open(instance.diary.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const std::string text = line + "\n";
  [[maybe_unused]] const ssize_t ignored = ::write(fd, text.data(), text.size());
  ::close(fd);
}

std::int32_t create(const gw_host* host, void** self) {
  auto* instance = new Instance;
  instance->config = serving::view(host->config);
  instance->diary = value_of(instance->config, "diary");
  const std::string gate = value_of(instance->config, "gate");
  note(*instance, "create " + std::string(serving::view(host->callable)));
  if (!gate.empty()) {
    host->log(host, GW_LOG_INFO, serving::str("waits in create"));
    serving::wait_at_gate(gate);
  }
  const std::string failure = value_of(instance->config, "failure");
  if (!failure.empty()) {
    host->log(host, GW_LOG_ERROR, serving::str(failure));
    delete instance;
    return GW_E_APP;
  }
  *self = instance;
  return GW_OK;
}

std::int64_t call(void* self, const gw_environ* environ,
                  gw_start_response* start_response) {
  const auto* instance = static_cast<Instance*>(self);
  if (serving::view(environ->path_info) != "/quiet") note(*instance, "call");
  return serving::answer(environ, start_response, instance->config);
}

std::int32_t quiesce(void* self, std::uint64_t deadline_ns) {
  note(*static_cast<Instance*>(self),
       deadline_ns != 0 ? "quiesce" : "quiesce without deadline");
  return GW_OK;
}

void destroy(void* self) {
  auto* instance = static_cast<Instance*>(self);
  note(*instance, "destroy");
  delete instance;
}

}  // namespace

GW_EXPORT(app) = {
    sizeof(gw_app), GW_ABI_MAJOR, GW_ABI_MINOR, 0,       GW_STR("lifecycle"),
    GW_STR("1"),    call,         create,       quiesce, destroy,
    nullptr};
