//===- BernoulliTensor.cpp - InplaceBernoulliTensor(x, p, seed, offset): 1 with probability p, a tensor -----------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand BernoulliTensor(Node &node) { return ops::BernoulliScalar(node); }

} // namespace wasmind::mindir::ops
