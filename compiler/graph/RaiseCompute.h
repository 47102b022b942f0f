//===- RaiseCompute.h - a graph.compute taken apart --------------------------------------------------------------===//
#pragma once
#include "compiler/graph/Compose.h"
#include "compiler/graph/Structured.h"
#include "llvm/ADT/DenseMap.h"

namespace wasmind::graph {

/// The parts of one graph.compute, and its formula as operations on whole tensors. The methods that are `const` make no
/// operation; the others make some at the builder's position.
class Formula {
public:
  using Ints = llvm::ArrayRef<int64_t>;
  using IntList = llvm::SmallVector<int64_t>;
  using Extents = llvm::SmallVector<mlir::AffineExpr>;

  /// An operand whose dimensions are domain dimensions, each at most once, or -1 with extent 1: read by plain indices.
  struct View {
    IntList dims;
    mlir::Value value;
  };
  /// How an operand becomes a view: dimensions split or merged, reversed and cut, in this order.
  struct Plan {
    IntList dims;            ///< of the view
    Extents reshaped;        ///< the operand's extents with split and merged dimensions; empty when none is
    IntList reversed;        ///< dimensions
    Extents starts, extents; ///< of the cut
    IntList strides;
    bool isCut = false;
  };

  Formula(ComputeOp op, Compose &builder);

  mutable ComputeOp op;
  Compose &builder;
  Extents domain;
  Dims dims;                 ///< of the module
  int64_t parallel;          ///< number of parallel dimensions; those of reductions follow
  std::vector<Extents> maps; ///< indices by which each operand is read, in normal form
  std::vector<std::optional<Plan>> plans;

  // With reductions: running (+) contribution; otherwise the contribution is the element.
  mlir::Value contribution; ///< null when the body has another form
  ReduceKind kind = ReduceKind::Sum;

  int64_t rank() const { return domain.size(); }
  mlir::Type resultElement() const { return op.getType().getElementType(); }
  /// The operands that the scalar is computed from.
  llvm::SmallVector<unsigned> inputsOf(mlir::Value scalar) const;
  /// The domain dimensions by which the scalar varies; none when an operand is read in another way than a view.
  std::optional<IntList> dimsOf(mlir::Value scalar) const;
  /// The operand that the scalar is: an argument of the body, through a cast of i8 or u8 to i32 too (which the
  /// primitives for products widen themselves).
  std::optional<unsigned> inputIs(mlir::Value scalar) const;

  View view(unsigned input);
  /// The scalar as a tensor over the domain, with extents of 1 where it does not vary. `given` replaces operands by
  /// tensors of that form.
  mlir::Value elementwise(mlir::Value scalar,
                          const llvm::DenseMap<unsigned, mlir::Value> &given = llvm::DenseMap<unsigned, mlir::Value>());
  /// The scalar as a view of the dimensions by which it varies.
  View factor(mlir::Value scalar);
  /// A view in the order of the first `rank` dimensions of the domain, with extents of 1 where it does not vary.
  mlir::Value aligned(View view, int64_t rank);

private:
  std::optional<Plan> planOf(mlir::Value operand, llvm::ArrayRef<mlir::AffineExpr> indices) const;
  bool splits(mlir::AffineExpr index, mlir::AffineExpr extent, IntList &dims) const;
};

/// running + a * b, and the like with windows of a: a convolution. Null where it is none.
mlir::Value raiseConvolution(Formula &formula, mlir::Value image, mlir::Value weights);
/// running (+) f(windows of a): a window operation. Null where it is none.
mlir::Value raiseWindow(Formula &formula);

} // namespace wasmind::graph
