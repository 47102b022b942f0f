//===- LowerConvolve.cpp - convolutions as blocked matrix products (implicit im2col) ------------------------------===//
#include "compiler/loops/Im2col.h"
#include "compiler/loops/Packing.h"
#include "compiler/loops/Strategy.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {

namespace {

AffineExpr outputsPerGroup(ConvolveOp convolve) {
  return *divideExactly(getExtents(convolve.getType()).back(), convolve.getGroupCount());
}

bool appliesTo(const Candidate &candidate) {
  auto images = Images::of(candidate.group);
  if (!images || !hasPanels(candidate.group.anchors[0]))
    return false;
  if (!images->isGrouped)
    return true;
  auto columns = constantOf(outputsPerGroup(cast<ConvolveOp>(candidate.group.anchors[0])));
  return !isOne(images->perGroup) && columns && *columns % panelTile.columns == 0;
}

LogicalResult lowerConvolve(KernelContext &context) {
  auto convolve = cast<ConvolveOp>(context.group.anchors[0]);
  const Images images = *Images::of(context.group);
  const unsigned width = byteWidth(elementOf(convolve.getInput()));
  const bool isInPairs = width < 4;
  SmallVector<AffineExpr> output = getExtents(convolve.getType());
  MLIRContext *c = context.emitter.getContext();
  AffineExpr outputs = output.back(), outPerGroup = outputsPerGroup(convolve);
  Gemm gemm;
  gemm.anchor = convolve;
  gemm.m = productOf({images.count, images.rows.out, images.columns.out}, c);
  gemm.n = outPerGroup;
  gemm.k = productOf({images.rows.kernel, images.columns.kernel, images.perGroup}, c);
  gemm.tile = tileFor(context.program.bound(gemm.m));
  if (images.isGrouped)
    gemm.batch.push_back(convolve.getGroupCount());
  // weights [KH, KW, C / groups, O]: k steps over O, the group over its outputs.
  unsigned batchRank = gemm.batch.size();
  AffineExpr n = getAffineDimExpr(batchRank, c), k = getAffineDimExpr(batchRank + 1, c);
  AffineExpr firstOutput = batchRank ? getAffineDimExpr(0, c) * outPerGroup : getAffineConstantExpr(0, c);
  gemm.b = {convolve.getWeights(), normalise(k * outputs + n + firstOutput)};

  Value pointer = context.pointer(images.memory);
  Emitter &e = context.emitter;
  Images::Plainness plain = images.isPlain(e);
  context.record.strategy = plain.always ? "gemm" : "im2col_gemm";
  std::string packPlain, packPixels, packOdd;
  if (!plain.never) {
    const Pixels &pixels = images.pixels;
    MatrixSource source{images.memory,
                        normalise(getAffineDimExpr(0, c) * pixels.pitch + pixels.first + getAffineDimExpr(1, c))};
    packPlain = emitPackFunction(context, source, gemm.m, gemm.k, gemm.steps(), gemm.tile.rows, 0);
  }
  AffineExpr isOdd = normalise(images.perGroup % 2); // elements of a pixel, in whose runs a pair may be cut
  auto knownOdd = constantOf(isOdd);
  if (!plain.always && (!isInPairs || knownOdd != 1))
    packPixels = emitIm2col(context, images, gemm, width == 1 ? RowForm::Pairs : RowForm::Words);
  if (!plain.always && isInPairs && knownOdd != 0)
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

} // namespace

const Strategy strategies::im2col_gemm{"im2col_gemm", appliesTo, lowerConvolve};

} // namespace wasmind::loops
