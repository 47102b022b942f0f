#include "compiler/loops/Images.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {

std::optional<Pixels> pixelsAt(AffineExpr flat, ArrayRef<AffineExpr> extents) {
  const int64_t channel = int64_t(extents.size()) - 1;
  auto step = coefficientOf(flat, channel);
  if (!step || !stepsAsOne(flat, extents, llvm::to_vector(llvm::seq<int64_t>(0, channel))) ||
      !(isOne(extents.back()) || isOne(*step)))
    return std::nullopt;
  Pixels pixels{extents.back(), flat}; // of one pixel there is no pitch
  for (int64_t dim = 0; dim < channel; ++dim)
    if (!isOne(extents[dim]))
      pixels.pitch = *coefficientOf(flat, dim);
  Indices zeros(extents.size(), getAffineConstantExpr(0, flat.getContext()));
  pixels.first = normalise(flat.replaceDims(zeros));
  return pixels;
}

std::optional<Images> Images::of(const Group &group) {
  auto convolve = group.kind == DispatchKind::Convolve ? cast<ConvolveOp>(group.anchors[0]) : ConvolveOp();
  if (!convolve || convolve.getTransposed() || getExtents(convolve.getType()).size() > 4)
    return std::nullopt;
  Value memory;
  AffineExpr flat;
  auto isRead = [&](Value value) { return llvm::is_contained(group.inputs, value); };
  Indices indices = identityIndices(convolve.getInput().getType());
  const bool affine = walkReads(convolve.getInput(), indices, isRead, [&](Value value, ArrayRef<AffineExpr> at) {
    memory = value;
    flat = flatOffset(value, at);
  });
  if (!affine || !memory || !isRead(memory))
    return std::nullopt;
  auto pixels = pixelsAt(flat, getExtents(convolve.getInput().getType()));
  if (!pixels)
    return std::nullopt;

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
  return Images{input[0],         spatial == 2 ? dim(0) : SpatialDim{one, one, one, one, zero, one},
                dim(spatial - 1), input.back(),
                weights[spatial], !isOne(convolve.getGroupCount()),
                memory,           *pixels};
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
