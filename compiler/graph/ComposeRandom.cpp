#include "compiler/graph/Random.h"
#include "compiler/graph/State.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <cmath>
#include <numbers>

using namespace mlir;
namespace wasmind::graph {

static constexpr llvm::StringLiteral callee = "graph.draw";

namespace {
/// The generator's arithmetic on ui32 of any shapes.
struct Words {
  Compose &b;
  Type narrow = b.getIntegerType(32, false), wide = b.getIntegerType(64, false);

  Value constant(uint32_t value) { return b.scalar(narrow, value); }
  Value exclusiveOr(Value x, Value y) { return b.binary(BinaryKind::Xor, x, y); }
  Value high(Value x) { return b.cast(b.binary(BinaryKind::ShiftRight, x, b.scalarLike(x, 32)), narrow); }
  Value low(Value x) { return b.cast(x, narrow); }
  Value product(Value x, uint32_t factor) { return b.mul(b.cast(x, wide), b.scalar(wide, factor)); }
};
} // namespace

Draw::Draw(Compose &b, Value keyLow, Value keyHigh, llvm::ArrayRef<AffineExpr> shape)
    : b(b), keyLow(keyLow), keyHigh(keyHigh), turn(b.scalar(b.getIntegerType(32, false), 0)), shape(shape) {
  auto type = RankedTensorType::get({}, b.getI64Type());
  number = CallOp::create(b, b.getLoc(), TypeRange{type}, callee, ValueRange()).getResult(0);
}

Draw Draw::inTurn(Value turn) const {
  Draw other = *this;
  other.turn = b.cast(turn, b.getIntegerType(32, false));
  other.words.clear();
  return other;
}

Value Draw::word(unsigned i) {
  if (!words.empty())
    return words[i];
  Words w{b};
  Value draw = b.cast(number, w.wide);
  const RankedTensorType line = makeTensorType({productOf(shape, b.getContext())}, w.narrow);
  words = {b.reshape(IotaOp::create(b, b.getLoc(), line, 0), shape), turn, w.low(draw), w.high(draw)};
  Value keys[2] = {keyLow, keyHigh};
  for (unsigned round = 0; round < 10; ++round) {
    Value first = w.product(words[0], 0xD2511F53), second = w.product(words[2], 0xCD9E8D57);
    words = {w.exclusiveOr(w.exclusiveOr(w.high(second), keys[0]), words[1]), w.low(second),
             w.exclusiveOr(w.exclusiveOr(w.high(first), keys[1]), words[3]), w.low(first)};
    keys[0] = b.add(keys[0], w.constant(0x9E3779B9));
    keys[1] = b.add(keys[1], w.constant(0xBB67AE85));
  }
  return words[i];
}

Value Draw::wideWord() {
  Words w{b};
  Value high = b.cast(word(1), w.wide);
  return b.binary(BinaryKind::Or, b.binary(BinaryKind::ShiftLeft, high, b.scalarLike(high, 32)),
                  b.cast(word(0), w.wide));
}

/// The leading bits of a word, or of two, as a number of the type.
static Value leading(Compose &b, Value high, Value low, unsigned bits, Type type) {
  auto top = [&](Value x, unsigned count) { // fits in a signed number, which converts faster
    Value shifted = b.binary(BinaryKind::ShiftRight, x, b.scalarLike(x, 32 - count));
    return b.cast(b.cast(shifted, b.getI32Type()), type);
  };
  if (bits <= 24)
    return top(high, bits);
  Value rest = top(low, bits - 26);
  return b.add(b.mul(top(high, 26), b.scalarLike(rest, std::ldexp(1.0, int(bits) - 26))), rest);
}

Value Draw::uniform(Type type, unsigned pair) {
  const bool isDouble = type.isF64();
  const unsigned bits = cast<FloatType>(type).getFPMantissaWidth();
  Value number = isDouble ? leading(b, word(2 * pair), word(2 * pair + 1), bits, type)
                          : leading(b, word(pair), Value(), bits, b.getF32Type());
  return b.cast(b.mul(number, b.scalarLike(number, std::ldexp(1.0, -int(bits)))), type);
}

Value Draw::positive(Type type, unsigned first) {
  constexpr int bitsOfTwo = 52;
  const bool isDouble = type.isF64();
  Value number =
      isDouble ? leading(b, word(first), word(first + 1), bitsOfTwo, type) : b.cast(word(first), b.getF32Type());
  const double unit = std::ldexp(1.0, isDouble ? -bitsOfTwo : -32);
  return b.add(b.mul(number, b.scalarLike(number, unit)), b.scalarLike(number, unit / 2));
}

Value Draw::normal(Type type) {
  const bool isDouble = type.isF64();
  const Type inside = isDouble ? type : Type(b.getF32Type());
  Value first = positive(inside, 0), second = positive(inside, isDouble ? 2 : 1);
  Value logarithm = b.unary(UnaryKind::Log, first);
  Value radius = b.unary(UnaryKind::Sqrt, b.mul(logarithm, b.scalarLike(logarithm, -2)));
  Value angle = b.mul(second, b.scalarLike(second, 2 * std::numbers::pi));
  return b.cast(b.mul(radius, b.unary(UnaryKind::Cos, angle)), type);
}

Value Draw::between(Value low, Value high) {
  Words w{b};
  Value from = b.cast(low, w.wide), count = b.sub(b.cast(high, w.wide), from);
  count = b.maximum(count, b.scalarLike(count, 1));
  return b.cast(b.add(from, b.binary(BinaryKind::Rem, wideWord(), count)), b.elementOf(low));
}

Value Draw::permutation() {
  // As signed numbers, which is another order and as good.
  Value keys = b.reshape(b.cast(wideWord(), b.getI64Type()), {productOf(shape, b.getContext())});
  return keys ? Value(TopKOp::create(b, b.getLoc(), keys, b.extentsOf(keys).front(), /*smallest=*/false).getIndices())
              : Value();
}

Value Draw::classes(Value weights) {
  const int64_t rank = b.rankOf(weights), last = rank - 1;
  Value ends = ScanOp::create(b, b.getLoc(), ReduceKind::Sum, weights, last, false, false);
  Value sum = b.sliceDim(ends, last, b.extentsOf(weights)[last] - 1, b.getAffineConstantExpr(1));
  Value place = b.mul(uniform(b.elementOf(weights)), sum);
  Value isBelow = b.compare(CompareKind::LessEqual, b.unsqueeze(ends, {last}), b.unsqueeze(place, {rank}));
  Value number = b.reduce(ReduceKind::Sum, b.cast(isBelow, b.getI64Type()), {rank}, /*keepDims=*/false);
  // Rounding can make the number the sum.
  Value isPositive = b.cast(b.compare(CompareKind::Greater, weights, b.scalarLike(weights, 0)), b.getI32Type());
  Value lastOne = b.argReduce(ReduceKind::Max, isPositive, last, /*keepDims=*/true, /*last=*/true);
  return b.minimum(number, b.cast(lastOne, b.getI64Type()));
}

//===- Numbers of draws ------------------------------------------------------------------------------------------===//

namespace {
bool isDraw(Operation *op) {
  auto call = dyn_cast<CallOp>(op);
  return call && call.getCallee() == callee;
}

bool hasDraws(Operation *op) {
  return op->walk([](Operation *inner) { return isDraw(inner) ? WalkResult::interrupt() : WalkResult::advance(); })
      .wasInterrupted();
}

/// Hands the count of draws through blocks, in the order of their operations.
class Numbering {
public:
  explicit Numbering(Location location, MLIRContext *context) : b(location, context) {}

  /// Numbers the draws of a block from `count`; gives the count at its end.
  Value number(Block &block, Value count) {
    for (Operation &op : llvm::make_early_inc_range(block)) {
      if (!isDraw(&op) && !(op.getNumRegions() != 0 && hasDraws(&op)))
        continue;
      b.setLoc(op.getLoc());
      b.setInsertionPoint(&op);
      if (isDraw(&op)) {
        op.getResult(0).replaceAllUsesWith(count);
        count = b.add(count, b.scalar(b.getI64Type(), 1));
      } else if (auto choice = dyn_cast<IfOp>(op)) {
        count = through(choice, count);
      } else {
        count = through(cast<LoopOp>(op), count);
      }
      op.erase();
    }
    return count;
  }

private:
  Compose b;

  /// The number at the end of a region's block, yielded last.
  void numberRegion(Region &region, Value count) {
    Block &block = region.front();
    Operation *yield = block.getTerminator();
    Value last = number(block, count);
    yield->insertOperands(yield->getNumOperands(), last);
  }
  template <typename Op> Value replace(Op old, Op wider) {
    for (auto [before, after] : llvm::zip(old.getOutputs(), wider.getOutputs()))
      before.replaceAllUsesWith(after);
    return wider.getOutputs().back();
  }
  static SmallVector<Type> withCount(ValueRange values, Value count) {
    SmallVector<Type> types(values.getTypes());
    types.push_back(count.getType());
    return types;
  }

  Value through(IfOp old, Value count) {
    auto wider = IfOp::create(b, old.getLoc(), withCount(old.getOutputs(), count), old.getCondition());
    for (unsigned way = 0; way < 2; ++way) {
      wider->getRegion(way).takeBody(old->getRegion(way));
      numberRegion(wider->getRegion(way), count);
    }
    return replace(old, wider);
  }
  Value through(LoopOp old, Value count) {
    SmallVector<Value> carried(old.getCarried());
    carried.push_back(count);
    auto wider = LoopOp::create(b, old.getLoc(), withCount(old.getOutputs(), count), old.getTripCount(),
                                old.getCondition(), carried);
    wider.getBody().takeBody(old.getBody());
    numberRegion(wider.getBody(), wider.getBody().addArgument(count.getType(), old.getLoc()));
    return replace(old, wider);
  }
};
} // namespace

void numberDraws(ModuleOp module) {
  auto run = module.lookupSymbol<func::FuncOp>("run");
  if (!run || !hasDraws(run))
    return;
  std::string name = "random";
  auto isTaken = [&] {
    auto isName = [&](Attribute other) { return other == StringAttr::get(module.getContext(), name); };
    for (unsigned i = 0; i < run.getNumArguments(); ++i)
      if (isName(run.getArgAttr(i, "graph.name")))
        return true;
    for (unsigned i = 0; i < run.getNumResults(); ++i)
      if (isName(run.getResultAttr(i, "graph.name")))
        return true;
    return false;
  };
  while (isTaken())
    name += "_";
  auto type = RankedTensorType::get({}, IntegerType::get(module.getContext(), 64));
  Builder builder(module.getContext());
  const unsigned argument = run.getNumArguments(), result = run.getNumResults();
  (void)run.insertArgument(argument, type, {}, run.getLoc());
  (void)run.insertResult(result, type, {});
  Block &body = run.getBody().front();
  Value last = Numbering(run.getLoc(), module.getContext()).number(body, run.getArgument(argument));
  Operation *end = body.getTerminator();
  end->insertOperands(end->getNumOperands(), last);
  run.setArgAttr(argument, "graph.name", builder.getStringAttr(name));
  run.setArgAttr(argument, stateAttribute, builder.getI64IntegerAttr(result));
  run.setResultAttr(result, "graph.name", builder.getStringAttr(name));
  run.setResultAttr(result, "graph.hidden", builder.getUnitAttr());
}

} // namespace wasmind::graph
