//===- LowerStructured.cpp - any StructuredOp, from its interface alone -------------------------------------------===//
#include "compiler/loops/Math.h"
#include "compiler/loops/Reductions.h"
#include "compiler/loops/Strategy.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

LogicalResult lowerStructured(KernelContext &context) {
  auto op = cast<StructuredOp>(context.group.root);
  context.placeAll();
  context.record.strategy = "naive_" + context.record.kind;
  Emitter &e = context.emitter;
  Value result = op->getResult(0), pointer = context.pointer(result);
  Type element = elementOf(result);
  SmallVector<AffineExpr> domain = op.getDomain();
  unsigned parallel = domain.size() - op.getReductionCount();
  SmallVector<AffineMap> maps = op.getIndexingMaps();

  // The body, once, as graph operations on rank-0 tensors of a scratch block; its elements are evaluated per point.
  Block scratch;
  OpBuilder builder(op->getContext());
  builder.setInsertionPointToStart(&scratch);
  SmallVector<Type> argumentTypes;
  for (Value operand : op->getOperands())
    argumentTypes.push_back(RankedTensorType::get({}, elementOf(operand)));
  if (auto compute = dyn_cast<ComputeOp>(op.getOperation())) // a sum may be wider than the result
    argumentTypes.assign(compute.getBody().front().getArgumentTypes().begin(),
                         compute.getBody().front().getArgumentTypes().end());
  else if (op.getReductionCount())
    argumentTypes.push_back(RankedTensorType::get({}, element));
  SmallVector<Location> locations(argumentTypes.size(), op->getLoc());
  scratch.addArguments(argumentTypes, locations);
  Value body = op.buildBody(builder, op->getLoc(), scratch.getArguments());

  auto step = [&](ArrayRef<AffineExpr> point, Lanes lanes, Value running) {
    e.forget();
    SmallVector<Value> elements;
    for (auto [map, operand] : llvm::zip(maps, op->getOperands())) {
      Indices at;
      for (AffineExpr index : map.getResults())
        at.push_back(normalise(index.replaceDims(point)));
      elements.push_back(e.evaluate(operand, at, lanes));
    }
    if (running)
      elements.push_back(running);
    for (auto [argument, value] : llvm::zip(scratch.getArguments(), elements))
      e.define(argument, [value = value](ArrayRef<AffineExpr>, Lanes) { return value; });
    e.forget();
    return e.evaluate(body, {}, lanes);
  };
  Type kept = op.getReductionCount() ? elementOf(scratch.getArguments().back()) : element;
  Value initial;
  if (auto compute = dyn_cast<ComputeOp>(op.getOperation()); compute && compute.getInitial()) {
    Type type = registerType(kept);
    auto attribute = *compute.getInitial();
    initial =
        isa<FloatType>(type)
            ? e.floatConstant(cast<FloatAttr>(attribute).getValueAsDouble(), type)
            : arith::ConstantOp::create(e, e.getIntegerAttr(type, cast<IntegerAttr>(attribute).getValue())).getResult();
  } else if (op.getReductionCount()) {
    return context.fail("a reduction without a start");
  }
  // Lanes only where every operand is contiguous or repeated along the innermost parallel dimension.
  bool vectorise = parallel > 0;
  for (auto [map, operand] : llvm::zip(maps, op->getOperands())) {
    auto along = parallel ? coefficientOf(flatOffset(operand, map.getResults()), parallel - 1) : std::nullopt;
    vectorise &= along && (constantOf(*along) == 0 || constantOf(*along) == 1);
  }
  emitElementLoops(
      e, ArrayRef(domain).take_front(parallel), {}, vectorise, [&](ArrayRef<AffineExpr> indices, Lanes lanes) {
        Indices point(indices);
        std::function<Value(unsigned, Value)> nest = [&](unsigned depth, Value running) -> Value {
          if (depth == domain.size())
            return step(point, lanes, running);
          return e.loop(e.i32(0), e.index(domain[depth]), 1, running, [&](AffineExpr i, ArrayRef<Value> carried) {
            point.push_back(i);
            Value next = nest(depth + 1, carried[0]);
            point.pop_back();
            return SmallVector<Value>{next};
          })[0];
        };
        Value value = nest(parallel, initial ? e.splat(initial, lanes.count) : Value());
        if (registerType(kept) != registerType(element))
          value = emitCast(e, value, kept, element);
        e.store(value, pointer, element, flatOffset(result, indices), lanes);
      });
  return success();
}

} // namespace

const Strategy strategies::naive_compute{"naive_compute", isSingle<ComputeOp>, lowerStructured};

} // namespace wasmind::loops
