//===- _runtime.h - what the sources of the host's Python interface share -----------------------------------------===//
#pragma once
#include "runtime/host/include/wasmind.h"
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

namespace wasmind::python {

namespace nb = nanobind;

/// Becomes wasmind.error.WasmindError.
struct Failure {
  wasmind_status status;
  std::string text;
};

/// Throws a Failure with the error's text, and frees the error.
void check(wasmind_status status, wasmind_error *error);

struct Options {
  uint64_t maxMemoryByteLength, maxModuleByteLength, maxCodeByteLength, timeLimitMs;
  bool isCached;
  std::optional<std::string> cacheFolder, weightsFolder;

  wasmind_load_options get() const {
    wasmind_load_options options = WASMIND_LOAD_OPTIONS_INIT;
    options.max_memory_byte_length = maxMemoryByteLength;
    options.max_module_byte_length = maxModuleByteLength;
    options.max_code_byte_length = maxCodeByteLength;
    options.time_limit_ms = timeLimitMs;
    options.disable_cache = !isCached;
    options.cache_folder = cacheFolder ? cacheFolder->c_str() : nullptr;
    options.weights_folder = weightsFolder ? weightsFolder->c_str() : nullptr;
    return options;
  }
};

/// numpy has no bfloat16: such tensors cross as 16-bit unsigned integers, and the Python side names their type.
nb::dlpack::dtype numpyType(wasmind_dtype dtype);

/// Gives one thread at a time what it stands before. A child that was forked while another thread had it would wait for
/// ever: it is refused there.
class Turns {
public:
  /// Holds the turn while it lives. Throws a Failure.
  class Lock {
  public:
    explicit Lock(Turns &turns);
    ~Lock() { turns.mutex.unlock(); }
    Lock(const Lock &) = delete;

  private:
    Turns &turns;
  };

private:
  std::timed_mutex mutex;
  std::atomic<pid_t> process = getpid(); ///< whose thread had the last turn
};

/// An array of its own with the elements of a tensor.
class Copy {
public:
  /// Without the interpreter lock. Throws std::bad_alloc.
  explicit Copy(const wasmind_tensor &tensor);
  nb::object toNumpy();

private:
  wasmind_dtype dtype;
  std::vector<size_t> shape;
  std::unique_ptr<double[]> elements; ///< aligned to every element type
};

using Array = nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu>;

/// Adds operator libraries and guest tensors to the module.
void addLibrary(nb::module_ &m);

} // namespace wasmind::python
