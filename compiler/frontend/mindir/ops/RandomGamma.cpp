//===- RandomGamma.cpp - RandomGamma(shape, alpha): numbers of gamma distributions [shape..., alpha's shape...] ---===//
#include "compiler/frontend/mindir/Formula.h"
#include "compiler/frontend/mindir/Random.h"
#include "compiler/frontend/mindir/Repeat.h"

namespace wasmind::mindir::ops {

// G. Marsaglia and W. W. Tsang, A simple method for generating gamma variables, 2000: d v where v = (1 + c x)^3 of a
// normal number x, rejected where a uniform number says so, one time in twenty or less. Below 1, of alpha + 1 and times
// u^(1 / alpha).
Operand RandomGamma(Node &node) {
  Extents shape = node.extents("shape", 0);
  Value given = node.tensor(1);
  if (node.failed() || !node.isFloat(given))
    return node.fail("takes floats");
  Compose &b = node.compose;
  llvm::append_range(shape, b.extentsOf(given));
  const Type type = node.element(given), inside = type.isF64() ? type : Type(b.getF32Type());
  graph::Draw drawn = draw(node, shape);
  Number alpha{&b, b.broadcastTo(b.cast(given, inside), shape)};
  if (node.failed() || !alpha.value)
    return {};
  Value isBelowOne = alpha < 1;
  Number d = choose(isBelowOne, alpha + 1, alpha) - 1.0 / 3, c = 1 / sqrt(d * 9);
  auto logOfUniform = [&](graph::Draw draw) { return log(1 - Number{&b, draw.uniform(inside)}); };
  constexpr double mostTurns = 1000;
  auto accepted = repeat(b, b.scalar(b.getI64Type(), mostTurns), {b.splat(shape, inside, 0)},
                         [&](Value iteration, llvm::ArrayRef<Value> carried) {
                           // An element is 0 until a number is taken for it. Turn 0 is for alpha below 1.
                           Number before{&b, carried.front()};
                           Value turn = b.add(b.mul(iteration, b.scalarLike(iteration, 2)), b.scalarLike(iteration, 1));
                           Number x{&b, drawn.inTurn(turn).normal(inside)}, root = x * c + 1, cube = root * root * root;
                           Number most = x * x * 0.5 + d - d * cube + d * log(cube); // NaN where the cube is negative
                           Number given = logOfUniform(drawn.inTurn(b.add(turn, b.scalarLike(turn, 1))));
                           Value isTaken = b.compare(CompareKind::Less, given.value, most.value);
                           Number next = choose(before == 0, choose(isTaken, cube, before), before);
                           auto dims = llvm::to_vector(llvm::seq<int64_t>(0, node.rank(next.value)));
                           Value least = b.reduce(ReduceKind::Min, next.value, dims, /*keepDims=*/false);
                           return Iteration{{next.value}, b.compare(CompareKind::Equal, least, b.scalarLike(least, 0))};
                         });
  if (accepted.empty())
    return {};
  Number value = d * Number{&b, accepted.front()};
  value = choose(isBelowOne, value * exp(logOfUniform(drawn) / alpha), value);
  return b.cast(value.value, type);
}

} // namespace wasmind::mindir::ops
