//===- LoopsOps.h - the dialect between the graph and its code ----------------------------------------------------===//
#pragma once
#include "compiler/graph/Graph.h"

#include "compiler/loops/LoopsDialect.h.inc"
#include "compiler/loops/LoopsEnums.h.inc"

namespace wasmind::loops {

/// Of operations that a run does one after another; the others in a schedule say where memory is.
template <typename Op> class IsStep : public mlir::OpTrait::TraitBase<Op, IsStep> {};

} // namespace wasmind::loops

#define GET_OP_CLASSES
#include "compiler/loops/LoopsOps.h.inc"
