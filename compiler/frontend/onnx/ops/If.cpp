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
  auto branch = [&](llvm::StringRef attribute) {
    return [&node, condition, attribute] { return node.branch(attribute, condition); };
  };
  auto values = emitIf(node, condition, branch("then_branch"), branch("else_branch"));
  return values ? Results(*values) : Failure();
}
