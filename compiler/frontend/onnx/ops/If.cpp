#include "compiler/frontend/onnx/ControlFlow.h"

// A condition known while compiling leaves one branch; else both must give the same types.
WASMIND_ONNX_OPERATOR(If) {
  Compose &compose = node.compose();
  Value condition = node.input(0);
  if (auto known = node.constantCondition(condition)) {
    auto values = node.subgraph(*known ? "then_branch" : "else_branch", {});
    return values ? Results(*values) : Failure();
  }
  condition = toScalar(node, condition);
  if (!condition)
    return Failure();
  // Result types are known when the branches are there, which a draft holds until then.
  const mlir::Location location = compose.getLoc();
  auto draft = graph::IfOp::create(compose, location, mlir::TypeRange(), condition);
  llvm::SmallVector<Type, 6> types;
  for (auto [region, branch] :
       {std::pair(&draft.getThenRegion(), "then_branch"), std::pair(&draft.getElseRegion(), "else_branch")}) {
    if (region->empty())
      compose.createBlock(region);
    compose.setInsertionPointToEnd(&region->front());
    auto values = node.branch(branch, condition);
    if (values && region == &draft.getElseRegion() && mlir::ValueRange(*values).getTypes() != mlir::TypeRange(types)) {
      std::string difference = "different numbers of results";
      for (auto [type, value] : llvm::zip(types, *values))
        if (type != value.getType())
          difference = node.text(type) + " and " + node.text(value.getType());
      node.fail("the branches give " + difference + ", and which is taken is only known at run time, from " +
                node.origin(condition) + node.advice(condition));
      values.reset();
    }
    if (!values) {
      compose.setInsertionPointAfter(draft);
      draft.erase();
      return Failure();
    }
    types.clear();
    llvm::append_range(types, mlir::ValueRange(*values).getTypes());
    graph::YieldOp::create(compose, location, *values);
  }
  compose.setInsertionPointAfter(draft);
  auto branching = graph::IfOp::create(compose, location, types, condition);
  branching.getThenRegion().takeBody(draft.getThenRegion());
  branching.getElseRegion().takeBody(draft.getElseRegion());
  draft.erase();
  return llvm::SmallVector<Value>(branching.getResults());
}
