// Boost.JSON, compiled into this app: a plugin brings what it needs.
#include <boost/json/src.hpp>
