//===- Guest.cpp - an instantiated module -------------------------------------------------------------------------===//
#include "runtime/host/src/Guest.h"
#include <algorithm>
#include <cstring>

namespace wasmind::host {
namespace {

/// Name of the function in which a trap happened, as " in 'name'", or "".
std::string originOf(const wasm_trap_t *trap) {
  wasm_frame_vec_t frames;
  wasm_trap_trace(trap, &frames);
  std::string text;
  if (frames.size != 0)
    if (const wasm_name_t *name = wasmtime_frame_func_name(frames.data[0]))
      text = " in '" + std::string(name->data, name->size) + "'";
  wasm_frame_vec_delete(&frames);
  return text;
}

} // namespace

Guest::Guest(std::shared_ptr<const Model> model, uint64_t memoryLimit) : shared(std::move(model)) {
  store.reset(wasmtime_store_new(shared->engine().handle(), nullptr, nullptr));
  if (!store)
    throw Failure(WASMIND_LIMIT, "no memory for an instance");
  context = wasmtime_store_context(store.get());
  wasmtime_store_limiter(store.get(), int64_t(memoryLimit), 1 << 20, 1, 16, 1);
  if (shared->engine().hasTimeLimit())
    Deadline::install(store.get(), &deadline);

  wasm_trap_t *trapObject = nullptr;
  ErrorHandle error(wasmtime_instance_new(context, shared->module(), nullptr, 0, &instance, &trapObject));
  TrapHandle trap(trapObject);
  if (trap) // without start function only the initialisation of memory and tables can trap
    throw Failure(WASMIND_INVALID_MODULE,
                  shared->name() + ": the module cannot be initialised: " + takeText(std::move(trap)));
  if (error) // without imports only resources can be missing
    throw Failure(WASMIND_LIMIT, shared->name() + ": no resources for an instance: " + takeText(std::move(error)));

  linearMemory = exported(abi::memoryExport, WASMTIME_EXTERN_MEMORY).of.memory;
  memoryBase = wasmtime_memory_data(context, &linearMemory);
  // Every offset of the signature was compared with this length, so it must be the length of what is here.
  if (memoryByteLength() != shared->signature().contract().memory.byteLength())
    throw Failure(WASMIND_INVALID_MODULE, shared->name() + ": the memory has another length than the signature says");

  errorFunction = function(abi::errorExport);
  int32_t version = call(function(abi::abiVersionExport));
  if (version != int32_t(abi::abiVersion))
    throw Failure(WASMIND_INVALID_MODULE, shared->name() + ": " + std::string(abi::abiVersionExport) + " returns " +
                                              std::to_string(version) + " where the signature says " +
                                              std::to_string(abi::abiVersion));
}

wasmtime_extern_t Guest::exported(std::string_view name, wasmtime_extern_kind_t kind) {
  wasmtime_extern_t item;
  if (!wasmtime_instance_export_get(context, &instance, name.data(), name.size(), &item) || item.kind != kind)
    throw Failure(WASMIND_INVALID_MODULE, "no export '" + std::string(name) + "'");
  return item;
}

wasmtime_func_t Guest::function(std::string_view name) { return exported(name, WASMTIME_EXTERN_FUNC).of.func; }

bool Guest::hasExport(std::string_view name) {
  wasmtime_extern_t item;
  return wasmtime_instance_export_get(context, &instance, name.data(), name.size(), &item);
}

void Guest::breakDown(wasmind_status status, const std::string &text) {
  breakage = text;
  throw Failure(status, shared->name() + ": " + text);
}

void Guest::requireUsable() const {
  if (isBroken())
    throw Failure(WASMIND_INVALID_ARGUMENT, shared->name() + ": the instance stopped in an earlier run (" + breakage +
                                                ") and cannot be used again; make a new one");
}

void Guest::call(const wasmtime_func_t &function, std::span<wasmtime_val_raw_t> values) {
  requireStack();
  std::optional<Deadline> guard;
  if (shared->engine().hasTimeLimit())
    guard.emplace(shared->engine(), store.get(), deadline, *shared->timeLimit());
  wasm_trap_t *trap = nullptr;
  wasmtime_error_t *error = wasmtime_func_call_unchecked(context, &function, values.data(), values.size(), &trap);
  if (error || trap)
    stopped(ErrorHandle(error), TrapHandle(trap));
}

void Guest::stopped(ErrorHandle error, TrapHandle trap) {
  if (deadline.isOver)
    breakDown(WASMIND_LIMIT,
              "the run was stopped at its time limit of " + std::to_string(shared->timeLimit()->count()) + " ms");
  if (!trap)
    breakDown(WASMIND_TRAP, takeText(std::move(error)));
  std::string origin = originOf(trap.get());
  breakDown(WASMIND_TRAP, takeText(std::move(trap)) + origin);
}

int32_t Guest::call(const wasmtime_func_t &function) {
  wasmtime_val_raw_t result = {};
  call(function, {&result, 1});
  return result.i32;
}

std::string Guest::errorText() {
  const uint64_t address = uint32_t(call(errorFunction));
  const uint64_t memoryEnd = memoryByteLength();
  if (address >= memoryEnd)
    return "";
  const auto *text = reinterpret_cast<const char *>(memoryBase + address);
  return {text, strnlen(text, size_t(std::min(memoryEnd - address, abi::maxErrorByteLength)))};
}

} // namespace wasmind::host
