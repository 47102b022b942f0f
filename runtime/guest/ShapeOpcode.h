// Shape programs: how the compiler writes down the extents of an expression, and the guest computes them when it is
// called. A program is its length in i32s, then opcodes and operands; a family's comment says where programs stand
// (Operator.h).
#pragma once
#include <stdint.h>

/// Postfix. `ShapeConstant` and `ShapeVariable` are followed by their operand.
enum ShapeOpcode : int32_t {
  ShapeConstant = 0,
  ShapeVariable = 1,
  ShapeAdd = 2,
  ShapeMultiply = 3,
  ShapeFloorDivide = 4,
  ShapeCeilDivide = 5,
  ShapeModulo = 6,
  ShapeMaximum = 7,
  ShapeMinimum = 8,
};
