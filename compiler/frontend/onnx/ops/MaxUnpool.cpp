#include "compiler/frontend/onnx/Operator.h"

// X at the places I of a tensor of zeros, whose extents are (in - 1) * stride + kernel - pads. I counts the elements of
// that tensor; an output_shape that is larger has zeros at its ends besides.
WASMIND_ONNX_OPERATOR(MaxUnpool) {
  Compose &compose = node.compose();
  Value x = node.input(0), indices = node.input(1);
  const Integers kernel = node.integers("kernel_shape");
  const size_t spatial = kernel.size();
  const Integers strides = node.integers("strides", Integers(spatial, 1)),
                 pads = node.integers("pads", Integers(2 * spatial, 0));
  if (node.rank(x) != int64_t(spatial) + 2 || node.rank(indices) != node.rank(x) || strides.size() != spatial ||
      pads.size() != 2 * spatial)
    return node.fail("X, I, kernel_shape, strides and pads do not have one number of spatial dimensions");
  Extents extents = compose.extentsOf(x);
  const AffineExpr count = graph::productOf(extents, compose.getContext());
  for (size_t i = 0; i < spatial; ++i) {
    for (int64_t amount : {kernel[i], strides[i], pads[i] + 1, pads[spatial + i] + 1})
      if (amount < 1 || amount > INT32_MAX)
        return node.fail("kernel_shape, strides or pads of axis " + llvm::Twine(i + 2) + " are out of range");
    extents[i + 2] = (extents[i + 2] - 1) * strides[i] + (kernel[i] - pads[i] - pads[spatial + i]);
    if (!node.require(extents[i + 2], "axis " + llvm::Twine(i + 2) + " of extent '" + node.text(extents[i + 2]) + "'"))
      return Failure();
  }
  const AffineExpr total = graph::productOf(extents, compose.getContext());
  Value flat = compose.reshape(x, {count}),
        places = compose.reshape(compose.cast(indices, compose.getI64Type()), {count});
  if (!flat || !places)
    return Failure();
  const Type element = compose.elementOf(x);
  Value result = graph::ScatterOp::create(compose, compose.getLoc(), ScatterKind::Set,
                                          compose.splat({total}, element, 0), places, flat);
  result = compose.reshape(result, extents);
  if (!result)
    return Failure();
  if (!node.hasInput(2))
    return result;
  auto shape = node.shape(2, "output_shape");
  if (!shape)
    return Failure();
  if (shape->size() != extents.size())
    return node.fail("output_shape (input 2) has " + llvm::Twine(shape->size()) + " entries, X rank " +
                     llvm::Twine(extents.size()));
  for (auto [dim, wanted] : llvm::enumerate(*shape)) {
    const AffineExpr more = graph::normalise(wanted - extents[dim]);
    if (!node.require(more, "output_shape asks for '" + node.text(wanted) + "' elements along axis " +
                                llvm::Twine(dim) + ", where the pooling had '" + node.text(extents[dim]) + "' or more"))
      return Failure();
    if (graph::constantOf(more) == 0)
      continue;
    Extents zeros = compose.extentsOf(result);
    zeros[dim] = more;
    result = compose.concat({result, compose.splat(zeros, element, 0)}, dim);
  }
  return result;
}
