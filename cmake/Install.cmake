# What `cmake --install` lays down. Components: `host` (libraries and headers of runtime/host, the target wasmind::host) and
# `tools` (the program `wasmind`, the target wasmind::tool) for find_package(wasmind); `python` and `python_compiler` for the wheels.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# wasmind_install_wasmtime(destination component [EXCLUDE_FROM_ALL]): wasmtime's library beside our own, which looks there.
function(wasmind_install_wasmtime destination component)
  install(PROGRAMS $<TARGET_FILE:wasmtime::c> DESTINATION ${destination} COMPONENT ${component} ${ARGN})
  # CMake strips what it built itself; a fifth of this file are symbols that nobody looks up.
  install(CODE "if(CMAKE_INSTALL_DO_STRIP)
    execute_process(COMMAND \"${CMAKE_STRIP}\" --strip-unneeded \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${destination}/libwasmtime.so\"
                    COMMAND_ERROR_IS_FATAL ANY)
  endif()" COMPONENT ${component} ${ARGN})
endfunction()

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/wasmind)
install(TARGETS wasmind_runtime EXPORT wasmind_host LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT host)
install(EXPORT wasmind_host NAMESPACE wasmind:: FILE host.cmake DESTINATION ${package} COMPONENT host)
set_target_properties(wasmind_runtime PROPERTIES EXPORT_NAME host)
target_include_directories(wasmind_runtime INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(wasmind_runtime INTERFACE $<INSTALL_INTERFACE:cxx_std_20>)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/runtime/host/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT host)
wasmind_install_wasmtime(${CMAKE_INSTALL_LIBDIR} host)
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/wasmindConfig.cmake.in ${CMAKE_BINARY_DIR}/wasmindConfig.cmake
                              INSTALL_DESTINATION ${package} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/wasmindConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/wasmindConfig.cmake ${CMAKE_BINARY_DIR}/wasmindConfigVersion.cmake DESTINATION ${package} COMPONENT host)

# Licences of what the libraries carry with them.
set(licenses ${CMAKE_INSTALL_DATADIR}/licenses/wasmind)
install(FILES LICENSE install/licenses/json.txt DESTINATION ${licenses} COMPONENT host)
install(FILES runtime/host/third_party/wasmtime/LICENSE DESTINATION ${licenses} RENAME wasmtime.txt COMPONENT host)

if(TARGET wasmind) # the tool
  install(TARGETS wasmind EXPORT wasmind_tools RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tools)
  install(EXPORT wasmind_tools NAMESPACE wasmind:: FILE tools.cmake DESTINATION ${package} COMPONENT tools)
  set_target_properties(wasmind PROPERTIES EXPORT_NAME tool INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
  file(GLOB texts CONFIGURE_DEPENDS install/licenses/*.txt)
  install(FILES ${texts} DESTINATION ${licenses} COMPONENT tools)
endif()

if(TARGET _runtime)
  install(TARGETS wasmind_runtime LIBRARY DESTINATION wasmind/lib COMPONENT python EXCLUDE_FROM_ALL)
  wasmind_install_wasmtime(wasmind/lib python EXCLUDE_FROM_ALL)
endif()
if(TARGET _compiler)
  install(TARGETS _compiler LIBRARY DESTINATION wasmind_compiler COMPONENT python_compiler EXCLUDE_FROM_ALL)
  # The one library that the module is not linked with statically and that a machine may lack.
  get_filename_component(file ${Protobuf_LIBRARY_RELEASE} REALPATH)
  get_filename_component(name ${file} NAME)
  string(REGEX REPLACE "(\\.so\\.[0-9]+).*" "\\1" name ${name})
  install(PROGRAMS ${file} DESTINATION wasmind_compiler/lib RENAME ${name} COMPONENT python_compiler EXCLUDE_FROM_ALL)
endif()
