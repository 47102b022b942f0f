//===- Engine.h - the two wasmtime engines of a process -----------------------------------------------------------===//
//
// Code that checks a deadline runs tight kernels at about half the speed, so there are two engines: `plain` for modules
// that are trusted to end, `limited` for those with a time limit. Both are made on first use and live until the process
// ends. Thread-safe.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "runtime/host/src/Failure.h"
#include "runtime/host/src/Handles.h"
#include <chrono>
#include <cstdint>
#include <span>
#include <string>

namespace wasmind::host {

class Engine {
public:
  /// The engine for modules with or without a time limit.
  ///
  /// Throws `Unsupported` when the wasmtime library at hand was built with another layout of its C structs than the
  /// headers this library was compiled with (found by a call whose result is known).
  static const Engine &get(bool withTimeLimit);

  wasm_engine_t *handle() const { return engine; }
  /// Compiles a module; throws `InvalidModule` with wasmtime's reason.
  ModuleHandle compile(std::span<const uint8_t> bytes) const;
  /// Whether the engine takes a module.
  bool validates(std::span<const uint8_t> bytes) const;
  bool hasTimeLimit() const { return withTimeLimit; }
  /// Everything that decides whether compiled code fits: versions, settings, processor features.
  const std::string &compiledCodeKey() const { return key; }

private:
  explicit Engine(bool withTimeLimit);
  wasm_engine_t *engine = nullptr;
  bool withTimeLimit;
  std::string key;
};

/// Lets a store of the limited engine run until a point in time. One store may have one Deadline at a time.
///
/// A thread of the library wakes the engine when the earliest deadline passes; each running store then looks at the
/// clock. A forked child, which has no such thread, starts its own.
class Deadline {
public:
  using Clock = std::chrono::steady_clock;

  /// `isOver` is read and set by the store's callback, on the thread that runs the module.
  struct State {
    Clock::time_point end = Clock::time_point::max();
    bool isOver = false;
  };
  /// Installs the callback that reads `state`; `state` must outlive the store.
  static void install(wasmtime_store_t *store, State *state);

  /// From now until `limit` has passed, or until this object is destroyed.
  Deadline(const Engine &engine, wasmtime_store_t *store, State &state, std::chrono::milliseconds limit);
  ~Deadline();
  Deadline(const Deadline &) = delete;

private:
  State &state;
};

/// The one-line text of an error or trap; the handles are consumed. Without the backtrace that wasmtime appends.
std::string takeText(ErrorHandle error);
std::string takeText(TrapHandle trap);

} // namespace wasmind::host
