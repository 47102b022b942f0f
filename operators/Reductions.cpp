// Over any axes, the list `axes`; over all when it is empty. Sums and products of integers wrap. Of no elements the sum
// is 0, the product 1, All true, Any false, the maximum the smallest value of the type (-inf) and the minimum the
// largest. A NaN makes the maximum and the minimum NaN. f16 is computed in f32.
#include "operators/Library.h"

namespace wasmind::operators {

std::vector<Operator> Reductions() {
  using Element = std::function<Expr(Expr)>;
  const std::vector<DType> bools{DType::Bool};
  return {
      reduction("ReduceSum", numbers(), [](const Element &a, te::Axis k) { return te::sum(a(k), k); }),
      reduction("ReduceProd", numbers(), [](const Element &a, te::Axis k) { return te::prod(a(k), k); }),
      reduction("ReduceMax", numbers(), [](const Element &a, te::Axis k) { return te::max(a(k), k); }),
      reduction("ReduceMin", numbers(), [](const Element &a, te::Axis k) { return te::min(a(k), k); }),
      reduction("ReduceMean", floats,
                [](const Element &a, te::Axis k) {
                  Expr total = te::sum(a(k), k);
                  return total / te::cast(total.dtype(), k.extent());
                }),
      reduction("ReduceAll", bools, [](const Element &a, te::Axis k) { return te::all(a(k), k); }),
      reduction("ReduceAny", bools, [](const Element &a, te::Axis k) { return te::any(a(k), k); }),
  };
}

} // namespace wasmind::operators
