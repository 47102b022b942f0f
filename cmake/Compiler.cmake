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

# wasmind_llvm and wasmind_lld. Tests link the shared libraries. What people run (targets with the property WASMIND_STATIC_LLVM) takes
# the code it needs out of the archives: it starts in a third of the time, and wants no LLVM where it runs.
file(GLOB archives ${LLVM_LIBRARY_DIR}/libMLIR*.a ${LLVM_LIBRARY_DIR}/libLLVM*.a)
find_library(WASMIND_Z_ARCHIVE libz.a REQUIRED)
find_library(WASMIND_ZSTD_ARCHIVE libzstd.a REQUIRED)
set(targets ${LLVM_TARGETS_TO_BUILD})
list(REMOVE_ITEM targets WebAssembly)
list(TRANSFORM targets REPLACE "(.+)" "TARGET(\\1)\n")
string(JOIN "" targets ${targets})
file(CONFIGURE OUTPUT OtherTargets.inc CONTENT "${targets}" @ONLY)
add_library(wasmind_absent OBJECT ${CMAKE_SOURCE_DIR}/compiler/AbsentLLVM.cpp)
wasmind_compiler_options(wasmind_absent)
set(static $<BOOL:$<TARGET_PROPERTY:WASMIND_STATIC_LLVM>>)
add_library(wasmind_llvm INTERFACE)
target_link_libraries(wasmind_llvm INTERFACE
  "$<IF:${static},$<TARGET_OBJECTS:wasmind_absent>;${archives};${WASMIND_ZSTD_ARCHIVE};${WASMIND_Z_ARCHIVE},MLIR;LLVM>")
add_library(wasmind_lld INTERFACE)
target_link_libraries(wasmind_lld INTERFACE "$<IF:${static},$<TARGET_FILE:lldWasm>;$<TARGET_FILE:lldCommon>,lldWasm;lldCommon>")

# wasmind_ship(target): makes `target` such a program, or module of Python. Not under sanitizers, whose view of memory LLVM lacks.
function(wasmind_ship target)
  if(NOT CMAKE_CXX_FLAGS_DEV MATCHES "-fsanitize")
    set_target_properties(${target} PROPERTIES WASMIND_STATIC_LLVM ON)
    target_link_options(${target} PRIVATE -Wl,--gc-sections -Wl,--exclude-libs,ALL)
  endif()
endfunction()

# A small pass compiles in under a second instead of four.
wasmind_precompiled_header(wasmind_pch compiler/Precompiled.h VERSION "LLVM ${LLVM_PACKAGE_VERSION}")
wasmind_compiler_options(wasmind_pch)

# wasmind_stage(name PCH header SOURCES ... LIBRARIES ...): one stage = one static library.
function(wasmind_stage name)
  cmake_parse_arguments(arg "" "PCH" "SOURCES;LIBRARIES" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  wasmind_compiler_options(${name})
  if(arg_PCH)
    wasmind_use_precompiled_header(${name} ${arg_PCH})
  endif()
  target_link_libraries(${name} PUBLIC ${arg_LIBRARIES} wasmind_llvm)
endfunction()

# wasmind_compiler_test(name LABEL stage SOURCES ... LIBRARIES ...): a GoogleTest of a compiler stage.
function(wasmind_compiler_test name)
  wasmind_test(${name} ${ARGN})
  wasmind_compiler_options(${name})
  wasmind_use_precompiled_header(${name} wasmind_graph_pch)
endfunction()
