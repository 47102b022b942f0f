//===- RandomPoisson.cpp ------------------------------------------------------------------------------------------===//
//
// RandomPoisson(shape, rate): numbers of Poisson distributions [shape..., shape of the rates...]
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Formula.h"
#include "compiler/frontend/mindir/Random.h"
#include "compiler/frontend/mindir/Repeat.h"

namespace wasmind::mindir::ops {

// How many of the times between events, exponential numbers, fit in one unit of time, in which there are `rate` events:
// as many turns as the largest number, and a few.
Operand RandomPoisson(Node &node) {
  Extents shape = node.extents("shape", 0);
  Value given = node.tensor(1);
  const Type type = node.declaredElement() ? node.declaredElement() : Type(node.compose.getI64Type());
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const Type real = b.getF64Type();
  llvm::append_range(shape, b.extentsOf(given));
  graph::Draw drawn = draw(node, shape);
  Number rate{&b, b.broadcastTo(b.cast(given, real), shape)};
  if (node.failed() || !rate.value)
    return {};
  constexpr double mostTurns = 1 << 20;
  Value zeros = b.splat(shape, real, 0);
  auto counted = repeat(
      b, b.scalar(b.getI64Type(), mostTurns), {zeros, zeros}, [&](Value iteration, llvm::ArrayRef<Value> carried) {
        Number uniform{&b, b.cast(drawn.inTurn(iteration).uniform(b.getF32Type()), real)};
        Number time = Number{&b, carried[0]} - log(1 - uniform);
        Value isIn = b.compare(CompareKind::LessEqual, time.value, rate.value);
        Value isAnyIn = b.reduce(ReduceKind::Or, isIn, llvm::to_vector(llvm::seq<int64_t>(0, node.rank(isIn))), false);
        return Iteration{{time.value, b.add(carried[1], b.cast(isIn, real))}, isAnyIn};
      });
  return counted.empty() ? Value() : b.cast(counted[1], type);
}

} // namespace wasmind::mindir::ops
