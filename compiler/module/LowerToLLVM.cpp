// func/scf/cf/arith/math/vector/ub -> LLVM dialect for wasm32: 32-bit index, bare pointers, no casts left.
#include "compiler/module/Passes.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/Pattern.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/Dialect/Vector/Transforms/VectorRewritePatterns.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringSet.h"

namespace wasmind::module {
#define GEN_PASS_DEF_LOWERTOLLVM
#include "compiler/module/ModulePasses.h.inc"
} // namespace wasmind::module
using namespace mlir;

namespace {
/// maxnumf(a, b) -> a < b ? b : a. LLVM's maxnum is a libcall per lane; the select is one instruction (pmax). A NaN in
/// `a` stays, a NaN in `b` gives `a`; scalars follow the same rule, so that a scalar tail equals the vector body.
template <typename Op, arith::CmpFPredicate predicate> struct CompareAndSelect : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    Value a = op.getLhs(), b = op.getRhs();
    // pmin is written b < a ? b : a, as the instruction is defined.
    bool swap = predicate == arith::CmpFPredicate::OGT;
    Value takeSecond =
        arith::CmpFOp::create(rewriter, op.getLoc(), arith::CmpFPredicate::OLT, swap ? b : a, swap ? a : b);
    rewriter.replaceOpWithNewOp<arith::SelectOp>(op, takeSecond, b, a);
    return success();
  }
};

/// Reduces floats by halves: lanes [n/2, n) are combined with [0, n/2) until one is left. LLVM's own expansion is
/// ordered or calls fmaxf.
struct ReduceByShuffles : OpRewritePattern<vector::ReductionOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(vector::ReductionOp op, PatternRewriter &rewriter) const override {
    VectorType type = op.getSourceVectorType();
    if (!isa<FloatType>(type.getElementType()) || type.isScalable() || op.isMasked())
      return failure();
    Location loc = op.getLoc();
    auto combine = [&](Value a, Value b) {
      return vector::makeArithReduction(rewriter, loc, op.getKind(), a, b, op.getFastmathAttr(), Value());
    };
    int64_t count = type.getDimSize(0);
    Value lanes = op.getVector();
    Value result;
    if (llvm::isPowerOf2_64(count)) {
      int64_t perRegister = std::max<int64_t>(1, 128 / type.getElementTypeBitWidth());
      while (count > perRegister) {
        count /= 2;
        SmallVector<int64_t> low = llvm::to_vector(llvm::seq<int64_t>(0, count));
        SmallVector<int64_t> high = llvm::to_vector(llvm::seq<int64_t>(count, 2 * count));
        lanes = combine(vector::ShuffleOp::create(rewriter, loc, lanes, lanes, low),
                        vector::ShuffleOp::create(rewriter, loc, lanes, lanes, high));
      }
      // Inside one register the width stays: narrower vectors are no wasm type.
      int64_t width = count;
      while (count > 1) {
        count /= 2;
        SmallVector<int64_t> rotated;
        for (int64_t lane = 0; lane < width; ++lane)
          rotated.push_back((lane + count) % width);
        lanes = combine(lanes, vector::ShuffleOp::create(rewriter, loc, lanes, lanes, rotated));
      }
      result = vector::ExtractOp::create(rewriter, loc, lanes, 0);
    } else {
      for (int64_t lane = 0; lane < count; ++lane) {
        Value next = vector::ExtractOp::create(rewriter, loc, lanes, lane);
        result = lane ? combine(result, next) : next;
      }
    }
    rewriter.replaceOp(op, op.getAcc() ? combine(result, op.getAcc()) : result);
    return success();
  }
};

/// math.fma -> fmuladd, which is mul + add, or relaxed_madd with relaxed SIMD; llvm.fma would be a libcall per lane.
/// (vector.fma becomes fmuladd upstream.)
struct FuseWhereFree : ConvertOpToLLVMPattern<math::FmaOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;
  LogicalResult matchAndRewrite(math::FmaOp op, OpAdaptor in, ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<LLVM::FMulAddOp>(op, in.getA(), in.getB(), in.getC());
    return success();
  }
};

constexpr auto staysInside = LLVM::GEPNoWrapFlags::inbounds | LLVM::GEPNoWrapFlags::nuw;

/// base[i + C] -> (base[i])[C]. The flags of an add do not survive instruction selection, those of a constant
/// getelementptr do, and then C becomes the offset of the load. The part with i keeps the author's flags: only he
/// knows whether i is ever negative.
void splitConstantOffset(LLVM::GEPOp gep) {
  if (gep.getRawConstantIndices().size() != 1)
    return;
  if (gep.getDynamicIndices().empty()) {
    if (gep.getRawConstantIndices()[0] >= 0)
      gep.setNoWrapFlags(gep.getNoWrapFlags() | staysInside);
    return;
  }
  auto add = gep.getDynamicIndices()[0].getDefiningOp<LLVM::AddOp>();
  APInt constant;
  if (!add || !add.getType().isInteger(32) || !matchPattern(add.getRhs(), m_ConstantInt(&constant)) ||
      constant.isNegative() || !constant.isSignedIntN(LLVM::kGEPConstantBitWidth))
    return;
  OpBuilder builder(gep);
  auto base = LLVM::GEPOp::create(builder, gep.getLoc(), gep.getType(), gep.getElemType(), gep.getBase(),
                                  LLVM::GEPArg(add.getLhs()), gep.getNoWrapFlags());
  auto moved = LLVM::GEPOp::create(builder, gep.getLoc(), gep.getType(), gep.getElemType(), base,
                                   LLVM::GEPArg(int32_t(constant.getSExtValue())), staysInside);
  gep.replaceAllUsesWith(moved.getResult());
  gep.erase();
  if (add->use_empty())
    add->erase();
}

/// Tensors are aligned to their elements only; the default of a vector access is the whole vector.
template <typename Op> void alignToElement(Op access, Type type) {
  auto vector = dyn_cast<VectorType>(type);
  if (!vector || access.getAlignment() || !vector.getElementType().isIntOrFloat())
    return;
  access.setAlignment(std::max<uint64_t>(1, llvm::PowerOf2Ceil(vector.getElementTypeBitWidth()) / 8));
}

/// Exported functions carry the name to the linker, all others are the module's own business.
/// `exported` holds the names that are taken.
LogicalResult setLinkage(LLVM::LLVMFuncOp function, llvm::StringSet<> &exported) {
  if (function.isExternal())
    return success(); // an import: refused after linking, where it is known whether somebody calls it
  auto name = function->getAttr(wasmind::module::exportAttribute);
  if (!name) {
    function.setLinkage(LLVM::Linkage::Internal);
    return success();
  }
  auto text = dyn_cast<StringAttr>(name);
  if (!text || text.getValue().empty())
    return function.emitOpError() << "needs a non-empty string as '" << wasmind::module::exportAttribute << "'";
  if (!exported.insert(text.getValue()).second)
    return function.emitOpError() << "'" << text.getValue() << "' is exported twice";
  Builder builder(function.getContext());
  SmallVector<Attribute> passthrough;
  if (ArrayAttr old = function.getPassthroughAttr())
    llvm::append_range(passthrough, old);
  passthrough.push_back(builder.getStrArrayAttr({"wasm-export-name", text.getValue()}));
  function.setPassthroughAttr(builder.getArrayAttr(passthrough));
  function.setLinkage(LLVM::Linkage::External);
  return success();
}

struct LowerToLLVM : wasmind::module::impl::LowerToLLVMBase<LowerToLLVM> {
  using LowerToLLVMBase::LowerToLLVMBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    MLIRContext *context = &getContext();

    // 1. What has a cheaper spelling in its own dialect.
    RewritePatternSet simplify(context);
    simplify.add<ReduceByShuffles, CompareAndSelect<arith::MaxNumFOp, arith::CmpFPredicate::OLT>,
                 CompareAndSelect<arith::MinNumFOp, arith::CmpFPredicate::OGT>>(context);
    vector::populateVectorBroadcastLoweringPatterns(simplify);
    vector::populateVectorShapeCastLoweringPatterns(simplify);
    vector::populateVectorInsertExtractStridedSliceTransforms(simplify);
    vector::populateVectorInterleaveToShufflePatterns(simplify);
    vector::populateVectorStepLoweringPatterns(simplify);
    if (failed(applyPatternsGreedily(module, std::move(simplify))))
      return signalPassFailure();

    // 2. One full conversion with one type converter: whatever has no pattern is an error that names the operation.
    LowerToLLVMOptions options(context);
    options.useBarePtrCallConv = true;
    options.overrideIndexBitwidth(32);
    LLVMTypeConverter types(context, options);
    RewritePatternSet patterns(context);
    populateSCFToControlFlowConversionPatterns(patterns);
    cf::populateControlFlowToLLVMConversionPatterns(types, patterns);
    arith::populateArithToLLVMConversionPatterns(types, patterns);
    ub::populateUBToLLVMConversionPatterns(types, patterns);
    patterns.add<FuseWhereFree>(types, /*benefit=*/2);
    populateMathToLLVMConversionPatterns(types, patterns);
    populateVectorToLLVMConversionPatterns(types, patterns, /*reassociateFPReductions=*/true,
                                           /*force32BitVectorIndices=*/true);
    populateFuncToLLVMConversionPatterns(types, patterns);
    LLVMConversionTarget target(*context);
    target.addLegalOp<ModuleOp>();
    if (failed(applyFullConversion(module, target, std::move(patterns))))
      return signalPassFailure();

    // 3. What only the LLVM dialect can say.
    bool ok = true;
    llvm::StringSet<> exported;
    exported.insert("memory");
    for (auto function : module.getOps<LLVM::LLVMFuncOp>())
      ok &= succeeded(setLinkage(function, exported));
    if (!ok)
      return signalPassFailure();
    module.walk([](Operation *op) {
      if (auto gep = dyn_cast<LLVM::GEPOp>(op))
        splitConstantOffset(gep);
      else if (auto load = dyn_cast<LLVM::LoadOp>(op))
        alignToElement(load, load.getType());
      else if (auto store = dyn_cast<LLVM::StoreOp>(op))
        alignToElement(store, store.getValue().getType());
    });
  }
};
} // namespace
