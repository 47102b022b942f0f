// The result is bool. A comparison with NaN is false, NotEqual true.
#include "operators/Library.h"

namespace wasmind::operators {

std::vector<Operator> Comparisons() {
  constexpr DType result = DType::Bool;
  return {
      binary(
          "Equal", everything(), [](Expr a, Expr b) { return a == b; }, result),
      binary(
          "NotEqual", everything(), [](Expr a, Expr b) { return a != b; }, result),
      binary(
          "Less", numbers(), [](Expr a, Expr b) { return a < b; }, result),
      binary(
          "LessEqual", numbers(), [](Expr a, Expr b) { return a <= b; }, result),
      binary(
          "Greater", numbers(), [](Expr a, Expr b) { return a > b; }, result),
      binary(
          "GreaterEqual", numbers(), [](Expr a, Expr b) { return a >= b; }, result),
  };
}

} // namespace wasmind::operators
