#include "operators/Library.h"

namespace wasmind::operators {

std::vector<Operator> Logic() {
  const std::vector<DType> bools{DType::Bool};
  Operator select;
  select.name = "Select";
  select.inputs = {"condition", "a", "b"};
  for (DType type : everything())
    select.variants.push_back({{DType::Bool, type, type}, {type}});
  select.formula = [](const std::vector<Expr> &x) { return te::select(x[0], x[1], x[2]); };
  return {
      binary("LogicalAnd", bools, [](Expr a, Expr b) { return a && b; }),
      binary("LogicalOr", bools, [](Expr a, Expr b) { return a || b; }),
      unary("LogicalNot", bools, [](Expr a) { return !a; }),
      std::move(select),
  };
}

} // namespace wasmind::operators
