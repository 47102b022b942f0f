//===- ComposeElementwise.cpp - constants, elementwise primitives with broadcasting, activations ------------------===//
#include "compiler/graph/Compose.h"
#include "compiler/graph/Structured.h"
#include <cmath>

using namespace mlir;

namespace wasmind::graph {

//===- Constants and types ----------------------------------------------------------------------------------------===//

Value Compose::scalar(Type element, double value, int64_t rank) {
  return makeSplat(*this, getLoc(), RankedTensorType::get(SmallVector<int64_t>(rank, 1), element), value);
}

Value Compose::scalarLike(Value x, double value) { return x ? scalar(elementOf(x), value, rankOf(x)) : nullptr; }

Value Compose::splat(ArrayRef<AffineExpr> extents, Type element, double value) {
  RankedTensorType type = typeOf(extents, element);
  if (!type)
    return nullptr;
  if (type.hasStaticShape())
    return makeSplat(*this, getLoc(), type, value);
  return broadcastTo(scalar(element, value, extents.size()), extents);
}

Value Compose::extent(AffineExpr expression) {
  if (auto constant = constantOf(normalise(expression))) {
    auto bytes = ArrayRef<char>(reinterpret_cast<const char *>(&*constant), sizeof(int64_t));
    return makeConstant(*this, getLoc(), RankedTensorType::get({}, getI64Type()), bytes);
  }
  auto map = AffineMap::get(0, symbolCountOf(expression), normalise(expression));
  return makeAs<ExtentOp>(RankedTensorType::get({}, getI64Type()), map);
}

Value Compose::shapeOf(Value x) {
  if (!x)
    return nullptr;
  SmallVector<Value> parts;
  SmallVector<int64_t> run;
  auto flush = [&] {
    if (!run.empty())
      parts.push_back(makeIntegers(*this, getLoc(), run));
    run.clear();
  };
  for (AffineExpr e : extentsOf(x)) {
    if (auto constant = constantOf(e)) {
      run.push_back(*constant);
      continue;
    }
    flush();
    parts.push_back(reshape(extent(e), Ints{1}));
  }
  flush();
  if (parts.empty())
    return makeIntegers(*this, getLoc(), {});
  return parts.size() == 1 ? parts[0] : concat(parts, 0);
}

Type Compose::elementOf(Value x) { return llvm::cast<RankedTensorType>(x.getType()).getElementType(); }
Compose::Extents Compose::extentsOf(Value x) { return getExtents(x.getType()); }
int64_t Compose::rankOf(Value x) { return llvm::cast<RankedTensorType>(x.getType()).getRank(); }

//===- Elementwise primitives -------------------------------------------------------------------------------------===//

SmallVector<Value> Compose::broadcastRanks(ValueRange values) {
  int64_t rank = 0;
  for (Value value : values) {
    if (!value)
      return {};
    rank = std::max(rank, rankOf(value));
  }
  SmallVector<Value> result;
  for (Value value : values) {
    Extents extents(rank - rankOf(value), getAffineConstantExpr(1));
    llvm::append_range(extents, extentsOf(value));
    result.push_back(reshape(value, extents));
    if (!result.back())
      return {};
  }
  return unify(result, /*repeatsOnes=*/true);
}

Value Compose::unary(UnaryKind kind, Value x) { return x ? make<UnaryOp>(kind, x) : nullptr; }

Value Compose::binary(BinaryKind kind, Value lhs, Value rhs) {
  auto operands = broadcastRanks({lhs, rhs});
  return operands.empty() ? nullptr : make<BinaryOp>(kind, operands[0], operands[1]);
}

Value Compose::compare(CompareKind kind, Value lhs, Value rhs) {
  auto operands = broadcastRanks({lhs, rhs});
  return operands.empty() ? nullptr : make<CompareOp>(kind, operands[0], operands[1]);
}

Value Compose::select(Value condition, Value onTrue, Value onFalse) {
  auto operands = broadcastRanks({condition, onTrue, onFalse});
  return operands.empty() ? nullptr : make<SelectOp>(operands[0], operands[1], operands[2]);
}

Value Compose::cast(Value x, Type element) {
  if (!x || elementOf(x) == element)
    return x;
  return makeAs<CastOp>(withElement(x.getType(), element), x);
}

//===- Activations ------------------------------------------------------------------------------------------------===//

Value Compose::relu(Value x) { return x ? maximum(x, scalarLike(x, 0)) : nullptr; }

Value Compose::clip(Value x, Value low, Value high) {
  if (low)
    x = maximum(x, low);
  return high ? minimum(x, high) : x;
}

Value Compose::clip(Value x, double low, double high) {
  return x ? clip(x, scalarLike(x, low), scalarLike(x, high)) : nullptr;
}

Value Compose::silu(Value x) { return mul(x, sigmoid(x)); }

Value Compose::gelu(Value x) {
  if (!x)
    return nullptr;
  Value erf = unary(UnaryKind::Erf, mul(x, scalarLike(x, std::sqrt(0.5))));
  return mul(mul(x, scalarLike(x, 0.5)), add(erf, scalarLike(x, 1)));
}

// Hendrycks and Gimpel, "Gaussian Error Linear Units", section 2: the tanh approximation.
Value Compose::geluTanh(Value x) {
  if (!x)
    return nullptr;
  Value cube = mul(mul(x, x), x);
  Value inner = mul(add(x, mul(cube, scalarLike(x, 0.044715))), scalarLike(x, std::sqrt(2 / M_PI)));
  return mul(mul(x, scalarLike(x, 0.5)), add(unary(UnaryKind::Tanh, inner), scalarLike(x, 1)));
}

Value Compose::hardSigmoid(Value x, double alpha, double beta) {
  return x ? clip(add(mul(x, scalarLike(x, alpha)), scalarLike(x, beta)), 0.0, 1.0) : nullptr;
}

Value Compose::hardSwish(Value x) { return mul(x, hardSigmoid(x, 1.0 / 6, 0.5)); }

Value Compose::leakyRelu(Value x, double alpha) {
  if (!x)
    return nullptr;
  Value isNegative = compare(CompareKind::Less, x, scalarLike(x, 0));
  return select(isNegative, mul(x, scalarLike(x, alpha)), x);
}

Value Compose::elu(Value x, double alpha) {
  if (!x)
    return nullptr;
  // exp sees no positive value, so that the side not taken never overflows.
  Value grown = sub(unary(UnaryKind::Exp, minimum(x, scalarLike(x, 0))), scalarLike(x, 1));
  return select(compare(CompareKind::Greater, x, scalarLike(x, 0)), x, mul(grown, scalarLike(x, alpha)));
}

// max(x, 0) + log(1 + exp(-|x|)) does not overflow.
Value Compose::softplus(Value x) {
  if (!x)
    return nullptr;
  Value decayed = unary(UnaryKind::Exp, unary(UnaryKind::Neg, unary(UnaryKind::Abs, x)));
  return add(relu(x), unary(UnaryKind::Log, add(decayed, scalarLike(x, 1))));
}

} // namespace wasmind::graph
