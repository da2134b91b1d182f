// Boost.JSON for the plugins that read their configuration with gateway/sdk/config.hpp:
// compiled once, linked into each.
#include <boost/json/src.hpp>
