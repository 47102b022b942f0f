//===- Gemm.cpp ---------------------------------------------------------------------------------------------------===//
#include "compiler/loops/Gemm.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include <cstring>

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

/// Packed rows of one block: half of a common 1 MB L2 cache.
constexpr int64_t blockBytes = 512 * 1024;

Value bump(Emitter &e, Value pointer, int64_t bytes) {
  auto flags = LLVM::GEPNoWrapFlags::inbounds | LLVM::GEPNoWrapFlags::nuw;
  return LLVM::GEPOp::create(e, e.pointerType(), e.getI8Type(), pointer, LLVM::GEPArg(int32_t(bytes)), flags);
}
Value bump(Emitter &e, Value pointer, Value bytes) {
  auto flags = LLVM::GEPNoWrapFlags::inbounds | LLVM::GEPNoWrapFlags::nuw;
  return LLVM::GEPOp::create(e, e.pointerType(), e.getI8Type(), pointer, LLVM::GEPArg(bytes), flags);
}

/// The micro-kernel: (kIterations, a, b, m0, n0, batch..., scratch, pointers...).
class MicroKernel {
public:
  MicroKernel(KernelContext &context, const Gemm &gemm, ArrayRef<Value> tensors)
      : context(context), gemm(gemm), tensors(tensors) {}

  std::string emit() {
    MLIRContext *c = context.emitter.getContext();
    Type i32 = IntegerType::get(c, 32), pointer = LLVM::LLVMPointerType::get(c);
    SmallVector<Type> types{i32, pointer, pointer, i32, i32};
    types.append(gemm.batch.size(), i32);
    types.append(1 + tensors.size(), pointer);
    Emitter e(context.kernels.code, UnknownLoc::get(c), context.kernels.freshName(), types, context.kernels.extents);
    auto argument = [&](unsigned i) -> Value { return e.function.getArgument(i); };
    AffineExpr m0 = e.bind(argument(3));
    Indices batch;
    for (unsigned i = 0; i < gemm.batch.size(); ++i)
      batch.push_back(e.bind(argument(5 + i)));
    AffineExpr n0 = e.bind(argument(4)); // last: the innermost variable of addresses
    Value scratch = argument(5 + gemm.batch.size());
    for (auto [i, tensor] : llvm::enumerate(tensors))
      e.place(tensor, argument(6 + gemm.batch.size() + i));
    Value root = context.group.root->getResult(0);
    Value target = e.placeOf(root);
    e.place(root, Value());

    SmallVector<Value> sums = accumulate(e, argument(0), argument(1), argument(2));
    const Tile &tile = gemm.tile;
    int64_t vectors = tile.columns / 4;

    // Whole vectors: row after row, ending at the last row of the matrix.
    auto storeVectors = [&](int64_t row, int64_t column) {
      e.forget();
      e.define(gemm.anchor->getResult(0), [&](ArrayRef<AffineExpr>, Lanes) { return sums[row * vectors + column]; });
      Indices indices = gemm.resultIndices(batch, m0 + row, n0 + 4 * column);
      Lanes lanes{4, e.variableOf(n0)};
      Value value = e.evaluate(root, indices, lanes);
      e.store(value, target, elementOf(root), flatOffset(root.getType(), indices), lanes);
    };
    auto storeRows = [&] {
      auto rowsLeft = constantOf(gemm.m);
      for (int64_t row = 0; row < tile.rows; ++row) {
        auto store = [&] {
          for (int64_t column = 0; column < vectors; ++column)
            storeVectors(row, column);
        };
        if (row == 0 || (rowsLeft && *rowsLeft % tile.rows == 0))
          store();
        else
          e.when(arith::CmpIOp::create(e, arith::CmpIPredicate::slt, e.index(m0 + row), e.index(gemm.m)), store);
      }
    };
    // The last columns, when they are no whole panel: through memory, element by element.
    auto storeElements = [&] {
      for (auto [i, sum] : llvm::enumerate(sums))
        e.storeAt(sum, bump(e, scratch, int64_t(i) * 16), 4);
      Value rows = arith::MinSIOp::create(e, e.i32(tile.rows), e.index(normalise(gemm.m - m0)));
      Value columns = e.index(normalise(gemm.n - n0));
      e.loop(e.i32(0), rows, 1, {}, [&](AffineExpr row, ArrayRef<Value>) {
        e.loop(e.i32(0), columns, 1, {}, [&](AffineExpr column, ArrayRef<Value>) {
          e.forget();
          e.define(gemm.anchor->getResult(0), [&](ArrayRef<AffineExpr>, Lanes) {
            return e.load(scratch, e.getF32Type(), normalise(row * tile.columns + column), {});
          });
          Indices indices = gemm.resultIndices(batch, m0 + row, n0 + column);
          Value value = e.evaluate(root, indices, {});
          e.store(value, target, elementOf(root), flatOffset(root.getType(), indices), {});
          return SmallVector<Value>();
        });
        return SmallVector<Value>();
      });
    };
    auto columns = constantOf(gemm.n);
    if (columns && *columns % tile.columns == 0) {
      storeRows();
    } else {
      Value whole =
          arith::CmpIOp::create(e, arith::CmpIPredicate::sge, e.index(normalise(gemm.n - n0)), e.i32(tile.columns));
      auto branch = scf::IfOp::create(e, whole, /*withElseRegion=*/true);
      OpBuilder::InsertionGuard guard(e);
      e.setInsertionPointToStart(branch.thenBlock());
      storeRows();
      e.setInsertionPointToStart(branch.elseBlock());
      storeElements();
    }
    if (e.scalarLoop)
      context.emitter.scalarLoop = true;
    e.finish(/*constantsInLocals=*/false);
    return context.kernels.intern(e.function);
  }

private:
  KernelContext &context;
  const Gemm &gemm;
  ArrayRef<Value> tensors;

  /// rows x (columns / 4) sums of products over the panels.
  SmallVector<Value> accumulate(Emitter &e, Value iterations, Value a, Value b) {
    const Tile &tile = gemm.tile;
    int64_t vectors = tile.columns / 4, count = tile.rows * vectors;
    Type vector = VectorType::get(4, e.getF32Type());
    Value zero = e.floatConstant(0, vector);
    SmallVector<Value> carried{a, b};
    carried.append(count * tile.sums, zero);
    // B's columns and A's rows by base plus constant offsets; one bump of each base per iteration.
    SmallVector<Value> results = e.loop(e.i32(0), iterations, 1, carried, [&](AffineExpr, ArrayRef<Value> in) {
      Value a = in[0], b = in[1];
      SmallVector<Value> sums(in.begin() + 2, in.end());
      Value steps; // with one row: its next four elements
      for (int64_t u = 0; u < tile.unroll; ++u) {
        SmallVector<Value> columns, rows;
        for (int64_t v = 0; v < vectors; ++v)
          columns.push_back(e.loadAt(bump(e, b, (u * tile.columns + 4 * v) * 4), vector, 4));
        if (tile.shuffle && tile.rows == 1 && u % 4 == 0)
          steps = e.loadAt(bump(e, a, u * 4), vector, 4);
        if (tile.shuffle && tile.rows > 1)
          for (int64_t r = 0; r < tile.rows; r += 4)
            rows.push_back(e.loadAt(bump(e, a, (u * tile.rows + r) * 4), vector, 4));
        for (int64_t r = 0; r < tile.rows; ++r) {
          Value element;
          if (tile.shuffle) {
            int64_t lane = tile.rows == 1 ? u % 4 : r % 4;
            Value from = tile.rows == 1 ? steps : rows[r / 4];
            element = vector::ShuffleOp::create(e, from, from, ArrayRef<int64_t>{lane, lane, lane, lane});
          } else {
            element = e.splat(e.loadAt(bump(e, a, (u * tile.rows + r) * 4), e.getF32Type(), 4), 4);
          }
          for (int64_t v = 0; v < vectors; ++v) {
            Value &sum = sums[(u % tile.sums) * count + r * vectors + v];
            sum = vector::FMAOp::create(e, element, columns[v], sum);
          }
        }
      }
      SmallVector<Value> out{bump(e, a, tile.unroll * tile.rows * 4), bump(e, b, tile.unroll * tile.columns * 4)};
      out.append(sums);
      return out;
    });
    SmallVector<Value> sums(results.begin() + 2, results.begin() + 2 + count);
    for (int64_t s = 1; s < tile.sums; ++s)
      for (int64_t i = 0; i < count; ++i)
        sums[i] = arith::AddFOp::create(e, sums[i], results[2 + s * count + i]);
    return sums;
  }
};

/// The constant matrix in panels, all batches one after another.
std::vector<char> packConstant(const Kernels &kernels, const Gemm &gemm, ArrayRef<int64_t> batchExtents, int64_t n,
                               int64_t k, int64_t paddedK) {
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
  std::vector<char> bytes(batches * panels * paddedK * columns * 4, 0);
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
          int64_t to = ((batch * panels + p) * paddedK + i) * columns + j;
          std::memcpy(bytes.data() + to * 4, data.bytes.data() + from * 4, 4);
        }
  }
  return bytes;
}

} // namespace

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

Value emitZeroRun(Emitter &e, Value target, Value count, int64_t stride) {
  Value zero = e.floatConstant(0, e.getF32Type());
  return e.loop(e.i32(0), count, 1, target, [&](AffineExpr, ArrayRef<Value> at) {
    e.storeAt(zero, at[0], 4);
    return SmallVector<Value>{bump(e, at[0], 4 * stride)};
  })[0];
}

std::string emitPackFunction(KernelContext &context, const MatrixSource &source, AffineExpr extent, AffineExpr k,
                             AffineExpr paddedK, int64_t width, unsigned batchRank) {
  MLIRContext *c = context.emitter.getContext();
  Type i32 = IntegerType::get(c, 32), pointer = LLVM::LLVMPointerType::get(c);
  SmallVector<Type> types{i32, i32, pointer};
  types.append(batchRank, i32);
  types.push_back(pointer);
  Emitter e(context.kernels.code, UnknownLoc::get(c), context.kernels.freshName(), types, context.kernels.extents);
  SmallVector<AffineExpr> variables;
  for (unsigned i = 0; i < batchRank; ++i)
    variables.push_back(e.bind(e.function.getArgument(3 + i)));
  Value memory = e.function.getArgument(3 + batchRank), target = e.function.getArgument(2);
  AffineExpr m0 = e.bind(e.function.getArgument(0));
  Value count = e.function.getArgument(1);
  auto at = [&](AffineExpr x, AffineExpr step) {
    SmallVector<AffineExpr> values(variables);
    values.push_back(x);
    values.push_back(step);
    return normalise(source.flat.replaceDims(values));
  };
  bool rowsContiguous =
      coefficientOf(source.flat, batchRank) && constantOf(*coefficientOf(source.flat, batchRank)) == 1;
  bool stepsContiguous =
      coefficientOf(source.flat, batchRank + 1) && constantOf(*coefficientOf(source.flat, batchRank + 1)) == 1;
  Value panelBytes = e.index(normalise(paddedK * (width * 4)));
  Type vector = VectorType::get(4, e.getF32Type());

  e.loop(e.i32(0), count, width, {target}, [&](AffineExpr first, ArrayRef<Value> panel) {
    if (rowsContiguous && !stepsContiguous) { // a step of the panel is `width` neighbours
      e.loop(e.i32(0), e.index(k), 1, panel[0], [&](AffineExpr step, ArrayRef<Value> to) {
        Value from = e.offsetPointer(memory, at(m0 + first, step), e.getF32Type());
        int64_t lane = 0;
        for (; lane + 4 <= width; lane += 4)
          e.storeAt(e.loadAt(bump(e, from, lane * 4), vector, 4), bump(e, to[0], lane * 4), 4);
        for (; lane < width; ++lane)
          e.storeAt(e.loadAt(bump(e, from, lane * 4), e.getF32Type(), 4), bump(e, to[0], lane * 4), 4);
        return SmallVector<Value>{bump(e, to[0], width * 4)};
      });
    } else {
      e.loop(e.i32(0), e.i32(width), 1, panel[0], [&](AffineExpr row, ArrayRef<Value> to) {
        Value clamped = arith::MinSIOp::create(e, e.index(m0 + first + row), e.index(normalise(extent - 1)));
        AffineExpr x = e.bind(clamped);
        if (stepsContiguous)
          emitScatterRun(e, e.offsetPointer(memory, at(x, e.constantIndex(0)), e.getF32Type()), to[0], e.index(k),
                         width);
        else
          e.loop(e.i32(0), e.index(k), 1, to[0], [&](AffineExpr step, ArrayRef<Value> next) {
            e.storeAt(e.loadAt(e.offsetPointer(memory, at(x, step), e.getF32Type()), e.getF32Type(), 4), next[0], 4);
            return SmallVector<Value>{bump(e, next[0], width * 4)};
          });
        return SmallVector<Value>{bump(e, to[0], 4)};
      });
    }
    if (paddedK != k) { // zeros add nothing
      Value tail = bump(e, panel[0], e.index(normalise(k * (width * 4))));
      emitZeroRun(e, tail, e.index(normalise((paddedK - k) * width)), 1);
    }
    return SmallVector<Value>{bump(e, panel[0], panelBytes)};
  });
  e.finish();
  return context.kernels.intern(e.function);
}

LogicalResult emitGemm(KernelContext &context, const Gemm &gemm) {
  Emitter &e = context.emitter;
  Kernels &kernels = context.kernels;
  const Tile &tile = gemm.tile;
  AffineExpr paddedK = gemm.paddedK();
  int64_t kBound = kernels.bound(paddedK), mBound = kernels.bound(gemm.m);

  // What the epilogue touches; the anchor's own operands are read through panels.
  SmallVector<Value> tensors;
  for (Value input : context.group.inputs) {
    bool epilogue = llvm::any_of(
        input.getUsers(), [&](Operation *user) { return user != gemm.anchor && context.group.members.contains(user); });
    auto constant = input.getDefiningOp<ConstantOp>();
    bool single = constant && (dataOf(constant.getValue()).splat || dataOf(constant.getValue()).elementCount == 1);
    if (epilogue && !single)
      tensors.push_back(input);
  }
  tensors.push_back(context.group.root->getResult(0));
  SmallVector<Value> pointers;
  for (Value tensor : tensors)
    pointers.push_back(context.pointer(tensor));

  // Panels of B.
  auto constantB = gemm.b.tensor.getDefiningOp<ConstantOp>();
  auto n = constantOf(gemm.n), k = constantOf(gemm.k);
  SmallVector<int64_t> batchExtents;
  for (AffineExpr extent : gemm.batch)
    if (auto constant = constantOf(extent))
      batchExtents.push_back(*constant);
  bool packNow = constantB && n && k && batchExtents.size() == gemm.batch.size();
  AffineExpr panelElements = normalise(paddedK * tile.columns);
  AffineExpr panels = normalise(gemm.n.ceilDiv(tile.columns));
  Value bPanels, bMemory;
  std::string packB;
  if (packNow) {
    std::string key = llvm::formatv("{0}x{1}:{2}", tile.columns, tile.unroll, gemm.b.flat);
    bPanels =
        context.packed(gemm.b.tensor, key, [&] { return packConstant(kernels, gemm, batchExtents, *n, *k, kBound); });
  } else {
    bMemory = context.pointer(gemm.b.tensor);
    bPanels = context.scratch(normalise(panels * panelElements * 4));
    packB = emitPackFunction(context, gemm.b, gemm.n, gemm.k, paddedK, tile.columns, gemm.batch.size());
  }

  // Rows of A packed at a time: as many as fit blockBytes, in whole tiles, at least one tile.
  int64_t wholeRows = std::max<int64_t>((mBound + tile.rows - 1) / tile.rows, 1) * tile.rows;
  AffineExpr aBytes;
  Value blockRows;
  if (k) {
    int64_t rows = std::max<int64_t>(blockBytes / std::max<int64_t>(kBound * 4, 4) / tile.rows, 1) * tile.rows;
    rows = std::min(rows, wholeRows);
    blockRows = e.i32(rows);
    aBytes = e.constantIndex(rows * kBound * 4);
  } else {
    Value tiles = arith::DivUIOp::create(e, e.i32(blockBytes / (4 * tile.rows)),
                                         arith::MaxSIOp::create(e, e.index(paddedK), e.i32(1)));
    blockRows = arith::MulIOp::create(e, arith::MaxSIOp::create(e, tiles, e.i32(1)), e.i32(tile.rows));
    bool isSmall = kBound <= blockBytes && wholeRows <= blockBytes && wholeRows * kBound * 4 <= blockBytes;
    aBytes = normalise(paddedK * (tile.rows * 4)) + (isSmall ? wholeRows * kBound * 4 : blockBytes);
  }
  Value aPanels = context.scratch(aBytes);
  Value edge = context.scratch(e.constantIndex(tile.rows * tile.columns * 4));
  std::string micro = MicroKernel(context, gemm, tensors).emit();

  Value iterations = e.index(normalise(paddedK.floorDiv(tile.unroll)));
  Value aPanelBytes = e.index(normalise(paddedK * (tile.rows * 4)));
  Value bPanelBytes = e.index(normalise(panelElements * 4));
  Indices batch;
  std::function<void(unsigned, Value)> nest = [&](unsigned depth, Value bBatch) {
    if (depth < gemm.batch.size()) {
      e.loop(e.i32(0), e.index(gemm.batch[depth]), 1, {}, [&](AffineExpr i, ArrayRef<Value>) {
        batch.push_back(i);
        Value next = bBatch;
        if (packNow) {
          AffineExpr inner = normalise(panels * panelElements * 4);
          for (unsigned d = depth + 1; d < gemm.batch.size(); ++d)
            inner = normalise(inner * gemm.batch[d]);
          next = bump(e, bBatch, e.index(normalise(i * inner)));
        }
        nest(depth + 1, next);
        batch.pop_back();
        return SmallVector<Value>();
      });
      return;
    }
    SmallVector<Value> batchValues;
    for (AffineExpr index : batch)
      batchValues.push_back(e.index(index));
    if (!packNow) {
      SmallVector<Value> arguments{e.i32(0), e.index(normalise(panels * tile.columns)), bBatch};
      arguments.append(batchValues);
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
        e.loop(first, last, tile.rows, aPanels, [&](AffineExpr m0, ArrayRef<Value> aPanel) {
          SmallVector<Value> arguments{iterations, aPanel[0], bPanel[0], e.index(m0), e.index(n0)};
          arguments.append(batchValues);
          arguments.push_back(edge);
          arguments.append(pointers);
          func::CallOp::create(e, micro, TypeRange(), arguments);
          return SmallVector<Value>{bump(e, aPanel[0], aPanelBytes)};
        });
        return SmallVector<Value>{bump(e, bPanel[0], bPanelBytes)};
      });
      return SmallVector<Value>();
    });
  };
  nest(0, bPanels);
  return success();
}

} // namespace wasmind::loops
