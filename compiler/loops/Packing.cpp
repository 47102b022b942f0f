#include "compiler/loops/Packing.h"
#include "compiler/graph/Floats.h"
#include "compiler/graph/Integers.h"
#include "compiler/loops/Math.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include <cstring>

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {

Value emitScatterRun(Emitter &e, Value source, Value target, Value count, int64_t stride) {
  Value four = arith::AndIOp::create(e, count, e.i32(-4));
  Type vector = VectorType::get(4, e.getF32Type());
  auto after = e.loop(e.i32(0), four, 4, {source, target}, [&](AffineExpr, ArrayRef<Value> at) {
    Value elements = e.loadAt(at[0], vector, 4);
    for (int64_t lane = 0; lane < 4; ++lane)
      e.storeAt(vector::ExtractOp::create(e, elements, lane), bump(e, at[1], lane * stride * 4), 4);
    return SmallVector<Value>{bump(e, at[0], 16), bump(e, at[1], 16 * stride)};
  });
  return e.loop(four, count, 1, after, [&](AffineExpr, ArrayRef<Value> at) {
    e.storeAt(e.loadAt(at[0], e.getF32Type(), 4), at[1], 4);
    return SmallVector<Value>{bump(e, at[0], 4), bump(e, at[1], 4 * stride)};
  })[1];
}

SmallVector<Value, 4> emitTranspose(Emitter &e, ArrayRef<Value> rows) {
  auto shuffle = [&](Value x, Value y, ArrayRef<int64_t> mask) -> Value {
    return vector::ShuffleOp::create(e, x, y, mask);
  };
  // Pairs of them interleaved, then pairs of pairs.
  Value low01 = shuffle(rows[0], rows[1], {0, 4, 1, 5}), high01 = shuffle(rows[0], rows[1], {2, 6, 3, 7});
  Value low23 = shuffle(rows[2], rows[3], {0, 4, 1, 5}), high23 = shuffle(rows[2], rows[3], {2, 6, 3, 7});
  return {shuffle(low01, low23, {0, 1, 4, 5}), shuffle(low01, low23, {2, 3, 6, 7}),
          shuffle(high01, high23, {0, 1, 4, 5}), shuffle(high01, high23, {2, 3, 6, 7})};
}

void emitStoreTransposed(Emitter &e, ArrayRef<Value> rows, Value target) {
  const int64_t width = rows.size();
  assert(width >= 4);
  SmallVector<Value, 4> out = emitTranspose(e, rows);
  for (int64_t k = 0; k < 4; ++k) {
    e.storeAt(out[k], bump(e, target, 4 * k * width), 4);
    for (int64_t row = 4; row < width; ++row)
      e.storeAt(vector::ExtractOp::create(e, rows[row], k), bump(e, target, 4 * (k * width + row)), 4);
  }
}

Value emitTransposeRuns(Emitter &e, ArrayRef<Value> rows, Value target, Value count) {
  const int64_t width = rows.size();
  auto step = [&](ArrayRef<Value> at, int64_t steps) {
    SmallVector<Value> next;
    for (Value row : at.drop_back())
      next.push_back(bump(e, row, 4 * steps));
    next.push_back(bump(e, at.back(), 4 * steps * width));
    return next;
  };
  Type vector = VectorType::get(4, e.getF32Type());
  Value four = arith::AndIOp::create(e, count, e.i32(-4));
  SmallVector<Value> carried(rows);
  carried.push_back(target);
  carried = e.loop(e.i32(0), four, 4, carried, [&](AffineExpr, ArrayRef<Value> at) {
    SmallVector<Value> in;
    for (Value row : at.drop_back())
      in.push_back(e.loadAt(row, vector, 4));
    emitStoreTransposed(e, in, at.back());
    return step(at, 4);
  });
  return e
      .loop(four, count, 1, carried,
            [&](AffineExpr, ArrayRef<Value> at) {
              for (auto [row, from] : llvm::enumerate(at.drop_back()))
                e.storeAt(e.loadAt(from, e.getF32Type(), 4), bump(e, at.back(), int64_t(4 * row)), 4);
              return step(at, 1);
            })
      .back();
}

Value emitZeroRun(Emitter &e, Value target, Value count, int64_t stride) {
  Value zero = e.floatConstant(0, e.getF32Type());
  return e.loop(e.i32(0), count, 1, target, [&](AffineExpr, ArrayRef<Value> at) {
    e.storeAt(zero, at[0], 4);
    return SmallVector<Value>{bump(e, at[0], 4 * stride)};
  })[0];
}

/// A constant of the same shape with other elements.
static ElementsAttr reshaped(Value constant, Type element, std::vector<char> &&bytes) {
  OpBuilder builder(constant.getContext());
  auto type = cast<RankedTensorType>(constant.getType()).clone(element);
  auto made = makeConstant(builder, constant.getLoc(), type, std::move(bytes)).getDefiningOp<ConstantOp>();
  const ElementsAttr elements = made.getValue();
  made->destroy();
  return elements;
}

Stored storedAs(Value constant) {
  const auto elements = constant.getDefiningOp<ConstantOp>().getValue();
  const ConstantData data = dataOf(elements);
  OpBuilder builder(constant.getContext());
  if (data.splat)
    return {elements};
  if (data.element.isF32()) {
    const ArrayRef numbers(reinterpret_cast<const float *>(data.bytes.data()), data.elementCount);
    auto as = [&](Type type, uint16_t (*narrow)(double), float (*widen)(uint16_t)) -> ElementsAttr {
      if (!llvm::all_of(numbers, [&](float number) {
            return std::bit_cast<uint32_t>(widen(narrow(number))) == std::bit_cast<uint32_t>(number);
          }))
        return {};
      std::vector<char> halves(2 * numbers.size());
      for (auto [i, number] : llvm::enumerate(numbers)) {
        const uint16_t half = narrow(number);
        std::memcpy(halves.data() + 2 * i, &half, 2);
      }
      return reshaped(constant, type, std::move(halves));
    };
    ElementsAttr halves = as(builder.getF16Type(), halfFromDouble, halfToFloat);
    if (!halves)
      halves = as(builder.getBF16Type(), bfloatFromDouble, bfloatToFloat);
    return {halves ? halves : elements};
  }
  const IntegerRange range = data.element.isSignlessInteger(16) ? rangeOf(data) : IntegerRange{0, 256};
  if (range.high - range.low > 255)
    return {elements};
  std::vector<char> bytes;
  eachInteger(data, [&](int64_t element, int64_t) { bytes.push_back(char(element - range.low)); });
  return {reshaped(constant, builder.getIntegerType(8, /*isSigned=*/false), std::move(bytes)), true, range.low};
}

Value loadFloats(Emitter &e, Type element, Value from, int64_t count) {
  auto typeOf = [&](Type type) { return count == 1 ? type : VectorType::get(count, type); };
  if (element.isF32())
    return e.loadAt(from, typeOf(element), 4);
  return emitWiden(e, e.loadAt(from, typeOf(e.getI16Type()), 2), element);
}

Value loadShorts(Emitter &e, const Shorts &shorts, Value from, int64_t count) {
  auto typeOf = [&](Type integer) { return count == 1 ? integer : VectorType::get(count, integer); };
  const unsigned width = byteWidth(shorts.element);
  Value loaded = e.loadAt(from, typeOf(e.getIntegerType(8 * width)), width);
  if (width == 1)
    loaded = shorts.element.isUnsignedInteger() ? arith::ExtUIOp::create(e, typeOf(e.getI16Type()), loaded).getResult()
                                                : arith::ExtSIOp::create(e, typeOf(e.getI16Type()), loaded).getResult();
  return shorts.offset ? arith::AddIOp::create(e, loaded, e.splat(shorts.offset, count)).getResult() : loaded;
}

/// The word of the elements at two places; the second half is 0 without the second place.
static Value wordAt(Emitter &e, const Shorts &shorts, Value first, Value second) {
  auto load = [&](Value at) { return arith::ExtUIOp::create(e, e.getI32Type(), loadShorts(e, shorts, at, 1)); };
  Value low = load(first);
  return second ? arith::OrIOp::create(e, low, arith::ShLIOp::create(e, load(second), e.i32(16))).getResult() : low;
}

Value emitScatterPairs(Emitter &e, const Shorts &shorts, Value source, Value target, Value count, int64_t stride) {
  // Four words from eight elements, then word by word.
  const int64_t width = byteWidth(shorts.element);
  Value four = arith::AndIOp::create(e, count, e.i32(-4));
  auto after = e.loop(e.i32(0), four, 4, {source, target}, [&](AffineExpr, ArrayRef<Value> at) {
    Value halves = loadShorts(e, shorts, at[0], 8);
    Value words = vector::BitCastOp::create(e, VectorType::get(4, e.getI32Type()), halves);
    for (int64_t lane = 0; lane < 4; ++lane)
      e.storeAt(vector::ExtractOp::create(e, words, lane), bump(e, at[1], lane * stride * 4), 4);
    return SmallVector<Value>{bump(e, at[0], 8 * width), bump(e, at[1], 16 * stride)};
  });
  return e.loop(four, count, 1, after, [&](AffineExpr, ArrayRef<Value> at) {
    e.storeAt(wordAt(e, shorts, at[0], bump(e, at[0], width)), at[1], 4);
    return SmallVector<Value>{bump(e, at[0], 2 * width), bump(e, at[1], 4 * stride)};
  })[1];
}

namespace {

/// A pack function under construction.
class PackFunction {
public:
  PackFunction(KernelContext &context, const MatrixSource &source, AffineExpr extent, AffineExpr k, AffineExpr steps,
               int64_t width, unsigned batchRank, const Stored &stored)
      : context(context), source(source), extent(extent), k(k), steps(steps), width(width), batchRank(batchRank),
        element(stored.elements ? stored.element() : elementOf(source.tensor)), c(element.getContext()),
        hasOffset(stored.hasOffset), e(context.program.code, UnknownLoc::get(c), context.program.freshName(),
                                       argumentTypes(), context.program.extents) {
    for (unsigned i = 0; i < batchRank; ++i)
      variables.push_back(e.bind(e.function.getArgument(3 + i)));
    memory = e.function.getArgument(3 + batchRank);
    shorts.element = element;
    if (hasOffset)
      shorts.offset = arith::TruncIOp::create(e, e.getI16Type(), e.function.getArgument(4 + batchRank));
    isInPairs = !isa<FloatType>(element);
    words = isInPairs ? normalise(k.floorDiv(2)) : k;
    hasWords = element.isF32() || (isInPairs && byteWidth(element) == 2 && constantOf(normalise(k % 2)) == 0);
  }

  std::string emit() {
    AffineExpr m0 = e.bind(e.function.getArgument(0));
    Value count = e.function.getArgument(1), panelBytes = e.index(normalise(steps * (width * 4)));
    const bool alongRows = isUnit(batchRank) && !isUnit(batchRank + 1);
    e.loop(e.i32(0), count, width, {e.function.getArgument(2)}, [&](AffineExpr first, ArrayRef<Value> panel) {
      auto clamped = [&](AffineExpr row) {
        Value last = e.index(normalise(extent - 1));
        return e.bind(arith::MinSIOp::create(e, e.index(m0 + first + row), last));
      };
      if (alongRows) {
        packSteps(m0 + first, panel[0]);
      } else if (width >= 4 && hasWords && isUnit(batchRank + 1)) {
        SmallVector<Value> rows;
        for (int64_t row = 0; row < width; ++row)
          rows.push_back(addressOf(clamped(e.constantIndex(row)), e.constantIndex(0)));
        emitTransposeRuns(e, rows, panel[0], e.index(words));
      } else {
        e.loop(e.i32(0), e.i32(width), 1, panel[0], [&](AffineExpr row, ArrayRef<Value> to) {
          packRow(clamped(row), to[0]);
          return SmallVector<Value>{bump(e, to[0], 4)};
        });
      }
      AffineExpr filled = isInPairs ? normalise(k.ceilDiv(2)) : k;
      if (steps != filled) { // zeros add nothing
        Value tail = bump(e, panel[0], e.index(normalise(filled * (width * 4))));
        emitZeroRun(e, tail, e.index(normalise((steps - filled) * width)), 1);
      }
      return SmallVector<Value>{bump(e, panel[0], panelBytes)};
    });
    e.finish();
    return context.program.intern(e.function, functionName(element, "pack", std::to_string(width)));
  }

private:
  KernelContext &context;
  const MatrixSource &source;
  AffineExpr extent, k, steps, words; ///< words: those whose elements all exist
  int64_t width;
  unsigned batchRank;
  Type element;
  MLIRContext *c;
  const bool hasOffset;
  Shorts shorts;
  Emitter e;
  SmallVector<AffineExpr> variables;
  Value memory;
  bool isInPairs = false; ///< of elements: the words
  bool hasWords = false;  ///< the words of a row whose elements are neighbours lie in memory as such

  SmallVector<Type> argumentTypes() {
    Type i32 = IntegerType::get(c, 32), pointer = LLVM::LLVMPointerType::get(c);
    SmallVector<Type> types{i32, i32, pointer};
    types.append(batchRank, i32);
    types.push_back(pointer);
    if (hasOffset)
      types.push_back(i32);
    return types;
  }

  bool isUnit(unsigned variable) {
    auto step = coefficientOf(source.flat, variable);
    return step && constantOf(*step) == 1;
  }

  Value addressOf(AffineExpr x, AffineExpr step) {
    SmallVector<AffineExpr> values(variables);
    values.push_back(x);
    values.push_back(step);
    return e.offsetPointer(memory, normalise(source.flat.replaceDims(values)), memoryType(element));
  }

  /// Emits `body(step, target, hasSecond)` for every word of a row: `step` is its (first) element along k.
  void eachWord(Value to, llvm::function_ref<void(AffineExpr step, Value to, bool hasSecond)> body) {
    auto some = [&](Value low, Value high, Value to, bool hasSecond) {
      return e.loop(low, high, 1, to, [&](AffineExpr word, ArrayRef<Value> at) {
        body(isInPairs ? normalise(word * 2) : word, at[0], hasSecond);
        return SmallVector<Value>{bump(e, at[0], width * 4)};
      })[0];
    };
    Value whole = e.index(words);
    to = some(e.i32(0), whole, to, true);
    if (isInPairs)
      some(whole, e.index(normalise(k.ceilDiv(2))), to, false);
  }

  /// A panel whose words of one step are neighbours in memory.
  void packSteps(AffineExpr x, Value panel) {
    eachWord(panel, [&](AffineExpr step, Value to, bool hasSecond) {
      Value from = addressOf(x, step), next = isInPairs && hasSecond ? addressOf(x, normalise(step + 1)) : Value();
      int64_t lane = 0;
      auto at = [&](Value place) { return bump(e, place, lane * byteWidth(element)); };
      for (; lane + 4 <= width; lane += 4)
        e.storeAt(isInPairs ? pairs(at(from), next ? at(next) : next) : loadFloats(e, element, at(from), 4),
                  bump(e, to, lane * 4), 4);
      for (; lane < width; ++lane)
        e.storeAt(isInPairs ? wordAt(e, shorts, at(from), next ? at(next) : next) : loadFloats(e, element, at(from), 1),
                  bump(e, to, lane * 4), 4);
    });
  }

  /// Four words from four elements of two steps each.
  Value pairs(Value from, Value next) {
    Value low = loadShorts(e, shorts, from, 4);
    Value high =
        next ? loadShorts(e, shorts, next, 4) : arith::ConstantOp::create(e, e.getZeroAttr(low.getType())).getResult();
    Value both = vector::ShuffleOp::create(e, low, high, ArrayRef<int64_t>{0, 4, 1, 5, 2, 6, 3, 7});
    return vector::BitCastOp::create(e, VectorType::get(4, e.getI32Type()), both);
  }

  /// One row of a panel.
  void packRow(AffineExpr x, Value to) {
    if (!isUnit(batchRank + 1) || (!isInPairs && !hasWords)) {
      eachWord(to, [&](AffineExpr step, Value at, bool hasSecond) {
        Value from = addressOf(x, step);
        Value next = isInPairs && hasSecond ? addressOf(x, normalise(step + 1)) : Value();
        e.storeAt(isInPairs ? wordAt(e, shorts, from, next) : loadFloats(e, element, from, 1), at, 4);
      });
    } else if (hasWords) {
      emitScatterRun(e, addressOf(x, e.constantIndex(0)), to, e.index(words), width);
    } else {
      Value row = addressOf(x, e.constantIndex(0));
      Value last = emitScatterPairs(e, shorts, row, to, e.index(words), width);
      e.when(arith::CmpIOp::create(e, arith::CmpIPredicate::ne, e.index(normalise(k % 2)), e.i32(0)),
             [&] { e.storeAt(wordAt(e, shorts, addressOf(x, normalise(k - 1)), Value()), last, 4); });
    }
  }
};

} // namespace

std::string emitPackFunction(KernelContext &context, const MatrixSource &source, AffineExpr extent, AffineExpr k,
                             AffineExpr steps, int64_t width, unsigned batchRank, const Stored &stored) {
  return PackFunction(context, source, extent, k, steps, width, batchRank, stored).emit();
}

std::vector<char> packConstant(const Gemm &gemm, ArrayRef<int64_t> batchExtents, int64_t n, int64_t k, int64_t steps) {
  ConstantData data = dataOf(gemm.b.tensor.getDefiningOp<ConstantOp>().getValue());
  unsigned batchRank = batchExtents.size();
  auto step = [&](unsigned variable) { return *constantOf(*coefficientOf(gemm.b.flat, variable)); };
  int64_t base = 0;
  for (const Term &term : termsOf(gemm.b.flat))
    if (term.variables.empty())
      base = term.coefficient;
  int64_t nStep = step(batchRank), kStep = step(batchRank + 1), columns = gemm.tile.columns;
  int64_t panels = (n + columns - 1) / columns, batches = 1;
  for (int64_t extent : batchExtents)
    batches *= extent;
  std::vector<char> bytes(batches * panels * steps * columns * 4, 0);
  for (int64_t batch = 0; batch < batches; ++batch) {
    int64_t offset = base, rest = batch;
    for (int64_t i = int64_t(batchRank) - 1; i >= 0; --i) {
      offset += rest % batchExtents[i] * step(i);
      rest /= batchExtents[i];
    }
    for (int64_t p = 0; p < panels; ++p)
      for (int64_t i = 0; i < k; ++i)
        for (int64_t j = 0; j < std::min(columns, n - p * columns); ++j) {
          int64_t from = data.splat ? 0 : offset + (p * columns + j) * nStep + i * kStep;
          auto word = [&](int64_t step) { return ((batch * panels + p) * steps + step) * columns + j; };
          if (!gemm.isOfPairs()) {
            std::memcpy(bytes.data() + word(i) * 4, data.bytes.data() + from * 4, 4);
            continue;
          }
          const auto element = int16_t(data.asInteger(from));
          std::memcpy(bytes.data() + word(i / 2) * 4 + i % 2 * 2, &element, 2);
        }
  }
  return bytes;
}

} // namespace wasmind::loops
