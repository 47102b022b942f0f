//===- Tracer.h - one trace: tensors to values -------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/expr/Node.h"
#include "compiler/frontend/expr/Trace.h"
#include "compiler/graph/Compose.h"
#include "llvm/ADT/DenseMap.h"
#include <map>

namespace wasmind::te {

using mlir::AffineExpr;
using mlir::Value;

/// Whether a condition is known to hold or not to hold where an expression is evaluated.
struct Fact {
  const Node *condition;
  bool holds;
};

class Tracer {
public:
  Tracer(mlir::MLIRContext &context, const frontend::ImportOptions &options);

  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> run(llvm::ArrayRef<Tensor> inputs, llvm::ArrayRef<Tensor> outputs,
                                                        llvm::ArrayRef<Var> vars);

  /// The whole tensor; null after an error.
  Value valueOf(const TensorNode &tensor);
  /// The values of `expression` over the axes, in their order; null after an error.
  Value over(llvm::ArrayRef<const Node *> axes, const Node &expression, llvm::ArrayRef<Fact> facts);

  /// Records the first error, about the tensor at work. Always null, to be returned.
  std::nullptr_t fail(const llvm::Twine &reason);
  bool failed() const { return !error.empty(); }

  /// A var as a symbol, or as the constant it is fixed to; null after an error.
  AffineExpr symbolOf(const Node &var);
  /// An integer expression without axes; null after an error. \param noun  what it is called.
  AffineExpr extentOf(const Node &extent, llvm::StringRef noun = "extent");
  mlir::Type elementType(DType dtype);
  std::string toString(AffineExpr e, llvm::ArrayRef<const Node *> axes);

  graph::Compose builder;
  graph::Dims dims;

private:
  mlir::MLIRContext &context;
  const frontend::ImportOptions &options;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  llvm::DenseMap<const TensorNode *, Value> values;
  llvm::StringMap<AffineExpr> symbols;
  const TensorNode *current = nullptr;
  std::string error;
  std::map<std::string, int64_t> operatorCounts;
  unsigned nesting = 0; ///< of `over`
  std::map<std::pair<const Node *, std::vector<const Node *>>, Value> reductions;

  bool declareVars(const Node &node, llvm::StringSet<> &used);
  AffineExpr anyExtent(const Node &extent, llvm::StringRef noun);
  /// An amount of spatial dimension `dim`, at least `least`; null after an error.
  AffineExpr amountOf(const Expr &amount, llvm::StringRef noun, size_t dim, int64_t least);
  Value traced(const TensorNode &tensor);
  Value slid(const TensorNode &tensor);
  bool bodyNames(llvm::ArrayRef<Tensor> tensors, const char *what);
};

/// The axes in `all` that the expression depends on (not those it runs over itself), in their order.
llvm::SmallVector<const Node *> axesUsed(const Node &expression, llvm::ArrayRef<const Node *> all,
                                         llvm::ArrayRef<Fact> facts);

} // namespace wasmind::te
