#include "compiler/graph/Halves.h"
#include "compiler/graph/Constants.h"
#include <cmath>

using namespace mlir;

namespace wasmind::graph {

bool isHalf(Type element) { return element.isF16() || element.isBF16(); }

static bool ofHalf(Value value) {
  auto tensor = dyn_cast<RankedTensorType>(value.getType());
  return tensor && isHalf(tensor.getElementType());
}

static bool isExtreme(ReduceKind kind) { return kind != ReduceKind::Sum && kind != ReduceKind::Prod; }

bool isExactForHalves(Operation *op) {
  if (auto unary = dyn_cast<UnaryOp>(op)) {
    switch (unary.getKind()) {
    case UnaryKind::Neg:
    case UnaryKind::Abs:
    case UnaryKind::Sign:
    case UnaryKind::Floor:
    case UnaryKind::Ceil:
    case UnaryKind::Round:
    case UnaryKind::Trunc:
    case UnaryKind::Not:
    case UnaryKind::IsNaN:
    case UnaryKind::Bits:
      return true;
    default:
      return false;
    }
  }
  if (auto binary = dyn_cast<BinaryOp>(op))
    return binary.getKind() == BinaryKind::Max || binary.getKind() == BinaryKind::Min ||
           binary.getKind() == BinaryKind::Rem;
  if (auto reduce = dyn_cast<ReduceOp>(op))
    return isExtreme(reduce.getKind());
  if (auto window = dyn_cast<WindowOp>(op))
    return isExtreme(window.getKind());
  if (auto scan = dyn_cast<ScanOp>(op))
    return isExtreme(scan.getKind());
  if (auto scatter = dyn_cast<ScatterOp>(op))
    return scatter.getKind() != ScatterKind::Add && scatter.getKind() != ScatterKind::Mul;
  return !isa<ContractOp, ConvolveOp, CastOp, IotaOp, ComputeOp>(op);
}

/// Whether an operation on halves is a step of a computation: its result is rounded, or would be another one if its
/// operands had not been.
static bool isStep(Operation *op) {
  if (auto constant = dyn_cast<ConstantOp>(op)) { // such as the slope of a function
    if (!ofHalf(constant.getResult()))
      return false;
    ConstantData data = dataOf(constant.getValue());
    double value = data.elementCount == 1 || data.splat ? data.asDouble(0) : 0;
    return value != std::nearbyint(value);
  }
  if (auto unary = dyn_cast<UnaryOp>(op)) {
    bool keepsSize = unary.getKind() == UnaryKind::Neg || unary.getKind() == UnaryKind::Abs ||
                     unary.getKind() == UnaryKind::Sign || unary.getKind() == UnaryKind::IsNaN;
    return ofHalf(unary.getInput()) && !keepsSize;
  }
  if (auto compare = dyn_cast<CompareOp>(op))
    return ofHalf(compare.getLhs());
  if (isa<CastOp>(op) && ofHalf(op->getOperand(0)))
    return false;
  return op->getNumResults() > 0 && ofHalf(op->getResult(0)) && !isExactForHalves(op);
}

Composition::Composition(OpBuilder &builder) : builder(builder), block(builder.getInsertionBlock()) {
  auto point = builder.getInsertionPoint();
  before = point == block->begin() ? nullptr : &*std::prev(point);
  if (auto module = block->getParentOp()->getParentOfType<ModuleOp>())
    dimensions = module->getDiscardableAttrDictionary();
}

bool Composition::roundsHalvesInside() const {
  SmallVector<Operation *> steps;
  auto first = before ? std::next(before->getIterator()) : block->begin();
  for (Operation &op : llvm::make_range(first, builder.getInsertionPoint()))
    op.walk([&](Operation *inner) {
      if (isStep(inner))
        steps.push_back(inner);
    });
  auto isAddition = [](Operation *op) {
    auto binary = dyn_cast<BinaryOp>(op);
    return binary && binary.getKind() == BinaryKind::Add;
  };
  bool isProduct = steps.size() == 2 && isa<ContractOp, ConvolveOp>(steps[0]) && isAddition(steps[1]);
  return steps.size() > 1 && !isProduct;
}

void Composition::erase() {
  auto first = before ? std::next(before->getIterator()) : block->begin();
  SmallVector<Operation *> emitted;
  for (Operation &op : llvm::make_range(first, builder.getInsertionPoint()))
    if (!isa<ConstantOp>(op))
      emitted.push_back(&op);
  for (Operation *op : llvm::reverse(emitted))
    op->erase();
  if (auto module = block->getParentOp()->getParentOfType<ModuleOp>())
    module->setDiscardableAttrs(dimensions);
}

} // namespace wasmind::graph
