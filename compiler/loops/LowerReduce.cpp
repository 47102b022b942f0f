//===- LowerReduce.cpp - reductions alone and rows of them (softmax, layer norm) ----------------------------------===//
#include "compiler/loops/Reductions.h"
#include "compiler/loops/Strategy.h"
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
    e.store(elements, pointer, elementOf(result), flatOffset(result, indices), lanes);
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

/// Columns of long rows are reduced so many at a time: their running values stay in the L1 cache.
constexpr int64_t stripColumns = 1024;

/// From so many columns and bytes on, which an L2 cache may no longer hold, columns are reduced in strips: a few
/// columns at a time would read a part of each row, and no prefetcher of a processor follows steps that long.
constexpr int64_t leastStripColumns = 128;
constexpr uint64_t leastStripBytes = 512 * 1024;

/// A reduction of rows to one row, with running values in memory.
class RowsToRow {
public:
  RowsToRow(KernelContext &context, ReduceOp reduce)
      : context(context), e(context.emitter), reduce(reduce), result(context.group.root->getResult(0)),
        extents(getExtents(reduce.getInput().getType())), last(innermost(reduce.getInput().getType())) {
    Type element = elementOf(reduce.getResult());
    running = isa<FloatType>(element) && byteWidth(element) == 2 ? e.getF32Type() : element;
  }

  /// Emits the group, or nothing and returns false: where a few columns at a time are as good, the input does not lie
  /// in rows, or an element of the result is not made of the reduction's element at the same place.
  bool emit() {
    if (!isWorthIt() || !hasRows() || !placeRoot())
      return false;
    Value pointer = context.pointer(result);
    e.place(result, Value());
    strip = context.scratch(e.constantIndex(stripColumns * byteWidth(running)));
    e.define(reduce.getResult(), [this](ArrayRef<AffineExpr> indices, Lanes lanes) {
      return e.rounded(e.load(strip, running, normalise(indices[keptLast] - first), lanes),
                       elementOf(reduce.getResult()));
    });
    at.assign(extents.size(), e.constantIndex(0));
    SmallVector<int64_t> outer;
    for (int64_t dim = 0; dim < last; ++dim)
      if (!isReduced(dim) && !isOne(extents[dim]))
        outer.push_back(dim);
    each(outer, [&] { eachStrip([&] { emitStrip(pointer); }); });
    return true;
  }

private:
  KernelContext &context;
  Emitter &e;
  ReduceOp reduce;
  Value result, strip;
  SmallVector<AffineExpr> extents;
  const int64_t last;
  size_t keptLast = 0;                                 ///< the dimension `last` in the reduction's result
  Type running;                                        ///< of the running values
  Indices at;                                          ///< of the input
  AffineExpr first, count;                             ///< columns of the strip
  SmallVector<std::pair<unsigned, unsigned>> rootDims; ///< dimensions of the root and of the input that are one

  bool isReduced(int64_t dim) { return llvm::is_contained(reduce.getDims(), dim); }

  bool isWorthIt() {
    if (last < 0 || context.program.bound(extents[last]) < leastStripColumns)
      return false;
    uint64_t bytes = llvm::SaturatingMultiply<uint64_t>(context.program.bound(extents[last]), byteWidth(running));
    for (int64_t dim : reduce.getDims())
      bytes = llvm::SaturatingMultiply<uint64_t>(bytes, context.program.bound(extents[dim]));
    return bytes >= leastStripBytes;
  }

  bool hasRows() {
    SmallVector<Access> accesses;
    return e.collect(reduce.getInput(), identityIndices(reduce.getInput().getType()), accesses) &&
           llvm::all_of(accesses, [&](const Access &access) {
             auto step = coefficientOf(access.flat, last);
             return step && (constantOf(*step) == 0 || constantOf(*step) == 1);
           });
  }

  /// Finds which dimensions of the root are those of the reduction's result.
  bool placeRoot() {
    e.place(result, Value());
    e.define(reduce.getResult(), {});
    Indices kept = identityIndices(reduce.getResult().getType()), rootAt;
    SmallVector<unsigned> inputDims; // by dimension of the reduction's result
    for (unsigned dim = 0; dim < extents.size(); ++dim)
      if (!isReduced(dim))
        inputDims.push_back(dim);
    keptLast = llvm::find(inputDims, last) - inputDims.begin();
    unsigned next = 0;
    auto skipUnits = [&] {
      for (; next < inputDims.size() && isOne(extents[inputDims[next]]); ++next)
        kept[next] = e.constantIndex(0);
    };
    for (auto [i, extent] : llvm::enumerate(getExtents(result.getType()))) {
      rootAt.push_back(e.constantIndex(0));
      if (isOne(extent))
        continue;
      skipUnits();
      if (next == inputDims.size() || extents[inputDims[next]] != extent)
        return false;
      rootDims.push_back({i, inputDims[next]});
      rootAt.back() = kept[next++];
    }
    skipUnits();
    SmallVector<Access> accesses;
    return next == inputDims.size() && e.collect(result, rootAt, accesses) &&
           llvm::all_of(accesses, [&](const Access &access) {
             return access.value != reduce.getResult() || access.flat == flatOffset(reduce.getResult(), kept);
           });
  }

  /// Loops over dimensions of the input.
  void each(ArrayRef<int64_t> dims, function_ref<void()> body) {
    if (dims.empty())
      return body();
    e.loop(extents[dims.front()], [&](AffineExpr i) {
      at[dims.front()] = i;
      each(dims.drop_front(), body);
    });
  }

  void eachStrip(function_ref<void()> body) {
    if (auto columns = constantOf(extents[last]); columns && *columns <= stripColumns) {
      first = e.constantIndex(0);
      count = extents[last];
      return body();
    }
    e.loop(e.i32(0), e.index(extents[last]), stripColumns, {}, [&](AffineExpr i, ArrayRef<Value>) {
      first = i;
      count = e.bind(arith::MinSIOp::create(e, e.i32(stripColumns), e.index(normalise(extents[last] - i))));
      body();
      return SmallVector<Value>();
    });
  }

  /// Loops over the columns of the strip, from 0 on.
  void eachColumn(function_ref<void(AffineExpr, Lanes)> body) {
    emitElementLoops(e, count, Access{strip, getAffineDimExpr(0, e.getContext())}, /*vectorise=*/true,
                     [&](ArrayRef<AffineExpr> column, Lanes lanes) {
                       e.forget();
                       body(column[0], lanes);
                     });
  }

  void emitStrip(Value pointer) {
    Type element = elementOf(reduce.getInput());
    eachColumn([&](AffineExpr column, Lanes lanes) {
      e.store(e.splat(initialValue(e, reduce.getKind(), element), lanes.count), strip, running, column, lanes);
    });
    each(reduce.getDims(), [&] {
      eachColumn([&](AffineExpr column, Lanes lanes) {
        at[last] = first + column;
        Value value = e.load(strip, running, column, lanes);
        value = combine(e, reduce.getKind(), value, e.evaluate(reduce.getInput(), at, lanes), element);
        e.store(value, strip, running, column, lanes);
      });
    });
    eachColumn([&](AffineExpr column, Lanes lanes) {
      at[last] = first + column;
      Indices rootAt(getExtents(result.getType()).size(), e.constantIndex(0));
      for (auto [root, input] : rootDims)
        rootAt[root] = at[input];
      e.store(e.evaluate(result, rootAt, lanes), pointer, elementOf(result), flatOffset(result, rootAt), lanes);
    });
  }
};

bool isExpensive(Operation *op) {
  if (auto unary = dyn_cast<UnaryOp>(op))
    return unary.getKind() != UnaryKind::Neg && unary.getKind() != UnaryKind::Abs && unary.getKind() != UnaryKind::Not;
  auto binary = dyn_cast<BinaryOp>(op);
  return binary && (binary.getKind() == BinaryKind::Pow || binary.getKind() == BinaryKind::Div);
}

/// The operations of the group that computing `value` passes through, down to other anchors.
void collectCone(const Group &group, Value value, llvm::SetVector<Operation *> &cone) {
  Operation *op = value.getDefiningOp();
  if (!op || !group.members.contains(op) || llvm::is_contained(group.anchors, op) || !cone.insert(op))
    return;
  for (Value operand : op->getOperands())
    collectCone(group, operand, cone);
}

LogicalResult lowerReduce(KernelContext &context) {
  context.placeAll();
  Emitter &e = context.emitter;
  auto reduce = cast<ReduceOp>(context.group.anchors[0]);
  int64_t last = innermost(reduce.getInput().getType());
  bool alongRow = last >= 0 && llvm::is_contained(reduce.getDims(), last);
  context.record.tile = stringifyReduceKind(reduce.getKind()).str();
  context.record.strategy = alongRow ? "reduce_row" : "reduce_columns";
  if (alongRow)
    e.define(reduce.getResult(),
             [&e, reduce, element = elementOf(reduce.getResult())](ArrayRef<AffineExpr> indices, Lanes) {
               return e.rounded(reduceAlongRow(e, reduce, indices), element);
             });
  else if (RowsToRow(context, reduce).emit()) {
    context.record.strategy = "reduce_strips";
    return success();
  } else if (failed(defineAnchor(context, reduce)))
    return failure();
  if (failed(emitRoot(context, !alongRow)))
    return failure();
  return success();
}

LogicalResult lowerRow(KernelContext &context) {
  context.record.tile = passesOf(context.group);
  context.placeAll();
  Emitter &e = context.emitter;
  const Group &group = context.group;
  Indices row = *rowDomain(cast<ReduceOp>(group.anchors[0]));
  AffineExpr length = row.pop_back_val();
  Value result = group.root->getResult(0), pointer = context.pointer(result);
  e.place(result, Value());

  // What one pass over the row computes dearly and a later pass needs again is kept in scratch.
  llvm::SetVector<Operation *> rootCone;
  collectCone(group, result, rootCone);
  SmallVector<llvm::SetVector<Operation *>> cones(group.anchors.size());
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
      e.store(e.evaluate(result, at, lanes), pointer, element, flatOffset(result, at), lanes);
    };
    if (!isRow(result))
      return emit(e.constantIndex(0), {});
    emitElementLoops(e, length, Access{result, getAffineDimExpr(0, e.getContext())}, true,
                     [&](ArrayRef<AffineExpr> at, Lanes lanes) { emit(at[0], lanes); });
  };
  nest(0);
  return success();
}

/// The element of any anchor, computed where it is stored.
LogicalResult lowerNaively(KernelContext &context) {
  context.placeAll();
  Operation *anchor = context.group.anchors[0];
  auto window = dyn_cast<WindowOp>(anchor); // there is no other way to compute one
  context.record.strategy = window ? "window" : "naive_" + context.record.kind;
  context.record.tile = window ? windowOf(window) : "";
  if (failed(defineAnchor(context, anchor)) || failed(emitRoot(context, true)))
    return failure();
  return success();
}

bool appliesNaively(const Candidate &candidate) {
  return llvm::is_contained({DispatchKind::Contract, DispatchKind::Convolve, DispatchKind::Window},
                            candidate.group.kind);
}

} // namespace

const Strategy strategies::reduce{"reduce", isOfKind<DispatchKind::Reduce>, lowerReduce};
const Strategy strategies::row{"row", isOfKind<DispatchKind::Row>, lowerRow};
const Strategy strategies::naive{"naive", appliesNaively, lowerNaively};

} // namespace wasmind::loops
