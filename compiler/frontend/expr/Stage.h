//===- Stage.h - one formula over its axes as one graph.compute ---------------------------------------------------===//
#pragma once
#include "compiler/frontend/expr/Tracer.h"
#include "compiler/graph/Ranges.h"

namespace wasmind::te {

/// Builds the graph.compute for one formula: its domain (the axes, then those of a reduction), its operands with their
/// index maps, and its body of scalars.
class Stage {
public:
  Stage(Tracer &tracer, llvm::ArrayRef<const Node *> axes, llvm::ArrayRef<Fact> facts)
      : tracer(tracer), builder(tracer.builder), axes(axes), facts(facts) {}

  Value run(const Node &expression);

private:
  Tracer &tracer;
  graph::Compose &builder;
  llvm::SmallVector<const Node *> axes;
  llvm::SmallVector<Fact> facts; ///< of the branch at work
  llvm::SmallVector<AffineExpr> extents;
  llvm::SmallVector<Value> operands;
  llvm::SmallVector<llvm::SmallVector<AffineExpr>> maps;
  std::unique_ptr<mlir::Block> body = std::make_unique<mlir::Block>();
  /// What was built already, for the facts at work and those around them.
  llvm::SmallVector<llvm::DenseMap<const Node *, Value>> known =
      llvm::SmallVector<llvm::DenseMap<const Node *, Value>>(1);

  static mlir::RankedTensorType scalarType(mlir::Type element) { return mlir::RankedTensorType::get({}, element); }

  /// Inserts into the body for its lifetime.
  struct InBody {
    mlir::OpBuilder::InsertionGuard guard;
    explicit InBody(Stage &stage) : guard(stage.builder) { stage.builder.setInsertionPointToEnd(stage.body.get()); }
  };

  /// The graph.compute of the body, whose operands are complete.
  Value finish(Value result, unsigned reductions, graph::ReduceKind kind);

  /// An element of a tensor as a scalar of the body.
  Value element(Value tensor, llvm::ArrayRef<AffineExpr> indices);

  /// The axis's dimension of the domain; an error when it has none.
  std::optional<unsigned> positionOf(const Node &axis);

  //===- Scalars ------------------------------------------------------------------------------------------------===//
  /// The value of an expression as a scalar of the body; like all methods that give a Value, null after an error.
  Value scalarOf(const Node &node);

  Value built(const Node &node);

  Value constant(const Node &node);
  Value scalarConstant(const Node &node);

  /// A reduction inside the formula: an element of a stage of its own.
  Value reduction(const Node &node);

  /// An expression where `fact` is known.
  Value inBranch(const Node &node, Fact fact);

  Value select(const Node &node);

  //===- Indices ------------------------------------------------------------------------------------------------===//
  /// The expression as an affine one over the axes and vars; none when it is something else.
  std::optional<AffineExpr> affine(const Node &node);
  std::optional<AffineExpr> anyAffine(const Node &node);

  /// What a fact says about affine expressions: none of the results is negative. Whether that is all it says.
  bool inequalities(Fact fact, llvm::SmallVectorImpl<AffineExpr> &results);

  /// The same of all facts at work.
  llvm::SmallVector<AffineExpr> inequalities();

  /// How far an index of one dimension leaves its tensor.
  struct Excess {
    bool isGuarded = false;    ///< only in points that conditions rule out
    int64_t low = 0, high = 0; ///< elements before and after
    bool isConstant = true;    ///< else low and high are not known
  };

  /// None, with an error, where an index may be outside in points that `guards` (none of them negative) do not rule
  /// out.
  std::optional<Excess> excessOf(const Node &node, unsigned dim, AffineExpr index, AffineExpr extent,
                                 llvm::ArrayRef<AffineExpr> guards);

  //===- Elements of tensors ------------------------------------------------------------------------------------===//
  /// `tensor[index]` when `fact` holds, else `otherwise`, where that is an element of the tensor padded with it: the
  /// fact says no more and no less than that the indices are inside. Null, without an error, where it is not.
  Value paddedLoad(const Node &node, const Node &otherwise, Fact fact);

  /// x floordiv c where a condition says that c divides x: an element of the tensor with c - 1 others between any two.
  struct Dilated {
    AffineExpr position;
    int64_t factor = 1;
  };

  /// What a fact says, part by part: that some expressions are multiples, and inequalities. False where it says more.
  bool multiples(Fact fact, llvm::SmallVectorImpl<Dilated> &divided, llvm::SmallVectorImpl<AffineExpr> &said);

  /// An affine expression divided by a constant, or the remainder of that.
  std::optional<Dilated> divisionOf(const Node &node, te::BinaryKind kind);

  /// As paddedLoad for `tensor[x floordiv c]` where the fact says `x floormod c == 0` too: padding between elements.
  Value dilatedLoad(const Node &node, const Node &otherwise, Fact fact);

  /// \param border  what elements outside are, when they matter: only padding is tried then.
  Value load(const Node &node, const Node *border);

  /// The index of one dimension as a tensor over the axes it depends on, of a type that gather takes.
  Value indexTensor(const Node &index, llvm::ArrayRef<const Node *> over);

  /// An element whose indices along the dimensions `gathered` are computed; `indices` holds the others.
  Value gather(const Node &node, Value tensor, llvm::SmallVector<AffineExpr> indices, llvm::ArrayRef<int64_t> gathered);
};

} // namespace wasmind::te
