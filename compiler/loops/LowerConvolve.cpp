//===- LowerConvolve.cpp - convolutions as blocked matrix products (implicit im2col) ------------------------------===//
#include "compiler/loops/Packing.h"
#include "compiler/loops/Reductions.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

/// One spatial dimension of a convolution.
struct SpatialDim {
  AffineExpr in, out, kernel, stride, pad, dilation;
};

/// A convolution of images [N, H, W, C]; one spatial dimension is two with an extent of 1.
struct Images {
  AffineExpr count;
  SpatialDim rows, columns;
  AffineExpr channels, perGroup; ///< of the input
  bool isGrouped;

  static Images of(ConvolveOp convolve) {
    SmallVector<AffineExpr> input = getExtents(convolve.getInput().getType()),
                            weights = getExtents(convolve.getWeights().getType()),
                            output = getExtents(convolve.getResult().getType());
    size_t spatial = input.size() - 2;
    auto dim = [&](size_t i) {
      return SpatialDim{input[i + 1],
                        output[i + 1],
                        weights[i],
                        convolve.getStrides().getResult(i),
                        convolve.getPadLow().getResult(i),
                        convolve.getDilations().getResult(i)};
    };
    AffineExpr zero = getAffineConstantExpr(0, convolve.getContext()), one = zero + 1;
    return {input[0],         spatial == 2 ? dim(0) : SpatialDim{one, one, one, one, zero, one},
            dim(spatial - 1), input.back(),
            weights[spatial], !isOne(convolve.getGroupCount())};
  }

  /// Whether the images are the matrix as they are, rows being pixels: a value for what only run time tells, or a
  /// constant.
  struct Plainness {
    bool always, never;
    Value value;
  };
  Plainness isPlain(Emitter &e) const {
    if (isGrouped)
      return {false, true, {}};
    AffineExpr zero = e.constantIndex(0), one = e.constantIndex(1);
    Value all;
    for (const SpatialDim &dim : {rows, columns})
      for (auto [a, b] : {std::pair(dim.kernel, one), {dim.stride, one}, {dim.pad, zero}, {dim.out, dim.in}}) {
        if (provablyEqual(a, b))
          continue;
        if (constantOf(normalise(a - b)))
          return {false, true, {}};
        Value isEqual = arith::CmpIOp::create(e, arith::CmpIPredicate::eq, e.index(a), e.index(b));
        all = all ? arith::AndIOp::create(e, all, isEqual).getResult() : isEqual;
      }
    return {!all, false, all};
  }
};

/// How elements get into a row of a panel: an f32 is a word of it. Of bytes each pair is one; where every run of them
/// is made of whole pairs, they are copied as such, else one by one.
enum class RowForm { Words, Pairs, Halves };

/// A function (m0, count, target, [group,] images) that packs rows of the matrix of pixels and taps for panels of the
/// tile's rows.
std::string emitIm2col(KernelContext &context, const Images &images, const Gemm &gemm, RowForm form) {
  MLIRContext *c = context.emitter.getContext();
  Type i32 = IntegerType::get(c, 32), pointerType = LLVM::LLVMPointerType::get(c);
  unsigned batchRank = gemm.batch.size();
  int64_t width = gemm.tile.rows;
  SmallVector<Type> types{i32, i32, pointerType};
  types.append(batchRank, i32);
  types.push_back(pointerType);
  Emitter p(context.kernels.code, UnknownLoc::get(c), context.kernels.freshName(), types, context.kernels.extents);
  AffineExpr m0 = p.bind(p.function.getArgument(0));
  AffineExpr group = batchRank ? p.bind(p.function.getArgument(3)) : p.constantIndex(0);
  Value memory = p.function.getArgument(3 + batchRank), target = p.function.getArgument(2);
  AffineExpr steps = gemm.steps();
  auto times = [](AffineExpr a, AffineExpr b) { return normalise(a * b); };
  const SpatialDim &rows = images.rows, &columns = images.columns;

  // Neighbouring taps of a line are one run of memory, unless dilated or a part of the channels.
  AffineExpr one = p.constantIndex(1), runTaps = one, runs = columns.kernel;
  if (!images.isGrouped && isOne(columns.dilation)) {
    std::swap(runTaps, runs);
  } else if (!images.isGrouped && !constantOf(columns.dilation)) {
    Value isWhole = arith::CmpIOp::create(p, arith::CmpIPredicate::eq, p.index(columns.dilation), p.i32(1));
    Value taps = p.index(columns.kernel), single = p.i32(1);
    runTaps = p.bind(arith::SelectOp::create(p, isWhole, taps, single));
    runs = p.bind(arith::SelectOp::create(p, isWhole, single, taps));
  }

  const bool isByte = form != RowForm::Words;
  Type element = elementOf(cast<ConvolveOp>(gemm.anchor).getInput());
  Value rowStart; // of Halves, whose places in the row are numbers of elements
  auto halfAt = [&](AffineExpr k) {
    Value word = p.index(times(k.floorDiv(2), p.constantIndex(4 * width))), half = p.index(normalise(k % 2 * 2));
    return bump(p, rowStart, arith::AddIOp::create(p, word, half));
  };
  auto zeros = [&](Value to, Value count) {
    if (form == RowForm::Words)
      return emitZeroRun(p, to, count, width);
    if (form == RowForm::Pairs)
      return emitZeroRun(p, to, arith::ShRUIOp::create(p, count, p.i32(1)), width);
    Value end = arith::AddIOp::create(p, to, count);
    p.loop(to, end, 1, {}, [&](AffineExpr k, ArrayRef<Value>) {
      p.storeAt(arith::ConstantIntOp::create(p, p.getI16Type(), 0), halfAt(k), 2);
      return SmallVector<Value>();
    });
    return end;
  };
  auto copy = [&](Value from, Value to, Value count) {
    if (form == RowForm::Words)
      return emitScatterRun(p, from, to, count, width);
    if (form == RowForm::Pairs)
      return emitScatterPairs(p, element, from, to, arith::ShRUIOp::create(p, count, p.i32(1)), width);
    Value end = arith::AddIOp::create(p, to, count);
    p.loop(to, end, 1, from, [&](AffineExpr k, ArrayRef<Value> at) {
      Value byte = p.loadAt(at[0], p.getI8Type(), 1);
      p.storeAt(widenBytes(p, element, byte, p.getI16Type()), halfAt(k), 2);
      return SmallVector<Value>{bump(p, at[0], 1)};
    });
    return end;
  };

  // One run of `runTaps` taps from column `x` of a line, as far as the line has these columns; zeros elsewhere.
  auto copyRun = [&](AffineExpr line, AffineExpr x, Value isInside, Value to) {
    Value zero = p.i32(0), taps = p.index(runTaps);
    auto clamp = [&](Value v) -> Value { return arith::MaxSIOp::create(p, arith::MinSIOp::create(p, v, taps), zero); };
    Value low = clamp(p.index(normalise(-x)));
    Value high = clamp(p.index(normalise(columns.in - x)));
    high = arith::SelectOp::create(p, isInside, high, zero);
    low = arith::MinSIOp::create(p, low, high);
    AffineExpr lowIndex = p.bind(low), highIndex = p.bind(high);
    Value before = p.index(times(lowIndex, images.perGroup));
    Value count = p.index(times(highIndex - lowIndex, images.perGroup));
    Value after = p.index(times(runTaps - highIndex, images.perGroup));
    to = zeros(to, before);
    AffineExpr from = (line * columns.in + x + lowIndex) * images.channels + group * images.perGroup;
    // The address may lie outside when nothing is copied; it is not read then.
    to = copy(p.offsetPointer(memory, normalise(from), isByte ? Type(p.getI8Type()) : element), to, count);
    return zeros(to, after);
  };

  Value panelBytes = p.index(times(steps, p.constantIndex(width * 4)));
  p.loop(p.i32(0), p.function.getArgument(1), width, target, [&](AffineExpr first, ArrayRef<Value> panel) {
    p.loop(p.i32(0), p.i32(width), 1, panel[0], [&](AffineExpr row, ArrayRef<Value> at) {
      // The pixel of this row of the matrix.
      AffineExpr pixel = p.bind(arith::MinSIOp::create(p, p.index(m0 + first + row), p.index(normalise(gemm.m - 1))));
      Value ow = p.index(pixel % columns.out);
      AffineExpr line = p.bind(p.index(pixel.floorDiv(columns.out)));
      AffineExpr oh = isOne(rows.out) ? p.constantIndex(0) : p.bind(p.index(line % rows.out));
      AffineExpr image = isOne(rows.out) ? line : p.bind(p.index(line.floorDiv(rows.out)));
      AffineExpr left = p.bind(p.index(normalise(p.bind(ow) * columns.stride - columns.pad)));
      rowStart = at[0];
      Value begin = form == RowForm::Halves ? p.i32(0) : at[0];
      Value next = p.loop(p.i32(0), p.index(rows.kernel), 1, begin, [&](AffineExpr kh, ArrayRef<Value> carriedH) {
        Value y = p.index(normalise(oh * rows.stride + kh * rows.dilation - rows.pad));
        AffineExpr yIndex = p.bind(y);
        Value isInside = arith::CmpIOp::create(p, arith::CmpIPredicate::ult, y, p.index(rows.in));
        return p.loop(p.i32(0), p.index(runs), 1, carriedH[0], [&](AffineExpr kw, ArrayRef<Value> carried) {
          AffineExpr x = isOne(runs) ? left : normalise(left + kw * columns.dilation);
          return SmallVector<Value>{copyRun(image * rows.in + yIndex, x, isInside, carried[0])};
        });
      })[0];
      AffineExpr elements = isByte ? normalise(steps * 2) : steps;
      if (elements != gemm.k)
        zeros(next, p.index(normalise(elements - gemm.k)));
      return SmallVector<Value>{bump(p, at[0], 4)};
    });
    return SmallVector<Value>{bump(p, panel[0], panelBytes)};
  });
  p.finish();
  return context.kernels.intern(p.function);
}

} // namespace

LogicalResult lowerConvolve(KernelContext &context) {
  auto convolve = cast<ConvolveOp>(context.group.anchors[0]);
  if (convolve.getTransposed())
    return context.fail("a transposed convolution must have been expanded by the graph stage");
  SmallVector<AffineExpr> output = getExtents(convolve.getResult().getType());
  MLIRContext *c = context.emitter.getContext();
  AffineExpr groups = convolve.getGroupCount(), outputs = output.back(), outPerGroup = *divideExactly(outputs, groups);
  Value storage = storageOf(convolve.getInput());
  bool inRegisters = storage.getDefiningOp() && context.group.members.contains(storage.getDefiningOp());
  Type left = elementOf(convolve.getInput()), right = elementOf(convolve.getWeights());
  const bool isByte = left.isInteger(8) && right.isInteger(8), isFloat = left.isF32() && right.isF32();
  if ((!isFloat && !isByte) || output.size() > 4 || inRegisters)
    return lowerPlainly(context);
  Images images = Images::of(convolve);
  Gemm gemm;
  gemm.anchor = convolve;
  gemm.m = productOf({images.count, images.rows.out, images.columns.out}, c);
  gemm.n = outPerGroup;
  gemm.k = productOf({images.rows.kernel, images.columns.kernel, images.perGroup}, c);
  gemm.tile = tileFor(context.kernels.options, context.kernels.bound(gemm.m));
  if (images.isGrouped) {
    auto columns = constantOf(outPerGroup);
    if (isOne(images.perGroup) || !columns || *columns % gemm.tile.columns != 0)
      return lowerPlainly(context);
    gemm.batch.push_back(groups);
  }
  // weights [KH, KW, C / groups, O]: k steps over O, the group over its outputs.
  unsigned batchRank = gemm.batch.size();
  AffineExpr n = getAffineDimExpr(batchRank, c), k = getAffineDimExpr(batchRank + 1, c);
  AffineExpr firstOutput = batchRank ? getAffineDimExpr(0, c) * outPerGroup : getAffineConstantExpr(0, c);
  gemm.b = {convolve.getWeights(), normalise(k * outputs + n + firstOutput)};

  Value pointer = context.pointer(convolve.getInput());
  Emitter &e = context.emitter;
  Images::Plainness plain = images.isPlain(e);
  std::string packPlain, packPixels, packOdd;
  if (!plain.never) {
    MatrixSource source{convolve.getInput(),
                        normalise(getAffineDimExpr(0, c) * images.channels + getAffineDimExpr(1, c))};
    packPlain = emitPackFunction(context, source, gemm.m, gemm.k, gemm.steps(), gemm.tile.rows, 0);
  }
  AffineExpr isOdd = normalise(images.perGroup % 2); // bytes of a pixel, in whose runs a pair may be cut
  auto knownOdd = constantOf(isOdd);
  if (!plain.always && (!isByte || knownOdd != 1))
    packPixels = emitIm2col(context, images, gemm, isByte ? RowForm::Pairs : RowForm::Words);
  if (!plain.always && isByte && knownOdd != 0)
    packOdd = emitIm2col(context, images, gemm, RowForm::Halves);
  gemm.packA = [&](ArrayRef<AffineExpr> batch, Value m0, Value count, Value target) {
    SmallVector<Value> arguments{m0, count, target};
    for (AffineExpr index : batch)
      arguments.push_back(e.index(index));
    arguments.push_back(pointer);
    auto call = [&](StringRef pack) { func::CallOp::create(e, pack, TypeRange(), arguments); };
    auto either = [&](Value condition, function_ref<void()> then, function_ref<void()> otherwise) {
      auto branch = scf::IfOp::create(e, condition, /*withElseRegion=*/true);
      OpBuilder::InsertionGuard guard(e);
      e.setInsertionPointToStart(branch.thenBlock());
      then();
      e.setInsertionPointToStart(branch.elseBlock());
      otherwise();
    };
    auto pixels = [&] {
      if (packOdd.empty() || packPixels.empty())
        return call(packOdd.empty() ? packPixels : packOdd);
      Value odd = arith::CmpIOp::create(e, arith::CmpIPredicate::ne, e.index(isOdd), e.i32(0));
      either(odd, [&] { call(packOdd); }, [&] { call(packPixels); });
    };
    if (plain.always)
      call(packPlain);
    else if (plain.never)
      pixels();
    else
      either(plain.value, [&] { call(packPlain); }, pixels);
  };
  gemm.resultIndices = [output, outPerGroup](ArrayRef<AffineExpr> batch, AffineExpr m, AffineExpr n) {
    Indices indices(output.size());
    placeMerged(indices, output, llvm::to_vector(llvm::seq<int64_t>(0, output.size() - 1)), m);
    indices.back() = isOne(output.back()) ? getAffineConstantExpr(0, m.getContext())
                     : batch.empty()      ? n
                                          : n + batch[0] * outPerGroup;
    return indices;
  };
  emitGemm(context, gemm);
  return success();
}

} // namespace wasmind::loops
