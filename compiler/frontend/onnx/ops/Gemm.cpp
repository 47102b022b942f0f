#include "compiler/frontend/onnx/Elementwise.h"

// Y = alpha * A' * B' + beta * C, where ' transposes if transA, transB say so.
WASMIND_ONNX_OPERATOR(Gemm) {
  Compose &compose = node.compose();
  Value a = node.input(0), b = node.input(1), c = node.input(2);
  if (node.rank(a) != 2 || node.rank(b) != 2)
    return node.fail("A and B must have rank 2, have " + llvm::Twine(node.rank(a)) + " and " +
                     llvm::Twine(node.rank(b)));
  const double alpha = node.real("alpha", 1.0), beta = node.real("beta", 1.0);
  Value product = compose.matmul(a, b, node.flag("transA"), node.flag("transB"));
  if (!product)
    return Failure();
  if (alpha != 1.0)
    product = compose.mul(product, compose.scalarLike(product, alpha));
  if (!c || beta == 0.0)
    return product;
  if (node.rank(c) > 2)
    return node.fail("C must broadcast to the product, but has rank " + llvm::Twine(node.rank(c)));
  if (beta != 1.0)
    c = compose.mul(c, compose.scalarLike(c, beta));
  return compose.add(product, c);
}
