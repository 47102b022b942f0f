//===- SequenceConcat.cpp - SequenceConcat(sequence, axis) --------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand SequenceConcat(Node &node) { return ops::Concat(node); }

} // namespace wasmind::mindir::ops
