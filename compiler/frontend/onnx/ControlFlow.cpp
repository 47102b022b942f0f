#include "compiler/frontend/onnx/ControlFlow.h"

namespace wasmind::onnx {

Value toScalar(Node &node, Value x) { return x ? node.compose().reshape(x, Integers()) : x; }

namespace {

/// Which extents of the carried values change from one iteration to the next.
using Changes = llvm::SmallVector<llvm::SmallVector<bool>>;

class LoopBuilder {
public:
  LoopBuilder(Node &node, Value tripCount, Value condition, AffineExpr rowCount, llvm::ArrayRef<Value> initial,
              llvm::ArrayRef<std::string> names)
      : node(node), compose(node.compose()), tripCount(tripCount), condition(condition), rowCount(rowCount),
        initial(initial), names(names), location(compose.getLoc()) {
    for (Value value : initial)
      changes.push_back(llvm::SmallVector<bool>(compose.rankOf(value), false));
  }

  using Body = llvm::function_ref<std::optional<Iteration>(Value iteration, llvm::ArrayRef<Value> carried)>;

  std::optional<llvm::SmallVector<Value>> build(Body body) {
    // What changes shows when the body is there; with every extent that does it is built anew.
    for (;;) {
      const Node::Knowledge known = node.knowledge();
      foundChange = false;
      auto results = attempt(body);
      if (!foundChange || node.failed())
        return results;
      node.restore(known);
    }
  }

private:
  Node &node;
  Compose &compose;
  Value tripCount, condition;
  AffineExpr rowCount;
  llvm::ArrayRef<Value> initial;
  llvm::ArrayRef<std::string> names;
  mlir::Location location;
  Changes changes;
  bool foundChange = false;

  /// Calls `each` for every extent that changes.
  void forEachChange(llvm::function_ref<void(size_t value, size_t dim)> each) {
    for (auto [value, dims] : llvm::enumerate(changes))
      for (auto [dim, changes] : llvm::enumerate(dims))
        if (changes)
          each(value, dim);
  }
  std::string nameOf(size_t value, size_t dim) {
    return names.empty() ? node.nameOfExtent(value, dim) : names[value] + "." + std::to_string(dim);
  }
  graph::Interval boundsOf(size_t value, size_t dim) {
    return node.boundsFor(nameOf(value, dim), {0, graph::extentLimit});
  }
  AffineExpr declare(size_t value, size_t dim) {
    auto [min, max] = boundsOf(value, dim);
    return compose.declareMeasured(nameOf(value, dim), min, max);
  }
  /// The types of the carried values with dimensions of their own where they change; appends these.
  llvm::SmallVector<Type> carriedTypes(llvm::SmallVectorImpl<AffineExpr> &dims) {
    llvm::SmallVector<Type> types;
    for (auto [i, value] : llvm::enumerate(initial)) {
      Extents extents = compose.extentsOf(value);
      for (size_t dim = 0; dim < extents.size(); ++dim)
        if (changes[i][dim])
          dims.push_back(extents[dim] = declare(i, dim));
      types.push_back(graph::makeTensorType(extents, compose.elementOf(value)));
    }
    return types;
  }

  std::optional<llvm::SmallVector<Value>> attempt(Body body) {
    // The rows' shapes are known when the body is there: it is built in a draft, which the real operation takes over.
    llvm::SmallVector<Value> operands(initial);
    forEachChange([&](size_t value, size_t dim) {
      const AffineExpr extent = compose.extentsOf(initial[value])[dim];
      const auto range = boundsOf(value, dim);
      node.require(compose.getAffineConstantExpr(range.max) - extent,
                   "'" + nameOf(value, dim) + "' is outside its bounds " + llvm::Twine(range.min) + ".." +
                       llvm::Twine(range.max) + "; compile with --dim " + nameOf(value, dim) + "=MIN..MAX");
      operands.push_back(compose.extent(extent));
    });
    auto draft = graph::LoopOp::create(compose, location, mlir::TypeRange(), tripCount, condition, mlir::ValueRange());
    mlir::OpBuilder::InsertionGuard guard(compose);
    auto abandon = [&] {
      compose.setInsertionPointAfter(draft);
      draft.erase();
      return std::nullopt;
    };
    llvm::SmallVector<AffineExpr> bodyDims;
    llvm::SmallVector<Type> types{tripCount.getType()};
    types.append(carriedTypes(bodyDims));
    types.append(bodyDims.size(), mlir::RankedTensorType::get({}, compose.getI64Type()));
    mlir::Block *block =
        compose.createBlock(&draft.getBody(), {}, types, llvm::SmallVector<mlir::Location>(types.size(), location));
    for (auto [i, dim] : llvm::enumerate(bodyDims))
      compose.measureAs(dim, block->getArgument(1 + initial.size() + i));
    llvm::SmallVector<Value> carried(block->args_begin() + 1, block->args_begin() + 1 + initial.size());
    std::optional<Iteration> iteration = body(block->getArgument(0), carried);
    if (!iteration || node.failed() || !findChanges(iteration->carried, carried))
      return abandon();
    if (foundChange)
      return abandon();

    llvm::SmallVector<Value> yielded{iteration->proceed ? iteration->proceed : compose.scalar(compose.getI1Type(), 1)};
    llvm::SmallVector<Value> next(iteration->carried), extents;
    // One reshape of each value, whose equal counts are required as they stand in it.
    auto shapes = llvm::map_to_vector(next, [&](Value value) { return compose.extentsOf(value); });
    forEachChange([&](size_t value, size_t dim) {
      AffineExpr &extent = shapes[value][dim];
      extents.push_back(compose.extent(extent));
      const AffineExpr measured = declare(value, dim);
      compose.measureAs(measured, extents.back());
      compose.require(extent - measured, /*isZero=*/true, "an extent is what it is measured to be");
      extent = measured;
    });
    for (auto [value, shape] : llvm::zip_equal(next, shapes))
      value = compose.reshape(value, shape);
    if (llvm::is_contained(next, Value()))
      return abandon();
    yielded.append(next);
    yielded.append(extents);
    llvm::SmallVector<mlir::RankedTensorType> buffers;
    for (auto [value, index] : iteration->rows) {
      if (!value || !index)
        return abandon();
      Extents shape = compose.extentsOf(value);
      for (AffineExpr extent : shape)
        if (graph::isMeasuredInside(extent, draft)) {
          node.fail("stacks results whose extent '" + node.text(extent) +
                    "' is computed in the loop and may change from one iteration to the next");
          return abandon();
        }
      shape.insert(shape.begin(), rowCount);
      buffers.push_back(graph::makeTensorType(shape, compose.elementOf(value)));
      Value buffer = block->addArgument(buffers.back(), location);
      yielded.push_back(graph::ScatterOp::create(compose, location, ScatterKind::Set, buffer,
                                                 compose.reshape(index, Integers{1}), compose.unsqueeze(value, {0})));
    }
    graph::YieldOp::create(compose, location, yielded);

    compose.setInsertionPointAfter(draft);
    llvm::SmallVector<AffineExpr> resultDims;
    types = carriedTypes(resultDims);
    types.append(resultDims.size(), mlir::RankedTensorType::get({}, compose.getI64Type()));
    for (mlir::RankedTensorType buffer : buffers) {
      types.push_back(buffer);
      operands.push_back(compose.splat(graph::getExtents(buffer), buffer.getElementType(), 0));
    }
    auto loop = graph::LoopOp::create(compose, location, types, tripCount, condition, operands);
    loop.getBody().takeBody(draft.getBody());
    draft.erase();
    for (auto [i, dim] : llvm::enumerate(resultDims))
      compose.measureAs(dim, loop.getResult(initial.size() + i));
    llvm::SmallVector<Value> results(loop.getResults());
    results.erase(results.begin() + initial.size(), results.begin() + initial.size() + resultDims.size());
    return results;
  }

  /// Notes the extents in which a next carried value differs; false where more than extents does.
  bool findChanges(llvm::ArrayRef<Value> next, llvm::ArrayRef<Value> last) {
    for (auto [i, pair] : llvm::enumerate(llvm::zip(next, last))) {
      auto [to, from] = pair;
      if (to && to.getType() == from.getType())
        continue;
      if (!to || compose.elementOf(to) != compose.elementOf(from) || compose.rankOf(to) != compose.rankOf(from)) {
        node.fail("carried value " + llvm::Twine(i) + " changes from " + node.text(from.getType()) + " to " +
                  (to ? node.text(to.getType()) : "nothing") + " in the loop");
        return false;
      }
      for (auto [dim, a, b] : llvm::enumerate(compose.extentsOf(to), compose.extentsOf(from)))
        if (a != b && !changes[i][dim])
          foundChange = changes[i][dim] = true;
    }
    return true;
  }
};

} // namespace

std::optional<llvm::SmallVector<Value>>
emitLoop(Node &node, Value tripCount, Value condition, AffineExpr rowCount, llvm::ArrayRef<Value> initial,
         llvm::function_ref<std::optional<Iteration>(Value iteration, llvm::ArrayRef<Value> carried)> body,
         llvm::ArrayRef<std::string> names) {
  if (!condition)
    condition = node.compose().scalar(node.compose().getI1Type(), 1);
  return LoopBuilder(node, tripCount, condition, rowCount, initial, names).build(body);
}

Branch emitIf(Node &node, Value condition, llvm::function_ref<Branch()> onTrue, llvm::function_ref<Branch()> onFalse) {
  Compose &compose = node.compose();
  const Node::Knowledge known = node.knowledge();
  // Result types are known when the branches are there, which a draft holds until then.
  const mlir::Location location = compose.getLoc();
  auto draft = graph::IfOp::create(compose, location, mlir::TypeRange(), condition);
  auto abandon = [&] {
    compose.setInsertionPointAfter(draft);
    draft.erase();
    return std::nullopt;
  };
  llvm::SmallVector<Value> sides[2];
  for (auto [region, make, side] : {std::tuple(&draft.getThenRegion(), onTrue, &sides[0]),
                                    std::tuple(&draft.getElseRegion(), onFalse, &sides[1])}) {
    if (region->empty())
      compose.createBlock(region);
    compose.setInsertionPointToEnd(&region->front());
    auto values = make();
    if (!values || llvm::is_contained(*values, Value()))
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
      const bool isTrueSmaller = compose.rankOf(a) < compose.rankOf(b);
      const std::string types = node.text(a.getType()) + " and " + node.text(b.getType());
      abandon();
      node.restore(known);
      for (bool taken : {isTrueSmaller, !isTrueSmaller})
        if (node.assume(condition, taken,
                        "the branches give " + types + "; the " + (taken ? "first" : "second") +
                            " one is in the module"))
          return taken ? onTrue() : onFalse();
      return node.fail("the branches give " + types + ", and which is taken is only known at run time, from " +
                       node.origin(condition) + node.advice(condition));
    }
    for (auto [dim, own, other] : llvm::enumerate(compose.extentsOf(a), compose.extentsOf(b))) {
      const auto x = node.bounds(own), y = node.bounds(other);
      if (own != other || graph::isMeasuredInside(own, draft))
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

} // namespace wasmind::onnx
