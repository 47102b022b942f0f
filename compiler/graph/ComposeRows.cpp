//===- ComposeRows.cpp - reductions, softmax, normalisations, matrix products -------------------------------------===//
#include "compiler/graph/Compose.h"

using namespace mlir;

namespace wasmind::graph {

//===- Reductions -------------------------------------------------------------------------------------------------===//

Value Compose::reduce(ReduceKind kind, Value x, Ints dims, bool keepDims) {
  if (!x)
    return nullptr;
  auto normal = normalDims(dims, rankOf(x));
  if (!normal)
    return nullptr;
  llvm::sort(*normal);
  if (normal->empty())
    return x;
  Extents extents = extentsOf(x);
  Value result = make<ReduceOp>(kind, x, *normal);
  if (!keepDims)
    return result;
  for (int64_t dim : *normal)
    extents[dim] = getAffineConstantExpr(1);
  return reshape(result, extents);
}

Value Compose::mean(Value x, Ints dims, bool keepDims) {
  if (!x)
    return nullptr;
  auto normal = normalDims(dims, rankOf(x));
  if (!normal)
    return nullptr;
  Extents reduced;
  for (int64_t dim : *normal)
    reduced.push_back(extentsOf(x)[dim]);
  AffineExpr count = productOf(reduced, getContext());
  Value sum = reduce(ReduceKind::Sum, x, dims, keepDims);
  if (!sum)
    return nullptr;
  auto known = constantOf(count);
  if (known && *known != 0 && isa<FloatType>(elementOf(x)))
    return mul(sum, scalarLike(sum, 1.0 / double(*known)));
  return div(sum, cast(extent(count), elementOf(x)));
}

Value Compose::argReduce(ReduceKind kind, Value x, int64_t dim, bool keepDims, bool last) {
  if (!x)
    return nullptr;
  auto normal = normalDim(dim, rankOf(x));
  if (!normal)
    return nullptr;
  Value result = make<ArgReduceOp>(kind, x, uint64_t(*normal), last);
  return keepDims ? unsqueeze(result, {*normal}) : result;
}

//===- Rows -------------------------------------------------------------------------------------------------------===//

Value Compose::softmax(Value x, Ints dims) {
  Value grown = unary(UnaryKind::Exp, sub(x, reduce(ReduceKind::Max, x, dims, true)));
  return div(grown, reduce(ReduceKind::Sum, grown, dims, true));
}

Value Compose::logSoftmax(Value x, Ints dims) {
  Value shifted = sub(x, reduce(ReduceKind::Max, x, dims, true));
  Value sum = reduce(ReduceKind::Sum, unary(UnaryKind::Exp, shifted), dims, true);
  return sub(shifted, unary(UnaryKind::Log, sum));
}

Value Compose::logSumExp(Value x, Ints dims, bool keepDims) {
  if (!x)
    return nullptr;
  // log(sum(exp(x))) = m + log(sum(exp(x - m))) for the largest element m, or the number nearest to it where that is
  // infinite: infinities less themselves are nothing.
  const auto real = ::llvm::dyn_cast<FloatType>(elementOf(x));
  if (!real) {
    emitError("log of a sum of exponentials: floats are needed");
    return nullptr;
  }
  const double limit = llvm::APFloat::getLargest(real.getFloatSemantics()).convertToDouble();
  Value highest = clip(reduce(ReduceKind::Max, x, dims, true), -limit, limit);
  Value sum = reduce(ReduceKind::Sum, unary(UnaryKind::Exp, sub(x, highest)), dims, true);
  Value result = add(unary(UnaryKind::Log, sum), highest);
  return keepDims ? result : squeeze(result, dims);
}

Value Compose::layerNorm(Value x, Value scale, Value bias, Ints dims, double epsilon) {
  Value centred = sub(x, mean(x, dims, true));
  Value variance = mean(mul(centred, centred), dims, true);
  if (!variance)
    return nullptr;
  Value result = mul(centred, unary(UnaryKind::Rsqrt, add(variance, scalarLike(variance, epsilon))));
  if (scale)
    result = mul(result, scale);
  return bias ? add(result, bias) : result;
}

Value Compose::batchNorm(Value x, Value scale, Value bias, Value mean, Value variance, double epsilon,
                         int64_t channelDim) {
  if (!x || !scale || !bias || !mean || !variance)
    return nullptr;
  // y = x * factor + (bias - mean * factor), both per channel: folded into constants when the parameters are.
  Value factor = div(scale, unary(UnaryKind::Sqrt, add(variance, scalarLike(variance, epsilon))));
  Value offset = sub(bias, mul(mean, factor));
  Extents line(rankOf(x), getAffineConstantExpr(1));
  if (channelDim < 0 || channelDim >= rankOf(x)) {
    emitError("no channel dimension ") << channelDim << " in a tensor of rank " << rankOf(x);
    return nullptr;
  }
  line[channelDim] = extentsOf(x)[channelDim];
  Value scaled = mul(x, reshape(cast(factor, elementOf(x)), line));
  return add(scaled, reshape(cast(offset, elementOf(x)), line));
}

Value Compose::groupNorm(Value x, Value scale, Value bias, int64_t groups, double epsilon) {
  if (!x)
    return nullptr;
  Extents extents = extentsOf(x);
  const AffineExpr members = extents.size() < 2 || groups < 1 ? AffineExpr() : quotientOf(extents[1], groups);
  if (!members) {
    emitError("the channels (dimension 1) do not divide into ") << groups << " groups";
    return nullptr;
  }
  Extents row(llvm::drop_begin(extents, 2));
  row.push_back(members);
  Extents grouped{extents[0], getAffineConstantExpr(groups), productOf(row, getContext())};
  Value result = reshape(layerNorm(reshape(x, grouped), nullptr, nullptr, {2}, epsilon), extents);
  Extents line(extents.size(), getAffineConstantExpr(1));
  line[1] = extents[1];
  if (scale)
    result = mul(result, reshape(scale, line));
  return bias ? add(result, reshape(bias, line)) : result;
}

//===- Matrix products --------------------------------------------------------------------------------------------===//

Value Compose::matmul(Value a, Value b) { return matmul(a, b, false, false); }

Value Compose::matmul(Value a, Value b, bool transposeA, bool transposeB) {
  if (!a || !b)
    return nullptr;
  int64_t rankA = rankOf(a), rankB = rankOf(b);
  if (rankA == 0 || rankB == 0) {
    emitError("a matrix product needs operands of rank 1 at least");
    return nullptr;
  }
  int64_t innerA = rankA == 1 ? 0 : transposeA ? rankA - 2 : rankA - 1;
  int64_t innerB = rankB == 1 ? 0 : transposeB ? rankB - 1 : rankB - 2;
  if (Extents inner = extentsOf(b); equate(inner[innerB], extentsOf(a)[innerA])) {
    inner[innerB] = extentsOf(a)[innerA];
    b = reshape(b, inner);
  }
  if (rankB <= 2) // all of a's other dimensions are rows
    return make<ContractOp>(a, b, Ints{}, Ints{}, Ints{innerA}, Ints{rankB == 1 || !transposeB ? 0 : 1});
  if (rankA == 1) { // a row
    Value row = matmul(unsqueeze(a, {0}), b, false, transposeB);
    return row ? squeeze(row, {-2}) : nullptr;
  }

  // Batch dimensions broadcast.
  Extents extentsA = extentsOf(a), extentsB = extentsOf(b);
  AffineExpr one = getAffineConstantExpr(1);
  int64_t batchRank = std::max(rankA, rankB) - 2;
  Extents batchA(batchRank - (rankA - 2), one), batchB(batchRank - (rankB - 2), one), batch;
  batchA.append(extentsA.begin(), extentsA.end() - 2);
  batchB.append(extentsB.begin(), extentsB.end() - 2);
  if (llvm::all_of(batchB, isOne) && rankA >= rankB)
    return matmul(a, reshape(b, Extents(extentsB.end() - 2, extentsB.end())), transposeA, transposeB);
  for (auto [i, extent] : llvm::enumerate(batchA))
    batch.push_back(isOne(extent) ? batchB[i] : extent);
  auto spread = [&](Value x, const Extents &own, const Extents &extents) {
    Extents target(batch);
    target.append(extents.end() - 2, extents.end());
    Extents from(own);
    from.append(extents.end() - 2, extents.end());
    return broadcastTo(reshape(x, from), target);
  };
  a = spread(a, batchA, extentsA);
  b = spread(b, batchB, extentsB);
  if (!a || !b)
    return nullptr;
  auto dims = llvm::to_vector(llvm::seq<int64_t>(0, batchRank));
  return make<ContractOp>(a, b, dims, dims, Ints{batchRank + (transposeA ? 0 : 1)},
                          Ints{batchRank + (transposeB ? 1 : 0)});
}

} // namespace wasmind::graph
