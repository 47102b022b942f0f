//===- LowerScans.cpp - arg_reduce, scan, top_k and scatter: loops that carry state along one dimension -----------===//
#include "compiler/loops/Math.h"
#include "compiler/loops/Reductions.h"
#include "compiler/loops/Strategy.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

/// Loops over all dimensions but `dim`: body(indices), with indices[dim] unset. Scalar, or in lanes of the innermost
/// dimension when that is not `dim`.
void emitOthers(Emitter &e, ArrayRef<AffineExpr> extents, int64_t dim, bool vectorise,
                function_ref<void(Indices, Lanes)> body) {
  SmallVector<AffineExpr> outer(extents.begin(), extents.end());
  outer[dim] = e.constantIndex(1);
  emitElementLoops(e, outer, {}, vectorise && dim + 1 != int64_t(extents.size()),
                   [&](ArrayRef<AffineExpr> at, Lanes lanes) { body(Indices(at), lanes); });
}

Value isNaN(Emitter &e, Value x) { return arith::CmpFOp::create(e, arith::CmpFPredicate::UNO, x, x); }

/// Whether `x` comes before `y` in the order of a maximum or minimum; NaN comes before all numbers, or after them.
Value comesBefore(Emitter &e, Value x, Value y, bool largest, Type element, bool nanFirst = true) {
  if (isa<FloatType>(getElementTypeOrSelf(x.getType()))) {
    auto predicate = largest ? arith::CmpFPredicate::OGT : arith::CmpFPredicate::OLT;
    Value better = arith::CmpFOp::create(e, predicate, x, y);
    Value one = arith::ConstantOp::create(e, e.getOneAttr(better.getType()));
    Value first = nanFirst ? x : y, second = nanFirst ? y : x;
    Value onlyFirst = arith::AndIOp::create(e, isNaN(e, first), arith::XOrIOp::create(e, isNaN(e, second), one));
    return arith::OrIOp::create(e, better, onlyFirst);
  }
  return emitCompare(e, largest ? CompareKind::Greater : CompareKind::Less, x, y, isUnsigned(element));
}

Indices without(ArrayRef<AffineExpr> indices, int64_t dim) {
  Indices kept(indices);
  kept.erase(kept.begin() + dim);
  return kept;
}

/// The row (i32) an index of a scatter names, and whether there is such a row; negative indices count from the end.
std::pair<Value, Value> rowOf(Emitter &e, Value index, Value extent) {
  bool isWide = index.getType().isInteger(64);
  if (isWide)
    extent = arith::ExtUIOp::create(e, e.getI64Type(), extent);
  Value zero = arith::ConstantIntOp::create(e, index.getType(), 0);
  Value negative = arith::CmpIOp::create(e, arith::CmpIPredicate::slt, index, zero);
  Value row = arith::SelectOp::create(e, negative, arith::AddIOp::create(e, index, extent), index);
  Value inside = arith::CmpIOp::create(e, arith::CmpIPredicate::ult, row, extent);
  return {isWide ? arith::TruncIOp::create(e, e.getI32Type(), row).getResult() : row, inside};
}

LogicalResult lowerArgReduce(KernelContext &context) {
  auto op = cast<ArgReduceOp>(context.group.root);
  context.placeAll();
  Emitter &e = context.emitter;
  SmallVector<AffineExpr> extents = getExtents(op.getInput().getType());
  Type element = elementOf(op.getInput());
  Value result = op.getResult(), pointer = context.pointer(result);
  int64_t dim = op.getDim();
  emitOthers(e, extents, dim, /*vectorise=*/false, [&](Indices indices, Lanes) {
    indices[dim] = e.constantIndex(0);
    Value first = e.evaluate(op.getInput(), indices, {});
    auto best =
        e.loop(e.i32(1), e.index(extents[dim]), 1, {first, e.i32(0)}, [&](AffineExpr i, ArrayRef<Value> carried) {
          indices[dim] = i;
          Value x = e.evaluate(op.getInput(), indices, {});
          Value takes;
          bool largest = op.getKind() == ReduceKind::Max;
          if (op.getLast()) { // an equal element counts: the running one does not come before it
            Value one = arith::ConstantIntOp::create(e, e.getI1Type(), 1);
            takes = arith::XOrIOp::create(e, comesBefore(e, carried[0], x, largest, element), one);
          } else {
            takes = comesBefore(e, x, carried[0], largest, element);
          }
          return SmallVector<Value>{arith::SelectOp::create(e, takes, x, carried[0]),
                                    arith::SelectOp::create(e, takes, e.index(i), carried[1])};
        });
    Value wide = arith::ExtUIOp::create(e, e.getI64Type(), best[1]);
    e.store(wide, pointer, elementOf(result), flatOffset(result, without(indices, dim)), {});
  });
  return success();
}

LogicalResult lowerScan(KernelContext &context) {
  auto op = cast<ScanOp>(context.group.root);
  context.placeAll();
  Emitter &e = context.emitter;
  SmallVector<AffineExpr> extents = getExtents(op.getInput().getType());
  Type element = elementOf(op.getInput());
  Value result = op.getResult(), pointer = context.pointer(result);
  int64_t dim = op.getDim();
  emitOthers(e, extents, dim, /*vectorise=*/true, [&](Indices indices, Lanes lanes) {
    Value start = e.splat(initialValue(e, op.getKind(), element), lanes.count);
    e.loop(e.i32(0), e.index(extents[dim]), 1, start, [&](AffineExpr i, ArrayRef<Value> carried) {
      indices[dim] = op.getReversed() ? normalise(extents[dim] - 1 - i) : i;
      Value next = combine(e, op.getKind(), carried[0], e.evaluate(op.getInput(), indices, lanes), element);
      e.store(op.getExclusive() ? carried[0] : next, pointer, element, flatOffset(result, indices), lanes);
      return SmallVector<Value>{next};
    });
  });
  return success();
}
/// The best k so far as a binary heap in the memory of the results, the last of them in order at its root: what comes
/// after that is passed over by one comparison. At the end the heap is sorted in place.
struct Heap {
  Emitter &e;
  Value values, positions;
  Type element, position;
  bool largest;
  llvm::function_ref<AffineExpr(AffineExpr)> placeOf; ///< of slot i of the row

  struct Entry {
    Value value, position;
  };
  Entry load(Value slot) const {
    AffineExpr place = placeOf(e.bind(slot));
    return {e.load(values, element, place, {}), e.load(positions, position, place, {})};
  }
  void store(Entry entry, Value slot) const {
    AffineExpr place = placeOf(e.bind(slot));
    e.store(entry.value, values, element, place, {});
    e.store(entry.position, positions, position, place, {});
  }
  Value isAbove(Value a, Value b) const { return comesBefore(e, a, b, largest, element, /*nanFirst=*/largest); }
  /// Of equal elements, the one that stands first.
  Value isBefore(Entry a, Entry b) const {
    Value isEarlier = arith::CmpIOp::create(e, arith::CmpIPredicate::slt, a.position, b.position);
    Value isBelow = isAbove(b.value, a.value);
    return arith::OrIOp::create(e, isAbove(a.value, b.value),
                                arith::AndIOp::create(e, isEarlier, arith::XOrIOp::create(e, isBelow, constantTrue())));
  }
  Value constantTrue() const { return arith::ConstantIntOp::create(e, e.getI1Type(), 1); }
  Value constantFalse() const { return arith::ConstantIntOp::create(e, e.getI1Type(), 0); }
  Value less(Value a, Value b) const { return arith::CmpIOp::create(e, arith::CmpIPredicate::slt, a, b); }

  /// `then` where the condition holds, else `otherwise`; each gives the values of the types.
  template <typename Then> SmallVector<Value> either(Value condition, ArrayRef<Value> otherwise, Then then) const {
    auto branch = scf::IfOp::create(e, TypeRange(ValueRange(otherwise)), condition, /*addThenBlock=*/true,
                                    /*addElseBlock=*/true);
    OpBuilder::InsertionGuard guard(e);
    e.setInsertionPointToEnd(branch.thenBlock());
    scf::YieldOp::create(e, then());
    e.setInsertionPointToEnd(branch.elseBlock());
    scf::YieldOp::create(e, otherwise);
    return SmallVector<Value>(branch.getResults());
  }

  /// Moves a hole from a slot on, as long as `next` (hole) gives another slot, whose entry moves into the hole:
  /// (whether it goes on, that slot). Puts the entry into the hole at the end.
  template <typename Next> void sift(Entry entry, Value from, Next next) const {
    auto loop = scf::WhileOp::create(e, TypeRange{e.getI32Type(), e.getI32Type()}, ValueRange{from, from});
    for (Region *region : {&loop.getBefore(), &loop.getAfter()})
      region->emplaceBlock().addArguments({e.getI32Type(), e.getI32Type()}, {e.getLoc(), e.getLoc()});
    {
      OpBuilder::InsertionGuard guard(e);
      e.setInsertionPointToEnd(&loop.getBefore().front());
      Value hole = loop.getBefore().getArgument(0);
      SmallVector<Value> found = next(hole);
      scf::ConditionOp::create(e, found[0], ValueRange{hole, found[1]});
      e.setInsertionPointToEnd(&loop.getAfter().front());
      auto moved = loop.getAfter().getArguments();
      store(load(moved[1]), moved[0]);
      scf::YieldOp::create(e, ValueRange{moved[1], moved[1]});
    }
    store(entry, loop.getResult(0));
  }

  /// Into the free slot at the end of a heap.
  void add(Entry entry, Value slot) const {
    sift(entry, slot, [&](Value hole) {
      return either(less(e.i32(0), hole), {constantFalse(), hole}, [&] {
        Value parent = arith::ShRUIOp::create(e, arith::SubIOp::create(e, hole, e.i32(1)), e.i32(1));
        return SmallVector<Value>{isBefore(load(parent), entry), parent};
      });
    });
  }
  /// In place of the root of a heap of `count` entries.
  void replaceRoot(Entry entry, Value count) const {
    sift(entry, e.i32(0), [&](Value hole) {
      Value left = arith::AddIOp::create(e, arith::AddIOp::create(e, hole, hole), e.i32(1));
      return either(less(left, count), {constantFalse(), hole}, [&] {
        Value right = arith::AddIOp::create(e, left, e.i32(1));
        Value child = either(less(right, count), {left}, [&] {
          return SmallVector<Value>{arith::SelectOp::create(e, isBefore(load(left), load(right)), right, left)};
        })[0];
        return SmallVector<Value>{isBefore(entry, load(child)), child};
      });
    });
  }
};
LogicalResult lowerTopK(KernelContext &context) {
  auto op = cast<TopKOp>(context.group.root);
  context.placeAll();
  Emitter &e = context.emitter;
  SmallVector<AffineExpr> extents = getExtents(op.getInput().getType());
  Type element = elementOf(op.getInput());
  int64_t last = extents.size() - 1;
  AffineExpr count = op.getK().getResult(0);
  if (constantOf(count) == 0)
    return success();
  Value k = e.index(count);
  emitOthers(e, extents, last, /*vectorise=*/false, [&](Indices indices, Lanes) {
    auto placeOf = [&](AffineExpr i) {
      Indices at(indices);
      at[last] = i;
      return flatOffset(op.getValues(), at);
    };
    const Heap heap{e,       context.pointer(op.getValues()), context.pointer(op.getIndices()),
                    element, elementOf(op.getIndices()),      !op.getSmallest(),
                    placeOf};
    auto wide = [&](Value i) -> Value { return arith::ExtUIOp::create(e, e.getI64Type(), i); };
    e.loop(e.i32(0), e.index(extents[last]), 1, {}, [&](AffineExpr i, ArrayRef<Value>) {
      Indices at(indices);
      at[last] = i;
      Value number = e.index(i);
      const Heap::Entry entry{e.evaluate(op.getInput(), at, {}), wide(number)};
      Value hasRoom = heap.less(number, k);
      e.when(hasRoom, [&] { heap.add(entry, number); });
      Value isFull = arith::XOrIOp::create(e, hasRoom, heap.constantTrue());
      // Without room there is a root, unless no entry is wanted at all.
      Value replaces = arith::AndIOp::create(e, isFull, heap.less(e.i32(0), k));
      e.when(replaces, [&] {
        e.when(heap.isAbove(entry.value, heap.load(e.i32(0)).value), [&] { heap.replaceRoot(entry, k); });
      });
      return SmallVector<Value>();
    });
    e.loop(e.i32(1), k, 1, {}, [&](AffineExpr i, ArrayRef<Value>) {
      Value end = arith::SubIOp::create(e, k, e.index(i)); // of the heap, behind which the order stands
      const Heap::Entry entry = heap.load(end);
      heap.store(heap.load(e.i32(0)), end);
      heap.replaceRoot(entry, end);
      return SmallVector<Value>();
    });
  });
  return success();
}

LogicalResult lowerScatter(KernelContext &context) {
  auto op = cast<ScatterOp>(context.group.root);
  context.placeAll();
  Emitter &e = context.emitter;
  Type element = elementOf(op.getResult());
  Value result = op.getResult(), pointer = context.pointer(result);
  SmallVector<AffineExpr> extents = getExtents(result.getType());
  const Indices all = identityIndices(result.getType());
  auto copy = [&] {
    emitElementLoops(
        e, extents, Access{result, flatOffset(result, all)}, true, [&](ArrayRef<AffineExpr> indices, Lanes lanes) {
          e.forget();
          e.store(e.evaluate(op.getData(), indices, lanes), pointer, element, flatOffset(result, indices), lanes);
        });
  };
  // Rows that nothing is scattered to stay where they are when the result takes the data's memory.
  const Value data = storageOf(op.getData());
  const bool isRead = storageOf(op.getIndices()) == data || storageOf(op.getUpdates()) == data;
  if (isRead || flatOffset(op.getData(), all) != flatOffset(result, all) || beginOf(op.getData()) != beginOf(result)) {
    copy();
  } else if (data != storageOf(result)) {
    context.inPlace.push_back(data);
    e.when(LLVM::ICmpOp::create(e, LLVM::ICmpPredicate::ne, context.pointer(op.getData()), pointer), copy);
  }
  AffineExpr count = getExtents(op.getIndices().getType())[0];
  SmallVector<AffineExpr> rest(extents.begin() + 1, extents.end());
  e.loop(e.i32(0), e.index(count), 1, {}, [&](AffineExpr i, ArrayRef<Value>) {
    auto [row, inside] = rowOf(e, e.evaluate(op.getIndices(), i, {}), e.index(extents[0]));
    AffineExpr target = e.bind(row);
    e.when(inside, [&] {
      auto withFirst = [&](AffineExpr first, ArrayRef<AffineExpr> others) {
        Indices at{first};
        at.append(others.begin(), others.end());
        return at;
      };
      auto body = [&](ArrayRef<AffineExpr> indices, Lanes lanes) {
        e.forget();
        Value update = e.evaluate(op.getUpdates(), withFirst(i, indices), lanes);
        AffineExpr to = flatOffset(result, withFirst(target, indices));
        if (op.getKind() != ScatterKind::Set) {
          static constexpr BinaryKind kinds[] = {BinaryKind::Add, BinaryKind::Add, BinaryKind::Mul, BinaryKind::Max,
                                                 BinaryKind::Min};
          update = emitBinary(e, kinds[unsigned(op.getKind())], e.load(pointer, element, to, lanes), update,
                              isUnsigned(element));
        }
        e.store(update, pointer, element, to, lanes);
      };
      emitElementLoops(e, rest, {}, true, body);
    });
    return SmallVector<Value>();
  });
  return success();
}

} // namespace

const Strategy strategies::arg_reduce{"arg_reduce", isSingle<ArgReduceOp>, lowerArgReduce};
const Strategy strategies::scan{"scan", isSingle<ScanOp>, lowerScan};
const Strategy strategies::top_k{"top_k", isSingle<TopKOp>, lowerTopK};
const Strategy strategies::scatter{"scatter", isSingle<ScatterOp>, lowerScatter};

} // namespace wasmind::loops
