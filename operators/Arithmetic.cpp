// Integers wrap. Div of integers truncates toward zero, FloorDiv and Mod round toward minus infinity (the sign of Mod
// is that of b); by zero all three give 0. FloorDiv of floats is floor(a / b). Maximum and Minimum give NaN when either
// side is NaN.
#include "operators/Library.h"

namespace wasmind::operators {

static bool isFloat(Expr x) { return x.dtype() == DType::F32 || x.dtype() == DType::F64 || x.dtype() == DType::F16; }

std::vector<Operator> Arithmetic() {
  return {
      binary("Add", numbers(), [](Expr a, Expr b) { return a + b; }),
      binary("Sub", numbers(), [](Expr a, Expr b) { return a - b; }),
      binary("Mul", numbers(), [](Expr a, Expr b) { return a * b; }),
      binary("Div", numbers(), [](Expr a, Expr b) { return isFloat(a) ? a / b : te::truncdiv(a, b); }),
      binary("FloorDiv", numbers(), [](Expr a, Expr b) { return te::floordiv(a, b); }),
      binary("Mod", numbers(), [](Expr a, Expr b) { return te::floormod(a, b); }),
      binary("Pow", floats, [](Expr a, Expr b) { return te::pow(a, b); }),
      binary("Maximum", numbers(), [](Expr a, Expr b) { return te::max(a, b); }),
      binary("Minimum", numbers(), [](Expr a, Expr b) { return te::min(a, b); }),
      unary("Neg", numbers(), [](Expr a) { return -a; }),
      unary("Abs", numbers(), [](Expr a) { return te::abs(a); }),
      unary("Sign", numbers(), [](Expr a) { return te::sign(a); }),
      unary("Square", numbers(), [](Expr a) { return a * a; }),
      unary("Reciprocal", floats, [](Expr a) { return te::reciprocal(a); }),
  };
}

} // namespace wasmind::operators
