# The project's own CMake functions.

# Warnings as the project wants them on every target of its own.
function(wasmind_warnings target)
  # libstdc++ 12 calls a function of its own that it deprecates. Assertions name files as the tree does, on any machine.
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wno-deprecated-declarations $<$<BOOL:${WASMIND_WERROR}>:-Werror>
                         -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=)
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}>)
endfunction()

# wasmind_precompiled_header(name header [BASE name] [AFTER target] VERSION version): the header with all it includes, read once
# for the targets that wasmind_use_precompiled_header names; on top of that of BASE, made after `target` has generated what
# it includes. `name` needs the options that change the language and the definitions of those targets. VERSION is that of
# the foreign headers in it.
#
# It is used by a relative path, and ccache takes the sum beside it instead of its bytes, which hold the paths of this
# clone (CCACHE_PCH_EXTSUM, see the Makefile): so another clone finds what this one compiled. To CMake it is an object:
# its own precompiled headers cannot build on each other and are used by absolute paths.
function(wasmind_precompiled_header name header)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    return()
  endif()
  cmake_parse_arguments(arg "" "BASE;AFTER;VERSION" "" ${ARGN})
  file(CONFIGURE OUTPUT ${name}.cpp CONTENT "#include \"${header}\"\n")
  add_library(${name} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
  target_compile_options(${name} PRIVATE -x c++-header -fpch-instantiate-templates -Xclang -fno-pch-timestamp)
  set(folders ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR} ${CMAKE_SOURCE_DIR}/runtime/host/include)
  target_include_directories(${name} PRIVATE ${folders})
  file(RELATIVE_PATH folder ${CMAKE_BINARY_DIR} ${CMAKE_CURRENT_BINARY_DIR})
  cmake_path(APPEND folder ${name}.pch OUTPUT_VARIABLE file)
  # Without ccache: the file names what it was made from by absolute paths, so one of another clone would read that clone.
  set_target_properties(${name} PROPERTIES WASMIND_PCH ${file} CXX_COMPILER_LAUNCHER "")
  if(arg_BASE)
    wasmind_use_precompiled_header(${name} ${arg_BASE})
    get_target_property(base ${arg_BASE} WASMIND_PCH)
    set(baseSum ${CMAKE_BINARY_DIR}/${base}.sum)
  endif()
  if(arg_AFTER)
    add_dependencies(${name} ${arg_AFTER})
  endif()
  # ccache looks for the sum of what is called .pch.
  set(pch ${CMAKE_BINARY_DIR}/${file})
  list(JOIN folders "," joined) # a semicolon would not survive the command line
  add_custom_command(OUTPUT ${pch} ${pch}.sum
                     COMMAND ${CMAKE_COMMAND} -E rm -f ${pch}
                     COMMAND ${CMAKE_COMMAND} -E create_hardlink $<TARGET_OBJECTS:${name}> ${pch}
                     COMMAND ${CMAKE_COMMAND} -DHEADER=${header} -DFOLDERS=${joined} -DBASE=${baseSum} "-DVERSION=${arg_VERSION}"
                             -DOUTPUT=${pch}.sum -P ${CMAKE_SOURCE_DIR}/cmake/PrecompiledSum.cmake
                     DEPENDS $<TARGET_OBJECTS:${name}> ${baseSum} ${CMAKE_SOURCE_DIR}/cmake/PrecompiledSum.cmake VERBATIM)
  add_custom_target(${name}_made DEPENDS ${pch})
endfunction()

function(wasmind_use_precompiled_header target name)
  if(TARGET ${name})
    get_target_property(file ${name} WASMIND_PCH)
    # Not -fPIE in programs: their code is of one kind with the header's.
    target_compile_options(${target} PRIVATE -fPIC -Winvalid-pch -include-pch ${file})
    add_dependencies(${target} ${name}_made)
  endif()
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
