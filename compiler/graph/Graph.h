//===- Graph.h - the graph dialect --------------------------------------------------------------------------------===//
//
// Everything a front end or a pass needs to speak about whole-tensor programs: operations, dimensions, constants.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "compiler/graph/Dimensions.h"

#include "compiler/graph/GraphDialect.h.inc"
#include "compiler/graph/GraphEnums.h.inc"
#include "compiler/graph/GraphInterfaces.h.inc"
#define GET_OP_CLASSES
#include "compiler/graph/GraphOps.h.inc"
