//===- MathTerm.h - formulas that read like formulas --------------------------------------------------------------===//
//
// A Term is an SSA value with the operators of C++: a scalar or a 1-D vector, where a formula means the same per lane.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <concepts>
#include <initializer_list>

namespace mlir {
class ImplicitLocOpBuilder;
}

namespace wasmind::loops {

class Term {
public:
  Term(mlir::ImplicitLocOpBuilder &builder, mlir::Value value) : ops(&builder), value(value) {}
  operator mlir::Value() const { return value; }
  mlir::ImplicitLocOpBuilder &builder() const { return *ops; }
  mlir::Type type() const { return value.getType(); }
  mlir::Type element() const { return mlir::getElementTypeOrSelf(value.getType()); }
  bool isFloat() const { return llvm::isa<mlir::FloatType>(element()); }
  bool isF64() const { return element().isF64(); }
  unsigned width() const { return element().getIntOrFloatBitWidth(); }
  /// This type with other elements.
  mlir::Type withElement(mlir::Type element) const;

  /// The same constant in all lanes of this type. Integer types take the low bits of `v`.
  template <std::integral T> Term constant(T v) const { return constantOf(int64_t(v)); }
  template <std::floating_point T> Term constant(T v) const { return constantOf(double(v)); }

  Term floor() const;
  Term ceil() const;
  Term nearest() const; ///< ties to even
  Term trunc() const;
  Term sqrt() const;
  Term abs() const;     ///< also of signed integers; the smallest stays
  Term bits() const;    ///< float -> integer of the same width
  Term asFloat() const; ///< i32 -> f32, i64 -> f64: the same bits
  Term toFloat() const; ///< i32 -> f32, i64 -> f64: the same number
  Term toF64() const;   ///< f32 -> f64
  Term toF32() const;   ///< f64 -> f32
  Term operator-() const;
  Term operator~() const;
  Term shiftLeft(unsigned count) const;
  Term shiftRightSigned(unsigned count) const;
  Term shiftRightUnsigned(unsigned count) const;

private:
  Term constantOf(int64_t v) const;
  Term constantOf(double v) const;
  mlir::ImplicitLocOpBuilder *ops;
  mlir::Value value;
};

Term operator+(Term a, Term b);
Term operator-(Term a, Term b);
Term operator*(Term a, Term b);
Term operator/(Term a, Term b); ///< floats only
Term operator&(Term a, Term b);
Term operator|(Term a, Term b);
Term operator^(Term a, Term b);
// Comparisons give i1; of floats they are ordered, except !=; of integers signed.
Term operator<(Term a, Term b);
Term operator<=(Term a, Term b);
Term operator>(Term a, Term b);
Term operator>=(Term a, Term b);
Term operator==(Term a, Term b);
Term operator!=(Term a, Term b);
Term unsignedLess(Term a, Term b);

template <typename T>
concept Number = std::is_arithmetic_v<T>;
#define WASMIND_WITH_CONSTANT(op)                                                                                      \
  template <Number T> Term operator op(Term a, T b) { return a op a.constant(b); }                                     \
  template <Number T> Term operator op(T a, Term b) { return b.constant(a) op b; }
WASMIND_WITH_CONSTANT(+)
WASMIND_WITH_CONSTANT(-)
WASMIND_WITH_CONSTANT(*)
WASMIND_WITH_CONSTANT(/)
WASMIND_WITH_CONSTANT(&)
WASMIND_WITH_CONSTANT(|)
WASMIND_WITH_CONSTANT(^)
WASMIND_WITH_CONSTANT(<)
WASMIND_WITH_CONSTANT(<=)
WASMIND_WITH_CONSTANT(>)
WASMIND_WITH_CONSTANT(>=)
WASMIND_WITH_CONSTANT(==)
WASMIND_WITH_CONSTANT(!=)
#undef WASMIND_WITH_CONSTANT

Term select(Term condition, Term ifTrue, Term ifFalse);
template <Number T> Term select(Term condition, T ifTrue, Term ifFalse) {
  return select(condition, ifFalse.constant(ifTrue), ifFalse);
}
template <Number T> Term select(Term condition, Term ifTrue, T ifFalse) {
  return select(condition, ifTrue, ifTrue.constant(ifFalse));
}

/// x < y ? y : x and y < x ? y : x; NaN in x stays. One instruction.
Term fastMax(Term x, Term y);
Term fastMin(Term x, Term y);

/// a * b + c, rounded once or twice: the engine's choice under relaxed SIMD. Never for error-free transformations.
Term multiplyAdd(Term a, Term b, Term c);
/// coefficients[0] + coefficients[1] x + ..., by Horner's rule.
Term polynomial(Term x, std::initializer_list<double> coefficients);
/// |magnitude| is not taken: its sign must be clear. The sign bit comes from `sign`.
Term withSignOf(Term magnitude, Term sign);
/// Whether the sign bit is set, also that of -0 and NaN.
Term signBit(Term x);
/// One i1: whether any lane of an i1 term is true.
Term anyLane(Term condition);
/// Runs `then` (for its results) only if `condition` (one i1) holds; otherwise the results are `otherwise`.
llvm::SmallVector<Term> when(Term condition, llvm::ArrayRef<Term> otherwise,
                             llvm::function_ref<llvm::SmallVector<Term>()> then);
/// while (continues(state)) state = step(state).
llvm::SmallVector<Term> repeatWhile(llvm::ArrayRef<Term> initial,
                                    llvm::function_ref<Term(llvm::ArrayRef<Term>)> continues,
                                    llvm::function_ref<llvm::SmallVector<Term>(llvm::ArrayRef<Term>)> step);
/// The number in all lanes, when the term is such a constant.
std::optional<double> constantOf(Term x);

} // namespace wasmind::loops
