# gateway_add_app(NAME SOURCES a.cpp ...): builds NAME.so, a gateway plugin that exports its
# gw1_* tables and nothing else. Used by this tree and, installed, by everybody's.
#
# Unique symbols (STB_GNU_UNIQUE) keep an image mapped after dlclose and let one version use
# another's statics; without the version script header-only libraries leak out of the image
# and its own functions lose to those of the host's libraries.
set(GATEWAY_VERSION_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/gateway.map)

function(gateway_add_app name)
  cmake_parse_arguments(PARSE_ARGV 1 app "" "" "SOURCES")
  if(NOT app_SOURCES)
    message(FATAL_ERROR "gateway_add_app(${name}): SOURCES is missing")
  endif()
  add_library(${name} MODULE ${app_SOURCES})
  target_link_libraries(${name} PRIVATE gateway::sdk)
  target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
  target_link_options(${name} PRIVATE
    LINKER:-z,now,-z,noexecstack,--exclude-libs,ALL
    LINKER:--version-script=${GATEWAY_VERSION_SCRIPT})
  if(NOT APPSERVER_SANITIZED) # a sanitizer's runtime is the host's; it stays undefined here
    target_link_options(${name} PRIVATE LINKER:-z,defs)
  endif()
  set_target_properties(${name} PROPERTIES
    PREFIX "" LINK_DEPENDS ${GATEWAY_VERSION_SCRIPT} POSITION_INDEPENDENT_CODE ON
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
endfunction()
