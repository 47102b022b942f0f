//===- Formula.h - formulas of tensors as they are written --------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

/// What formulas are written with: a tensor, and numbers beside it.
struct Number {
  Compose *b;
  Value value;

  Number with(double other) const { return {b, b->scalarLike(value, other)}; }
  Number of(UnaryKind kind) const { return {b, b->unary(kind, value)}; }
  friend Number operator+(Number x, Number y) { return {x.b, x.b->add(x.value, y.value)}; }
  friend Number operator-(Number x, Number y) { return {x.b, x.b->sub(x.value, y.value)}; }
  friend Number operator*(Number x, Number y) { return {x.b, x.b->mul(x.value, y.value)}; }
  friend Number operator/(Number x, Number y) { return {x.b, x.b->div(x.value, y.value)}; }
  friend Number operator+(Number x, double y) { return x + x.with(y); }
  friend Number operator-(Number x, double y) { return x - x.with(y); }
  friend Number operator*(Number x, double y) { return x * x.with(y); }
  friend Number operator/(double x, Number y) { return y.with(x) / y; }
  friend Number operator-(double x, Number y) { return y.with(x) - y; }
  Value operator<(double y) const { return b->compare(CompareKind::Less, value, with(y).value); }
  Value operator==(double y) const { return b->compare(CompareKind::Equal, value, with(y).value); }
  Number atLeast(double y) const { return {b, b->maximum(value, with(y).value)}; }
  Number atMost(double y) const { return {b, b->minimum(value, with(y).value)}; }
};

inline Number choose(Value condition, Number x, Number y) { return {x.b, x.b->select(condition, x.value, y.value)}; }
inline Number choose(Value condition, double x, Number y) { return choose(condition, y.with(x), y); }
inline Number exp(Number x) { return x.of(UnaryKind::Exp); }
inline Number log(Number x) { return x.of(UnaryKind::Log); }
inline Number abs(Number x) { return x.of(UnaryKind::Abs); }
inline Number sqrt(Number x) { return x.of(UnaryKind::Sqrt); }
inline Number pow(Number x, Number y) { return {x.b, x.b->binary(BinaryKind::Pow, x.value, y.value)}; }

} // namespace wasmind::mindir
