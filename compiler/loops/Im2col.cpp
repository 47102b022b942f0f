#include "compiler/loops/Im2col.h"
#include "compiler/loops/Packing.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

AffineExpr times(AffineExpr a, AffineExpr b) { return normalise(a * b); }

/// The function under construction.
class Im2col {
public:
  Im2col(KernelContext &context, const Images &images, const Gemm &gemm, RowForm form)
      : context(context), images(images), rows(images.rows), columns(images.columns), gemm(gemm), form(form),
        width(gemm.tile.rows), element(elementOf(cast<ConvolveOp>(gemm.anchor).getInput())),
        perWord(gemm.isOfPairs() ? 2 : 1), e(context.program.code, UnknownLoc::get(element.getContext()),
                                             context.program.freshName(), argumentTypes(), context.program.extents) {
    unsigned batchRank = gemm.batch.size();
    group = batchRank ? e.bind(e.function.getArgument(3)) : e.constantIndex(0);
    memory = e.function.getArgument(3 + batchRank);
    chooseRuns();
  }

  std::string emit() {
    AffineExpr m0 = e.bind(e.function.getArgument(0));
    Value panelBytes = e.index(times(gemm.steps(), e.constantIndex(width * 4)));
    e.loop(e.i32(0), e.function.getArgument(1), width, e.function.getArgument(2),
           [&](AffineExpr first, ArrayRef<Value> panel) {
             AffineExpr m = m0 + first;
             if (form == RowForm::Words && width >= 4)
               packPanel(m, panel[0]);
             else
               packRows(m, panel[0]);
             return SmallVector<Value>{bump(e, panel[0], panelBytes)};
           });
    e.finish();
    return context.program.intern(e.function, functionName(element, "im2col", std::to_string(width)));
  }

private:
  KernelContext &context;
  const Images &images;
  const SpatialDim &rows, &columns;
  const Gemm &gemm;
  const RowForm form;
  const int64_t width;
  Type element;
  const int64_t perWord; ///< elements
  Emitter e;
  AffineExpr group;
  Value memory;
  /// Neighbouring taps of a line are one run of memory, unless dilated or a part of the channels.
  AffineExpr runTaps, runs;
  Value rowStart; ///< of Halves, whose places in the row are numbers of elements

  SmallVector<Type> argumentTypes() {
    MLIRContext *c = element.getContext();
    Type i32 = IntegerType::get(c, 32), pointer = LLVM::LLVMPointerType::get(c);
    SmallVector<Type> types{i32, i32, pointer};
    types.append(gemm.batch.size(), i32);
    types.push_back(pointer);
    return types;
  }

  void chooseRuns() {
    runTaps = e.constantIndex(1);
    runs = columns.kernel;
    if (images.isGrouped || images.pixels.pitch != images.channels)
      return;
    if (isOne(columns.dilation)) {
      std::swap(runTaps, runs);
    } else if (!constantOf(columns.dilation)) {
      Value isWhole = isEqual(columns.dilation, e.constantIndex(1)), taps = e.index(columns.kernel), one = e.i32(1);
      runTaps = e.bind(arith::SelectOp::create(e, isWhole, taps, one));
      runs = e.bind(arith::SelectOp::create(e, isWhole, one, taps));
    }
  }

  Value isEqual(AffineExpr a, AffineExpr b) {
    return arith::CmpIOp::create(e, arith::CmpIPredicate::eq, e.index(a), e.index(b));
  }
  Value isAtMost(AffineExpr a, AffineExpr b) {
    return arith::CmpIOp::create(e, arith::CmpIPredicate::sle, e.index(normalise(a)), e.index(normalise(b)));
  }

  Value addressOf(AffineExpr line, AffineExpr x) {
    AffineExpr from = (line * columns.in + x) * images.pixels.pitch + images.pixels.first + group * images.perGroup;
    return e.offsetPointer(memory, normalise(from), memoryType(element));
  }

  // --- Runs of one row

  Value halfAt(AffineExpr k) {
    Value word = e.index(times(k.floorDiv(2), e.constantIndex(4 * width))), half = e.index(normalise(k % 2 * 2));
    return bump(e, rowStart, arith::AddIOp::create(e, word, half));
  }

  /// Of so many elements.
  Value words(Value count) { return perWord == 1 ? count : arith::ShRUIOp::create(e, count, e.i32(1)).getResult(); }

  Value zeros(Value to, Value count) {
    if (form != RowForm::Halves)
      return emitZeroRun(e, to, words(count), width);
    Value end = arith::AddIOp::create(e, to, count);
    e.loop(to, end, 1, {}, [&](AffineExpr k, ArrayRef<Value>) {
      e.storeAt(arith::ConstantIntOp::create(e, e.getI16Type(), 0), halfAt(k), 2);
      return SmallVector<Value>();
    });
    return end;
  }

  Value copy(Value from, Value to, Value count) {
    if (form == RowForm::Words)
      return emitScatterRun(e, from, to, words(count), width);
    if (form == RowForm::Pairs)
      return emitScatterPairs(e, {element, {}}, from, to, words(count), width);
    Value end = arith::AddIOp::create(e, to, count);
    e.loop(to, end, 1, from, [&](AffineExpr k, ArrayRef<Value> at) {
      e.storeAt(loadShorts(e, {element, {}}, at[0], 1), halfAt(k), 2);
      return SmallVector<Value>{bump(e, at[0], byteWidth(element))};
    });
    return end;
  }

  /// One run of `runTaps` taps from column `x` of a line, as far as the line has these columns; zeros elsewhere.
  Value copyRun(AffineExpr line, AffineExpr x, Value isInside, Value to) {
    Value zero = e.i32(0), taps = e.index(runTaps);
    auto clamp = [&](Value v) -> Value { return arith::MaxSIOp::create(e, arith::MinSIOp::create(e, v, taps), zero); };
    Value low = clamp(e.index(normalise(-x)));
    Value high = clamp(e.index(normalise(columns.in - x)));
    high = arith::SelectOp::create(e, isInside, high, zero);
    low = arith::MinSIOp::create(e, low, high);
    AffineExpr lowIndex = e.bind(low), highIndex = e.bind(high);
    Value before = e.index(times(lowIndex, images.perGroup));
    Value count = e.index(times(highIndex - lowIndex, images.perGroup));
    Value after = e.index(times(runTaps - highIndex, images.perGroup));
    to = zeros(to, before);
    // The address may lie outside when nothing is copied; it is not read then.
    to = copy(addressOf(line, x + lowIndex), to, count);
    return zeros(to, after);
  }

  // --- Panels

  /// Of pixel `m`: its image, row and first input column.
  struct Pixel {
    AffineExpr image, row, left;
  };
  Pixel pixelOf(AffineExpr m) {
    AffineExpr line = e.bind(e.index(m.floorDiv(columns.out))), column = e.bind(e.index(m % columns.out));
    AffineExpr left = e.bind(e.index(normalise(column * columns.stride - columns.pad)));
    if (isOne(rows.out))
      return {line, e.constantIndex(0), left};
    return {e.bind(e.index(line.floorDiv(rows.out))), e.bind(e.index(line % rows.out)), left};
  }

  /// For each run of the kernel at row `row` of the output: next = body(input line in its image, whether it has one,
  /// the run's offset in columns, next).
  Value eachRun(AffineExpr row, Value first, llvm::function_ref<Value(AffineExpr, Value, AffineExpr, Value)> body) {
    return e.loop(e.i32(0), e.index(rows.kernel), 1, first, [&](AffineExpr kh, ArrayRef<Value> carriedH) {
      AffineExpr y = e.bind(e.index(normalise(row * rows.stride + kh * rows.dilation - rows.pad)));
      Value isInside = arith::CmpIOp::create(e, arith::CmpIPredicate::ult, e.index(y), e.index(rows.in));
      return e.loop(e.i32(0), e.index(runs), 1, carriedH[0], [&](AffineExpr kw, ArrayRef<Value> carried) {
        AffineExpr offset = isOne(runs) ? e.constantIndex(0) : normalise(kw * columns.dilation);
        return SmallVector<Value>{body(y, isInside, offset, carried[0])};
      });
    })[0];
  }

  /// Row after row. Beyond the last pixel it is the last one.
  void packRows(AffineExpr m, Value panel) {
    AffineExpr elements = normalise(gemm.steps() * perWord);
    e.loop(e.i32(0), e.i32(width), 1, panel, [&](AffineExpr row, ArrayRef<Value> at) {
      Value clamped = arith::MinSIOp::create(e, e.index(m + row), e.index(normalise(gemm.m - 1)));
      Pixel pixel = pixelOf(e.bind(clamped));
      rowStart = at[0];
      Value begin = form == RowForm::Halves ? e.i32(0) : at[0];
      Value end = eachRun(pixel.row, begin, [&](AffineExpr y, Value isInside, AffineExpr offset, Value to) {
        return copyRun(pixel.image * rows.in + y, normalise(pixel.left + offset), isInside, to);
      });
      if (elements != gemm.k)
        zeros(end, e.index(normalise(elements - gemm.k)));
      return SmallVector<Value>{bump(e, at[0], 4)};
    });
  }

  /// Neighbours in a line, whose columns all lie in the image, at once; others row after row.
  void packPanel(AffineExpr m, Value panel) {
    m = e.bind(e.index(m));
    Pixel pixel = pixelOf(m);
    AffineExpr right = pixel.left + columns.stride * (width - 1) + (columns.kernel - 1) * columns.dilation;
    Value isLine = isAtMost(e.bind(e.index(m % columns.out)) + width, columns.out);
    Value isInside =
        arith::AndIOp::create(e, isAtMost(e.constantIndex(0), pixel.left), isAtMost(right + 1, columns.in));
    auto branch = scf::IfOp::create(e, arith::AndIOp::create(e, isLine, isInside), /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(e);
    e.setInsertionPointToStart(branch.thenBlock());
    Value count = words(e.index(times(runTaps, images.perGroup)));
    Value end = eachRun(pixel.row, panel, [&](AffineExpr y, Value isInside, AffineExpr offset, Value to) {
      auto copyAll = [&] {
        SmallVector<Value> sources;
        for (int64_t row = 0; row < width; ++row)
          sources.push_back(addressOf(pixel.image * rows.in + y, pixel.left + offset + columns.stride * row));
        return emitTransposeRuns(e, sources, to, count);
      };
      return e.choose(isInside, copyAll,
                      [&] { return emitZeroRun(e, to, arith::MulIOp::create(e, count, e.i32(width)), 1); });
    });
    if (AffineExpr filled = normalise(gemm.k.floorDiv(perWord)); gemm.steps() != filled)
      emitZeroRun(e, end, e.index(times(gemm.steps() - filled, e.constantIndex(width))), 1);
    e.setInsertionPointToStart(branch.elseBlock());
    packRows(m, panel);
  }
};

} // namespace

std::string emitIm2col(KernelContext &context, const Images &images, const Gemm &gemm, RowForm form) {
  return Im2col(context, images, gemm, form).emit();
}

} // namespace wasmind::loops
