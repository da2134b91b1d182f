// Who may come in, by name and hash. Knows no HTTP.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Threads: any, once it is filled.
class Users {
 public:
  /// Fails: std::invalid_argument for a hash that is no crypt(3) hash or a weak one;
  /// its
  ///        text says what to use, and does not repeat the hash.
  void add(std::string name, std::string hash);

  /// The lines of an htpasswd file: name:hash; empty lines and # comments are passed
  /// over. Fails: std::invalid_argument, with the number of the line.
  void add_lines(std::string_view text);

  bool empty() const noexcept { return hashes_.empty(); }

  /// The stored hash; where the name is unknown, another's, which takes the same time
  /// to check: ask knows() as well. Lives: as long as this.
  const std::string& hash_of(std::string_view name) const;

  bool knows(std::string_view name) const {
    return hashes_.find(name) != hashes_.end();
  }

  /// Takes as long as the hash wants: 1 to 500 ms. Blocks.
  static bool matches(const std::string& password, const std::string& hash);

 private:
  std::map<std::string, std::string, std::less<>> hashes_;
  std::string stand_in_;  // the hash that was added first
};

/// Takes the same time wherever the first difference is.
bool same_in_constant_time(std::string_view a, std::string_view b) noexcept;
