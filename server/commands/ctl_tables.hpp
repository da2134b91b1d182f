// JSON of the control socket as text for a person. How a value is written follows from
// the end of its name: _s and _ms are times, _bytes sizes, _at a moment.
#pragma once

#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace appserver::commands {

/// A row for each object, with the names of the first as the head; numbers to the
/// right. "" for no rows.
std::string ctl_table(const boost::json::array& rows);
/// A line for each value, objects in it laid flat: "workers ready  2".
std::string ctl_lines(const boost::json::object& object);
/// "key: value" lines as a settings file has them.
std::string ctl_settings(const boost::json::object& settings);

}  // namespace appserver::commands
