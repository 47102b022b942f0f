//===- LowerReduce.cpp - reductions alone and rows of them (softmax, layer norm) ----------------------------------===//
#include "compiler/loops/Reductions.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

/// Root elements over its whole domain, with the anchors defined.
LogicalResult emitRoot(KernelContext &context, bool vectorise) {
  Emitter &e = context.emitter;
  Value result = context.group.root->getResult(0), pointer = context.pointer(result);
  e.place(result, Value());
  emitElementLoops(e, getExtents(result.getType()), {}, vectorise, [&](ArrayRef<AffineExpr> indices, Lanes lanes) {
    e.forget();
    Value elements = e.evaluate(result, indices, lanes);
    e.store(elements, pointer, elementOf(result), flatOffset(result.getType(), indices), lanes);
  });
  return success();
}

/// The last dimension of extent other than 1 that a reduction's input has, or -1.
int64_t innermost(Type tensor) {
  int64_t last = -1;
  for (auto [i, extent] : llvm::enumerate(getExtents(tensor)))
    if (!isOne(extent))
      last = i;
  return last;
}

/// Reduces along the contiguous dimension in vectors, the other reduced dimensions in loops around it.
Value reduceAlongRow(Emitter &e, ReduceOp reduce, ArrayRef<AffineExpr> outer) {
  SmallVector<AffineExpr> extents = getExtents(reduce.getInput().getType());
  Type element = elementOf(reduce.getInput());
  int64_t last = innermost(reduce.getInput().getType());
  Indices at(extents.size());
  unsigned next = 0;
  for (unsigned i = 0; i < extents.size(); ++i)
    if (!llvm::is_contained(reduce.getDims(), int64_t(i)))
      at[i] = outer[next++];
  SmallVector<int64_t> others;
  for (int64_t dim : reduce.getDims())
    if (dim != last)
      isOne(extents[dim]) ? void(at[dim] = e.constantIndex(0)) : others.push_back(dim);
  std::function<Value(unsigned, Value)> nest = [&](unsigned depth, Value running) -> Value {
    if (depth == others.size()) {
      Value row = reduceInVectors(e, reduce.getKind(), element, extents[last], [&](AffineExpr i, Lanes lanes) {
        at[last] = i;
        return e.evaluate(reduce.getInput(), at, lanes);
      });
      return running ? combine(e, reduce.getKind(), running, row, element) : row;
    }
    Value start = running ? running : initialValue(e, reduce.getKind(), element);
    return e.loop(e.i32(0), e.index(extents[others[depth]]), 1, start, [&](AffineExpr i, ArrayRef<Value> carried) {
      at[others[depth]] = i;
      return SmallVector<Value>{nest(depth + 1, carried[0])};
    })[0];
  };
  return nest(0, Value());
}

bool isExpensive(Operation *op) {
  if (auto unary = dyn_cast<UnaryOp>(op))
    return unary.getKind() != UnaryKind::Neg && unary.getKind() != UnaryKind::Abs && unary.getKind() != UnaryKind::Not;
  auto binary = dyn_cast<BinaryOp>(op);
  return binary && (binary.getKind() == BinaryKind::Pow || binary.getKind() == BinaryKind::Div);
}

/// The operations of the group that computing `value` passes through, down to other anchors.
void collectCone(const Group &group, Value value, DenseSet<Operation *> &cone) {
  Operation *op = value.getDefiningOp();
  if (!op || !group.members.contains(op) || llvm::is_contained(group.anchors, op) || !cone.insert(op).second)
    return;
  for (Value operand : op->getOperands())
    collectCone(group, operand, cone);
}

} // namespace

LogicalResult lowerReduce(KernelContext &context) {
  context.placeAll();
  Emitter &e = context.emitter;
  auto reduce = cast<ReduceOp>(context.group.anchors[0]);
  int64_t last = innermost(reduce.getInput().getType());
  bool alongRow = last >= 0 && llvm::is_contained(reduce.getDims(), last);
  if (alongRow)
    e.define(reduce.getResult(),
             [&e, reduce, element = elementOf(reduce.getResult())](ArrayRef<AffineExpr> indices, Lanes) {
               return e.rounded(reduceAlongRow(e, reduce, indices), element);
             });
  else if (failed(defineAnchor(context, reduce)))
    return failure();
  if (failed(emitRoot(context, !alongRow)))
    return failure();
  return success();
}

LogicalResult lowerRow(KernelContext &context) {
  context.placeAll();
  Emitter &e = context.emitter;
  const Group &group = context.group;
  Indices row = *rowDomain(cast<ReduceOp>(group.anchors[0]));
  AffineExpr length = row.pop_back_val();
  Value result = group.root->getResult(0), pointer = context.pointer(result);
  e.place(result, Value());

  // What one pass over the row computes dearly and a later pass needs again is kept in scratch.
  DenseSet<Operation *> rootCone;
  collectCone(group, result, rootCone);
  SmallVector<DenseSet<Operation *>> cones(group.anchors.size());
  for (auto [cone, anchor] : llvm::zip(cones, group.anchors))
    collectCone(group, anchor->getOperand(0), cone);
  auto isRow = [&](Value value) {
    Indices extents;
    for (AffineExpr extent : getExtents(value.getType()))
      if (!isOne(extent))
        extents.push_back(extent);
    return extents.size() == row.size() + 1;
  };
  llvm::MapVector<Operation *, Value> kept; // -> scratch
  for (auto [i, cone] : llvm::enumerate(cones))
    for (Operation *op : cone) {
      bool again = rootCone.contains(op);
      for (size_t j = i + 1; j < cones.size(); ++j)
        again |= cones[j].contains(op);
      bool isInnermost = llvm::none_of(op->getUsers(), [&](Operation *user) {
        return cone.contains(user) && isExpensive(user) && isRow(user->getResult(0)) && (rootCone.contains(user));
      });
      if (again && isInnermost && isExpensive(op) && isRow(op->getResult(0)) && elementOf(op->getResult(0)).isF32() &&
          !kept.count(op))
        kept[op] = context.scratch(normalise(length * 4));
    }

  SmallVector<AffineExpr> outer;
  std::function<void(unsigned)> nest = [&](unsigned depth) {
    if (depth < row.size())
      return e.loop(row[depth], [&](AffineExpr i) {
        outer.push_back(i);
        nest(depth + 1);
        outer.pop_back();
      });
    auto indicesFor = [&](Value value, AffineExpr inner) {
      Indices indices;
      unsigned next = 0;
      for (AffineExpr extent : getExtents(value.getType()))
        indices.push_back(isOne(extent) ? e.constantIndex(0) : next < outer.size() ? outer[next++] : inner);
      return indices;
    };
    e.forget();
    for (auto [anchor, cone] : llvm::zip(group.anchors, cones)) {
      auto reduce = cast<ReduceOp>(anchor);
      Type element = elementOf(reduce.getInput());
      Value scalar =
          reduceInVectors(e, reduce.getKind(), element, length, [&, &cone = cone](AffineExpr i, Lanes lanes) {
            Value elements = e.evaluate(reduce.getInput(), indicesFor(reduce.getInput(), i), lanes);
            for (auto &[op, scratch] : kept)
              if (cone.contains(op)) {
                Value value = e.evaluate(op->getResult(0), indicesFor(op->getResult(0), i), lanes);
                e.store(value, scratch, e.getF32Type(), i, lanes);
              }
            return elements;
          });
      scalar = e.rounded(scalar, element);
      e.define(reduce.getResult(),
               [&e, scalar](ArrayRef<AffineExpr>, Lanes lanes) { return e.splat(scalar, lanes.count); });
      for (auto &[op, scratch] : kept)
        if (cone.contains(op)) {
          unsigned last = innermost(op->getResult(0).getType());
          e.define(op->getResult(0), [&e, scratch = scratch, last](ArrayRef<AffineExpr> indices, Lanes lanes) {
            return e.load(scratch, e.getF32Type(), indices[last], lanes);
          });
        }
    }
    Type element = elementOf(result);
    auto emit = [&](AffineExpr i, Lanes lanes) {
      Indices at = indicesFor(result, i);
      e.store(e.evaluate(result, at, lanes), pointer, element, flatOffset(result.getType(), at), lanes);
    };
    if (!isRow(result))
      return emit(e.constantIndex(0), {});
    emitElementLoops(e, length, Access{result, getAffineDimExpr(0, e.getContext())}, true,
                     [&](ArrayRef<AffineExpr> at, Lanes lanes) { emit(at[0], lanes); });
  };
  nest(0);
  return success();
}

LogicalResult lowerPlainly(KernelContext &context) {
  context.placeAll();
  Operation *anchor = context.group.anchors[0];
  if (failed(defineAnchor(context, anchor)) || failed(emitRoot(context, true)))
    return failure();
  return success();
}

} // namespace wasmind::loops
