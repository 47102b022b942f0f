//===- NanToNum.cpp - NanToNum(x, nan, posinf, neginf): finite numbers in place of the others --------------------===//
#include "compiler/frontend/mindir/Operator.h"
#include <limits>

namespace wasmind::mindir::ops {

// None stands for 0, the largest and the lowest finite number.
Operand NanToNum(Node &node) {
  Value x = node.tensor(0);
  if (node.failed() || !node.isFloat(x))
    return x; // integers are finite
  auto given = [&](llvm::StringRef name, unsigned i, double otherwise) {
    auto value = node.parameter(name, i);
    return !value || value->is(Operand::Kind::Nothing) ? otherwise : node.number(name, i);
  };
  Compose &b = node.compose;
  const auto &semantics = mlir::cast<mlir::FloatType>(node.element(x)).getFloatSemantics();
  const double largest = llvm::APFloat::getLargest(semantics).convertToDouble();
  const double infinity = std::numeric_limits<double>::infinity();
  auto replace = [&](Value where, double by) { x = b.select(where, b.scalarLike(x, by), x); };
  replace(b.unary(UnaryKind::IsNaN, x), given("nan", 1, 0));
  replace(b.compare(CompareKind::Equal, x, b.scalarLike(x, infinity)), given("posinf", 2, largest));
  replace(b.compare(CompareKind::Equal, x, b.scalarLike(x, -infinity)), given("neginf", 3, -largest));
  return x;
}

} // namespace wasmind::mindir::ops
