#include "compiler/frontend/onnx/ControlFlow.h"

// A condition known while compiling leaves one branch. Else extents may differ, which the run tells. Where ranks do (an
// exporter's squeeze of an axis that was 1 when it looked), a condition on extents is taken to be what it was then.
WASMIND_ONNX_OPERATOR(If) {
  Value condition = node.input(0);
  if (auto known = node.constantCondition(condition)) {
    auto values = node.subgraph(*known ? "then_branch" : "else_branch", {});
    return values ? Results(*values) : Failure();
  }
  condition = toScalar(node, condition);
  if (!condition)
    return Failure();
  // Sequences and optionals branch tensor by tensor: both sides hold as many.
  Data given[2];
  auto branch = [&](llvm::StringRef attribute, Data &side, const Data &other) -> Branch {
    auto values = node.branch(attribute, condition);
    if (!values)
      return std::nullopt;
    side = std::move(*values);
    for (auto [i, pair] : llvm::enumerate(llvm::zip(side, other)))
      if (!haveOneForm(std::get<0>(pair), std::get<1>(pair)))
        return node.fail("the branches give " + std::get<1>(pair).text() + " and " + std::get<0>(pair).text() +
                         " as '" + node.nameOfOutput(i) + "', and which is taken is only known at run time, from " +
                         node.origin(condition) + node.advice(condition));
    return flatten(side);
  };
  auto values = emitIf(
      node, condition, [&] { return branch("then_branch", given[0], given[1]); },
      [&] { return branch("else_branch", given[1], given[0]); });
  if (!values)
    return Failure();
  return rebuild(given[0].empty() ? given[1] : given[0], *values);
}
