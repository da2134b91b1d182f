// The settings file as words and lines, without YAML: what stands where. Values are not
// judged here; load_settings gives them to the readers of the table.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/setting_key.hpp"
#include "config/settings.hpp"

namespace appserver::config {

/// One word of the file and its line, counted from 1.
struct FileWord {
  std::string text;
  int line = 0;
};

/// A key with its value; several words for a list.
struct FileValue {
  const SettingKey* key = nullptr;
  std::vector<FileWord> words;
};

struct SettingsFile {
  std::vector<FileValue> values;  ///< as they stand in the file
  std::vector<MountSettings>
      mounts;  ///< of app, mounts, static; checked and normalised
};

/// Reads `text`; `name` is the file as the user called it, for messages and relative
/// paths. At most 1 MiB. Fails: Usage, with file and line: YAML syntax, unknown and
/// repeated keys, values of the wrong shape, wrong mounts.
Result<SettingsFile> read_settings_file(const std::string& name,
                                        const std::string& text);

/// The folder that relative paths of the file `name` are relative to; "" where that is
/// the working directory.
std::string folder_of(const std::string& name);

}  // namespace appserver::config
