# wasmtime::c: wasmtime's C API. The library comes out of the PyPI package `wasmtime` (version and SHA-256 pinned), the
# headers are in runtime/host/third_party/wasmtime. Offline: -DWASMTIME_WHEEL=/path/to/the.whl, still checked.
set(WASMTIME_VERSION 50.0.1)
set(WASMTIME_WHEEL "" CACHE FILEPATH "Wheel of wasmtime ${WASMTIME_VERSION} that is already here")

if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64)$")
  set(wasmtime_platform linux-x86_64)
  set(wasmtime_sha256 cc14c3a17654e0394e0225b11813532ef0cd7bd1e222a0c5494cdedaabeddac4)
elseif(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(wasmtime_platform linux-aarch64)
  set(wasmtime_sha256 675484e525c028dc02762b777f1db4477ea70caa3fec6775426daff4d64edfb1)
else()
  message(FATAL_ERROR "no wasmtime library is known for ${CMAKE_SYSTEM_NAME} ${CMAKE_SYSTEM_PROCESSOR}; "
                      "runtime/host builds on Linux x86_64 and aarch64")
endif()

if(DEFINED ENV{WASMIND_CACHE})
  set(wasmtime_cache $ENV{WASMIND_CACHE})
else()
  set(wasmtime_cache $ENV{HOME}/.cache/wasmind)
endif()
# Named by the hash, so that a change of version never meets an old file.
string(SUBSTRING ${wasmtime_sha256} 0 16 wasmtime_key)
set(wasmtime_folder ${wasmtime_cache}/wasmtime-${WASMTIME_VERSION}-${wasmtime_platform}-${wasmtime_key})

if(NOT EXISTS ${wasmtime_folder}/libwasmtime.so)
  set(wasmtime_work ${CMAKE_BINARY_DIR}/wasmtime-download)
  file(REMOVE_RECURSE ${wasmtime_work})
  file(MAKE_DIRECTORY ${wasmtime_work})
  set(wasmtime_wheel ${WASMTIME_WHEEL})
  if(NOT wasmtime_wheel)
    find_package(Python3 REQUIRED COMPONENTS Interpreter)
    file(WRITE ${wasmtime_work}/requirements.txt "wasmtime==${WASMTIME_VERSION} --hash=sha256:${wasmtime_sha256}\n")
    execute_process(COMMAND ${Python3_EXECUTABLE} -m pip download --quiet --no-deps --only-binary :all: --require-hashes
                            -r ${wasmtime_work}/requirements.txt -d ${wasmtime_work}
                    RESULT_VARIABLE wasmtime_result)
    file(GLOB wasmtime_wheel ${wasmtime_work}/*.whl)
    if(wasmtime_result OR NOT wasmtime_wheel)
      message(FATAL_ERROR "cannot download wasmtime ${WASMTIME_VERSION} from PyPI; give its wheel with -DWASMTIME_WHEEL=")
    endif()
  endif()
  file(SHA256 ${wasmtime_wheel} wasmtime_actual)
  if(NOT wasmtime_actual STREQUAL wasmtime_sha256)
    message(FATAL_ERROR "${wasmtime_wheel}: SHA-256 ${wasmtime_actual}, expected ${wasmtime_sha256}")
  endif()
  file(ARCHIVE_EXTRACT INPUT ${wasmtime_wheel} DESTINATION ${wasmtime_work} PATTERNS "wasmtime/${wasmtime_platform}/*")
  file(MAKE_DIRECTORY ${wasmtime_folder})
  # The wheel's `_libwasmtime.so` cannot be found by -l; the rename is also the one step in which it appears in the cache.
  file(COPY_FILE ${wasmtime_work}/wasmtime/${wasmtime_platform}/_libwasmtime.so ${wasmtime_folder}/libwasmtime.so.part)
  file(RENAME ${wasmtime_folder}/libwasmtime.so.part ${wasmtime_folder}/libwasmtime.so)
  file(REMOVE_RECURSE ${wasmtime_work})
endif()

# Beside libwasmind_runtime.so, where its RUNPATH ($ORIGIN) finds it.
file(MAKE_DIRECTORY ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
file(COPY_FILE ${wasmtime_folder}/libwasmtime.so ${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/libwasmtime.so ONLY_IF_DIFFERENT)

add_library(wasmtime::c SHARED IMPORTED GLOBAL)
# The library has no SONAME: without IMPORTED_NO_SONAME a path of this machine would be recorded in what links it.
set_target_properties(wasmtime::c PROPERTIES
  IMPORTED_LOCATION ${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/libwasmtime.so
  IMPORTED_NO_SONAME TRUE
  INTERFACE_INCLUDE_DIRECTORIES ${CMAKE_SOURCE_DIR}/runtime/host/third_party/wasmtime/include)
