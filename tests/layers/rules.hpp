// The rules of the house: who may include whom, who may do what is dangerous, how long
// a file may be. Each gives its complaints, one line each: "path:line: what is wrong".
#pragma once

#include <set>
#include <string>
#include <vector>

#include "source_tree.hpp"

namespace appserver::layers_test {

using Complaints = std::vector<std::string>;

/// layers.txt names the rooms that exist, only those (and main), and no room reaches
/// itself.
Complaints check_layers(const Layers& layers, const std::set<std::string>& rooms);

/// Inside server/: #include "room/..." goes to the own room or to one that layers.txt
/// allows.
Complaints check_rooms(const Layers& layers, const SourceFile& file);

/// SDK and plugins never see the server; the server never sees the SDK.
Complaints check_seam(const Layers& layers, const SourceFile& file);

/// dlopen, Beast, YAML, fork and exit each have their place in server/.
Complaints check_dangers(const SourceFile& file);

/// 400 lines for a .cpp, 200 for a .hpp, in server/ and sdk/.
Complaints check_length(const SourceFile& file);

}  // namespace appserver::layers_test
