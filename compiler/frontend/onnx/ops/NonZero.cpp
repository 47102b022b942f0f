#include "compiler/frontend/onnx/Operator.h"

// [rank, count] positions; count is only known for constants.
WASMIND_ONNX_OPERATOR(NonZero) {
  if (!graph::constantDataOf(node.input(0)))
    return node.fail("the number of elements that are not zero depends on the data of " + node.origin(node.input(0)) +
                     "; memory is planned while compiling, so X must be a constant" + node.advice(node.input(0)));
  auto values = node.constantReals(0, "X");
  if (!values)
    return Failure();
  Compose &compose = node.compose();
  auto type = mlir::cast<mlir::RankedTensorType>(node.input(0).getType());
  llvm::SmallVector<Integers> rows(type.getRank());
  int64_t count = 0;
  for (auto [at, value] : llvm::enumerate(*values)) {
    if (value == 0)
      continue;
    ++count;
    for (int64_t dim = type.getRank() - 1, rest = at; dim >= 0; --dim) {
      rows[dim].push_back(rest % type.getDimSize(dim));
      rest /= type.getDimSize(dim);
    }
  }
  Integers all;
  for (const Integers &row : rows)
    all.append(row.begin(), row.end());
  return compose.reshape(graph::makeIntegers(compose, compose.getLoc(), all), {type.getRank(), count});
}
