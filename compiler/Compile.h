//===- Compile.h - model file to .wasm ----------------------------------------------------------------------------===//
//
// The compiler as a library. No LLVM type appears here.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "abi/Signature.h"
#include "compiler/frontend/InputOptions.h"
#include "compiler/frontend/expr/Expression.h"
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace wasmind {

/// Where to stop, and what to write there.
enum class Stage { Frontend, Graph, Loops, Module };
///   Wasm     the module
///   Mlir     the program in MLIR's LLVM dialect
///   Llvm     the same as LLVM IR, before LLVM's optimisations
///   Object   a relocatable wasm object, without weights and signature
///   Archive  a static library of that object
enum class Emit { Wasm, Mlir, Llvm, Object, Archive };

/// A build for the engines that offer a feature.
enum class Variant { Simd128, RelaxedSimd };
/// As on the command line and in names of modules: "relaxed-simd".
std::string nameOf(Variant variant);

struct CompileOptions : InputOptions {
  /// Bounds by dimension name; min == max fixes it.
  struct Bounds {
    int64_t min = 0, max = 0;
  };
  std::map<std::string, Bounds> dims;
  /// An input that is fed from an output of the run before: it lives in the module and hosts pass neither. Its named
  /// extents may grow from run to run up to their bounds. `stateInit` has what is in it before the first run, by input;
  /// without, its named extents are 0 and all else is zeros.
  struct State {
    std::string input, output;
  };
  std::vector<State> state;
  std::map<std::string, TensorData> stateInit;
  bool showsStateOutputs = false; ///< the outputs that feed a state are also outputs of the module
  bool relaxedSimd = false;
  /// Not empty: the output is a folder, with a build for each, whose weights are external, and an index
  /// (abi/spec.md, "Several builds"). `relaxedSimd` and `externalWeights` say nothing then; only modules are written.
  std::vector<Variant> variants;
  /// Convolutions of 3x3 may be computed through Winograd's transforms: up to 3x faster, another rounding.
  bool winograd = true;
  bool externalWeights = false; ///< weights go to OUTPUT with .weights instead of .wasm
  bool keepNames = false;       ///< functions of the module keep their names, for profilers and stack traces
  bool profile = false;         ///< the module also has the entry `run_steps` and a list of its steps (abi/Steps.h)
  int optLevel = 2;
  Stage stopAfter = Stage::Module;
  Emit emit = Emit::Wasm; ///< what is written; before Stage::Module always MLIR
  uint64_t memoryLimit = uint64_t(1) << 30;
  /// Files that the caller reads or writes besides `compile`, none of which may be one of its own.
  std::vector<std::string> otherInputs, otherOutputs;
  /// Called as work goes on, with the name of the stage that begins.
  std::function<void(const std::string &stage)> progress;
};

struct StageTime {
  std::string name;
  double milliseconds = 0;
};

/// One of several builds.
struct BuildResult {
  Variant variant = Variant::Simd128;
  std::string modulePath, weightsPath; ///< the latter may be that of other builds, too; empty without weights
  uint64_t codeBytes = 0, weightBytes = 0, memoryBytes = 0;
};

struct CompileResult {
  std::string error;              ///< empty on success: one line that names the file, the node and the fix
  bool isWrongUsage = false;      ///< the error is where to write, not the model
  std::vector<std::string> notes; ///< choices made for the user
  std::vector<StageTime> times;
  uint64_t codeBytes = 0, weightBytes = 0, memoryBytes = 0; ///< of one module
  std::vector<BuildResult> builds;                          ///< of several: the best one first
};

/// Compiles the model at `input` (.onnx, .onnxtxt, .mindir by content and name) to `output`, which is written whole or
/// not at all ("-" is standard output, for text). Refused before anything is written: an output that is a file of the
/// model (its external data too) or another output, by whatever path. Thread-safe; calls do not share state.
CompileResult compile(const std::string &input, const std::string &output, const CompileOptions &options);

/// Compiles the tensor expressions from `inputs` (placeholders) to `outputs` to a module with the function `run`, whose
/// inputs and outputs have the tensors' names and order. `name` stands for the source in errors and in the signature.
/// Vars need bounds in `options.dims` that their memory fits; other options of inputs are refused. Otherwise as
/// `compile`.
CompileResult compileExpressions(const std::vector<te::Tensor> &inputs, const std::vector<te::Tensor> &outputs,
                                 const std::string &name, const std::string &output, const CompileOptions &options);

struct InterpretResult {
  std::string error; ///< empty on success: one line
  std::vector<TensorData> outputs;
};

/// Computes the model at `input` element by element, on the graph as the front end gives it: slow, and independent of
/// all stages after the front end: the first run, with all state at its initial value. `inputs`: one per input of the
/// module, in its order, within the bounds. Of `options` only what front ends know and what is about state count.
/// Errors: those of the front end, inputs that do not fit, more than 2^31 steps. Thread-safe.
InterpretResult interpret(const std::string &input, const CompileOptions &options,
                          const std::vector<TensorData> &inputs);

} // namespace wasmind
