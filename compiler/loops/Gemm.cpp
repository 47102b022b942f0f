#include "compiler/loops/Gemm.h"
#include "compiler/loops/MicroKernel.h"
#include "compiler/loops/Packing.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include <numeric>

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {

bool hasPanels(Operation *anchor) {
  Type left = elementOf(anchor->getOperand(0)), right = elementOf(anchor->getOperand(1));
  return (left.isF32() && right.isF32()) ||
         (byteWidth(left) <= 2 && byteWidth(right) <= 2 && elementOf(anchor->getResult(0)).isSignlessInteger(32));
}

Value bump(Emitter &e, Value pointer, Value bytes) {
  auto flags = LLVM::GEPNoWrapFlags::inbounds | LLVM::GEPNoWrapFlags::nuw;
  return LLVM::GEPOp::create(e, e.pointerType(), e.getI8Type(), pointer, LLVM::GEPArg(bytes), flags);
}
Value bump(Emitter &e, Value pointer, int64_t bytes) {
  auto flags = LLVM::GEPNoWrapFlags::inbounds | LLVM::GEPNoWrapFlags::nuw;
  return LLVM::GEPOp::create(e, e.pointerType(), e.getI8Type(), pointer, e.offset(bytes), flags);
}

Value multiplyAdd(Emitter &e, Value a, Value b, Value sum) {
  if (getElementTypeOrSelf(sum).isF32())
    return vector::FMAOp::create(e, a, b, sum);
  Type halves = VectorType::get(8, e.getI16Type());
  SmallVector<Value> operands{vector::BitCastOp::create(e, halves, a), vector::BitCastOp::create(e, halves, b)};
  Value product =
      LLVM::CallIntrinsicOp::create(e, sum.getType(), e.getStringAttr("llvm.wasm.dot"), operands).getResult(0);
  return arith::AddIOp::create(e, sum, product);
}

namespace {

/// Packed rows of one block: what leaves room for B and the result in a common 1 MB L2 cache.
constexpr int64_t blockBytes = 640 * 1024;

/// From so many rows on packing B, which reads all of it and writes it once, is worth its time.
constexpr int64_t leastPackedRows = 5;

/// How rows that are too few to pack B for are multiplied, each as a vector with the matrix where it lies, or none
/// where the operands do not lie in memory as that wants.
std::optional<MicroKernelForm> gemvFormFor(const Gemm &gemm) {
  if (!gemm.a || gemm.isOfPairs() || gemm.b.tensor.getDefiningOp<ConstantOp>())
    return std::nullopt;
  unsigned x = gemm.batch.size(), k = x + 1;
  auto isUnit = [](const std::optional<AffineExpr> &step) { return step && constantOf(*step) == 1; };
  auto along = coefficientOf(gemm.b.flat, x), down = coefficientOf(gemm.b.flat, k);
  if (!isUnit(coefficientOf(gemm.a->flat, k)) || !coefficientOf(gemm.a->flat, x) || !along || !down)
    return std::nullopt;
  return isUnit(along)  ? std::optional(MicroKernelForm::Columns)
         : isUnit(down) ? std::optional(MicroKernelForm::Dots)
                        : std::nullopt;
}

/// The driver's body.
class Driver {
public:
  Driver(KernelContext &context, const Gemm &gemm)
      : context(context), e(context.emitter), gemm(gemm), tile(gemm.tile), steps(gemm.steps()),
        panelElements(normalise(steps * tile.columns)), panels(normalise(gemm.n.ceilDiv(tile.columns))) {}

  void emit() {
    collectTensors();
    auto gemv = gemvFormFor(gemm);
    auto m = constantOf(gemm.m);
    if (gemv)
      prepareGemv(*gemv);
    const bool isGemv = gemv && m && *m < leastPackedRows;
    KernelRecord &record = context.record;
    if (gemv)
      record.strategy = isGemv ? "gemv" : m ? "gemm" : "gemm_or_gemv";
    record.tile = isGemv ? "" : textOf(tile);
    if (!isGemv) {
      prepareB();
      prepareA();
    }
    eachBatch([&](Value bBatch) {
      if (isGemv)
        emitGemv();
      else if (!gemv || m)
        emitBlocks(bBatch);
      else {
        auto branch = scf::IfOp::create(
            e, arith::CmpIOp::create(e, arith::CmpIPredicate::slt, e.index(gemm.m), e.i32(leastPackedRows)),
            /*withElseRegion=*/true);
        OpBuilder::InsertionGuard guard(e);
        e.setInsertionPointToStart(branch.thenBlock());
        emitGemv();
        e.setInsertionPointToStart(branch.elseBlock());
        emitBlocks(bBatch);
      }
    });
  }

private:
  KernelContext &context;
  Emitter &e;
  const Gemm &gemm;
  const Tile &tile;
  AffineExpr steps, panelElements, panels;

  SmallVector<Value> pointers; ///< of what the epilogue touches
  SmallVector<Value> tensors;
  Indices batch; ///< of the loops around
  bool hasPackedB = false;
  Value bPanels, bMemory, aPanels, blockRows, edge, gemvA, gemvB, gemvEdge;
  std::string packB, micro, gemvKernel;
  MicroKernelForm form = MicroKernelForm::Packed;

  /// The anchor's own operands are read through panels.
  void collectTensors() {
    tensors = context.epilogueTensors(gemm.anchor);
    for (Value tensor : tensors)
      pointers.push_back(context.pointer(tensor));
  }

  Value scratchFor(MicroKernelForm form) {
    const Tile tile = tileOf(form, gemm);
    return context.scratch(e.constantIndex(tilesAtOnce(context, gemm, form) * tile.rows * tile.columns * 4));
  }

  void prepareGemv(MicroKernelForm chosen) {
    form = chosen;
    gemvA = context.pointer(gemm.a->tensor);
    gemvB = context.pointer(gemm.b.tensor);
    gemvEdge = scratchFor(form);
    gemvKernel = emitMicroKernel(context, gemm, form, tensors);
  }

  void prepareB() {
    auto n = constantOf(gemm.n), k = constantOf(gemm.k);
    SmallVector<int64_t> batchExtents;
    for (AffineExpr extent : gemm.batch)
      if (auto constant = constantOf(extent))
        batchExtents.push_back(*constant);
    hasPackedB = gemm.b.tensor.getDefiningOp<ConstantOp>() && n && k && batchExtents.size() == gemm.batch.size();
    auto pack = [&](const Stored &stored) {
      return emitPackFunction(context, gemm.b, gemm.n, gemm.k, steps, tile.columns, gemm.batch.size(), stored);
    };
    if (!hasPackedB) {
      bMemory = context.pointer(gemm.b.tensor);
      bPanels = context.scratch(normalise(panels * panelElements * 4));
      packB = pack({});
      return;
    }
    std::string key = llvm::formatv("{0}x{1}:{2}", tile.columns, tile.unroll, gemm.b.flat);
    // Panels of bytes and halves are twice as large as these: the module has them, and its first run packs them.
    const Stored stored = context.program.hasFirstRun() ? storedAs(gemm.b.tensor) : Stored();
    if (stored.elements && byteWidth(stored.element()) < 4) {
      SmallVector<int64_t> sizes;
      if (stored.hasOffset)
        sizes.push_back(stored.offset);
      const int64_t panelBytes = *constantOf(panelElements) * 4 * *constantOf(panels);
      const int64_t batches =
          std::accumulate(batchExtents.begin(), batchExtents.end(), int64_t(1), std::multiplies<>());
      bPanels = context.prepared(stored.elements, key, batches * panelBytes, sizes,
                                 [&] { return emitPackAll(pack(stored), batchExtents, panelBytes, stored); });
      return;
    }
    bPanels = context.packed(gemm.b.tensor, key,
                             [&] { return packConstant(gemm, batchExtents, *n, *k, context.program.bound(steps)); });
  }

  /// (source, target[, offset]): packs all of B, batch after batch.
  std::string emitPackAll(StringRef pack, ArrayRef<int64_t> batchExtents, int64_t panelBytes, const Stored &stored) {
    SmallVector<Type> types(2, e.pointerType());
    if (stored.hasOffset)
      types.push_back(e.getI32Type());
    Emitter all(context.program.code, UnknownLoc::get(e.getContext()), context.program.freshName(), types,
                context.program.extents);
    SmallVector<Value> indices;
    std::function<Value(unsigned, Value)> nest = [&](unsigned depth, Value target) -> Value {
      if (depth == batchExtents.size()) {
        SmallVector<Value> arguments{all.i32(0), all.index(normalise(panels * tile.columns)), target};
        arguments.append(indices);
        arguments.push_back(all.function.getArgument(0));
        if (stored.hasOffset)
          arguments.push_back(all.function.getArgument(2));
        func::CallOp::create(all, pack, TypeRange(), arguments);
        return bump(all, target, panelBytes);
      }
      return all.loop(all.i32(0), all.i32(batchExtents[depth]), 1, target, [&](AffineExpr i, ArrayRef<Value> at) {
        indices.push_back(all.index(i));
        Value next = nest(depth + 1, at[0]);
        indices.pop_back();
        return SmallVector<Value>{next};
      })[0];
    };
    nest(0, all.function.getArgument(1));
    all.finish();
    return context.program.intern(all.function, functionName(stored.element(), "pack_all"));
  }

  /// Rows of A packed at a time: blocks of about the same size that fit blockBytes, in whole tiles, at least one tile.
  void prepareA() {
    int64_t kBound = context.program.bound(steps), mBound = context.program.bound(gemm.m);
    int64_t wholeRows = std::max<int64_t>((mBound + tile.rows - 1) / tile.rows, 1) * tile.rows;
    AffineExpr aBytes;
    if (constantOf(gemm.k)) {
      int64_t rows = std::max<int64_t>(blockBytes / std::max<int64_t>(kBound * 4, 4) / tile.rows, 1) * tile.rows;
      blockRows = wholeRows <= rows ? e.i32(wholeRows) : evenRows(e.i32(rows));
      aBytes = e.constantIndex(std::min(rows, wholeRows) * kBound * 4);
    } else {
      Value tiles = arith::DivUIOp::create(e, e.i32(blockBytes / (4 * tile.rows)),
                                           arith::MaxSIOp::create(e, e.index(steps), e.i32(1)));
      blockRows = evenRows(arith::MulIOp::create(e, arith::MaxSIOp::create(e, tiles, e.i32(1)), e.i32(tile.rows)));
      bool isSmall = kBound <= blockBytes && wholeRows <= blockBytes && wholeRows * kBound * 4 <= blockBytes;
      aBytes = normalise(steps * (tile.rows * 4)) + (isSmall ? wholeRows * kBound * 4 : blockBytes);
    }
    aPanels = context.scratch(aBytes);
    edge = scratchFor(MicroKernelForm::Packed);
    micro = emitMicroKernel(context, gemm, MicroKernelForm::Packed, tensors);
  }

  /// Rows of a block where at most `most` fit: each block reads all of B, so there are as few as can be, and none is
  /// left with a few rows.
  Value evenRows(Value most) {
    auto divideUp = [&](Value a, Value b) -> Value {
      return arith::DivUIOp::create(e, arith::AddIOp::create(e, a, arith::SubIOp::create(e, b, e.i32(1))), b);
    };
    Value rows = arith::MaxSIOp::create(e, e.index(gemm.m), e.i32(1)), unit = e.i32(tile.rows);
    return arith::MulIOp::create(e, divideUp(divideUp(rows, divideUp(rows, most)), unit), unit);
  }

  /// Loops over the batch; `body` gets the place of the batch's panels of B.
  void eachBatch(llvm::function_ref<void(Value)> body) {
    std::function<void(unsigned, Value)> nest = [&](unsigned depth, Value bBatch) {
      if (depth == gemm.batch.size())
        return body(bBatch);
      e.loop(e.i32(0), e.index(gemm.batch[depth]), 1, {}, [&](AffineExpr i, ArrayRef<Value>) {
        batch.push_back(i);
        Value next = bBatch;
        if (hasPackedB) {
          AffineExpr inner = normalise(panels * panelElements * 4);
          for (unsigned d = depth + 1; d < gemm.batch.size(); ++d)
            inner = normalise(inner * gemm.batch[d]);
          next = bump(e, bBatch, e.index(normalise(i * inner)));
        }
        nest(depth + 1, next);
        batch.pop_back();
        return SmallVector<Value>();
      });
    };
    nest(0, bPanels);
  }

  SmallVector<Value> batchValues() {
    SmallVector<Value> values;
    for (AffineExpr index : batch)
      values.push_back(e.index(index));
    return values;
  }

  void callMicro(StringRef function, Value iterations, Value a, Value aStep, Value b, Value m0, Value mEnd,
                 AffineExpr n0, Value scratch) {
    SmallVector<Value> arguments{iterations, a, aStep, b, m0, mEnd, e.index(n0)};
    arguments.append(batchValues());
    arguments.push_back(scratch);
    arguments.append(pointers);
    func::CallOp::create(e, function, TypeRange(), arguments);
  }

  Value elementOf(const MatrixSource &source, Value memory, AffineExpr x) {
    SmallVector<AffineExpr> at(batch);
    at.push_back(x);
    at.push_back(e.constantIndex(0));
    return e.offsetPointer(memory, normalise(source.flat.replaceDims(at)), e.getF32Type());
  }

  void emitGemv() {
    AffineExpr rowStep = *coefficientOf(gemm.a->flat, gemm.batch.size());
    Value first = elementOf(*gemm.a, gemvA, e.constantIndex(0)), aStep = e.index(normalise(rowStep * 4));
    e.loop(e.i32(0), e.index(gemm.n), tileOf(form, gemm).columns, {}, [&](AffineExpr n0, ArrayRef<Value>) {
      callMicro(gemvKernel, e.i32(0), first, aStep, elementOf(gemm.b, gemvB, n0), e.i32(0), e.index(gemm.m), n0,
                gemvEdge);
      return SmallVector<Value>();
    });
  }

  void emitBlocks(Value bBatch) {
    Value iterations = e.index(normalise(steps.floorDiv(tile.unroll)));
    Value aPanelBytes = e.index(normalise(steps * (tile.rows * 4)));
    Value bPanelBytes = e.index(normalise(panelElements * 4));
    if (!hasPackedB) {
      SmallVector<Value> arguments{e.i32(0), e.index(normalise(panels * tile.columns)), bBatch};
      arguments.append(batchValues());
      arguments.push_back(bMemory);
      func::CallOp::create(e, packB, TypeRange(), arguments);
    }
    Value m = e.index(gemm.m);
    e.loop(e.i32(0), m, blockRows, {}, [&](AffineExpr block, ArrayRef<Value>) {
      Value first = e.index(block);
      Value last = arith::MinSIOp::create(e, m, arith::AddIOp::create(e, first, blockRows));
      Value rows = arith::SubIOp::create(e, last, first);
      Value whole = arith::MulIOp::create(
          e, arith::DivUIOp::create(e, arith::AddIOp::create(e, rows, e.i32(tile.rows - 1)), e.i32(tile.rows)),
          e.i32(tile.rows));
      gemm.packA(batch, first, whole, aPanels);
      e.loop(e.i32(0), e.index(gemm.n), tile.columns, bBatch, [&](AffineExpr n0, ArrayRef<Value> bPanel) {
        callMicro(micro, iterations, aPanels, aPanelBytes, bPanel[0], first, last, n0, edge);
        return SmallVector<Value>{bump(e, bPanel[0], bPanelBytes)};
      });
      return SmallVector<Value>();
    });
  }
};

} // namespace

void emitGemm(KernelContext &context, const Gemm &gemm) { Driver(context, gemm).emit(); }

} // namespace wasmind::loops
