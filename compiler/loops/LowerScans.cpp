//===- LowerScans.cpp - arg_reduce, scan, top_k and scatter: loops that carry state along one dimension -----------===//
#include "compiler/loops/Math.h"
#include "compiler/loops/Reductions.h"
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

} // namespace

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
    e.store(wide, pointer, elementOf(result), flatOffset(result.getType(), without(indices, dim)), {});
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
      e.store(op.getExclusive() ? carried[0] : next, pointer, element, flatOffset(result.getType(), indices), lanes);
      return SmallVector<Value>{next};
    });
  });
  return success();
}

LogicalResult lowerTopK(KernelContext &context) {
  // Insertion into a sorted list of k: each element moves up past those it comes before.
  auto op = cast<TopKOp>(context.group.root);
  context.placeAll();
  Emitter &e = context.emitter;
  SmallVector<AffineExpr> extents = getExtents(op.getInput().getType());
  Type element = elementOf(op.getInput());
  Value values = context.pointer(op.getValues()), positions = context.pointer(op.getIndices());
  int64_t last = extents.size() - 1;
  AffineExpr count = op.getK().getResult(0);
  if (constantOf(count) == 0)
    return success();
  Value k = e.index(count);
  bool largest = !op.getSmallest();
  emitOthers(e, extents, last, /*vectorise=*/false, [&](Indices indices, Lanes) {
    auto place = [&](AffineExpr i) {
      Indices at(indices);
      at[last] = i;
      return flatOffset(op.getValues().getType(), at);
    };
    Type position = elementOf(op.getIndices());
    e.loop(e.i32(0), e.index(extents[last]), 1, {}, [&](AffineExpr i, ArrayRef<Value>) {
      indices[last] = i;
      Value x = e.evaluate(op.getInput(), indices, {});
      // Sift up from the end of the list so far.
      Value some = arith::MinSIOp::create(e, e.index(i), k);
      auto loop = scf::WhileOp::create(
          e, e.getI32Type(), ValueRange(some),
          [&](OpBuilder &, Location, ValueRange at) {
            Value isAny = arith::CmpIOp::create(e, arith::CmpIPredicate::sgt, at[0], e.i32(0));
            auto test = scf::IfOp::create(e, e.getI1Type(), isAny, true);
            {
              OpBuilder::InsertionGuard guard(e);
              e.setInsertionPointToStart(test.thenBlock());
              Value above = e.load(values, element, place(e.bind(at[0]) - 1), {});
              scf::YieldOp::create(e, comesBefore(e, x, above, largest, element, /*nanFirst=*/largest));
              e.setInsertionPointToStart(test.elseBlock());
              scf::YieldOp::create(e, ValueRange(arith::ConstantIntOp::create(e, e.getI1Type(), 0)));
            }
            scf::ConditionOp::create(e, test.getResult(0), at);
          },
          [&](OpBuilder &, Location, ValueRange at) {
            Value above = arith::SubIOp::create(e, at[0], e.i32(1));
            AffineExpr to = e.bind(at[0]), from = to - 1;
            e.when(arith::CmpIOp::create(e, arith::CmpIPredicate::slt, at[0], k), [&] {
              e.store(e.load(values, element, place(from), {}), values, element, place(to), {});
              e.store(e.load(positions, position, place(from), {}), positions, position, place(to), {});
            });
            scf::YieldOp::create(e, ValueRange(above));
          });
      Value slot = loop.getResult(0);
      e.when(arith::CmpIOp::create(e, arith::CmpIPredicate::slt, slot, k), [&] {
        AffineExpr to = e.bind(slot);
        e.store(x, values, element, place(to), {});
        e.store(arith::ExtUIOp::create(e, e.getI64Type(), e.index(i)), positions, position, place(to), {});
      });
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
  Access whole{result, flatOffset(result.getType(), identityIndices(result.getType()))};
  emitElementLoops(e, extents, whole, true, [&](ArrayRef<AffineExpr> indices, Lanes lanes) {
    e.forget();
    e.store(e.evaluate(op.getData(), indices, lanes), pointer, element, flatOffset(result.getType(), indices), lanes);
  });
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
        AffineExpr to = flatOffset(result.getType(), withFirst(target, indices));
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

} // namespace wasmind::loops
