//===- MatrixInverseExt.cpp - MatrixInverseExt(x [..., N, N]) -----------------------------------------------------===//
#include "compiler/frontend/mindir/Matrices.h"

namespace wasmind::mindir::ops {

Operand MatrixInverseExt(Node &node) { return ops::MatrixInverse(node); }

} // namespace wasmind::mindir::ops
