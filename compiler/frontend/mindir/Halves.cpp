#include "compiler/frontend/mindir/Halves.h"
#include "compiler/frontend/mindir/ModelFiles.h"
#include "compiler/graph/Folding.h"
#include "compiler/graph/Halves.h"

namespace wasmind::mindir {
using Kind = Operand::Kind;

using graph::isHalf;

Type halfAmong(llvm::ArrayRef<Operand> inputs, mlir::MLIRContext *context) {
  Type half;
  for (const Operand &input : inputs)
    if (input.isTensor() || input.is(Kind::Sequence))
      forEachLeaf(input, [&](const Operand &leaf) {
        Type element;
        if (leaf.is(Kind::Tensor))
          element = mlir::cast<mlir::RankedTensorType>(leaf.tensor.getType()).getElementType();
        else if (leaf.is(Kind::Constant))
          element = elementTypeOf(context, leaf.proto->dataType);
        if (!half && element && isHalf(element))
          half = element;
      });
  return half;
}

llvm::Expected<Value> WideConstants::materialize(const TensorProto &tensor) {
  auto value = context.materialize(tensor);
  if (!value || !isHalf(compose.elementOf(*value)))
    return value;
  Value wide = compose.cast(*value, compose.getF32Type());
  constexpr int64_t mostElements = 4096; // of more the graph stage makes constants
  if (mlir::cast<mlir::RankedTensorType>(wide.getType()).getNumElements() > mostElements)
    return wide;
  Value constant = graph::foldToConstant(compose, wide.getDefiningOp());
  return constant ? constant : wide;
}

void widen(Compose &compose, llvm::MutableArrayRef<Operand> inputs) {
  for (Operand &input : inputs)
    if (input.is(Kind::Tensor) || input.is(Kind::Sequence))
      input = mapLeaves(input, [&](const Operand &leaf) -> Operand {
        return leaf.is(Kind::Tensor) && isHalf(compose.elementOf(leaf.tensor))
                   ? Operand(compose.cast(leaf.tensor, compose.getF32Type()))
                   : leaf;
      });
}

Operand narrow(Node &node, const Operand &result, Type half) {
  auto each = [&](const Operand &operand, unsigned i) {
    Type element = node.declaredElement(i) ? node.declaredElement(i) : half;
    return mapLeaves(operand, [&](const Operand &leaf) -> Operand {
      bool isWide = leaf.is(Kind::Tensor) && leaf.tensor && node.element(leaf.tensor).isF32();
      return isWide && isHalf(element) ? Operand(node.compose.cast(leaf.tensor, element)) : leaf;
    });
  };
  if (!result.is(Kind::Sequence))
    return each(result, 0);
  std::vector<Operand> elements;
  for (auto [i, element] : llvm::enumerate(result.elements()))
    elements.push_back(each(element, i));
  return result.withElements(elements);
}

} // namespace wasmind::mindir
