//===- Special.h - special functions, computed in f64 and given in the type of their argument --------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

/// f of input i, floats, in f64.
Operand special(Node &node, unsigned i, llvm::function_ref<Value(Compose &b, Value x)> f);

/// The sum of coefficients times Chebyshev's polynomials at t in -1..1.
Value chebyshev(Compose &b, Value t, llvm::ArrayRef<double> coefficients);

/// Bessel's functions of order 0 or 1. `scaled`: I times e^-|x|, K times e^x.
enum class Bessel { I, J, K, Y };
Operand bessel(Node &node, Bessel kind, int order, bool scaled = false);

/// Where the error function is x, of f32.
Value inverseErrorFunction(Compose &b, Value x);

/// log |gamma(x)|
Value logGamma(Compose &b, Value x);
/// The derivative of that.
Value digamma(Compose &b, Value x);
/// The sum of 1 / (x + k)^s over k = 0, 1, ... for s > 1 and x > 0; NaN elsewhere.
Value hurwitzZeta(Compose &b, Value s, Value x);

/// The regularised incomplete gamma function of f64, lower or upper: of order a > 0 at x >= 0; NaN elsewhere.
Value incompleteGamma(Compose &b, Value a, Value x, bool upper);
/// The regularised incomplete beta function of f64: of a, c > 0 at x in 0..1; NaN elsewhere.
Value incompleteBeta(Compose &b, Value a, Value c, Value x);

} // namespace wasmind::mindir
