//===- Batch.h - graphs computed twice: by the interpreter and as WebAssembly -------------------------------------===//
//
// A batch is one graph module with any number of independent results. It is interpreted on seeded random inputs,
// lowered through the loops and module stages, run by the C++ host in this process, and compared element by element.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/graph/Compose.h"
#include "compiler/graph/Interpreter.h"
#include "compiler/loops/Loops.h"
#include <gtest/gtest.h>
#include <random>
#include <string>

namespace wasmind::loops::test {

using graph::HostTensor;
using mlir::AffineExpr;
using mlir::Type;
using mlir::Value;

/// One build of a program.
struct Target {
  bool relaxedSimd = false;
};
/// Both builds.
extern const llvm::ArrayRef<Target> allTargets;

/// Where random elements lie; none = a range that suits the element type.
struct Span {
  double low = 0, high = 0;
};

class Batch {
public:
  explicit Batch(unsigned seed);
  ~Batch();

  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp function;
  graph::Compose builder;
  std::mt19937 random;

  int64_t integer(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(random); }
  bool chance(double share) { return std::bernoulli_distribution(share)(random); }
  template <typename T> T pick(std::initializer_list<T> values) {
    return values.begin()[integer(0, values.size() - 1)];
  }

  /// A named extent that is `actual` in this run.
  AffineExpr dim(llvm::StringRef name, int64_t min, int64_t max, int64_t actual);
  AffineExpr fixed(int64_t extent) { return mlir::getAffineConstantExpr(extent, module->getContext()); }
  /// A new input with random elements.
  Value inputOf(llvm::ArrayRef<AffineExpr> extents, Type element, std::optional<Span> span = {});
  Value input(llvm::ArrayRef<int64_t> extents, Type element, std::optional<Span> span = {});
  /// A constant with random elements.
  Value constant(llvm::ArrayRef<int64_t> extents, Type element, std::optional<Span> span = {});
  /// An input with these elements.
  Value given(llvm::ArrayRef<int64_t> extents, Type element, llvm::ArrayRef<double> values);
  /// The result is one of the batch; `label` says what it is when it differs. Null = could not be built = a failure.
  void expect(Value result, llvm::Twine label);

  /// Ends the function; nothing can be added after it. What follows does it where it has not been done.
  void finish();
  /// Interprets, lowers, runs and compares. `rewrite`: the graph stage's passes run ahead of the lowering.
  void check(llvm::ArrayRef<Target> targets = allTargets, bool rewrite = false);
  /// The error of lowering, empty when there was none.
  std::string refusal();
  /// The lowered program of the finished batch, for tests of its form.
  llvm::Expected<Program> lower(const Target &target, bool rewrite = false);

private:
  std::vector<HostTensor> inputs;
  std::vector<Value> results;
  std::vector<std::string> labels;
  std::vector<int64_t> dims;
  std::vector<mlir::OwningOpRef<mlir::ModuleOp>> lowered; ///< constants of programs lie in them
  bool finished = false;

  HostTensor makeRandom(llvm::ArrayRef<int64_t> shape, Type element, std::optional<Span> span);
  Value addInput(Type type, HostTensor tensor);
  void compare(const HostTensor &actual, const HostTensor &expected, llvm::Twine where);
};

/// The least part of a kernel's arithmetic that vector instructions do, as the module stage emits a program. Consumes
/// its code.
double vectorisedShare(Program &program);

/// All element types of the dialect, and groups of them.
llvm::SmallVector<Type> floatTypes(), integerTypes(), allTypes();
Type typeNamed(llvm::StringRef name);
std::string nameOf(Type element);

} // namespace wasmind::loops::test
