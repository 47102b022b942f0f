//===- Guest.h - an instantiated module ---------------------------------------------------------------------------===//
#pragma once
#include "runtime/host/src/Model.h"
#include "runtime/host/src/Stack.h"
#include <span>

namespace wasmind::host {

/// A module's code with a memory of its own: what instances of models and operator libraries have in common. One thread
/// at a time; stays where it was made, as wasmtime holds pointers into it.
class Guest {
public:
  /// Instantiates, and compares the export `wasmind_abi_version` with the signature. The memory never grows beyond
  /// `memoryLimit` bytes.
  ///
  /// Throws `InvalidModule`, `Trap` or `Limit`.
  Guest(std::shared_ptr<const Model> model, uint64_t memoryLimit);
  Guest(const Guest &) = delete;

  const Model &model() const { return *shared; }
  const std::shared_ptr<const Model> &sharedModel() const { return shared; }
  /// An exported function; throws `InvalidModule` when there is none.
  wasmtime_func_t function(std::string_view name);
  bool hasExport(std::string_view name);

  /// The linear memory. It never moves: growth takes address space that is reserved.
  uint8_t *memory() const { return memoryBase; }
  /// Its length now; it grows, it never shrinks.
  uint64_t memoryByteLength() const { return wasmtime_memory_data_size(context, &linearMemory); }

  /// Calls an export: `values` holds the parameters before and the results after. The types are the caller's duty.
  ///
  /// Throws `Trap` or `Limit`, after which the guest is broken, or what `requireStack` does.
  void call(const wasmtime_func_t &function, std::span<wasmtime_val_raw_t> values);
  /// Calls an export of type () -> i32.
  int32_t call(const wasmtime_func_t &function);

  /// The module's text of its last error, or "" when it has none that can be read.
  std::string errorText();

  /// Ends all use of this guest and throws.
  [[noreturn]] void breakDown(wasmind_status status, const std::string &text);
  bool isBroken() const { return !breakage.empty(); }
  /// Throws `InvalidArgument` when an earlier call broke the guest.
  void requireUsable() const;
  /// Throws `Limit` when this thread's stack has no room for a call.
  void requireStack() const {
    if (stackLeft() < WASMIND_LEAST_STACK)
      failForStack(shared->name());
  }

private:
  wasmtime_extern_t exported(std::string_view name, wasmtime_extern_kind_t kind);
  [[noreturn]] void stopped(ErrorHandle error, TrapHandle trap);

  std::shared_ptr<const Model> shared;
  Deadline::State deadline; ///< read by the store's callback: declared before the store, so destroyed after it
  StoreHandle store;
  wasmtime_context_t *context = nullptr;
  wasmtime_instance_t instance = {};
  wasmtime_memory_t linearMemory = {};
  uint8_t *memoryBase = nullptr;
  wasmtime_func_t errorFunction = {};
  std::string breakage; ///< why the guest cannot be used any more; empty while it can
};

} // namespace wasmind::host
