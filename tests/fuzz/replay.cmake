# The fuzz targets as ordinary programs that run over their committed corpus, with any
# compiler: one CTest case each, label `fuzz`. Included by tests/CMakeLists.txt.
foreach(target chunked target request_rules elf settings forwarded proxy_protocol head stream)
  add_executable(replay_${target}
    ${CMAKE_CURRENT_LIST_DIR}/fuzz_${target}.cpp ${CMAKE_CURRENT_LIST_DIR}/replay_main.cpp)
  target_link_libraries(replay_${target} PRIVATE appserver_core gateway::warnings)
  add_test(NAME replay_${target}
    COMMAND replay_${target} ${CMAKE_CURRENT_LIST_DIR}/corpus/${target})
  set_tests_properties(replay_${target} PROPERTIES LABELS fuzz TIMEOUT 60)
endforeach()
