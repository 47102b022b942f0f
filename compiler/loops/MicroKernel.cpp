#include "compiler/loops/MicroKernel.h"
#include "compiler/loops/Packing.h"
#include "compiler/loops/PanelProduct.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {

Tile tileOf(MicroKernelForm form, const Gemm &gemm) {
  switch (form) {
  case MicroKernelForm::Packed:
    return gemm.tile;
  case MicroKernelForm::Columns:
    return {1, 16, 2, 2}; // reads at most 15 elements past the end of B
  case MicroKernelForm::Dots:
    return {1, 8, 4, 1};
  }
  llvm_unreachable("all forms are covered");
}

int64_t tilesAtOnce(KernelContext &context, const Gemm &gemm, MicroKernelForm form) {
  if (form != MicroKernelForm::Packed || gemm.tile != panelTile)
    return 1;
  const unsigned m = gemm.batch.size(), n = m + 1;
  MLIRContext *c = gemm.anchor->getContext();
  Indices batch;
  for (unsigned i = 0; i < m; ++i)
    batch.push_back(getAffineDimExpr(i, c));
  const Indices at = gemm.resultIndices(batch, getAffineDimExpr(m, c), getAffineDimExpr(n, c));
  const Indices indices = substituted(*rootIndices(context.group, gemm.anchor), at);
  AffineExpr flat = flatOffset(context.group.root->getResult(0), indices);
  auto isOneStep = [&](unsigned variable) {
    auto step = coefficientOf(flat, variable);
    return step && constantOf(*step) == 1;
  };
  return isOneStep(m) && !isOneStep(n) ? 4 : 1;
}

namespace {

class MicroKernel {
public:
  MicroKernel(KernelContext &context, const Gemm &gemm, MicroKernelForm form, ArrayRef<Value> tensors)
      : context(context), gemm(gemm), form(form), tile(tileOf(form, gemm)), vectors(tile.columns / 4),
        batchRank(gemm.batch.size()),
        e(context.program.code, UnknownLoc::get(gemm.anchor->getContext()), context.program.freshName(),
          argumentTypes(tensors.size()), context.program.extents),
        root(context.group.root->getResult(0)), placement(*rootIndices(context.group, gemm.anchor)),
        tiles(tilesAtOnce(context, gemm, form)) {
    for (unsigned i = 0; i < batchRank; ++i)
      batch.push_back(e.bind(argument(7 + i)));
    n0 = e.bind(argument(6));
    scratch = argument(7 + batchRank);
    for (auto [i, tensor] : llvm::enumerate(tensors))
      e.place(tensor, argument(8 + batchRank + i));
    target = e.placeOf(root);
    e.place(root, Value());
  }

  std::string emit() {
    Value step = argument(2), b = argument(3);
    e.loop(argument(4), argument(5), tiles * tile.rows, argument(1), [&](AffineExpr row, ArrayRef<Value> a) {
      m0 = row;
      if (tiles > 1)
        return SmallVector<Value>{storeTransposed(a[0], step, b)};
      computeSums(a[0], b);
      emitEpilogue();
      return SmallVector<Value>{bump(e, a[0], step)};
    });
    e.finish(/*constantsInLocals=*/false);
    static constexpr StringLiteral words[] = {"gemm", "gemv_columns", "gemv_dots"};
    const std::string part = form == MicroKernelForm::Packed ? "panel_" + textOf(tile) : "";
    return context.program.intern(e.function, functionName(elementsOf(gemm.anchor), words[unsigned(form)], part));
  }

private:
  KernelContext &context;
  const Gemm &gemm;
  const MicroKernelForm form;
  const Tile tile;
  const int64_t vectors; ///< per row
  const unsigned batchRank;
  Emitter e;
  Value root, target, scratch;
  const Indices placement; ///< the root's indices in those of the anchor
  const int64_t tiles;     ///< that are computed before they are stored
  Indices batch;
  AffineExpr m0, n0;
  SmallVector<Value> sums; ///< [rows][vectors]; none when they lie in scratch

  Value argument(unsigned i) { return e.function.getArgument(i); }

  SmallVector<Type> argumentTypes(unsigned tensorCount) {
    MLIRContext *c = gemm.anchor->getContext();
    Type i32 = IntegerType::get(c, 32), pointer = LLVM::LLVMPointerType::get(c);
    SmallVector<Type> types{i32, pointer, i32, pointer, i32, i32, i32};
    types.append(batchRank, i32);
    types.append(1 + tensorCount, pointer);
    return types;
  }

  // --- The epilogue

  void emitEpilogue() {
    auto columns = constantOf(gemm.n);
    if (columns && *columns % tile.columns == 0)
      return storeRows();
    Value whole =
        arith::CmpIOp::create(e, arith::CmpIPredicate::sge, e.index(normalise(gemm.n - n0)), e.i32(tile.columns));
    auto branch = scf::IfOp::create(e, whole, /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(e);
    e.setInsertionPointToStart(branch.thenBlock());
    storeRows();
    e.setInsertionPointToStart(branch.elseBlock());
    storeElements();
  }

  /// Whole vectors: row after row, ending at the last row of the matrix.
  void storeRows() {
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
  }

  void storeVectors(int64_t row, int64_t column) {
    int64_t i = row * vectors + column;
    e.forget();
    e.define(gemm.anchor->getResult(0), [&](ArrayRef<AffineExpr>, Lanes) -> Value {
      return sums.empty() ? e.loadAt(bump(e, scratch, i * 16), vectorType(), 4) : sums[i];
    });
    store(m0 + row, n0 + 4 * column, {4, e.variableOf(n0)});
  }

  /// The root's elements at (m, n) of the product, computed from the anchor's.
  void store(AffineExpr m, AffineExpr n, Lanes lanes) {
    const Indices indices = substituted(placement, gemm.resultIndices(batch, m, n));
    Value value = e.evaluate(root, indices, lanes);
    e.store(value, target, elementOf(root), flatOffset(root, indices), lanes);
  }

  /// Some tiles of rows: their sums are turned in registers, so that vectors lie along m. Returns the next panel of A.
  Value storeTransposed(Value a, Value step, Value b) {
    const int64_t tileBytes = tile.rows * tile.columns * 4, rowBytes = tile.columns * 4;
    Value end = argument(5);
    for (int64_t t = 0; t < tiles; ++t) {
      auto multiply = [&] { multiplyPanels(a, b, bump(e, scratch, t * tileBytes)); };
      if (t == 0)
        multiply();
      else
        e.when(arith::CmpIOp::create(e, arith::CmpIPredicate::slt, e.index(m0 + t * tile.rows), end), multiply);
      a = bump(e, a, step);
    }
    Value rows = arith::MinSIOp::create(e, e.i32(tiles * tile.rows), arith::SubIOp::create(e, end, e.index(m0)));
    Value whole = arith::AndIOp::create(e, rows, e.i32(-4));
    Value columns = arith::MinSIOp::create(e, e.i32(tile.columns), e.index(normalise(gemm.n - n0)));
    const auto known = constantOf(gemm.n);
    const bool areWhole = known && *known % tile.columns == 0;
    e.loop(e.i32(0), whole, 4, scratch, [&](AffineExpr row, ArrayRef<Value> at) {
      for (int64_t v = 0; v < vectors; ++v) {
        SmallVector<Value> four;
        for (int64_t r = 0; r < 4; ++r)
          four.push_back(e.loadAt(bump(e, at[0], r * rowBytes + 16 * v), vectorType(), 4));
        SmallVector<Value, 4> turned = emitTranspose(e, four);
        for (int64_t i = 0; i < 4; ++i) {
          const int64_t n = 4 * v + i;
          auto storeColumn = [&] {
            e.forget();
            e.define(gemm.anchor->getResult(0), [&](ArrayRef<AffineExpr>, Lanes) { return turned[i]; });
            store(m0 + row, n0 + n, {4, e.variableOf(row)});
          };
          if (areWhole)
            storeColumn();
          else
            e.when(arith::CmpIOp::create(e, arith::CmpIPredicate::slt, e.i32(n), columns), storeColumn);
        }
      }
      return SmallVector<Value>{bump(e, at[0], 4 * rowBytes)};
    });
    storeElements(whole, rows, columns);
    return a;
  }

  /// The last columns, when they are no whole panel: through memory, element by element.
  void storeElements() {
    for (auto [i, sum] : llvm::enumerate(sums))
      e.storeAt(sum, bump(e, scratch, int64_t(i) * 16), 4);
    Value rows = arith::MinSIOp::create(e, e.i32(tile.rows), e.index(normalise(gemm.m - m0)));
    storeElements(e.i32(0), rows, e.index(normalise(gemm.n - n0)));
  }

  /// Of sums in scratch, element by element.
  void storeElements(Value firstRow, Value rows, Value columns) {
    e.loop(firstRow, rows, 1, {}, [&](AffineExpr row, ArrayRef<Value>) {
      e.loop(e.i32(0), columns, 1, {}, [&](AffineExpr column, ArrayRef<Value>) {
        e.forget();
        e.define(gemm.anchor->getResult(0), [&](ArrayRef<AffineExpr>, Lanes) {
          return e.load(scratch, sumType(), normalise(row * tile.columns + column), {});
        });
        store(m0 + row, n0 + column, {});
        return SmallVector<Value>();
      });
      return SmallVector<Value>();
    });
  }

  // --- The sums

  void computeSums(Value a, Value b) {
    switch (form) {
    case MicroKernelForm::Packed:
      if (tile == panelTile)
        multiplyPanels(a, b, scratch);
      else
        sums = packed(argument(0), a, b);
      break;
    case MicroKernelForm::Columns:
      sums = columns(a, b);
      break;
    case MicroKernelForm::Dots:
      sums = dots(a, b);
      break;
    }
  }

  /// Of the tile of PanelProduct.h, whose sums lie in memory.
  void multiplyPanels(Value a, Value b, Value sums) {
    func::CallOp::create(e, emitPanelProduct(context.program, gemm.isOfPairs()), TypeRange(),
                         ValueRange{argument(0), a, b, sums});
  }

  Type sumType() { return gemm.isOfPairs() ? Type(e.getI32Type()) : e.getF32Type(); }
  Type vectorType() { return VectorType::get(4, sumType()); }

  Value zero() { return arith::ConstantOp::create(e, e.getZeroAttr(vectorType())); }

  /// The `count` sums of each of the tile's `tile.sums` sets, added up.
  SmallVector<Value> addSets(ArrayRef<Value> sums) {
    int64_t count = tile.rows * vectors;
    SmallVector<Value> total(sums.take_front(count));
    for (int64_t s = 1; s < tile.sums; ++s)
      for (int64_t i = 0; i < count; ++i)
        total[i] = gemm.isOfPairs() ? arith::AddIOp::create(e, total[i], sums[s * count + i]).getResult()
                                    : arith::AddFOp::create(e, total[i], sums[s * count + i]).getResult();
    return total;
  }

  /// rows x (columns / 4) sums of products over the panels.
  SmallVector<Value> packed(Value iterations, Value a, Value b) {
    int64_t count = tile.rows * vectors;
    SmallVector<Value> carried{a, b};
    carried.append(count * tile.sums, zero());
    // B's columns and A's rows by base plus constant offsets; one bump of each base per iteration.
    SmallVector<Value> results = e.loop(e.i32(0), iterations, 1, carried, [&](AffineExpr, ArrayRef<Value> in) {
      Value a = in[0], b = in[1];
      SmallVector<Value> sums(in.begin() + 2, in.end());
      for (int64_t u = 0; u < tile.unroll; ++u) {
        SmallVector<Value> columns;
        for (int64_t v = 0; v < vectors; ++v)
          columns.push_back(e.loadAt(bump(e, b, (u * tile.columns + 4 * v) * 4), vectorType(), 4));
        for (int64_t r = 0; r < tile.rows; ++r) {
          Value element = e.splat(e.loadAt(bump(e, a, (u * tile.rows + r) * 4), sumType(), 4), 4);
          for (int64_t v = 0; v < vectors; ++v) {
            Value &sum = sums[(u % tile.sums) * count + r * vectors + v];
            sum = multiplyAdd(e, element, columns[v], sum);
          }
        }
      }
      SmallVector<Value> out{bump(e, a, tile.unroll * tile.rows * 4), bump(e, b, tile.unroll * tile.columns * 4)};
      out.append(sums);
      return out;
    });
    return addSets(ArrayRef(results).drop_front(2));
  }

  /// Elements of a row of A, each times neighbours in a row of B.
  SmallVector<Value> columns(Value a, Value b) {
    Value k = e.index(gemm.k);
    Value rowBytes = e.index(normalise(*coefficientOf(gemm.b.flat, gemm.batch.size() + 1) * 4));
    auto steps = [&](Value count, int64_t unroll, ArrayRef<Value> carried) {
      return e.loop(e.i32(0), count, 1, carried, [&](AffineExpr, ArrayRef<Value> in) {
        Value b = in[1];
        SmallVector<Value> sums(in.begin() + 2, in.end());
        for (int64_t u = 0; u < unroll; ++u) {
          Value element = e.splat(e.loadAt(bump(e, in[0], u * 4), e.getF32Type(), 4), 4);
          for (int64_t v = 0; v < vectors; ++v) {
            Value &sum = sums[(u % tile.sums) * vectors + v];
            sum = vector::FMAOp::create(e, element, e.loadAt(bump(e, b, 16 * v), vectorType(), 4), sum);
          }
          b = bump(e, b, rowBytes);
        }
        SmallVector<Value> out{bump(e, in[0], unroll * 4), b};
        out.append(sums);
        return out;
      });
    };
    SmallVector<Value> carried{a, b};
    carried.append(vectors * tile.sums, zero());
    Value unroll = e.i32(tile.unroll);
    carried = steps(arith::DivUIOp::create(e, k, unroll), tile.unroll, carried);
    carried = steps(arith::RemUIOp::create(e, k, unroll), 1, carried);
    return addSets(ArrayRef(carried).drop_front(2));
  }

  /// Neighbours in a row of A times neighbours in rows of B^T, added up at the end.
  SmallVector<Value> dots(Value a, Value b) {
    // Rows past the last one are the last one.
    Value left = e.index(normalise(gemm.n - 1 - n0));
    Value rowBytes = e.index(normalise(*coefficientOf(gemm.b.flat, gemm.batch.size()) * 4));
    SmallVector<Value> rows;
    for (int64_t r = 0; r < tile.columns; ++r)
      rows.push_back(
          bump(e, b, arith::MulIOp::create(e, arith::MinSIOp::create(e, e.i32(r), left), rowBytes).getResult()));
    Value k = e.index(gemm.k), fours = arith::AndIOp::create(e, k, e.i32(-4));
    SmallVector<Value> lanes(tile.columns, zero());
    lanes = e.loop(e.i32(0), fours, 4, lanes, [&](AffineExpr step, ArrayRef<Value> in) {
      SmallVector<Value> sums(in);
      Value bytes = e.index(normalise(step * 4)), element = e.loadAt(bump(e, a, bytes), vectorType(), 4);
      for (auto [sum, row] : llvm::zip(sums, rows))
        sum = vector::FMAOp::create(e, element, e.loadAt(bump(e, row, bytes), vectorType(), 4), sum);
      return sums;
    });
    auto shuffle = [&](Value x, Value y, ArrayRef<int64_t> mask) -> Value {
      return vector::ShuffleOp::create(e, x, y, mask);
    };
    auto add = [&](Value x, Value y, ArrayRef<int64_t> first, ArrayRef<int64_t> second) -> Value {
      return arith::AddFOp::create(e, shuffle(x, y, first), shuffle(x, y, second));
    };
    SmallVector<Value> sums;
    for (int64_t v = 0; v < vectors; ++v) {
      Value low = add(lanes[4 * v], lanes[4 * v + 1], {0, 4, 1, 5}, {2, 6, 3, 7});
      Value high = add(lanes[4 * v + 2], lanes[4 * v + 3], {0, 4, 1, 5}, {2, 6, 3, 7});
      sums.push_back(add(low, high, {0, 1, 4, 5}, {2, 3, 6, 7}));
    }
    return e.loop(fours, k, 1, sums, [&](AffineExpr step, ArrayRef<Value> in) {
      SmallVector<Value> out;
      Value bytes = e.index(normalise(step * 4));
      Value element = e.splat(e.loadAt(bump(e, a, bytes), e.getF32Type(), 4), 4);
      for (auto [v, sum] : llvm::enumerate(in)) {
        SmallVector<Value> elements;
        for (int64_t r = 0; r < 4; ++r)
          elements.push_back(e.loadAt(bump(e, rows[4 * v + r], bytes), e.getF32Type(), 4));
        Value column = vector::FromElementsOp::create(e, cast<VectorType>(vectorType()), elements);
        out.push_back(vector::FMAOp::create(e, element, column, sum));
      }
      return out;
    });
  }
};

} // namespace

std::string emitMicroKernel(KernelContext &context, const Gemm &gemm, MicroKernelForm form, ArrayRef<Value> tensors) {
  return MicroKernel(context, gemm, form, tensors).emit();
}

} // namespace wasmind::loops
