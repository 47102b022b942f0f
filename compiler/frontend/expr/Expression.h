//===- Expression.h - tensor expressions: operators written as formulas ------------------------------------------===//
//
//   te::Var n = te::var("n"), m = te::var("m"), l = te::var("l");
//   te::Tensor a = te::placeholder({n, l}, te::DType::F32, "a"), b = te::placeholder({l, m}, te::DType::F32, "b");
//   te::Axis k = te::reduce_axis(l, "k");
//   te::Tensor c = te::compute({n, m}, [&](te::Expr i, te::Expr j) { return te::sum(a(i, k) * b(k, j), k); }, "c");
//
// The words are those of TVM's tensor expressions. Values are immutable and cheap to copy; share them between threads
// freely. No LLVM type appears here and nothing is thrown: what is wrong makes the value that it is part of wrong,
// whose `error()` tells the first reason in one line, and `trace` (Trace.h) and the compiler report it.
//
// Types are not converted silently: both operands have one type, or one of them is a literal (a C++ number), which
// takes the other's type if it fits. Axes and vars are i32 as values, and exact as indices and extents. Integers wrap;
// division and remainder by zero give 0; the rest of the rules is in compiler/graph/GraphOps.td.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "abi/DType.h"
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace wasmind::te {

using abi::DType;

/// "f32" or "float32", "i8" or "int8", "u8" or "uint8", "bf16" or "bfloat16", "bool".
std::optional<DType> parseDType(std::string_view name);

struct Node;
struct TensorNode;
class Axis;
class Var;

/// A scalar that depends on axes: an element of a tensor, or arithmetic on such.
class Expr {
public:
  /// A literal: it takes the type of what it meets (i32 or f32 when it meets nothing), bool stays bool.
  template <typename T, typename = std::enable_if_t<std::is_arithmetic_v<T>>> Expr(T value) : Expr(literal(value)) {}
  Expr(const Axis &axis);
  Expr(const Var &var);
  explicit Expr(std::shared_ptr<const Node> node) : stored(std::move(node)) {}

  DType dtype() const;
  /// Why this is no valid expression, in one line; empty when it is one.
  const std::string &error() const;
  /// The formula, shortened when long.
  std::string text() const;
  const Node &node() const { return *stored; }
  const std::shared_ptr<const Node> &shared() const { return stored; }

private:
  std::shared_ptr<const Node> stored;

  static Expr ofInteger(int64_t value);
  static Expr ofNatural(uint64_t value);
  static Expr ofNumber(double value);
  static Expr ofBool(bool value);
  template <typename T> static Expr literal(T value) {
    if constexpr (std::is_same_v<T, bool>)
      return ofBool(value);
    else if constexpr (std::is_floating_point_v<T>)
      return ofNumber(value);
    else if constexpr (std::is_unsigned_v<T>)
      return ofNatural(value);
    else
      return ofInteger(value);
  }
};

/// An extent that is known at run time only, 0 <= value < 2^31. Vars of one name are one var.
class Var {
public:
  explicit Var(std::shared_ptr<const Node> node) : stored(std::move(node)) {}
  const std::string &name() const;

private:
  friend class Expr;
  std::shared_ptr<const Node> stored;
};

/// What a sum (product, maximum, ...) runs over: 0 <= axis < extent.
class Axis {
public:
  explicit Axis(std::shared_ptr<const Node> node) : stored(std::move(node)) {}
  const std::string &name() const;
  Expr extent() const;
  const std::shared_ptr<const Node> &shared() const { return stored; }

private:
  friend class Expr;
  std::shared_ptr<const Node> stored;
};

/// An input, or the result of a formula for its elements.
class Tensor {
public:
  explicit Tensor(std::shared_ptr<const TensorNode> node) : stored(std::move(node)) {}

  const std::string &name() const;
  DType dtype() const;
  const std::vector<Expr> &shape() const;
  /// Why this is no valid tensor, in one line that names it; empty when it is one.
  const std::string &error() const;

  /// The element at these indices, one integer per dimension. An index may be any integer expression:
  ///   - affine in axes and vars (`2 * i + k - 1`): it must lie inside the tensor for all values of its axes, or inside
  ///     a `select` whose condition says that it does;
  ///   - anything else, such as an element of another tensor: negative values count from the end once, and what is then
  ///     outside is clamped into the tensor.
  template <typename... Indices> Expr operator()(const Indices &...indices) const {
    return at(std::vector<Expr>{Expr(indices)...});
  }
  Expr operator()(const std::vector<Expr> &indices) const { return at(indices); }
  Expr at(const std::vector<Expr> &indices) const;

  const TensorNode &node() const { return *stored; }
  const std::shared_ptr<const TensorNode> &shared() const { return stored; }

private:
  std::shared_ptr<const TensorNode> stored;
};

//===- Tensors, axes, vars --------------------------------------------------------------------------------------===//

/// \param name  of the extent in the signature; not empty.
Var var(std::string name);
/// \param extent  a constant or an expression of constants and vars with + - * floordiv floormod.
Axis reduce_axis(Expr extent, std::string name = "k");
/// An input. \param shape  constants, vars and expressions of them, as for `reduce_axis`; {} is a scalar, read as
/// `x()`.
Tensor placeholder(std::vector<Expr> shape, DType dtype, std::string name);

/// `element` gives the element at the indices it is called with, one per dimension. \param axisNames  for error texts.
Tensor computeOf(std::vector<Expr> shape, const std::function<Expr(const std::vector<Expr> &)> &element,
                 std::string name, std::vector<std::string> axisNames = {});
/// A tensor whose function takes another number of indices than its shape has.
Tensor computeOfWrongRank(std::vector<Expr> shape, size_t taken, std::string name);

/// The placeholders that the outputs read, in order of first use.
std::vector<Tensor> inputsOf(const std::vector<Tensor> &outputs);
bool isPlaceholder(const Tensor &tensor);

namespace detail {
template <size_t> using Repeat = Expr;
template <typename F, size_t... I> constexpr bool takes(std::index_sequence<I...>) {
  return std::is_invocable_r_v<Expr, F &, Repeat<I>...>;
}
template <typename F, size_t... I> Expr call(F &element, const std::vector<Expr> &indices, std::index_sequence<I...>) {
  return element(indices[I]...);
}
inline constexpr size_t maxArity = 8;
/// Number of te::Expr that F takes, or more than maxArity when it takes none of these numbers.
template <typename F, size_t N = 0> constexpr size_t arity() {
  if constexpr (N > maxArity)
    return N;
  else if constexpr (takes<F>(std::make_index_sequence<N>()))
    return N;
  else
    return arity<F, N + 1>();
}
} // namespace detail

/// A tensor by a formula for its elements: `element` takes one te::Expr per dimension, or all as a vector.
template <typename F> Tensor compute(std::vector<Expr> shape, F element, std::string name = "compute") {
  constexpr size_t count = detail::arity<F>();
  if constexpr (count > detail::maxArity) {
    return computeOf(std::move(shape), element, std::move(name));
  } else {
    if (shape.size() != count)
      return computeOfWrongRank(std::move(shape), count, std::move(name));
    return computeOf(
        std::move(shape),
        [&](const std::vector<Expr> &indices) {
          return detail::call(element, indices, std::make_index_sequence<count>());
        },
        std::move(name));
  }
}

//===- Reductions: anywhere in a formula; of no elements as graph.reduce says -----------------------------------===//

Expr sum(Expr element, const std::vector<Axis> &axes);
Expr prod(Expr element, const std::vector<Axis> &axes);
Expr max(Expr element, const std::vector<Axis> &axes);
Expr min(Expr element, const std::vector<Axis> &axes);
Expr all(Expr element, const std::vector<Axis> &axes); ///< of bool
Expr any(Expr element, const std::vector<Axis> &axes); ///< of bool
Expr sum(Expr element, const Axis &axis);
Expr prod(Expr element, const Axis &axis);
Expr max(Expr element, const Axis &axis);
Expr min(Expr element, const Axis &axis);
Expr all(Expr element, const Axis &axis);
Expr any(Expr element, const Axis &axis);

//===- Scalars --------------------------------------------------------------------------------------------------===//

Expr const_(double value, DType dtype);  ///< rounded or, to integers, truncated and saturated
Expr const_(int64_t value, DType dtype); ///< must fit
Expr const_(int value, DType dtype);
Expr min_value(DType dtype); ///< of no elements' maximum: -inf for floats
Expr max_value(DType dtype); ///< of no elements' minimum: inf for floats
/// Float to integer truncates and saturates (NaN gives 0), to bool is `!= 0`, integers wrap.
Expr cast(DType dtype, Expr x);
/// One of two, by a bool. In the branch that is not taken an index may lie outside its tensor.
Expr select(Expr condition, Expr onTrue, Expr onFalse);
Expr if_then_else(Expr condition, Expr onTrue, Expr onFalse);

#define WASMIND_TE_UNARY(function, kind, takes) Expr function(Expr x);
#define WASMIND_TE_BINARY(function, kind, takes) Expr function(Expr a, Expr b);
#include "compiler/frontend/expr/Functions.def"

Expr operator-(Expr x);
Expr operator+(Expr a, Expr b);
Expr operator-(Expr a, Expr b);
Expr operator*(Expr a, Expr b);
Expr operator/(Expr a, Expr b); ///< of floats; integers say floordiv or truncdiv
Expr operator==(Expr a, Expr b);
Expr operator!=(Expr a, Expr b);
Expr operator<(Expr a, Expr b);
Expr operator<=(Expr a, Expr b);
Expr operator>(Expr a, Expr b);
Expr operator>=(Expr a, Expr b);
Expr operator&&(Expr a, Expr b); ///< of bool, both sides are evaluated
Expr operator||(Expr a, Expr b);
Expr operator!(Expr x);
Expr operator&(Expr a, Expr b); ///< of integers and bool
Expr operator|(Expr a, Expr b);
Expr operator^(Expr a, Expr b);
Expr operator~(Expr x);
Expr operator<<(Expr a, Expr b); ///< of integers
Expr operator>>(Expr a, Expr b);

} // namespace wasmind::te
