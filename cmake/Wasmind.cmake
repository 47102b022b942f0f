# The project's own CMake functions.

# Warnings as the project wants them on every target of its own.
function(wasmind_warnings target)
  # libstdc++ 12 calls a function of its own that it deprecates.
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wno-deprecated-declarations $<$<BOOL:${WASMIND_WERROR}>:-Werror>)
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
endfunction()

# What `make test` builds beside the default target: programs that nobody needs who does not run the tests.
add_custom_target(tests)

# wasmind_test(NAME LABEL label SOURCES a.cpp ... LIBRARIES x y)
# One GoogleTest executable of the target `tests`, registered with CTest under the label of its stage.
function(wasmind_test name)
  cmake_parse_arguments(arg "" "LABEL" "SOURCES;LIBRARIES" ${ARGN})
  find_package(GTest REQUIRED)
  add_executable(${name} EXCLUDE_FROM_ALL ${arg_SOURCES})
  add_dependencies(tests ${name})
  wasmind_warnings(${name})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} GTest::gtest GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABEL}" ENVIRONMENT "WASMIND_SOURCE=${CMAKE_SOURCE_DIR};WASMIND_BUILD=${CMAKE_BINARY_DIR}")
endfunction()

# wasmind_lit(label directory): the lit tests of one stage's test folder, run with the built wasmind-opt.
function(wasmind_lit label directory)
  find_program(WASMIND_LIT NAMES lit-22 REQUIRED)
  add_test(NAME lit_${label} COMMAND ${WASMIND_LIT} -v ${directory})
  set_tests_properties(lit_${label} PROPERTIES LABELS "${label}"
                       ENVIRONMENT "WASMIND_BUILD=${CMAKE_BINARY_DIR};LLVM_BIN=${LLVM_TOOLS_BINARY_DIR}")
endfunction()
