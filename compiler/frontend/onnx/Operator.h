//===- Operator.h - what a file in ops/ sees of the importer ------------------------------------------------------===//
//
// ops/X.cpp converts operator X of ai.onnx (ops/ml_X.cpp: of ai.onnx.ml) with
//
//   WASMIND_ONNX_OPERATOR(X) { ... node.input(0) ... return node.compose().relu(...); }
//
// and is found by its file name. Before it is called, the node was checked against the ONNX schema: required inputs and
// attributes are there, attributes have their type, no unknown ones remain.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/onnx/Datum.h"
#include "compiler/graph/Compose.h"
#include "compiler/graph/Slicing.h"
#include "llvm/ADT/Twine.h"
#include <optional>
#include <string>

namespace onnx {
class NodeProto;
}

namespace wasmind::onnx {

class Importer;
class Node;
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

/// What Node::fail returns, so that any converter or part of one can `return node.fail(...)`.
struct Failure {
  operator Value() const { return {}; }
  template <typename T> operator std::optional<T>() const { return std::nullopt; }
};

/// What a node's outputs are, in order; a null value where an output is not asked for.
class Results {
public:
  Results(Failure) {}
  Results(Value value) : data{value} {}
  Results(Sequence sequence) : data{std::move(sequence)} {}
  Results(Parts parts) : data{parts} {}
  Results(std::initializer_list<Value> list) : data(list.begin(), list.end()) {}
  Results(llvm::SmallVector<Value> list) : data(list.begin(), list.end()) {}
  Results(Data data) : data(std::move(data)) {}
  Data data;
};

/// One node of the model while it is converted.
class Node {
public:
  Node(Importer &importer, const ::onnx::NodeProto &proto, int64_t opset);

  llvm::StringRef kind() const;
  /// Version of the operator's domain that the model (or function) imports.
  int64_t opset() const { return version; }
  Compose &compose();
  /// The user's seed for draws that have none.
  std::optional<uint64_t> seed() const;

  /// Records the node's first error; `text` says what is wrong and, where there is one, the way out.
  Failure fail(const llvm::Twine &text);
  bool failed() const { return hasFailed; }

  // --- inputs and outputs; an input or output left empty does not exist
  unsigned inputCount() const;
  bool hasInput(unsigned i) const;
  Value input(unsigned i);           ///< null when it does not exist; fails when it is no tensor
  llvm::SmallVector<Value> inputs(); ///< all, for variadic operators
  Datum datum(unsigned i);           ///< also what is no tensor; a null value when it does not exist
  /// Of operators that take sequences; fails for an optional that is empty.
  std::optional<Sequence> sequence(unsigned i);
  unsigned outputCount() const;
  bool hasOutput(unsigned i) const;

  // --- attributes, with the default of the specification
  bool has(llvm::StringRef attribute) const;
  int64_t integer(llvm::StringRef attribute, int64_t defaultValue = 0);
  bool flag(llvm::StringRef attribute, bool defaultValue = false) { return integer(attribute, defaultValue) != 0; }
  double real(llvm::StringRef attribute, double defaultValue = 0);
  std::string string(llvm::StringRef attribute, llvm::StringRef defaultValue = "");
  Integers integers(llvm::StringRef attribute, Integers defaultValue = {});
  llvm::SmallVector<double> reals(llvm::StringRef attribute);
  llvm::SmallVector<std::string> strings(llvm::StringRef attribute);
  Value tensor(llvm::StringRef attribute); ///< as a constant; a sparse one with its zeros

  // --- shapes
  int64_t rank(Value x);
  /// The extents of x when all of them are constant.
  std::optional<Integers> staticExtents(Value x);
  /// Extent of x in one dimension when it is constant.
  std::optional<int64_t> staticExtent(Value x, int64_t dim);
  graph::Interval bounds(AffineExpr extent);
  /// An extent as text, with the names of its dimensions.
  std::string text(AffineExpr extent);
  /// What x is computed from, as "input 'mask'" or "dimension 'length'".
  std::string origin(Value x);
  /// The option that makes x known while compiling, as "; fix it with --constant mask=...", or nothing.
  std::string advice(Value x);
  /// "f32[batch, 384]".
  std::string text(Type tensor);
  /// Whether extent <= limit always holds, if need be by lowering the default upper bound of a named dimension.
  bool ensureAtMost(AffineExpr extent, int64_t limit);
  /// Whether extent >= limit always holds, if need be by raising the default lower bound of a named dimension.
  bool ensureAtLeast(AffineExpr extent, int64_t limit);
  /// The same by default bounds alone: nothing is taken for granted of what the user bounded.
  bool raiseDefault(AffineExpr extent, int64_t limit);
  /// Whether `e` is never negative, by proof or taken for granted (`text` says of what); else the node fails.
  bool require(AffineExpr e, const llvm::Twine &text);
  /// Takes for granted that a condition on extents has a value; false where it is none that can be checked.
  bool assume(Value condition, bool value, const llvm::Twine &text);
  /// Takes for granted that a rank-0 bool, which the run computes, is true: the run ends with `text` where it is not.
  bool check(Value flag, const llvm::Twine &text);
  /// What a slice of one dimension of x takes: placed while compiling where that can be, else by measured dimensions.
  std::optional<graph::AxisRange> rangeOf(const graph::AxisSlice &slice, Value x, int64_t dim);
  std::optional<graph::AxisRange> rangeOf(const graph::ComputedSlice &slice, Value x, int64_t dim);
  /// A rank-0 integer as an extent or another amount: by its expression, else measured. `axis` is the dimension of
  /// output `output` for which it stands: users bound it as `<output>.<axis>`; without such a bound it is at most
  /// `max`, or `usual`, or the default bound.
  std::optional<AffineExpr> extentOf(Value scalar, unsigned output, int64_t axis,
                                     std::optional<int64_t> max = std::nullopt,
                                     std::optional<int64_t> usual = std::nullopt);
  /// The same with the name that users know it by.
  std::optional<AffineExpr> extentOf(Value scalar, llvm::StringRef name, std::optional<int64_t> max,
                                     std::optional<int64_t> usual = std::nullopt);
  /// The bounds of a computed extent, named as above, that lies in `range`: the user's, or the default where it has
  /// none.
  graph::Interval boundsFor(unsigned output, int64_t axis, graph::Interval range);
  graph::Interval boundsFor(llvm::StringRef name, graph::Interval range);
  /// What is known of extents, to be restored when what was built since is dropped.
  using Knowledge = std::pair<mlir::Attribute, mlir::Attribute>;
  Knowledge knowledge();
  void restore(Knowledge knowledge);
  /// Element i of an integer tensor of rank 0 or 1, as rank 0.
  Value elementAt(Value tensor, int64_t i);
  /// The elements of an integer input of rank 0 or 1 and static length, as rank-0 values; `what` names it in the error.
  std::optional<llvm::SmallVector<Value>> elements(unsigned i, llvm::StringRef what);
  /// end - begin, or 0 where that is never positive; none where it may be both.
  std::optional<AffineExpr> distance(AffineExpr begin, AffineExpr end);
  /// Fails when the indices are constant and one of them lies outside a dimension of x.
  bool checkIndices(Value indices, Value x, int64_t dim);
  /// A dimension of a tensor of `rank` from a possibly negative axis; fails when out of range.
  std::optional<int64_t> axis(int64_t axis, int64_t rank);
  std::optional<int64_t> axisAttribute(llvm::StringRef attribute, int64_t defaultValue, int64_t rank);
  /// The same for several, which must differ; sorted.
  std::optional<Integers> axes(llvm::ArrayRef<int64_t> axes, int64_t rank);

  // --- the values of inputs; `what` names the input in the error
  /// Integers where they are known while compiling.
  std::optional<Integers> knownIntegers(unsigned i);
  /// Integers that must be known while compiling; the node fails where they are not.
  std::optional<Integers> constantIntegers(unsigned i, llvm::StringRef what);
  std::optional<int64_t> constantInteger(unsigned i, llvm::StringRef what);
  /// Expressions over the named dimensions (run-time shape arithmetic).
  std::optional<Extents> shape(unsigned i, llvm::StringRef what);

  // --- dtypes
  /// The element type of a TensorProto.DataType number; fails for types without one.
  std::optional<Type> elementType(int64_t dataType);
  /// The same by name, as "FLOAT16" (Cast before opset 6).
  std::optional<Type> elementTypeNamed(llvm::StringRef name);

  // --- subgraphs (If, Loop, Scan): emitted at compose()'s position, seeing the names around the node
  unsigned subgraphInputCount(llvm::StringRef attribute);
  unsigned subgraphOutputCount(llvm::StringRef attribute);
  std::optional<Data> subgraph(llvm::StringRef attribute, llvm::ArrayRef<Datum> arguments);
  /// The same where all results must be tensors.
  std::optional<llvm::SmallVector<Value>> subgraphOfTensors(llvm::StringRef attribute, llvm::ArrayRef<Value> arguments);
  /// The same for a subgraph without inputs that runs only where `condition` says so.
  std::optional<Data> branch(llvm::StringRef attribute, Value condition);
  /// The value when it is known while compiling.
  std::optional<bool> constantCondition(Value x);

  /// "y": the output's name, else the node's.
  std::string nameOfOutput(unsigned output) const;
  /// "y.1": how users call the extent of an output.
  std::string nameOfExtent(unsigned output, int64_t axis) const;
  /// The same of every tensor of the outputs that `data` are: "y", or "y.0", "y.1" of a sequence.
  llvm::SmallVector<std::string> namesOf(llvm::ArrayRef<Datum> data) const;

private:
  /// Whether the node stands in a branch that may not be taken.
  bool isInBranch();
  template <typename Slice> std::optional<graph::AxisRange> rangeOfSlice(const Slice &slice, Value x, int64_t dim);
  /// Input i should be a constant and is not.
  Failure failUnknown(unsigned i, llvm::StringRef what);

  Importer &importer;
  const ::onnx::NodeProto &proto;
  int64_t version;
  bool hasFailed = false;
};

using Converter = Results (*)(Node &node);

} // namespace wasmind::onnx

#define WASMIND_ONNX_OPERATOR(name)                                                                                    \
  namespace wasmind::onnx {                                                                                            \
  Results convert##name(Node &node);                                                                                   \
  }                                                                                                                    \
  wasmind::onnx::Results wasmind::onnx::convert##name([[maybe_unused]] Node &node)
