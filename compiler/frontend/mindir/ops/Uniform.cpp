//===- Uniform.cpp - InplaceUniform(x, from, to, seed, offset): numbers in [from, to) of the shape of x -----------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand Uniform(Node &node) { return ops::UniformExt(node); }

} // namespace wasmind::mindir::ops
