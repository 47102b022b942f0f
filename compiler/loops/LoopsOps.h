//===- LoopsOps.h - the dialect between the graph and its code ----------------------------------------------------===//
#pragma once
#include "compiler/graph/Graph.h"

#include "compiler/loops/LoopsDialect.h.inc"
#include "compiler/loops/LoopsEnums.h.inc"
#define GET_OP_CLASSES
#include "compiler/loops/LoopsOps.h.inc"
