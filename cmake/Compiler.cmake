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
  target_link_libraries(${name} PUBLIC ${arg_LIBRARIES} MLIR LLVM)
endfunction()

# wasmind_compiler_test(name LABEL stage SOURCES ... LIBRARIES ...): a GoogleTest of a compiler stage.
function(wasmind_compiler_test name)
  wasmind_test(${name} ${ARGN})
  wasmind_compiler_options(${name})
  wasmind_use_precompiled_header(${name} wasmind_graph_pch)
endfunction()
