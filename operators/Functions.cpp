// Mathematical functions of floats. f16 is computed in f32 and rounded once. Round goes to the nearest, ties to even.
#include "operators/Library.h"

namespace wasmind::operators {

std::vector<Operator> Functions() {
  return {
      unary("Exp", floats, te::exp),     unary("Log", floats, te::log),     unary("Sqrt", floats, te::sqrt),
      unary("Rsqrt", floats, te::rsqrt), unary("Floor", floats, te::floor), unary("Ceil", floats, te::ceil),
      unary("Round", floats, te::round), unary("Sin", floats, te::sin),     unary("Cos", floats, te::cos),
      unary("Tanh", floats, te::tanh),   unary("Erf", floats, te::erf),     unary("Sigmoid", floats, te::sigmoid),
  };
}

} // namespace wasmind::operators
