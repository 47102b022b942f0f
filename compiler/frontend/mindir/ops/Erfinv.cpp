//===- Erfinv.cpp - Erfinv(x): where Erf is x --------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"
#include <limits>

namespace wasmind::mindir::ops {

// M. Giles, Approximating the erfinv function, GPU Computing Gems 2, 2010: single precision, two polynomials in
// w = -log((1 - x) (1 + x)).
Operand Erfinv(Node &node) {
  Value given = node.tensor(0);
  if (node.failed() || !node.isFloat(given))
    return node.fail("takes floats");
  if (node.element(given).isF64())
    return node.fail("f64 is not supported; cast to float32");
  Compose &b = node.compose;
  Value x = b.cast(given, b.getF32Type()), one = b.scalarLike(x, 1);
  Value w = b.unary(UnaryKind::Neg, b.unary(UnaryKind::Log, b.mul(b.sub(one, x), b.add(one, x))));
  auto polynomial = [&](Value at, std::initializer_list<double> coefficients) {
    Value sum;
    for (double coefficient : coefficients)
      sum = sum ? b.add(b.mul(sum, at), b.scalarLike(at, coefficient)) : b.scalarLike(at, coefficient);
    return sum;
  };
  Value centre = polynomial(b.sub(w, b.scalarLike(w, 2.5)),
                            {2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087,
                             -0.00125372503, -0.00417768164, 0.246640727, 1.50140941});
  Value tail = polynomial(b.sub(b.unary(UnaryKind::Sqrt, w), b.scalarLike(w, 3)),
                          {-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613,
                           0.00943887047, 1.00167406, 2.83297682});
  Value factor = b.select(b.compare(CompareKind::Less, w, b.scalarLike(w, 5)), centre, tail);
  // At -1 and 1, where w is infinite.
  Value isEnd = b.compare(CompareKind::Equal, b.unary(UnaryKind::Abs, x), one);
  factor = b.select(isEnd, b.scalarLike(factor, std::numeric_limits<double>::infinity()), factor);
  return b.cast(b.mul(factor, x), node.element(given));
}

} // namespace wasmind::mindir::ops
