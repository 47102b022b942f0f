//===- Engine.cpp - the two wasmtime engines of a process ---------------------------------------------------------===//
#include "runtime/host/src/Engine.h"
#include "runtime/host/src/Stack.h"
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <new>
#include <pthread.h>
#include <set>
#include <thread>
#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace wasmind::host {
namespace {

static_assert(sizeof(wasmtime_val_t) == 32, "wasmtime/conf.h must define WASMTIME_FEATURE_GC, as the library does");

/// The first line of an error, without the frames of the guest's stack that follow it.
std::string toText(const wasm_byte_vec_t &message) {
  std::string text(message.data, message.size);
  text.erase(std::find(text.begin(), text.end(), '\0'), text.end());
  // Guest frames come first in wasmtime's text; the reason is the last "Caused by:" entry.
  if (size_t cause = text.rfind("Caused by:"); cause != std::string::npos) {
    text.erase(0, cause + 10);
    size_t start = text.find_first_not_of(" \n0123456789:");
    text.erase(0, start == std::string::npos ? 0 : start);
  }
  if (size_t end = text.find('\n'); end != std::string::npos)
    text.erase(end);
  return text;
}

wasm_trap_t *weighArguments(void *, wasmtime_caller_t *, const wasmtime_val_t *arguments, size_t argumentCount,
                            wasmtime_val_t *results, size_t resultCount) {
  bool isAsCalled =
      argumentCount == 2 && resultCount == 1 && arguments[0].kind == WASMTIME_I32 && arguments[1].kind == WASMTIME_I32;
  results[0].kind = WASMTIME_I32;
  results[0].of.i32 = isAsCalled ? 10 * arguments[0].of.i32 + arguments[1].of.i32 : -1;
  return nullptr;
}

/// Calls a host function with two arguments through the C structs. A library whose structs have another size than our
/// headers say passes wrong values without any error, so the result must be looked at.
bool structLayoutMatches(wasm_engine_t *engine) {
  StoreHandle store(wasmtime_store_new(engine, nullptr, nullptr));
  wasmtime_context_t *context = wasmtime_store_context(store.get());
  wasm_valtype_t *parameters[] = {wasm_valtype_new_i32(), wasm_valtype_new_i32()};
  wasm_valtype_t *results[] = {wasm_valtype_new_i32()};
  wasm_valtype_vec_t parameterList, resultList;
  wasm_valtype_vec_new(&parameterList, 2, parameters);
  wasm_valtype_vec_new(&resultList, 1, results);
  FuncTypeHandle type(wasm_functype_new(&parameterList, &resultList));
  wasmtime_func_t function;
  wasmtime_func_new(context, type.get(), weighArguments, nullptr, nullptr, &function);
  wasmtime_val_t arguments[2] = {}, result = {};
  arguments[0].kind = arguments[1].kind = WASMTIME_I32;
  arguments[0].of.i32 = 4;
  arguments[1].of.i32 = 2;
  wasm_trap_t *trap = nullptr;
  ErrorHandle error(wasmtime_func_call(context, &function, arguments, 2, &result, 1, &trap));
  TrapHandle trapHandle(trap);
  return !error && !trapHandle && result.kind == WASMTIME_I32 && result.of.i32 == 42;
}

/// Words that differ between processors for which different code is compiled.
std::string processorKey() {
  std::string text;
#if defined(__x86_64__)
  text = "x86_64";
  for (unsigned leaf : {1u, 7u, 0x80000001u}) {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    __get_cpuid_count(leaf, 0, &eax, &ebx, &ecx, &edx);
    // Leaf 1's ebx holds the number of the core that asks; bit 27 of its ecx (OSXSAVE) and the rest are features.
    for (unsigned word : {leaf == 7 ? ebx : 0u, ecx, edx})
      text += "-" + std::to_string(word);
  }
#elif defined(__aarch64__)
  text = "aarch64-" + std::to_string(getauxval(AT_HWCAP)) + "-" + std::to_string(getauxval(AT_HWCAP2));
#endif
  return text;
}

/// Held while an engine or the watch is made, and by whoever forks: a child must not wait for a thread that it lacks.
std::mutex making;

/// Without and with a time limit. Never destroyed: instances in static objects of the program may still use them.
std::atomic<const Engine *> engines[2] = {};

/// Whether this process was forked from one that had an engine, whose threads it lacks.
std::atomic<bool> isForked = false;

wasm_engine_t *makeEngine(bool withTimeLimit, bool isParallel) {
  wasm_config_t *config = wasm_config_new();
  wasmtime_config_cranelift_opt_level_set(config, WASMTIME_OPT_LEVEL_SPEED);
  wasmtime_config_max_wasm_stack_set(config, moduleStackByteLength);
  wasmtime_config_memory_may_move_set(config, false); // views into the memory stay valid
  wasmtime_config_wasm_simd_set(config, true);
  wasmtime_config_wasm_relaxed_simd_set(config, true);
  wasmtime_config_wasm_memory64_set(config, false);
  wasmtime_config_wasm_multi_memory_set(config, false);
  // What no feature of the contract names.
  wasmtime_config_wasm_threads_set(config, false);
  wasmtime_config_wasm_tail_call_set(config, false);
  wasmtime_config_wasm_function_references_set(config, false);
  wasmtime_config_wasm_gc_set(config, false);
  wasmtime_config_wasm_exceptions_set(config, false);
  wasmtime_config_epoch_interruption_set(config, withTimeLimit);
  wasmtime_config_parallel_compilation_set(config, isParallel);
  wasm_engine_t *engine = wasm_engine_new_with_config(config);
  if (!engine)
    throw Failure(WASMIND_UNSUPPORTED, "wasmtime refuses this processor or its settings");
  return engine;
}

ModuleHandle compileOn(wasm_engine_t *engine, std::span<const uint8_t> bytes) {
  wasmtime_module_t *module = nullptr;
  if (ErrorHandle error{wasmtime_module_new(engine, bytes.data(), bytes.size(), &module)})
    throw Failure(WASMIND_INVALID_MODULE, "invalid WebAssembly: " + takeText(std::move(error)));
  return ModuleHandle(module);
}

/// The deadlines of all running stores, and the thread that wakes the engine when the earliest one passes.
class Watch {
public:
  /// Never destroyed: its thread may outlive the static objects of the program. A forked child has neither that thread
  /// nor those that ran; it leaves this object as they left it, locked perhaps, and makes a new one.
  static Watch &get() {
    Watch *known = current.load();
    if (known)
      return *known;
    std::lock_guard lock(making);
    if (!current.load())
      current = new Watch;
    return *current.load();
  }
  static void forget() { current = nullptr; }

  void add(wasm_engine_t *engine, Deadline::Clock::time_point end) {
    std::lock_guard lock(mutex);
    if (!isRunning) {
      std::thread([this, engine] { run(engine); }).detach();
      isRunning = true;
    }
    ends.insert(end);
    changed.notify_one();
  }

  void remove(Deadline::Clock::time_point end) {
    std::lock_guard lock(mutex);
    if (auto found = ends.find(end); found != ends.end())
      ends.erase(found);
  }

private:
  void run(wasm_engine_t *engine) {
    std::unique_lock lock(mutex);
    while (true) {
      if (ends.empty()) {
        changed.wait(lock);
        continue;
      }
      auto earliest = *ends.begin();
      if (Deadline::Clock::now() < earliest) {
        changed.wait_until(lock, earliest);
        continue;
      }
      ends.erase(ends.begin());
      wasmtime_engine_increment_epoch(engine);
    }
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::multiset<Deadline::Clock::time_point> ends;
  bool isRunning = false;
  static std::atomic<Watch *> current;
};
std::atomic<Watch *> Watch::current = nullptr;

void endForkInChild() {
  isForked = isForked || engines[0].load() || engines[1].load();
  Watch::forget();
  making.unlock();
}

const bool followsForks = pthread_atfork([] { making.lock(); }, [] { making.unlock(); }, endForkInChild) == 0;

wasmtime_error_t *checkDeadline(const wasmtime_context_t *, void *data, uint64_t *ticksToNext,
                                wasmtime_update_deadline_kind_t *kind) {
  auto *state = static_cast<Deadline::State *>(data);
  if (Deadline::Clock::now() >= state->end) {
    state->isOver = true;
    return wasmtime_error_new("time limit");
  }
  *ticksToNext = 1; // the tick was for another store
  *kind = WASMTIME_UPDATE_DEADLINE_CONTINUE;
  return nullptr;
}

} // namespace

Engine::Engine(bool withTimeLimit)
    : engine(makeEngine(withTimeLimit, /*isParallel=*/true)), withTimeLimit(withTimeLimit) {
  if (!structLayoutMatches(engine)) {
    wasm_engine_delete(engine);
    throw Failure(WASMIND_UNSUPPORTED,
                  "libwasmtime.so was built with other features than its headers here say "
                  "(wasmtime_val_t differs); use the library of wasmtime " WASMTIME_VERSION " from PyPI");
  }
  // The settings' number rises with those of makeEngine and with what abi::checkModule refuses.
  key = "wasmind " WASMIND_VERSION ", wasmtime " WASMTIME_VERSION ", settings 3, " +
        std::string(withTimeLimit ? "limited, " : "plain, ") + processorKey();
}

ModuleHandle Engine::compile(std::span<const uint8_t> bytes) const {
  if (!isForked)
    return compileOn(engine, bytes);
  // wasmtime would wait for ever for the compiling threads of the parent, so an engine without threads does the work.
  std::unique_ptr<wasm_engine_t, Deleter<wasm_engine_delete>> single(makeEngine(withTimeLimit, /*isParallel=*/false));
  ModuleHandle compiled = compileOn(single.get(), bytes);
  wasm_byte_vec_t code;
  if (ErrorHandle error{wasmtime_module_serialize(compiled.get(), &code)})
    throw Failure(WASMIND_LIMIT, "cannot hand over compiled code: " + takeText(std::move(error)));
  wasmtime_module_t *module = nullptr;
  ErrorHandle error(
      wasmtime_module_deserialize(engine, reinterpret_cast<const uint8_t *>(code.data), code.size, &module));
  wasm_byte_vec_delete(&code);
  if (error)
    throw Failure(WASMIND_LIMIT, "cannot take compiled code: " + takeText(std::move(error)));
  return ModuleHandle(module);
}

bool Engine::validates(std::span<const uint8_t> bytes) const {
  auto asks = [&](wasm_engine_t *asked) {
    return !ErrorHandle(wasmtime_module_validate(asked, bytes.data(), bytes.size()));
  };
  if (!isForked)
    return asks(engine);
  // As for compiling: the threads are the parent's.
  std::unique_ptr<wasm_engine_t, Deleter<wasm_engine_delete>> single(makeEngine(withTimeLimit, /*isParallel=*/false));
  return asks(single.get());
}

const Engine &Engine::get(bool withTimeLimit) {
  std::atomic<const Engine *> &engine = engines[withTimeLimit];
  if (!engine.load()) {
    std::lock_guard lock(making);
    if (!followsForks)
      throw std::bad_alloc();
    if (!engine.load())
      engine = new Engine(withTimeLimit);
  }
  return *engine.load();
}

void Deadline::install(wasmtime_store_t *store, State *state) {
  wasmtime_store_epoch_deadline_callback(store, checkDeadline, state, nullptr);
}

Deadline::Deadline(const Engine &engine, wasmtime_store_t *store, State &state, std::chrono::milliseconds limit)
    : state(state) {
  auto now = Clock::now();
  state.isOver = false;
  state.end = limit < std::chrono::duration_cast<std::chrono::milliseconds>(Clock::time_point::max() - now)
                  ? now + limit
                  : Clock::time_point::max();
  wasmtime_context_set_epoch_deadline(wasmtime_store_context(store), 1);
  Watch::get().add(engine.handle(), state.end);
}

Deadline::~Deadline() { Watch::get().remove(state.end); }

std::string takeText(ErrorHandle error) {
  wasm_byte_vec_t message;
  wasmtime_error_message(error.get(), &message);
  std::string text = toText(message);
  wasm_byte_vec_delete(&message);
  return text;
}

std::string takeText(TrapHandle trap) {
  wasm_byte_vec_t message;
  wasm_trap_message(trap.get(), &message);
  std::string text = toText(message);
  wasm_byte_vec_delete(&message);
  return text;
}

} // namespace wasmind::host
