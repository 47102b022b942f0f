//===- FoldConstants.cpp - shape arithmetic, done while importing -------------------------------------------------===//
//
// Exporters compute shapes, axes and branch conditions with ordinary nodes. What depends on constants and on extents
// alone becomes a constant at once, so that converters can ask for it and only the branch taken is imported.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/onnx/Importer.h"
#include "compiler/graph/Folding.h"
#include "compiler/graph/Interpreter.h"
#include "compiler/graph/ShapeValues.h"

namespace wasmind::onnx {
namespace {

constexpr int64_t foldedElements = 4096; // larger constants are the graph stage's business

bool isSmall(Type type) {
  auto tensor = mlir::dyn_cast<mlir::RankedTensorType>(type);
  return tensor && tensor.hasStaticShape() && tensor.getNumElements() <= foldedElements;
}

/// Quantised weights that are widened: the graph stage makes integer products of them.
bool widensBytes(mlir::Operation *op) {
  auto cast = mlir::dyn_cast<graph::CastOp>(op);
  auto from = cast ? mlir::cast<mlir::RankedTensorType>(cast.getInput().getType()) : mlir::RankedTensorType();
  return from && from.getElementType().isInteger(8) && from.getRank() > 1 && from.getNumElements() > 1;
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

} // namespace

void foldConstants(mlir::Block *block, mlir::Operation *after, llvm::MutableArrayRef<Value> results) {
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
                          !graph::isTableOfFactors(op) && !widensBytes(op);
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
    } else if (foldable && mlir::isa<graph::CompareOp>(op)) { // of extents
      Value compared = op->getResult(0);
      if (auto truth = graph::truthValue(compared))
        replace(graph::makeConstant(builder, op->getLoc(), mlir::cast<mlir::RankedTensorType>(compared.getType()),
                                    std::vector<char>(truth->begin(), truth->end())));
    }
    op = next;
  }
}

} // namespace wasmind::onnx
