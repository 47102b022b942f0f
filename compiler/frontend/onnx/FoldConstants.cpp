//===- FoldConstants.cpp - shape arithmetic, done while importing -------------------------------------------------===//
//
// Exporters compute shapes, axes and branch conditions with ordinary nodes. What depends on constants and on extents
// alone becomes a constant at once, so that converters can ask for it and only the branch taken is imported.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/onnx/Importer.h"
#include "compiler/graph/Folding.h"
#include "compiler/graph/Interpreter.h"

namespace wasmind::onnx {
namespace {

constexpr int64_t foldedElements = 4096; // larger constants are the graph stage's business

bool isSmall(Type type) {
  auto tensor = mlir::dyn_cast<mlir::RankedTensorType>(type);
  return tensor && tensor.hasStaticShape() && tensor.getNumElements() <= foldedElements;
}

graph::HostTensor toHost(Value value, const graph::ConstantData &data) {
  graph::HostTensor host{
      data.element, llvm::SmallVector<int64_t>(mlir::cast<mlir::RankedTensorType>(value.getType()).getShape()), {}};
  const int64_t copies = data.splat ? data.elementCount : 1;
  host.bytes.reserve(data.bytes.size() * copies);
  for (int64_t i = 0; i < copies; ++i)
    host.bytes.insert(host.bytes.end(), data.bytes.begin(), data.bytes.end());
  return host;
}

// Truth of `difference kind 0` for all extents within their bounds, when it is the same for all.
std::optional<bool> decide(CompareKind kind, graph::Interval d) {
  auto among = [](bool always, bool never) {
    return always ? std::optional(true) : never ? std::optional(false) : std::nullopt;
  };
  switch (kind) {
  case CompareKind::Equal:
    return among(d.min == 0 && d.max == 0, d.min > 0 || d.max < 0);
  case CompareKind::NotEqual:
    return among(d.min > 0 || d.max < 0, d.min == 0 && d.max == 0);
  case CompareKind::Less:
    return among(d.max < 0, d.min >= 0);
  case CompareKind::LessEqual:
    return among(d.max <= 0, d.min > 0);
  case CompareKind::Greater:
    return among(d.min > 0, d.max <= 0);
  case CompareKind::GreaterEqual:
    return among(d.min >= 0, d.max < 0);
  }
  llvm_unreachable("all kinds are covered");
}

Value compareExtents(mlir::OpBuilder &builder, graph::CompareOp op, const graph::Dims &dims) {
  auto type = mlir::cast<mlir::RankedTensorType>(op.getType());
  if (!mlir::isa<mlir::IntegerType>(mlir::cast<mlir::RankedTensorType>(op.getLhs().getType()).getElementType()) ||
      type.getRank() > 1)
    return {};
  auto lhs = graph::shapeValue(op.getLhs()), rhs = graph::shapeValue(op.getRhs());
  if (!lhs || !rhs)
    return {};
  const size_t count = type.getNumElements();
  if ((lhs->size() != count && lhs->size() != 1) || (rhs->size() != count && rhs->size() != 1))
    return {};
  std::vector<char> truth;
  for (size_t i = 0; i < count; ++i) {
    AffineExpr a = (*lhs)[lhs->size() == 1 ? 0 : i], b = (*rhs)[rhs->size() == 1 ? 0 : i];
    auto result = decide(op.getKind(), graph::boundsOf(a - b, dims));
    if (!result)
      return {};
    truth.push_back(*result);
  }
  return graph::makeConstant(builder, op.getLoc(), type, truth);
}

} // namespace

void foldConstants(mlir::Block *block, mlir::Operation *after, llvm::MutableArrayRef<Value> results,
                   const graph::Dims &dims) {
  mlir::Operation *op = after ? after->getNextNode() : (block->empty() ? nullptr : &block->front());
  while (op) {
    mlir::Operation *next = op->getNextNode();
    mlir::OpBuilder builder(op);
    auto replace = [&](llvm::ArrayRef<Value> values) {
      for (auto [old, value] : llvm::zip(op->getResults(), values)) {
        for (Value &result : results)
          if (result == old)
            result = value;
        old.replaceAllUsesWith(value);
      }
      op->erase();
    };
    const bool foldable = op->getNumRegions() == 0 && op->getNumResults() > 0 && !mlir::isa<graph::ConstantOp>(op) &&
                          !mlir::isa<graph::CallOp>(op) && llvm::all_of(op->getResultTypes(), isSmall) &&
                          !graph::isTableOfFactors(op);
    llvm::SmallVector<graph::HostTensor> operands;
    bool isConstant = foldable;
    for (Value operand : op->getOperands()) {
      auto data = isConstant && isSmall(operand.getType()) ? graph::constantDataOf(operand) : std::nullopt;
      if (!(isConstant = data.has_value()))
        break;
      operands.push_back(toHost(operand, *data));
    }
    if (isConstant) {
      auto values = graph::evaluate(op, operands, {});
      if (values) {
        llvm::SmallVector<Value> constants;
        for (auto [value, type] : llvm::zip(*values, op->getResultTypes()))
          constants.push_back(
              graph::makeConstant(builder, op->getLoc(), mlir::cast<mlir::RankedTensorType>(type), value.bytes));
        replace(constants);
      } else {
        llvm::consumeError(values.takeError()); // left as it is: the value is then computed at run time
      }
    } else if (auto compare = mlir::dyn_cast<graph::CompareOp>(op); compare && foldable) {
      if (Value decided = compareExtents(builder, compare, dims))
        replace(decided);
    }
    op = next;
  }
}

} // namespace wasmind::onnx
