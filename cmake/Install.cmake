# cmake --install build --prefix P. Two packages in one tree: what a user runs (the server, its
# plugins, a sample configuration) and what the author of an app compiles against (the ABI, the
# SDK, gateway_add_app as the CMake package `Gateway`).
#
# The folders are spelt out and do not follow GNUInstallDirs: the server looks for its plugins in
# <prefix>/lib/appserver/plugins as seen from its own binary, on every distribution.
include(CMakePackageConfigHelpers)

install(TARGETS appserver RUNTIME DESTINATION bin)

# What is built, not what is a CMake target: plugins in other languages come from other builders.
install(CODE "
  file(GLOB modules \"${PROJECT_BINARY_DIR}/plugins/*.so\")
  if(NOT modules)
    message(FATAL_ERROR \"no plugin in ${PROJECT_BINARY_DIR}/plugins: build first\")
  endif()
  file(INSTALL DESTINATION \"\${CMAKE_INSTALL_PREFIX}/lib/appserver/plugins\"
    TYPE SHARED_LIBRARY FILES \${modules})")

install(FILES ${PROJECT_SOURCE_DIR}/conf/appserver.yaml DESTINATION share/appserver OPTIONAL)
install(FILES ${PROJECT_SOURCE_DIR}/gateway_abi/README.md
  DESTINATION share/doc/gateway RENAME gateway_abi.md)

install(TARGETS gateway_abi gateway_sdk EXPORT GatewayTargets
  FILE_SET HEADERS DESTINATION include)

set(package_dir lib/cmake/Gateway)
install(EXPORT GatewayTargets NAMESPACE gateway:: DESTINATION ${package_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/GatewayConfig.cmake.in
  ${PROJECT_BINARY_DIR}/GatewayConfig.cmake INSTALL_DESTINATION ${package_dir}
  NO_SET_AND_CHECK_MACRO)
# Header-only, so one package serves every processor; the note refuses a wrong one at load time.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/GatewayConfigVersion.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/GatewayConfig.cmake
  ${PROJECT_BINARY_DIR}/GatewayConfigVersion.cmake
  ${CMAKE_CURRENT_LIST_DIR}/GatewayAddApp.cmake ${CMAKE_CURRENT_LIST_DIR}/gateway.map
  DESTINATION ${package_dir})
