#include "compiler/frontend/onnx/Fourier.h"
#include "llvm/ADT/STLExtras.h"

// Input [..., 1 or 2] along the axis: an attribute before opset 20, input 2 since.
WASMIND_ONNX_OPERATOR(DFT) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const int64_t rank = node.rank(x);
  auto parts = rank >= 2 ? node.staticExtent(x, rank - 1) : std::nullopt;
  if (parts != 1 && parts != 2)
    return node.fail("the last extent of the input must be 1 (real) or 2 (complex)");
  auto given = node.opset() < 20  ? std::optional(node.integer("axis", 1))
               : node.hasInput(2) ? node.constantInteger(2, "axis")
                                  : std::optional<int64_t>(-2);
  auto dim = given ? node.axis(*given, rank) : std::nullopt;
  if (!dim)
    return Failure();
  if (*dim == rank - 1)
    return node.fail("axis " + llvm::Twine(*given) + " is that of real and imaginary parts");
  Fourier fourier{{}, node.flag("inverse"), node.flag("onesided")};
  const AffineExpr extent = compose.extentsOf(x)[*dim];
  if (node.hasInput(1)) {
    auto length =
        node.extentOf(compose.reshape(compose.cast(node.input(1), compose.getI64Type()), Integers()), 0, *dim);
    if (!length)
      return Failure();
    fourier.length = *length;
  } else {
    fourier.length = fourier.inverse && fourier.onesided ? (extent - 1) * 2 : extent;
  }
  if (!node.require(fourier.length - 1, "a transform of length '" + node.text(fourier.length) + "'"))
    return Failure();
  if (fourier.onesided && !fourier.inverse && *parts == 2)
    return node.fail("attribute 'onesided' = 1 takes real signals, not complex ones");
  Integers order = llvm::to_vector(llvm::seq<int64_t>(0, rank)), back = order;
  order.erase(order.begin() + *dim); // to the end, before the parts
  order.insert(order.end() - 1, *dim);
  for (auto [to, from] : llvm::enumerate(order))
    back[from] = to;
  return compose.transpose(transform(node, fourier, compose.transpose(x, order)), back);
}
