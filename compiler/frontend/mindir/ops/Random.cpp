//===- Random.cpp -------------------------------------------------------------------------------------------------===//
//
// InplaceRandom(x, from, to or None, seed, offset): integers in [from, to) in the type of x
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand Random(Node &node) {
  Value x = node.tensor(0);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const Type type = node.element(x);
  const int64_t from = node.integer("from", 1, 0);
  // Without an end, all integers that the type has.
  auto most = [&]() -> int64_t {
    if (auto real = mlir::dyn_cast<mlir::FloatType>(type))
      return int64_t(1) << real.getFPMantissaWidth();
    const unsigned bits = type.getIntOrFloatBitWidth() - (type.isSignedInteger() || type.isSignlessInteger() ? 1 : 0);
    return bits >= 63 ? INT64_MAX : (int64_t(1) << std::max(bits, 1u)) - 1;
  };
  const bool isOpen = !node.has(2);
  const int64_t to = isOpen ? most() : node.integer("to", 2);
  if (!node.failed() && to <= from)
    return node.fail("draws from an empty range");
  auto exactly = [&](int64_t value) { // which a double need not hold
    return graph::makeConstant(b, b.getLoc(), mlir::RankedTensorType::get({}, b.getI64Type()),
                               llvm::ArrayRef<char>(reinterpret_cast<const char *>(&value), sizeof(value)));
  };
  graph::Draw drawn = drawOfGenerator(node, shapeOf(node, x), 3);
  return node.failed() ? Value() : b.cast(drawn.between(exactly(from), exactly(to)), type);
}

} // namespace wasmind::mindir::ops
