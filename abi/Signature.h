//===- Signature.h - what a module says about itself --------------------------------------------------------------===//
//
// The custom section `wasmind` of a module as C++ values (spec.md describes every field). The compiler fills a
// Signature and writes it; hosts parse it before they run anything. No exceptions, no RTTI, no LLVM.
//
// All types are plain values: copy and move freely, share between threads while nobody writes.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "abi/DType.h"
#include "abi/Library.h"
#include "abi/Result.h"
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasmind::abi {

#define WASMIND_CONSTANT(name, value) inline constexpr uint64_t name = value;
#define WASMIND_NAME(name, text) inline constexpr std::string_view name = text;
#include "abi/abi.def"

/// Feature of the engine that a module needs.
enum class Feature : uint8_t {
#define WASMIND_FEATURE(enumerator, name) enumerator,
#include "abi/abi.def"
};
/// "simd128", "relaxed-simd".
std::string_view nameOf(Feature feature);
std::optional<Feature> parseFeature(std::string_view name);

/// Whether a text names a file of a folder and nothing outside of it, on any system: 1 to 255 bytes, no `/`, `\`, `:`
/// or control character, not `.` or `..`.
bool isPlainFileName(std::string_view name);
/// Whether a text is a SHA-256 as 64 lower-case hexadecimal digits.
bool isSha256(std::string_view text);

/// A range of linear memory, in bytes.
struct Region {
  uint64_t offset = 0, byteLength = 0;
  uint64_t end() const { return offset + byteLength; }
  bool overlaps(const Region &other) const { return offset < other.end() && other.offset < end(); }
};

/// A sum of dims: `plus`, and `times` of each.
struct DimSum {
  struct Term {
    std::string dim;
    int64_t times = 1;
  };
  std::vector<Term> terms;
  int64_t plus = 0;
};
/// "2*past + seq + 1".
std::string describe(const DimSum &sum);

/// A named run-time extent: min <= value <= max, one i32 at byte `offset` of the memory.
struct Dim {
  std::string name;
  int64_t min = 0, max = 0;
  uint64_t offset = 0;
  bool derived = false; ///< written by the module during a run; others are written by the host before it
  /// Kept by the module from run to run: what it is before the first. The host writes it then and on reset only.
  std::optional<int64_t> initial;
  bool isKept() const { return initial.has_value(); }
  int64_t multipleOf = 1;       ///< of which every value is a multiple
  std::optional<DimSum> equals; ///< of one given by inputs: what it is by those that other inputs give, and kept ones
};

/// One entry of a shape: a number, or the name of a Dim.
struct Extent {
  int64_t value = 0; ///< the number when `dim` is empty
  std::string dim;

  static Extent fixed(int64_t value) { return {value, {}}; }
  static Extent named(std::string dim) { return {0, std::move(dim)}; }
  bool isNamed() const { return !dim.empty(); }
};

/// An input or output: dense and row-major at the actual extents, `byteLength` bytes are reserved for it at `offset`.
struct Tensor {
  std::string name;
  DType dtype = DType::F32;
  std::vector<Extent> shape;
  uint64_t offset = 0, byteLength = 0;
  bool hasDefault = false; ///< of an input: a new memory holds its value already
  Region region() const { return {offset, byteLength}; }
};

/// A tensor that keeps its value from one run of its entry to the next; its extents are numbers or kept dims.
struct State {
  Tensor tensor;                         ///< named after the model's input that it stands for
  std::string output;                    ///< the model's output that gives the next value
  std::optional<uint64_t> initialOffset; ///< where the first value lies among the weights; without it, zeros
};

/// An exported entry `() -> i32`.
struct Function {
  std::string name;
  std::vector<Tensor> inputs, outputs;
  std::vector<State> state;
};

/// The parts of the linear memory.
struct MemoryMap {
  uint64_t pages = 0; ///< of 65536 bytes; minimum and maximum of the exported memory (of a library: the minimum)
  Region stack, extents, arena, weights;
  uint64_t byteLength() const { return pages * pageByteLength; }
};

/// Where the weights are. External: `file` lies beside the module and is copied to `offset` before the first run.
struct Weights {
  bool external = false;
  std::string file;   ///< a plain file name
  std::string sha256; ///< of the whole file, 64 lower-case hexadecimal digits
  uint64_t offset = 0, byteLength = 0;
  Region region() const { return {offset, byteLength}; }
};

/// How often a source operator occurs.
struct OperatorCount {
  std::string name;
  uint64_t count = 0;
};

/// One kernel of the module, for reports.
struct Kernel {
  std::string name, kind, shape;
  uint64_t flops = 0;         ///< of one call, at the bounds
  uint64_t bytes = 0;         ///< read and written by one call, at the bounds
  double vectorisedShare = 0; ///< part of the arithmetic that vector instructions do, 0 to 1
  uint64_t calls = 1;         ///< per run
};

/// A model's (functions, no library) or an operator library's (a library, no functions).
struct Signature {
  std::string compiler;                 ///< name and version, "wasmind 0.1.0"
  std::string sourceFormat, sourceName; ///< "onnx", "resnet50.onnx"; empty when unknown
  std::vector<Feature> features;
  std::vector<Dim> dims;
  std::vector<Function> functions;
  std::optional<Library> library;
  MemoryMap memory;
  Weights weights;
  std::vector<OperatorCount> operators;
  std::vector<Kernel> kernels;

  /// Index into `dims`, or none; looks at one after another.
  std::optional<size_t> findDim(std::string_view name) const;
  const Function *findFunction(std::string_view name) const;
};

/// Checks every rule of spec.md that needs no look at the module itself. None when the signature keeps them all.
std::optional<Error> validate(const Signature &signature);

/// The rules for operator libraries alone, of a signature that has one: the first broken rule as "field: reason", or
/// "".
std::string validateLibrary(const Signature &signature);

/// Reads the JSON of the custom section and validates it. Never reads outside `json`; any bytes are allowed.
///
/// Ends in one of three ways:
///   1. `Invalid`     - not JSON, a field is missing or of the wrong type, or a rule of spec.md is broken.
///   2. `Unsupported` - another ABI version, or a feature or dtype this version does not know.
///   3. success, and `validate` holds.
Result<Signature> parseSignature(std::string_view json);

/// The JSON text of a signature (compact, keys in the order of spec.md). Does not validate.
std::string writeSignature(const Signature &signature);

/// Bytes of a tensor where the dims that the module keeps have their initial values: what a state holds before the
/// first run; saturates at UINT64_MAX.
uint64_t initialByteLength(const Tensor &state, const std::vector<Dim> &dims);

/// Elements times width for actual extents; none on overflow of 64 bits or a negative extent.
std::optional<uint64_t> actualByteLength(DType dtype, const std::vector<int64_t> &shape);

} // namespace wasmind::abi
