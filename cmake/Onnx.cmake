# The ONNX C++ library (protobuf messages, operator schemas with function bodies, text format): the imported target
# `ONNX::onnx`. Debian's is far too old, so the source distribution on PyPI is built once per version and compiler into
# a cache outside the build folder (WASMIND_CACHE, else ~/.cache/wasmind).
#
# Its assertions name its files; as packages leave this machine, their paths begin at the library's folder.
#
# The library uses exceptions; files that may see one are compiled with them (see compiler/frontend/onnx/CMakeLists.txt).
set(WASMIND_ONNX_VERSION 1.23.2)
set(WASMIND_ONNX_SHA256 008cb0467b2bbee41448acc7da8b6f4e704624cb0d327a2d5adafc7ce19bc5b8)
set(WASMIND_ONNX_CMAKE_VERSION 3.31.10) # onnx asks for 3.26 or newer, Debian 12 has 3.25
set(WASMIND_ONNX_OPTIONS
  -DCMAKE_BUILD_TYPE=Release "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG" -DCMAKE_CXX_STANDARD=17
  -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DBUILD_SHARED_LIBS=OFF -DONNX_USE_PROTOBUF_SHARED_LIBS=ON
  -DONNX_BUILD_PYTHON=OFF -DONNX_ML=ON -DONNX_USE_UNITY_BUILD=ON # half the processor time
  -DONNX_DISABLE_STATIC_REGISTRATION=ON) # schemas are registered when the first model is read, not when a tool starts

function(wasmind_run what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    string(LENGTH "${output}" length)
    if(length GREATER 4000)
      math(EXPR start "${length} - 4000")
      string(SUBSTRING "${output}" ${start} -1 output)
    endif()
    message(FATAL_ERROR "${what} failed (${result}):\n${output}")
  endif()
endfunction()

# Downloads, checks, builds and installs the library into `prefix`.
function(wasmind_build_onnx cache prefix)
  set(archive ${cache}/onnx-${WASMIND_ONNX_VERSION}.tar.gz)
  find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
  if(NOT EXISTS ${archive})
    message(STATUS "onnx ${WASMIND_ONNX_VERSION}: downloading the source distribution")
    wasmind_run("download of onnx" ${Python3_EXECUTABLE} -m pip download --quiet --no-binary onnx --no-deps
                --dest ${cache} onnx==${WASMIND_ONNX_VERSION})
  endif()
  file(SHA256 ${archive} hash)
  if(NOT hash STREQUAL WASMIND_ONNX_SHA256)
    file(REMOVE ${archive})
    message(FATAL_ERROR "${archive}: SHA-256 is ${hash}, expected ${WASMIND_ONNX_SHA256}")
  endif()

  set(cmake ${CMAKE_COMMAND})
  if(CMAKE_VERSION VERSION_LESS 3.26)
    set(environment ${cache}/cmake-${WASMIND_ONNX_CMAKE_VERSION})
    set(cmake ${environment}/bin/cmake)
    if(NOT EXISTS ${cmake})
      wasmind_run("virtual environment" ${Python3_EXECUTABLE} -m venv ${environment})
      wasmind_run("install of cmake" ${environment}/bin/python -m pip install --quiet cmake==${WASMIND_ONNX_CMAKE_VERSION})
    endif()
  endif()

  set(work ${prefix}.work)
  file(REMOVE_RECURSE ${work} ${prefix}.partial)
  file(ARCHIVE_EXTRACT INPUT ${archive} DESTINATION ${work})
  set(launcher)
  find_program(WASMIND_CCACHE ccache)
  if(WASMIND_CCACHE)
    set(launcher -DCMAKE_CXX_COMPILER_LAUNCHER=${WASMIND_CCACHE})
  endif()
  message(STATUS "onnx ${WASMIND_ONNX_VERSION}: building (about 90 seconds of processor time, once)")
  wasmind_run("configuration of onnx" ${cmake} -G Ninja -S ${work}/onnx-${WASMIND_ONNX_VERSION} -B ${work}/build
              -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER} ${launcher} ${WASMIND_ONNX_OPTIONS}
              -DCMAKE_CXX_FLAGS=-ffile-prefix-map=${work}/=
              -DCMAKE_INSTALL_PREFIX=${prefix}.partial -DCMAKE_INSTALL_LIBDIR=lib)
  wasmind_run("build of onnx" ${cmake} --build ${work}/build --target install)
  file(REMOVE_RECURSE ${prefix} ${work})
  file(RENAME ${prefix}.partial ${prefix})
endfunction()

find_package(Protobuf REQUIRED)
if(DEFINED ENV{WASMIND_CACHE})
  set(wasmind_cache $ENV{WASMIND_CACHE})
else()
  set(wasmind_cache $ENV{HOME}/.cache/wasmind)
endif()
file(MAKE_DIRECTORY ${wasmind_cache})
# Whatever changes the built library changes the folder's name.
string(SHA256 wasmind_onnx_key "${WASMIND_ONNX_OPTIONS} mapped ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} ${Protobuf_VERSION} ${CMAKE_SYSTEM_PROCESSOR}")
string(SUBSTRING ${wasmind_onnx_key} 0 12 wasmind_onnx_key)
set(wasmind_onnx_prefix ${wasmind_cache}/onnx-${WASMIND_ONNX_VERSION}-${wasmind_onnx_key})
if(NOT EXISTS ${wasmind_onnx_prefix}/lib/libonnx.a)
  file(LOCK ${wasmind_cache}/onnx.lock GUARD PROCESS TIMEOUT 1800)
  if(NOT EXISTS ${wasmind_onnx_prefix}/lib/libonnx.a)
    wasmind_build_onnx(${wasmind_cache} ${wasmind_onnx_prefix})
  endif()
  file(LOCK ${wasmind_cache}/onnx.lock RELEASE)
endif()

if(NOT TARGET ONNX::onnx)
  # Debian's archive is compiled for programs: its thread-local variables cannot stand in a shared object.
  find_library(WASMIND_PROTOBUF_ARCHIVE libprotobuf.a REQUIRED)
  set(static $<AND:$<BOOL:$<TARGET_PROPERTY:WASMIND_STATIC_LLVM>>,$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>>)
  add_library(ONNX::onnx STATIC IMPORTED GLOBAL)
  set_target_properties(ONNX::onnx PROPERTIES
    IMPORTED_LOCATION ${wasmind_onnx_prefix}/lib/libonnx.a
    INTERFACE_INCLUDE_DIRECTORIES ${wasmind_onnx_prefix}/include
    INTERFACE_COMPILE_OPTIONS -fmacro-prefix-map=${wasmind_onnx_prefix}/=
    INTERFACE_COMPILE_DEFINITIONS "ONNX_ML=1;ONNX_NAMESPACE=onnx;__STDC_FORMAT_MACROS"
    INTERFACE_LINK_LIBRARIES "$<IF:${static},${WASMIND_PROTOBUF_ARCHIVE},protobuf::libprotobuf>")
endif()
