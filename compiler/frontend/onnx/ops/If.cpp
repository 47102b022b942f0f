#include "compiler/frontend/onnx/ControlFlow.h"

// A condition known while compiling leaves one branch. Else extents may differ, which the run tells. Where ranks do (an
// exporter's squeeze of an axis that was 1 when it looked), a condition on extents is taken to be what it was then.
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
  const Node::Knowledge known = node.knowledge();
  // Result types are known when the branches are there, which a draft holds until then.
  const mlir::Location location = compose.getLoc();
  auto draft = graph::IfOp::create(compose, location, mlir::TypeRange(), condition);
  auto abandon = [&] {
    compose.setInsertionPointAfter(draft);
    draft.erase();
    return Failure();
  };
  llvm::SmallVector<Value> sides[2];
  for (auto [region, attribute, side] : {std::tuple(&draft.getThenRegion(), "then_branch", &sides[0]),
                                         std::tuple(&draft.getElseRegion(), "else_branch", &sides[1])}) {
    if (region->empty())
      compose.createBlock(region);
    compose.setInsertionPointToEnd(&region->front());
    auto values = node.branch(attribute, condition);
    if (!values)
      return abandon();
    *side = std::move(*values);
  }
  if (sides[0].size() != sides[1].size()) {
    node.fail("the branches give different numbers of results");
    return abandon();
  }
  // Extents that differ, and those that a branch measures, are told by the branch that is taken.
  struct Told {
    size_t value, dim;
    graph::Interval range;
  };
  llvm::SmallVector<Told> told;
  for (auto [i, pair] : llvm::enumerate(llvm::zip(sides[0], sides[1]))) {
    auto [a, b] = pair;
    if (compose.elementOf(a) != compose.elementOf(b) || compose.rankOf(a) != compose.rankOf(b)) {
      const bool isThenSmaller = compose.rankOf(a) < compose.rankOf(b);
      const std::string types = node.text(a.getType()) + " and " + node.text(b.getType());
      abandon();
      node.restore(known);
      for (bool taken : {isThenSmaller, !isThenSmaller})
        if (node.assume(condition, taken,
                        "the branches give " + types + "; the " + (taken ? "first" : "second") +
                            " one is in the module")) {
          auto values = node.subgraph(taken ? "then_branch" : "else_branch", {});
          return values ? Results(*values) : Failure();
        }
      return node.fail("the branches give " + types + ", and which is taken is only known at run time, from " +
                       node.origin(condition) + node.advice(condition));
    }
    for (auto [dim, own, other] : llvm::enumerate(compose.extentsOf(a), compose.extentsOf(b))) {
      const auto x = node.bounds(own), y = node.bounds(other);
      bool isInside = false;
      draft.walk([&](graph::MeasureOp measure) { isInside |= own.isFunctionOfSymbol(measure.getDim()); });
      if (own != other || isInside)
        told.push_back({i, dim, {std::max<int64_t>(std::min(x.min, y.min), 0), std::max(x.max, y.max)}});
    }
  }
  for (auto [region, side] :
       {std::pair(&draft.getThenRegion(), &sides[0]), std::pair(&draft.getElseRegion(), &sides[1])}) {
    compose.setInsertionPointToEnd(&region->front());
    llvm::SmallVector<Value> yielded(*side);
    for (const Told &extent : told)
      yielded.push_back(compose.extent(compose.extentsOf((*side)[extent.value])[extent.dim]));
    graph::YieldOp::create(compose, location, yielded);
  }
  compose.setInsertionPointAfter(draft);
  llvm::SmallVector<Extents> shapes =
      llvm::map_to_vector(sides[0], [&](Value value) { return compose.extentsOf(value); });
  for (const Told &extent : told)
    shapes[extent.value][extent.dim] =
        compose.declareMeasured(node.nameOfExtent(extent.value, extent.dim), extent.range.min, extent.range.max);
  llvm::SmallVector<Type> types;
  for (auto [value, shape] : llvm::zip(sides[0], shapes))
    types.push_back(graph::makeTensorType(shape, compose.elementOf(value)));
  types.append(told.size(), mlir::RankedTensorType::get({}, compose.getI64Type()));
  auto branching = graph::IfOp::create(compose, location, types, condition);
  branching.getThenRegion().takeBody(draft.getThenRegion());
  branching.getElseRegion().takeBody(draft.getElseRegion());
  draft.erase();
  for (auto [i, extent] : llvm::enumerate(told))
    compose.measureAs(shapes[extent.value][extent.dim], branching.getResult(sides[0].size() + i));
  return llvm::SmallVector<Value>(
      llvm::ArrayRef<Value>(llvm::SmallVector<Value>(branching.getResults())).take_front(sides[0].size()));
}
