//===- LowerContract.cpp - contractions as blocked matrix products ------------------------------------------------===//
#include "compiler/loops/Gemm.h"
#include "compiler/loops/Reductions.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

/// The dimensions `dims` of a tensor as one index `merged`: the innermost one takes it, the others are 0.
void placeMerged(Indices &indices, ArrayRef<AffineExpr> extents, ArrayRef<int64_t> dims, AffineExpr merged) {
  MLIRContext *context = merged.getContext();
  bool taken = false;
  for (int64_t dim : llvm::reverse(dims)) {
    bool takes = !taken && !isOne(extents[dim]);
    indices[dim] = takes ? merged : getAffineConstantExpr(0, context);
    taken |= takes;
  }
}

/// Whether `flat`, in d<dim> for each dimension, steps over the dimensions `dims` as over one.
bool mergeable(AffineExpr flat, ArrayRef<AffineExpr> extents, ArrayRef<int64_t> dims) {
  std::optional<AffineExpr> expected;
  for (int64_t dim : llvm::reverse(dims)) {
    if (isOne(extents[dim]))
      continue;
    auto step = coefficientOf(flat, dim);
    if (!step || (expected && !provablyEqual(*step, *expected)))
      return false;
    expected = normalise(*step * extents[dim]);
  }
  return true;
}

struct Side {
  MatrixSource source;
  AffineExpr x, k;
};

/// The operand as a matrix of (batch, x, k), or none when its dimensions do not merge or it is not read from one
/// tensor.
std::optional<Side> matrixOf(KernelContext &context, Value operand, ArrayRef<int64_t> batch,
                             ArrayRef<int64_t> contracted) {
  Emitter probe(context.kernels.code, UnknownLoc::get(operand.getContext()), "probe", {}, {});
  for (Value input : context.group.inputs)
    probe.place(input, probe.i32(0));
  SmallVector<AffineExpr> extents = getExtents(operand.getType());
  Indices own;
  for (unsigned i = 0; i < extents.size(); ++i)
    own.push_back(isOne(extents[i]) ? probe.constantIndex(0) : getAffineDimExpr(i, probe.getContext()));
  SmallVector<Access> accesses;
  bool affine = probe.collect(operand, own, accesses);
  probe.function.erase();
  if (!affine || accesses.size() != 1)
    return std::nullopt;
  SmallVector<int64_t> free;
  for (int64_t i = 0; i < int64_t(extents.size()); ++i)
    if (!llvm::is_contained(batch, i) && !llvm::is_contained(contracted, i))
      free.push_back(i);
  if (!mergeable(accesses[0].flat, extents, free) || !mergeable(accesses[0].flat, extents, contracted))
    return std::nullopt;
  Side side;
  MLIRContext *c = operand.getContext();
  Indices indices(extents.size());
  for (auto [i, dim] : llvm::enumerate(batch))
    indices[dim] = isOne(extents[dim]) ? getAffineConstantExpr(0, c) : getAffineDimExpr(i, c);
  placeMerged(indices, extents, free, getAffineDimExpr(batch.size(), c));
  placeMerged(indices, extents, contracted, getAffineDimExpr(batch.size() + 1, c));
  side.source = {accesses[0].value, normalise(accesses[0].flat.replaceDims(indices))};
  auto product = [&](ArrayRef<int64_t> dims) {
    SmallVector<AffineExpr> factors;
    for (int64_t dim : dims)
      factors.push_back(extents[dim]);
    return productOf(factors, c);
  };
  side.x = product(free);
  side.k = product(contracted);
  return side;
}

LogicalResult lowerPlainly(KernelContext &context) {
  context.placeAll();
  Emitter &e = context.emitter;
  Value result = context.group.root->getResult(0), pointer = context.pointer(result);
  if (failed(defineAnchor(context, context.group.anchors[0])))
    return failure();
  e.place(result, Value());
  emitElementLoops(e, getExtents(result.getType()), {}, true, [&](ArrayRef<AffineExpr> indices, Lanes lanes) {
    e.forget();
    e.store(e.evaluate(result, indices, lanes), pointer, elementOf(result), flatOffset(result.getType(), indices),
            lanes);
  });
  context.record.vectorised = !e.scalarLoop;
  return success();
}

} // namespace

LogicalResult lowerContract(KernelContext &context) {
  auto contract = cast<ContractOp>(context.group.anchors[0]);
  context.record.flops = flopsOf(context.kernels, contract);
  if (!elementOf(contract.getLhs()).isF32())
    return lowerPlainly(context);
  auto lhs = matrixOf(context, contract.getLhs(), contract.getLhsBatch(), contract.getLhsContract());
  auto rhs = matrixOf(context, contract.getRhs(), contract.getRhsBatch(), contract.getRhsContract());
  if (!lhs || !rhs)
    return lowerPlainly(context);

  Gemm gemm;
  gemm.anchor = contract;
  SmallVector<AffineExpr> lhsExtents = getExtents(contract.getLhs().getType());
  for (int64_t dim : contract.getLhsBatch())
    gemm.batch.push_back(lhsExtents[dim]);
  gemm.m = lhs->x;
  gemm.n = rhs->x;
  gemm.k = lhs->k;
  gemm.b = rhs->source;
  gemm.tile = tileFor(context.kernels.options, context.kernels.bound(gemm.m));
  Value a = context.pointer(lhs->source.tensor);
  std::string pack =
      emitPackFunction(context, lhs->source, gemm.m, gemm.k, gemm.paddedK(), gemm.tile.rows, gemm.batch.size());
  Emitter &e = context.emitter;
  gemm.packA = [&](ArrayRef<AffineExpr> batch, Value m0, Value count, Value target) {
    SmallVector<Value> arguments{m0, count, target};
    for (AffineExpr index : batch)
      arguments.push_back(e.index(index));
    arguments.push_back(a);
    func::CallOp::create(e, pack, TypeRange(), arguments);
  };
  SmallVector<AffineExpr> extents = getExtents(contract.getResult().getType());
  int64_t batchRank = gemm.batch.size(), lhsFree = lhsExtents.size() - batchRank - contract.getLhsContract().size();
  gemm.resultIndices = [extents, batchRank, lhsFree](ArrayRef<AffineExpr> batch, AffineExpr m, AffineExpr n) {
    Indices indices(extents.size());
    SmallVector<int64_t> mDims, nDims;
    for (int64_t i = 0; i < int64_t(extents.size()); ++i) {
      if (i < batchRank)
        indices[i] = isOne(extents[i]) ? getAffineConstantExpr(0, m.getContext()) : batch[i];
      else
        (i < batchRank + lhsFree ? mDims : nDims).push_back(i);
    }
    placeMerged(indices, extents, mDims, m);
    placeMerged(indices, extents, nDims, n);
    return indices;
  };
  if (failed(emitGemm(context, gemm)))
    return failure();
  context.record.vectorised = true;
  return success();
}

LogicalResult lowerConvolve(KernelContext &context) {
  auto convolve = cast<ConvolveOp>(context.group.anchors[0]);
  context.record.flops = flopsOf(context.kernels, convolve);
  if (convolve.getTransposed())
    return context.fail("a transposed convolution must have been expanded by the graph stage");
  SmallVector<AffineExpr> input = getExtents(convolve.getInput().getType()),
                          weights = getExtents(convolve.getWeights().getType());
  SmallVector<AffineExpr> output = getExtents(convolve.getResult().getType());
  size_t spatial = input.size() - 2;
  int64_t groups = convolve.getGroups();
  auto perGroup = constantOf(weights[spatial]), outputs = constantOf(output.back());
  if (!elementOf(convolve.getInput()).isF32() || spatial > 2 || !perGroup || !outputs)
    return lowerPlainly(context);
  Tile tile = tileFor(context.kernels.options,
                      context.kernels.bound(productOf(ArrayRef(output).drop_back(), context.emitter.getContext())));
  if (groups > 1 && (*perGroup == 1 || *outputs / groups % tile.columns != 0))
    return lowerPlainly(context);

  // One spatial dimension is two with an extent of 1.
  MLIRContext *c = context.emitter.getContext();
  AffineExpr one = getAffineConstantExpr(1, c);
  AffineExpr height = spatial == 2 ? input[1] : one, width = input[spatial];
  AffineExpr outHeight = spatial == 2 ? output[1] : one, outWidth = output[spatial];
  auto pick = [&](ArrayRef<int64_t> values, size_t dim, int64_t neutral) {
    return dim == 0 && spatial == 1 ? neutral : values[dim + spatial - 2];
  };
  int64_t kernelHeight = spatial == 2 ? *constantOf(weights[0]) : 1, kernelWidth = *constantOf(weights[spatial - 1]);
  int64_t strideH = pick(convolve.getStrides(), 0, 1), strideW = pick(convolve.getStrides(), 1, 1);
  int64_t padH = pick(convolve.getPadLow(), 0, 0), padW = pick(convolve.getPadLow(), 1, 0);
  int64_t dilationH = pick(convolve.getDilations(), 0, 1), dilationW = pick(convolve.getDilations(), 1, 1);
  int64_t channels = *perGroup * groups, outPerGroup = *outputs / groups;

  Gemm gemm;
  gemm.anchor = convolve;
  if (groups > 1)
    gemm.batch.push_back(getAffineConstantExpr(groups, c));
  unsigned batchRank = gemm.batch.size();
  gemm.m = productOf({output[0], outHeight, outWidth}, c);
  gemm.n = getAffineConstantExpr(outPerGroup, c);
  gemm.k = getAffineConstantExpr(kernelHeight * kernelWidth * *perGroup, c);
  gemm.tile = tile;
  // weights [KH, KW, C / groups, O]: k steps over O, the group over its outputs.
  AffineExpr n = getAffineDimExpr(batchRank, c), k = getAffineDimExpr(batchRank + 1, c);
  gemm.b = {
      convolve.getWeights(),
      normalise(k * *outputs + n + (groups > 1 ? getAffineDimExpr(0, c) * outPerGroup : getAffineConstantExpr(0, c)))};
  Value storage = storageOf(convolve.getInput());
  if (storage.getDefiningOp() && context.group.members.contains(storage.getDefiningOp()))
    return lowerPlainly(context);
  Value pointer = context.pointer(convolve.getInput());
  Emitter &e = context.emitter;

  std::string pack;
  bool plain = kernelHeight == 1 && kernelWidth == 1 && strideH == 1 && strideW == 1 && padH == 0 && padW == 0 &&
               groups == 1 && outHeight == height && outWidth == width;
  if (plain) { // a matrix as it is: rows are pixels
    MatrixSource source{convolve.getInput(), normalise(getAffineDimExpr(0, c) * channels + getAffineDimExpr(1, c))};
    pack = emitPackFunction(context, source, gemm.m, gemm.k, gemm.paddedK(), tile.rows, 0);
  } else {
    Type i32 = IntegerType::get(c, 32), pointerType = LLVM::LLVMPointerType::get(c);
    SmallVector<Type> types{i32, i32, pointerType};
    types.append(batchRank, i32);
    types.push_back(pointerType);
    Emitter p(context.kernels.code, UnknownLoc::get(c), context.kernels.freshName(), types, context.kernels.extents);
    AffineExpr m0 = p.bind(p.function.getArgument(0));
    AffineExpr group = batchRank ? p.bind(p.function.getArgument(3)) : p.constantIndex(0);
    Value memory = p.function.getArgument(3 + batchRank), target = p.function.getArgument(2);
    AffineExpr paddedK = gemm.paddedK();
    auto bytes = [&](Value at, Value count) {
      auto flags = LLVM::GEPNoWrapFlags::inbounds | LLVM::GEPNoWrapFlags::nuw;
      return LLVM::GEPOp::create(p, pointerType, p.getI8Type(), at, LLVM::GEPArg(count), flags).getResult();
    };
    Value panelBytes = p.index(normalise(paddedK * (tile.rows * 4)));
    p.loop(p.i32(0), p.function.getArgument(1), tile.rows, target, [&](AffineExpr first, ArrayRef<Value> panel) {
      p.loop(p.i32(0), p.i32(tile.rows), 1, panel[0], [&](AffineExpr row, ArrayRef<Value> at) {
        // The pixel of this row of the matrix.
        Value m = arith::MinSIOp::create(p, p.index(m0 + first + row), p.index(normalise(gemm.m - 1)));
        AffineExpr pixel = p.bind(m);
        Value ow = p.index(pixel % outWidth), line = p.index(pixel.floorDiv(outWidth));
        AffineExpr lineIndex = p.bind(line);
        AffineExpr oh = isOne(outHeight) ? p.constantIndex(0) : p.bind(p.index(lineIndex % outHeight));
        AffineExpr image = isOne(outHeight) ? lineIndex : p.bind(p.index(lineIndex.floorDiv(outHeight)));
        AffineExpr column = p.bind(ow);
        Value left = p.index(normalise(column * strideW - padW));
        AffineExpr leftIndex = p.bind(left);
        // Neighbouring taps of a line are one run of memory, unless dilated or a part of the channels.
        bool wholeLine = dilationW == 1 && groups == 1;
        int64_t runTaps = wholeLine ? kernelWidth : 1, runs = wholeLine ? 1 : kernelWidth;
        int64_t runLength = runTaps * *perGroup;
        Value next = p.loop(p.i32(0), p.i32(kernelHeight), 1, at[0], [&](AffineExpr kh, ArrayRef<Value> carriedH) {
          Value y = p.index(normalise(oh * strideH + kh * dilationH - padH));
          AffineExpr yIndex = p.bind(y);
          Value inside = arith::CmpIOp::create(p, arith::CmpIPredicate::ult, y, p.index(height));
          return SmallVector<Value>{
              p.loop(p.i32(0), p.i32(runs), 1, carriedH[0], [&](AffineExpr kw, ArrayRef<Value> carried) {
                AffineExpr x = wholeLine ? leftIndex : normalise(leftIndex + kw * dilationW);
                Value zero = p.i32(0), taps = p.i32(runTaps);
                auto clamp = [&](Value v) -> Value {
                  return arith::MaxSIOp::create(p, arith::MinSIOp::create(p, v, taps), zero);
                };
                Value low = clamp(p.index(normalise(p.constantIndex(0) - x)));
                Value high = clamp(p.index(normalise(width - x)));
                high = arith::SelectOp::create(p, inside, high, zero);
                low = arith::MinSIOp::create(p, low, high);
                AffineExpr lowIndex = p.bind(low), highIndex = p.bind(high);
                Value before = p.index(normalise(lowIndex * *perGroup));
                Value count = p.index(normalise((highIndex - lowIndex) * *perGroup));
                Value after = p.index(normalise(p.constantIndex(runLength) - highIndex * *perGroup));
                Value to = emitZeroRun(p, carried[0], before, tile.rows);
                AffineExpr from = ((image * height + yIndex) * width + x + lowIndex) * channels + group * *perGroup;
                // The address may lie outside when nothing is copied; it is not read then.
                to = emitScatterRun(p, p.offsetPointer(memory, normalise(from), p.getF32Type()), to, count, tile.rows);
                return SmallVector<Value>{emitZeroRun(p, to, after, tile.rows)};
              })[0]};
        })[0];
        if (paddedK != gemm.k)
          emitZeroRun(p, next, p.index(normalise(paddedK - gemm.k)), tile.rows);
        auto flags = LLVM::GEPNoWrapFlags::inbounds | LLVM::GEPNoWrapFlags::nuw;
        return SmallVector<Value>{
            LLVM::GEPOp::create(p, pointerType, p.getI8Type(), at[0], LLVM::GEPArg(4), flags).getResult()};
      });
      return SmallVector<Value>{bytes(panel[0], panelBytes)};
    });
    p.finish();
    pack = context.kernels.intern(p.function);
  }
  gemm.packA = [&](ArrayRef<AffineExpr> batch, Value m0, Value count, Value target) {
    SmallVector<Value> arguments{m0, count, target};
    for (AffineExpr index : batch)
      arguments.push_back(e.index(index));
    arguments.push_back(pointer);
    func::CallOp::create(e, pack, TypeRange(), arguments);
  };
  gemm.resultIndices = [output, outPerGroup](ArrayRef<AffineExpr> batch, AffineExpr m, AffineExpr n) {
    Indices indices(output.size());
    SmallVector<int64_t> mDims;
    for (int64_t i = 0; i + 1 < int64_t(output.size()); ++i)
      mDims.push_back(i);
    placeMerged(indices, output, mDims, m);
    indices.back() = isOne(output.back()) ? getAffineConstantExpr(0, m.getContext())
                     : batch.empty()      ? n
                                          : n + batch[0] * outPerGroup;
    return indices;
  };
  if (failed(emitGemm(context, gemm)))
    return failure();
  context.record.vectorised = true;
  return success();
}

} // namespace wasmind::loops
