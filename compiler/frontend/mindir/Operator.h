//===- Operator.h - what a file in ops/ sees of the importer ------------------------------------------------------===//
//
// ops/X.cpp reads primitive X: it defines
//
//   namespace wasmind::mindir::ops {
//   Operand X(Node &node) { ... }
//   }
//
// and is found by its file name. MindSpore has written most operators in two styles over the years - parameters as
// attributes, or as inputs that are constants ("primitive functions", since 2.3) - so parameters are asked for by both
// names: `node.flag("transpose_a", 2, false)` is input 2 where there is one, else the attribute, else false.
//
// Errors are latched: the first one is kept, readers give harmless values from then on, and whatever the function
// returns is dropped. A function that looks into shapes checks `node.failed()` after it has read its parameters.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operand.h"
#include "compiler/graph/Compose.h"
#include "llvm/ADT/Twine.h"
#include <string>

namespace wasmind::mindir {

using graph::BinaryKind;
using graph::CompareKind;
using graph::Compose;
using graph::ReduceKind;
using graph::ScatterKind;
using graph::UnaryKind;
using mlir::AffineExpr;
using mlir::Type;
using mlir::Value;
using Extents = llvm::SmallVector<AffineExpr>;
using Integers = llvm::SmallVector<int64_t>;

/// Turns tensors of the file into constants of the module, each once.
class ConstantPool {
public:
  virtual ~ConstantPool() = default;
  virtual llvm::Expected<Value> materialize(const TensorProto &tensor) = 0;
  virtual llvm::Expected<Integers> integers(const TensorProto &tensor) = 0;
};

/// One node of the model while it is read.
class Node {
public:
  Node(Compose &compose, ConstantPool &pool, llvm::StringRef primitive, std::vector<Operand> inputs,
       llvm::SmallVector<const std::vector<AttributeProto> *, 2> attributes);

  Compose &compose;
  const llvm::StringRef primitive;

  /// Records the node's first error; `reason` says what is wrong and, where there is one, the way out. Returns nothing,
  /// so that a function can `return node.fail(...)`.
  Operand fail(const llvm::Twine &reason);
  bool failed() const { return !message.empty(); }
  const std::string &error() const { return message; }

  // --- inputs; monads at the end are not counted
  unsigned inputCount() const { return inputs.size(); }
  /// Input i; Nothing past the end.
  const Operand &input(unsigned i) const;
  bool has(unsigned i) const { return !input(i).is(Operand::Kind::Nothing); }
  /// Input i as a tensor. A number becomes one of rank 0 (int64, float32, bool), a tuple of numbers one of rank 1.
  Value tensor(unsigned i);
  /// The same, or null when the input is None or absent.
  Value optionalTensor(unsigned i);
  /// Input i, or an element of a tuple, made a tensor.
  Value asTensor(const Operand &operand, const llvm::Twine &what);
  /// The tensors of input i, a tuple; or of all inputs, when they are not tuples.
  llvm::SmallVector<Value> tensors(unsigned i = 0);

  // --- parameters: input `i`, else the attribute; without a default they must be there. `none` as index: attribute
  // only.
  static constexpr unsigned none = ~0u;
  std::optional<Operand> parameter(llvm::StringRef attribute, unsigned i) const;
  int64_t integer(llvm::StringRef attribute, unsigned i, std::optional<int64_t> defaultValue = std::nullopt);
  bool flag(llvm::StringRef attribute, unsigned i, std::optional<bool> defaultValue = std::nullopt);
  double number(llvm::StringRef attribute, unsigned i, std::optional<double> defaultValue = std::nullopt);
  /// A tuple of integers, an integer alone, or a constant integer tensor.
  Integers integers(llvm::StringRef attribute, unsigned i, std::optional<Integers> defaultValue = std::nullopt);
  /// The same where run-time extents may take part.
  Extents extents(llvm::StringRef attribute, unsigned i);
  llvm::StringRef text(llvm::StringRef attribute, unsigned i,
                       std::optional<llvm::StringRef> defaultValue = std::nullopt);
  /// A dtype, also as TypeId number; null when it is None or absent.
  Type dtype(llvm::StringRef attribute, unsigned i);

  // --- shapes; all fail and give something harmless where they cannot answer
  int64_t rank(Value x);
  Type element(Value x) { return x ? compose.elementOf(x) : Type(); }
  bool isFloat(Value x) { return x && mlir::isa<mlir::FloatType>(element(x)); }
  /// The extents of x, which must all be known at compile time.
  Integers staticExtents(Value x, const llvm::Twine &what);
  int64_t staticExtent(Value x, int64_t dim, const llvm::Twine &what);
  /// Fails unless extent >= least for all values of the named dimensions; `what` asks for it.
  void expectAtLeast(AffineExpr extent, int64_t least, const llvm::Twine &what);
  /// Axis as index from 0; `rank` itself counts as in range when `inclusive`.
  int64_t axis(int64_t axis, int64_t rank, bool inclusive = false);
  /// Axes from 0, ascending; fails on repetition.
  Integers axes(Integers axes, int64_t rank);
  /// Fails unless x has that rank.
  bool expectRank(Value x, int64_t rank, llvm::StringRef what);

  mlir::ModuleOp module();

  // --- what the file says the node gives ("shape" attribute)
  /// Tensor i of the results, or null.
  const TensorProto *declared(unsigned i = 0) const;
  /// Element type of result i as declared, or null.
  Type declaredElement(unsigned i = 0) const;
  /// Fails when a tensor of the result has not the declared element type or extents.
  void checkDeclared(const Operand &result);

private:
  /// The integers of a tensor that are known while the graph is read.
  std::optional<Integers> knownIntegers(const Operand &operand);
  /// The parameter is there and is not `needed`, or it is missing. Names what it is computed from.
  void failParameter(llvm::StringRef attribute, unsigned i, const std::optional<Operand> &value,
                     const llvm::Twine &needed);
  const AttributeProto *attribute(llvm::StringRef name) const;
  const AttributeProto *shapeAttribute() const;

  ConstantPool &pool;
  std::vector<Operand> inputs;
  llvm::SmallVector<const std::vector<AttributeProto> *, 2> attributes;
  std::string message;
};

/// Declarations of all functions in ops/, for those that are another one's alias.
namespace ops {
#define OPERATOR(name) Operand name(Node &node);
#include "compiler/frontend/mindir/Operators.inc"
#undef OPERATOR
} // namespace ops

/// The function of ops/<primitive>.cpp, or null.
Operand (*findOperator(llvm::StringRef primitive))(Node &);
/// All primitives that have one, sorted.
llvm::ArrayRef<llvm::StringLiteral> operatorNames();

} // namespace wasmind::mindir
