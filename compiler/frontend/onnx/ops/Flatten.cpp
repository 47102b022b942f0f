#include "compiler/frontend/onnx/Operator.h"

// The axis may equal the rank: then the second extent is 1.
WASMIND_ONNX_OPERATOR(Flatten) {
  Value x = node.input(0);
  const int64_t rank = node.rank(x);
  int64_t axis = node.integer("axis", 1);
  if (axis < -rank || axis > rank)
    return node.fail("axis " + llvm::Twine(axis) + " of a tensor of rank " + llvm::Twine(rank));
  axis = axis < 0 ? axis + rank : axis;
  Extents extents = node.compose().extentsOf(x);
  mlir::MLIRContext *context = node.compose().getContext();
  llvm::ArrayRef<AffineExpr> all(extents);
  return node.compose().reshape(
      x, {graph::productOf(all.take_front(axis), context), graph::productOf(all.drop_front(axis), context)});
}
