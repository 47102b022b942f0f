//===- Handles.h - ownership of wasmtime's C objects --------------------------------------------------------------===//
#pragma once
#include <memory>
#include <wasmtime.h>

namespace wasmind::host {

/// Calls the C API's delete function of a type.
template <auto Delete> struct Deleter {
  template <typename T> void operator()(T *object) const { Delete(object); }
};

using ErrorHandle = std::unique_ptr<wasmtime_error_t, Deleter<wasmtime_error_delete>>;
using TrapHandle = std::unique_ptr<wasm_trap_t, Deleter<wasm_trap_delete>>;
using ModuleHandle = std::unique_ptr<wasmtime_module_t, Deleter<wasmtime_module_delete>>;
using StoreHandle = std::unique_ptr<wasmtime_store_t, Deleter<wasmtime_store_delete>>;
using FuncTypeHandle = std::unique_ptr<wasm_functype_t, Deleter<wasm_functype_delete>>;

} // namespace wasmind::host
