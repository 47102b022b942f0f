# LLVM, MLIR and lld of one exact version, and the functions of compiler/ targets.
find_package(MLIR 22.1.8 EXACT REQUIRED CONFIG)
find_package(LLD REQUIRED CONFIG)
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)
separate_arguments(WASMIND_LLVM_DEFINITIONS NATIVE_COMMAND "${LLVM_DEFINITIONS}")

# LLVM is built without exceptions and RTTI; whatever derives from its classes must be, too.
function(wasmind_compiler_options target)
  wasmind_warnings(${target})
  target_compile_options(${target} PRIVATE -fno-exceptions -fno-rtti -Wno-unused-parameter ${WASMIND_LLVM_DEFINITIONS})
  target_include_directories(${target} SYSTEM PUBLIC ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS} ${LLD_INCLUDE_DIRS})
  target_include_directories(${target} PUBLIC ${CMAKE_BINARY_DIR})
endfunction()

# One precompiled header for all of compiler/: a small pass compiles in under a second instead of four. CMake makes it;
# it is used by a relative path, and ccache takes the sum written here for it instead of its bytes, which hold the paths
# of this clone (CCACHE_PCH_EXTSUM, see the Makefile): so another clone finds what this one compiled.
add_library(wasmind_pch STATIC ${CMAKE_SOURCE_DIR}/compiler/Precompiled.cpp)
wasmind_compiler_options(wasmind_pch)
target_compile_options(wasmind_pch PRIVATE -Xclang -fno-pch-timestamp)
target_precompile_headers(wasmind_pch PRIVATE ${CMAKE_SOURCE_DIR}/compiler/Precompiled.h)
set(WASMIND_PCH CMakeFiles/wasmind_pch.dir/cmake_pch.hxx.pch)
set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/compiler/Precompiled.h)
file(SHA256 ${CMAKE_SOURCE_DIR}/compiler/Precompiled.h wasmind_pch_sum)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${WASMIND_PCH}.sum CONTENT "@wasmind_pch_sum@ LLVM @LLVM_PACKAGE_VERSION@\n")
# Objects wait for custom targets, but not for objects of other libraries.
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/wasmind_pch.stamp COMMAND ${CMAKE_COMMAND} -E touch ${CMAKE_BINARY_DIR}/wasmind_pch.stamp
                   DEPENDS ${CMAKE_BINARY_DIR}/${WASMIND_PCH} VERBATIM)
add_custom_target(wasmind_pch_made DEPENDS ${CMAKE_BINARY_DIR}/wasmind_pch.stamp)

# wasmind_stage(name SOURCES ... LIBRARIES ...): one stage = one static library.
function(wasmind_stage name)
  cmake_parse_arguments(arg "NO_PCH" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  wasmind_compiler_options(${name})
  if(NOT arg_NO_PCH)
    target_compile_options(${name} PRIVATE -Winvalid-pch -include-pch ${WASMIND_PCH})
    add_dependencies(${name} wasmind_pch_made)
  endif()
  target_link_libraries(${name} PUBLIC ${arg_LIBRARIES} MLIR LLVM)
endfunction()

# wasmind_compiler_test(name LABEL stage SOURCES ... LIBRARIES ...): a GoogleTest of a compiler stage.
function(wasmind_compiler_test name)
  wasmind_test(${name} ${ARGN})
  wasmind_compiler_options(${name})
endfunction()
