//===- Scalars.cpp - arithmetic on expressions, and its types ----------------------------------------------------===//
#include "compiler/frontend/expr/Make.h"
#include <cmath>
#include <limits>

namespace wasmind::te {
namespace {

/// Gives the two one type; the failure otherwise. `a` and `b` are replaced.
std::optional<Expr> unify(Expr &a, Expr &b, const std::string &text) {
  for (const Expr *x : {&a, &b})
    if (x->node().kind == NodeKind::Failure)
      return *x;
  if (isLiteral(a) && isLiteral(b)) {
    if (a.node().isFloat != b.node().isFloat) {
      (a.node().isFloat ? b : a) = adapted(a.node().isFloat ? b : a, DType::F32);
    }
    a = settled(a);
    b = settled(b);
  } else if (isLiteral(a)) {
    a = adapted(a, b.dtype());
  } else if (isLiteral(b)) {
    b = adapted(b, a.dtype());
  }
  for (const Expr *x : {&a, &b})
    if (x->node().kind == NodeKind::Failure)
      return fail(text + ": " + x->error());
  if (a.dtype() != b.dtype())
    return fail(text + ": the operands are " + wordOf(a.dtype()) + " and " + wordOf(b.dtype()) + "; cast one of them");
  return std::nullopt;
}

enum class Takes { Number, Float, Integer, IntegerOrBool, Bool, Any };

bool accepts(Takes takes, DType dtype) {
  switch (takes) {
  case Takes::Number:
    return dtype != DType::Bool;
  case Takes::Float:
    return isFloat(dtype);
  case Takes::Integer:
    return isInteger(dtype);
  case Takes::IntegerOrBool:
    return !isFloat(dtype);
  case Takes::Bool:
    return dtype == DType::Bool;
  case Takes::Any:
    return true;
  }
  return false;
}

const char *nounOf(Takes takes) {
  switch (takes) {
  case Takes::Number:
    return "numbers";
  case Takes::Float:
    return "floats";
  case Takes::Integer:
    return "integers";
  case Takes::IntegerOrBool:
    return "integers and bool";
  case Takes::Bool:
    return "bool";
  case Takes::Any:
    return "anything";
  }
  return "";
}

std::string refusal(const std::string &text, Takes takes, DType dtype) {
  return text + ": takes " + nounOf(takes) + ", not " + wordOf(dtype);
}

/// A float literal's function is a literal again.
std::optional<double> folded(UnaryKind kind, double x) {
  switch (kind) {
  case UnaryKind::Abs:
    return std::fabs(x);
  case UnaryKind::Exp:
    return std::exp(x);
  case UnaryKind::Log:
    return std::log(x);
  case UnaryKind::Sqrt:
    return std::sqrt(x);
  case UnaryKind::Rsqrt:
    return 1 / std::sqrt(x);
  case UnaryKind::Reciprocal:
    return 1 / x;
  case UnaryKind::Floor:
    return std::floor(x);
  case UnaryKind::Ceil:
    return std::ceil(x);
  case UnaryKind::Trunc:
    return std::trunc(x);
  case UnaryKind::Sin:
    return std::sin(x);
  case UnaryKind::Cos:
    return std::cos(x);
  case UnaryKind::Tanh:
    return std::tanh(x);
  default:
    return std::nullopt;
  }
}

Expr unary(UnaryKind kind, Expr x, Takes takes) {
  if (x.node().kind == NodeKind::Failure)
    return x;
  Node node{NodeKind::Unary};
  node.function = uint8_t(kind);
  if (isLiteral(x)) {
    const Node &literal = x.node();
    if (kind == UnaryKind::Neg && literal.dtype != DType::Bool && (literal.isFloat || literal.integer != INT64_MIN))
      return literalOf(literal.isFloat, -literal.integer, -literal.number);
    if (takes == Takes::Float || literal.isFloat) {
      if (auto value = folded(kind, literal.isFloat ? literal.number : double(literal.integer)))
        return literalOf(true, 0, *value);
      x = adapted(x, DType::F32);
    } else {
      x = settled(x);
    }
  }
  node.dtype = kind == UnaryKind::IsNaN ? DType::Bool : x.dtype();
  node.operands = {x};
  if (!accepts(takes, x.dtype()))
    return fail(refusal(textOf(node), takes, x.dtype()));
  return make(std::move(node));
}

/// Arithmetic of two integer or two float literals is a literal again, where it is exact.
std::optional<Expr> foldedLiterals(BinaryKind kind, const Node &a, const Node &b) {
  if (a.dtype == DType::Bool || b.dtype == DType::Bool)
    return std::nullopt;
  if (a.isFloat || b.isFloat) {
    double x = a.isFloat ? a.number : double(a.integer), y = b.isFloat ? b.number : double(b.integer);
    switch (kind) {
    case BinaryKind::Add:
      return literalOf(true, 0, x + y);
    case BinaryKind::Sub:
      return literalOf(true, 0, x - y);
    case BinaryKind::Mul:
      return literalOf(true, 0, x * y);
    case BinaryKind::Div:
      return literalOf(true, 0, x / y);
    case BinaryKind::Pow:
      return literalOf(true, 0, std::pow(x, y));
    default:
      return std::nullopt;
    }
  }
  int64_t x = a.integer, y = b.integer, result = 0;
  bool overflows = false;
  switch (kind) {
  case BinaryKind::Add:
    overflows = __builtin_add_overflow(x, y, &result);
    break;
  case BinaryKind::Sub:
    overflows = __builtin_sub_overflow(x, y, &result);
    break;
  case BinaryKind::Mul:
    overflows = __builtin_mul_overflow(x, y, &result);
    break;
  case BinaryKind::FloorDiv:
  case BinaryKind::FloorMod: {
    if (y <= 0)
      return std::nullopt;
    int64_t rest = ((x % y) + y) % y;
    result = kind == BinaryKind::FloorMod ? rest : x / y - (x % y < 0);
    break;
  }
  case BinaryKind::Max:
    result = std::max(x, y);
    break;
  case BinaryKind::Min:
    result = std::min(x, y);
    break;
  default:
    return std::nullopt;
  }
  if (overflows)
    return std::nullopt;
  return literalOf(false, result, 0);
}

Expr binary(BinaryKind kind, Expr a, Expr b, Takes takes, const char *hint = "") {
  if (isLiteral(a) && isLiteral(b))
    if (auto literal = foldedLiterals(kind, a.node(), b.node()))
      return *literal;
  Node node{NodeKind::Binary};
  node.function = uint8_t(kind);
  node.operands = {a, b};
  if (auto failure = unify(node.operands[0], node.operands[1], textOf(node)))
    return *failure;
  node.dtype = node.operands[0].dtype();
  if (!accepts(takes, node.dtype))
    return fail(refusal(textOf(node), takes, node.dtype) + hint);
  return make(std::move(node));
}

Expr compare(CompareKind kind, Expr a, Expr b) {
  Node node{NodeKind::Compare, DType::Bool};
  node.function = uint8_t(kind);
  node.operands = {a, b};
  if (auto failure = unify(node.operands[0], node.operands[1], textOf(node)))
    return *failure;
  return make(std::move(node));
}

Expr logical(BinaryKind kind, Expr a, Expr b) { return binary(kind, a, b, Takes::Bool); }

Expr reduction(ReduceKind kind, Expr element, const std::vector<Axis> &axes) {
  if (element.node().kind == NodeKind::Failure)
    return element;
  Node node{NodeKind::Reduce};
  node.function = uint8_t(kind);
  node.operands = {settled(element)};
  node.axes = axes;
  if (node.operands[0].node().kind == NodeKind::Failure)
    return node.operands[0];
  node.dtype = node.operands[0].dtype();
  if (axes.empty())
    return fail(textOf(node) + ": needs an axis to run over");
  for (size_t i = 0; i < axes.size(); ++i) {
    const Node &axis = *axes[i].shared();
    if (axis.kind == NodeKind::Failure)
      return Expr(axes[i]);
    if (!axis.isReduced)
      return fail(textOf(node) + ": '" + axis.name + "' is an index of the result; make one with reduce_axis");
    for (size_t j = 0; j < i; ++j)
      if (axes[j].shared() == axes[i].shared())
        return fail(textOf(node) + ": runs over '" + axis.name + "' twice");
  }
  Takes takes = kind == ReduceKind::And || kind == ReduceKind::Or ? Takes::Bool : Takes::Number;
  if (!accepts(takes, node.dtype))
    return fail(refusal(textOf(node), takes, node.dtype));
  return make(std::move(node));
}

} // namespace

//===- Scalars --------------------------------------------------------------------------------------------------===//

Expr sum(Expr element, const std::vector<Axis> &axes) { return reduction(ReduceKind::Sum, element, axes); }
Expr prod(Expr element, const std::vector<Axis> &axes) { return reduction(ReduceKind::Prod, element, axes); }
Expr max(Expr element, const std::vector<Axis> &axes) { return reduction(ReduceKind::Max, element, axes); }
Expr min(Expr element, const std::vector<Axis> &axes) { return reduction(ReduceKind::Min, element, axes); }
Expr all(Expr element, const std::vector<Axis> &axes) { return reduction(ReduceKind::And, element, axes); }
Expr any(Expr element, const std::vector<Axis> &axes) { return reduction(ReduceKind::Or, element, axes); }
Expr sum(Expr element, const Axis &axis) { return reduction(ReduceKind::Sum, element, {axis}); }
Expr prod(Expr element, const Axis &axis) { return reduction(ReduceKind::Prod, element, {axis}); }
Expr max(Expr element, const Axis &axis) { return reduction(ReduceKind::Max, element, {axis}); }
Expr min(Expr element, const Axis &axis) { return reduction(ReduceKind::Min, element, {axis}); }
Expr all(Expr element, const Axis &axis) { return reduction(ReduceKind::And, element, {axis}); }
Expr any(Expr element, const Axis &axis) { return reduction(ReduceKind::Or, element, {axis}); }

Expr const_(double value, DType dtype) {
  if (isFloat(dtype))
    return constant(dtype, 0, value);
  if (dtype == DType::Bool)
    return constant(dtype, value != 0, 0);
  Range range = rangeOf(dtype);
  if (std::isnan(value))
    return constant(dtype, 0, 0);
  if (value <= double(range.low))
    return constant(dtype, range.low, 0);
  if (value >= double(range.high))
    return constant(dtype, int64_t(range.high), 0);
  return constant(dtype, isUnsigned(dtype) ? int64_t(uint64_t(value)) : int64_t(value), 0);
}
Expr const_(int64_t value, DType dtype) { return adapted(literalOf(false, value, 0), dtype); }
Expr const_(int value, DType dtype) { return const_(int64_t(value), dtype); }

Expr min_value(DType dtype) {
  if (isFloat(dtype))
    return constant(dtype, 0, -std::numeric_limits<double>::infinity());
  return constant(dtype, rangeOf(dtype).low, 0);
}
Expr max_value(DType dtype) {
  if (isFloat(dtype))
    return constant(dtype, 0, std::numeric_limits<double>::infinity());
  return constant(dtype, int64_t(rangeOf(dtype).high), 0);
}

Expr cast(DType dtype, Expr x) {
  if (isLiteral(x)) {
    const Node &literal = x.node();
    return literal.isFloat        ? const_(literal.number, dtype)
           : dtype == DType::Bool ? constant(dtype, literal.integer != 0, 0)
                                  : adapted(x, dtype);
  }
  if (x.node().kind == NodeKind::Failure || x.dtype() == dtype)
    return x;
  Node node{NodeKind::Cast, dtype};
  node.operands = {x};
  return make(std::move(node));
}

Expr select(Expr condition, Expr onTrue, Expr onFalse) {
  Node node{NodeKind::Select};
  node.operands = {settled(condition), onTrue, onFalse};
  if (node.operands[0].node().kind == NodeKind::Failure)
    return node.operands[0];
  if (auto failure = unify(node.operands[1], node.operands[2], textOf(node)))
    return *failure;
  node.dtype = node.operands[1].dtype();
  if (node.operands[0].dtype() != DType::Bool)
    return fail(textOf(node) + ": the condition is " + wordOf(node.operands[0].dtype()) + ", not bool");
  return make(std::move(node));
}
Expr if_then_else(Expr condition, Expr onTrue, Expr onFalse) { return select(condition, onTrue, onFalse); }

#define WASMIND_TE_UNARY(function, kind, takes)                                                                        \
  Expr function(Expr x) { return unary(UnaryKind::kind, x, Takes::takes); }
#define WASMIND_TE_BINARY(function, kind, takes)                                                                       \
  Expr function(Expr a, Expr b) { return binary(BinaryKind::kind, a, b, Takes::takes); }
#include "compiler/frontend/expr/Functions.def"

Expr operator-(Expr x) { return unary(UnaryKind::Neg, x, Takes::Number); }
Expr operator+(Expr a, Expr b) { return binary(BinaryKind::Add, a, b, Takes::Number); }
Expr operator-(Expr a, Expr b) { return binary(BinaryKind::Sub, a, b, Takes::Number); }
Expr operator*(Expr a, Expr b) { return binary(BinaryKind::Mul, a, b, Takes::Number); }
Expr operator/(Expr a, Expr b) {
  if (isLiteral(a) && isLiteral(b)) // of floats, as all of `/`
    return binary(BinaryKind::Div, a.node().isFloat ? a : adapted(a, DType::F32), b, Takes::Float);
  return binary(BinaryKind::Div, a, b, Takes::Float, "; write floordiv or truncdiv");
}
Expr operator==(Expr a, Expr b) { return compare(CompareKind::Equal, a, b); }
Expr operator!=(Expr a, Expr b) { return compare(CompareKind::NotEqual, a, b); }
Expr operator<(Expr a, Expr b) { return compare(CompareKind::Less, a, b); }
Expr operator<=(Expr a, Expr b) { return compare(CompareKind::LessEqual, a, b); }
Expr operator>(Expr a, Expr b) { return compare(CompareKind::Greater, a, b); }
Expr operator>=(Expr a, Expr b) { return compare(CompareKind::GreaterEqual, a, b); }
Expr operator&&(Expr a, Expr b) { return logical(BinaryKind::And, a, b); }
Expr operator||(Expr a, Expr b) { return logical(BinaryKind::Or, a, b); }
Expr operator!(Expr x) { return unary(UnaryKind::Not, x, Takes::Bool); }
Expr operator&(Expr a, Expr b) { return binary(BinaryKind::And, a, b, Takes::IntegerOrBool); }
Expr operator|(Expr a, Expr b) { return binary(BinaryKind::Or, a, b, Takes::IntegerOrBool); }
Expr operator^(Expr a, Expr b) { return binary(BinaryKind::Xor, a, b, Takes::IntegerOrBool); }
Expr operator~(Expr x) { return unary(UnaryKind::Not, x, Takes::IntegerOrBool); }
Expr operator<<(Expr a, Expr b) { return binary(BinaryKind::ShiftLeft, a, b, Takes::Integer); }
Expr operator>>(Expr a, Expr b) { return binary(BinaryKind::ShiftRight, a, b, Takes::Integer); }

} // namespace wasmind::te
