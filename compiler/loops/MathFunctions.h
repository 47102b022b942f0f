//===- MathFunctions.h - elementary functions of floats -----------------------------------------------------------===//
//
// Terms are f32 or f64; Math.h says how accurate the results are.
//
// Polynomials are minimax (Remez; coefficients rounded one by one to f32 or f64), rationals are minimax by Lawson's
// iteration; each states its interval and error. Argument reductions are Cody and Waite's (1980).
//
// f32 has its own code for what networks use in bulk: exp, log, tanh, sigmoid, erf, sin, cos. The other functions are
// computed through f64.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/loops/MathTerm.h"

namespace wasmind::loops {

Term exponential(Term x);
Term exponentialNonPositive(Term x);
Term logarithm(Term x);
Term logarithmOnePlus(Term x);    ///< log(1 + x), f64
Term exponentialMinusOne(Term x); ///< exp(x) - 1, f64, |x| <= 700
Term power(Term x, Term y);
Term sigmoid(Term x);
Term hyperbolicTangent(Term x);
Term errorFunction(Term x);
Term hyperbolicSine(Term x);
Term hyperbolicCosine(Term x);
Term inverseHyperbolicSine(Term x);
Term inverseHyperbolicCosine(Term x);
Term inverseHyperbolicTangent(Term x);
Term sine(Term x);
Term cosine(Term x);
Term tangent(Term x);
Term arcSine(Term x);
Term arcCosine(Term x);
Term arcTangent(Term x);
Term arcTangent2(Term y, Term x);
Term floatRemainder(Term x, Term y); ///< C's fmod: exact

// Integers, see emitBinary.
/// An integer of `width` bits: the low bits, or extended by its sign or zeros.
Term resizeInteger(Term x, unsigned width, bool isUnsigned);
/// To f32 or f64, rounded to nearest.
Term integerToFloat(Term x, bool isUnsigned, mlir::Type target);

Term integerDivide(Term a, Term b, bool isUnsigned);
Term integerRemainder(Term a, Term b, bool isUnsigned);
Term integerPower(Term x, Term y, bool isUnsigned);
Term integerShift(Term a, Term count, bool left, bool isUnsigned);

/// f64: f(x). f32: f64's result, rounded.
template <typename Function> Term throughF64(Function f, Term x) { return x.isF64() ? f(x) : f(x.toF64()).toF32(); }
template <typename Function> Term throughF64(Function f, Term x, Term y) {
  return x.isF64() ? f(x, y) : f(x.toF64(), y.toF64()).toF32();
}

} // namespace wasmind::loops
