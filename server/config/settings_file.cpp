// YAML to words. Every exception of yaml-cpp ends here.
#include "config/settings_file.hpp"

#include <filesystem>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "config/mounts_file.hpp"
#include "config/static_file.hpp"
#include "config/value.hpp"
#include "config/words.hpp"
#include "config/yaml_node.hpp"

namespace appserver::config {
namespace {

constexpr std::size_t kMaxFileBytes = 1U << 20U;

Result<std::vector<FileWord>> words_of(const std::string& file, const SettingKey& key,
                                       const YAML::Node& node) {
  const std::string name(key.name);
  std::vector<FileWord> words;
  if (!node.IsSequence() || key.clear == nullptr) {
    auto text = scalar_of(file, node, name);
    if (!text) return text.error();
    words.push_back({std::move(*text), line_of(node)});
    return words;
  }
  for (const auto& item : node) {
    auto text = scalar_of(file, item, name);
    if (!text) return text.error();
    words.push_back({std::move(*text), line_of(item)});
  }
  return words;
}

Result<void> read_structure(SettingsFile& settings, const std::string& file,
                            const std::string& key, const YAML::Node& node) {
  if (key == "app") {
    auto mount = read_app(file, node);
    if (!mount) return mount.error();
    settings.mounts.push_back(std::move(*mount));
    return {};
  }
  auto mounts = key == "static" ? read_static(file, node) : read_mounts(file, node);
  if (!mounts) return mounts.error();
  for (MountSettings& mount : *mounts) settings.mounts.push_back(std::move(mount));
  return {};
}

Result<SettingsFile> read_root(const std::string& file, const YAML::Node& root) {
  SettingsFile settings;
  if (root.IsNull()) return settings;
  const auto checked = check_mapping(file, root, "the file");
  if (!checked) return checked.error();
  for (const auto& entry : root) {
    const std::string& name = entry.first.Scalar();
    const SettingKey* key = find_key(name);
    if (key == nullptr) {
      return error_at(file, entry.first,
                      "unknown key " + in_quotes(name) + suggestion(name, key_names()));
    }
    if (key->word == SettingKey::Word::Structure) {
      const auto read = read_structure(settings, file, name, entry.second);
      if (!read) return read.error();
      continue;
    }
    auto words = words_of(file, *key, entry.second);
    if (!words) return words.error();
    settings.values.push_back({key, std::move(*words)});
  }
  const auto distinct = check_distinct(settings.mounts);
  if (!distinct) return distinct.error();
  return settings;
}

/// Nobody listens: documents are only counted.
class DeafHandler final : public YAML::EventHandler {
 public:
  int line = 0;  ///< where the last document began

 private:
  void OnDocumentStart(const YAML::Mark& mark) override { line = mark.line + 1; }

  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}

  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}

  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}

  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}

  void OnSequenceEnd() override {}

  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}

  void OnMapEnd() override {}
};

struct Documents {
  int count = 0;  ///< 2: two or more
  int last_line = 0;
};

/// Not YAML::LoadAll: in yaml-cpp 0.7 it never returns for a file that holds only a
/// comma (upstream issue 1040).
Documents count_documents(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DeafHandler handler;
  int count = 0;
  while (count < 2 && parser.HandleNextDocument(handler)) ++count;
  return {count, handler.line};
}

}  // namespace

Result<SettingsFile> read_settings_file(const std::string& name,
                                        const std::string& text) {
  if (text.size() > kMaxFileBytes) return usage_error(name + ": larger than 1m");
  try {
    const Documents documents = count_documents(text);
    if (documents.count == 0) return SettingsFile{};
    if (documents.count > 1) {
      return error_at(name, documents.last_line, "a second YAML document; one is read");
    }
    return read_root(name, YAML::Load(text));
  } catch (const YAML::Exception& wrong) {
    if (wrong.mark.is_null()) return usage_error(name + ": " + wrong.msg);
    return error_at(name, wrong.mark.line + 1, wrong.msg);
  } catch (const std::exception& wrong) {
    return usage_error(name + ": cannot be read: " + wrong.what());
  }
}

std::string folder_of(const std::string& name) {
  return std::filesystem::path(name).parent_path().string();
}

}  // namespace appserver::config
