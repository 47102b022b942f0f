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
#include "compiler/graph/Slicing.h"
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

/// What a node asks of the import around it.
class NodeContext {
public:
  virtual ~NodeContext() = default;
  /// A tensor of the file as a constant of the module, each once.
  virtual llvm::Expected<Value> materialize(const TensorProto &tensor) = 0;
  virtual llvm::Expected<Integers> integers(const TensorProto &tensor) = 0;
  /// A rank-0 integer of the run as an extent, see frontend::measure.
  virtual AffineExpr measure(Value scalar, llvm::StringRef name, std::optional<int64_t> max) = 0;
  /// Something that users should know of the node that is being read.
  virtual void note(const llvm::Twine &text) = 0;
  /// The user's seed for draws that have none.
  virtual std::optional<uint64_t> seed() const = 0;
};

/// A parameter in messages: "input 1 (shape)".
std::string nameOfParameter(llvm::StringRef attribute, unsigned i);

/// One node of the model while it is read.
class Node {
public:
  Node(Compose &compose, NodeContext &context, llvm::StringRef primitive, std::vector<Operand> inputs,
       llvm::SmallVector<const std::vector<AttributeProto> *, 2> attributes);

  Compose &compose;
  const llvm::StringRef primitive;

  /// Records the node's first error; `reason` says what is wrong and, where there is one, the way out. Returns nothing,
  /// so that a function can `return node.fail(...)`.
  Operand fail(const llvm::Twine &reason);
  bool failed() const { return !message.empty(); }
  void note(const llvm::Twine &text) { context.note(text); }
  std::optional<uint64_t> seed() const { return context.seed(); }
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
  /// The same where run-time extents may take part, or data, which is measured: of at most `max` each where that is
  /// given. Elements that are not constant are never negative, which is required of them.
  Extents extents(llvm::StringRef attribute, unsigned i, std::optional<int64_t> max = std::nullopt);
  /// The same, but of extents only, as they are.
  Extents expressions(llvm::StringRef attribute, unsigned i);
  /// Integers that may be data, as rank-0 i64: those of a tuple or tensor; one of them.
  llvm::SmallVector<Value> amounts(llvm::StringRef attribute, unsigned i);
  Value amount(llvm::StringRef attribute, unsigned i, std::optional<int64_t> defaultValue = std::nullopt);
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
  graph::Interval bounds(AffineExpr extent);
  std::string text(AffineExpr extent);
  /// Takes for granted that `e` is never negative, by proof or on the module's word, which checks it before it runs
  /// what relies on it; fails with `reason` where that cannot be.
  void require(AffineExpr e, const llvm::Twine &reason);
  /// The same of extent >= least; `what` asks for it.
  void expectAtLeast(AffineExpr extent, int64_t least, const llvm::Twine &what);
  /// The same of two extents that are equal.
  void expectEqual(AffineExpr a, AffineExpr b, const llvm::Twine &reason);
  /// What an integer is, where that follows from extents.
  std::optional<AffineExpr> known(Value scalar);
  /// An integer as an extent or another amount: by its expression, else measured, and then never negative. It stands
  /// for dimension `axis` or a `part` of it, as ".low": users bound it as `<node>.<axis><part>`. It is at most `max`;
  /// where that is none and users give no bound, the default one holds.
  AffineExpr extentOf(Value scalar, int64_t axis, std::optional<int64_t> max = std::nullopt,
                      const llvm::Twine &part = "");
  /// "Default/n.1": how users call the extent of the result.
  std::string nameOfExtent(int64_t axis) const;
  /// The same, measured in any case.
  AffineExpr measure(Value scalar, int64_t axis, std::optional<int64_t> max, const llvm::Twine &part = "");
  /// What begin:end:stride takes of dimension `dim` of x: placed while compiling where that can be, else measured.
  graph::AxisRange rangeOf(const graph::ComputedSlice &slice, Value x, int64_t dim);
  graph::AxisRange rangeOf(const graph::AxisSlice &slice, Value x, int64_t dim);
  /// Where element `index` of dimension `dim` of x is, which is required to be there; negative ones count from the end.
  AffineExpr placeOf(Value index, Value x, int64_t dim);
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
  /// How many results it says there are, 0 where it does not.
  unsigned declaredCount() const;
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

  template <typename Slice> graph::AxisRange rangeOfSlice(const Slice &slice, Value x, int64_t dim);
  /// Element i of an integer tensor of rank 0 or 1, as a rank-0 i64.
  Value elementAt(Value tensor, int64_t i);

  NodeContext &context;
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
