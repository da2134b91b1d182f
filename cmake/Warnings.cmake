# gateway::warnings: what every target of ours is compiled with. Errors come from the presets.
add_library(appserver_warnings INTERFACE)
add_library(gateway::warnings ALIAS appserver_warnings)
target_compile_options(appserver_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>)
