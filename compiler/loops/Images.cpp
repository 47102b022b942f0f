#include "compiler/loops/Images.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {

Images Images::of(ConvolveOp convolve) {
  SmallVector<AffineExpr> input = getExtents(convolve.getInput().getType()),
                          weights = getExtents(convolve.getWeights().getType()),
                          output = getExtents(convolve.getResult().getType());
  size_t spatial = input.size() - 2;
  auto dim = [&](size_t i) {
    return SpatialDim{input[i + 1],
                      output[i + 1],
                      weights[i],
                      convolve.getStrides().getResult(i),
                      convolve.getPadLow().getResult(i),
                      convolve.getDilations().getResult(i)};
  };
  AffineExpr zero = getAffineConstantExpr(0, convolve.getContext()), one = zero + 1;
  return {input[0],         spatial == 2 ? dim(0) : SpatialDim{one, one, one, one, zero, one},
          dim(spatial - 1), input.back(),
          weights[spatial], !isOne(convolve.getGroupCount())};
}

Images::Plainness Images::isPlain(Emitter &e) const {
  if (isGrouped)
    return {false, true, {}};
  AffineExpr zero = e.constantIndex(0), one = e.constantIndex(1);
  Value all;
  for (const SpatialDim &dim : {rows, columns})
    for (auto [a, b] : {std::pair(dim.kernel, one), {dim.stride, one}, {dim.pad, zero}, {dim.out, dim.in}}) {
      if (provablyEqual(a, b))
        continue;
      if (constantOf(normalise(a - b)))
        return {false, true, {}};
      Value isEqual = arith::CmpIOp::create(e, arith::CmpIPredicate::eq, e.index(a), e.index(b));
      all = all ? arith::AndIOp::create(e, all, isEqual).getResult() : isEqual;
    }
  return {!all, false, all};
}

} // namespace wasmind::loops
