// Movement, gathers and scatters, shape arithmetic, control flow.
#include "compiler/loops/test/Batch.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops::test {
namespace {

using Ints = SmallVector<int64_t>;

Ints randomShape(Batch &batch, int64_t lowRank, int64_t highRank) {
  Ints shape;
  for (int64_t i = batch.integer(lowRank, highRank); i > 0; --i)
    shape.push_back(batch.pick({1, 2, 3, 5, 8, 17}));
  return shape;
}

void addMovement(Batch &batch, Type type) {
  Compose &b = batch.builder;
  OpBuilder &builder = b;
  Location location = builder.getUnknownLoc();
  std::string name = " " + nameOf(type);
  Ints shape = randomShape(batch, 1, 4), permutation;
  int64_t rank = shape.size(), count = 1;
  for (int64_t i = 0; i < rank; ++i) {
    permutation.push_back(i);
    count *= shape[i];
  }
  std::shuffle(permutation.begin(), permutation.end(), batch.random);
  batch.expect(b.transpose(batch.input(shape, type), permutation), "transpose" + name);
  batch.expect(b.reshape(batch.input(shape, type), {count}), "reshape" + name);
  batch.expect(b.transpose(b.reshape(batch.input(shape, type), {1, count, 1}), {1, 0, 2}), "reshape, transpose" + name);

  Ints starts, extents, strides, low, high, interior, dims;
  for (int64_t extent : shape) {
    int64_t stride = batch.integer(1, 3), start = batch.integer(0, extent - 1);
    starts.push_back(start);
    strides.push_back(stride);
    extents.push_back(batch.integer(1, (extent - 1 - start) / stride + 1));
    low.push_back(batch.integer(0, 2));
    high.push_back(batch.integer(0, 2));
    interior.push_back(batch.integer(0, 2));
  }
  auto exprs = [&](const Ints &values) {
    SmallVector<AffineExpr> result;
    for (int64_t value : values)
      result.push_back(batch.fixed(value));
    return result;
  };
  batch.expect(b.slice(batch.input(shape, type), exprs(starts), exprs(extents), strides), "slice" + name);
  Value fill = batch.chance(0.5) ? b.scalar(type, 1) : batch.input(ArrayRef<int64_t>(), type);
  batch.expect(b.pad(batch.input(shape, type), fill, low, high, interior), "interior pad" + name);
  Ints zero(rank, 0), cropLow, cropHigh;
  for (int64_t extent : shape) {
    cropLow.push_back(batch.integer(-(extent / 2), 3));
    cropHigh.push_back(batch.integer(-(extent - 1 - extent / 2), 3));
  }
  batch.expect(b.pad(batch.input(shape, type), fill, cropLow, cropHigh), "cropping pad" + name);
  for (int64_t i = 0; i < rank; ++i)
    if (batch.chance(0.5))
      dims.push_back(i);
  batch.expect(ReverseOp::create(builder, location, batch.input(shape, type), dims).getResult(), "reverse" + name);

  int64_t dim = batch.integer(0, rank - 1);
  Ints other(shape), third(shape);
  other[dim] = batch.integer(1, 6);
  third[dim] = 1;
  batch.expect(b.concat({batch.input(shape, type), batch.input(other, type), batch.input(third, type)}, dim),
               "concat" + name);
  Ints thin(shape);
  for (int64_t &extent : thin)
    extent = batch.chance(0.4) ? 1 : extent;
  batch.expect(b.broadcastTo(batch.input(thin, type), exprs(shape)), "broadcast" + name);

  Type indexType = batch.chance(0.5) ? typeNamed("i64") : typeNamed("i32");
  double extent = shape[dim];
  Ints indexShape = randomShape(batch, 0, 2);
  batch.expect(
      b.gather(batch.input(shape, type), batch.input(indexShape, indexType, Span{-extent - 1, extent + 1}), dim),
      "gather" + name);
  Value taken = batch.input(shape, type);
  for (int64_t each = 0; each < int64_t(shape.size()); ++each)
    taken = b.gather(taken, batch.input({batch.integer(1, 5)}, indexType, Span{-1, double(shape[each])}), each);
  batch.expect(taken, "gathers" + name);
  if (dim > 0) {
    Ints paired(shape.begin(), shape.begin() + dim);
    paired.push_back(4);
    batch.expect(
        b.gather(batch.input(shape, type), batch.input(paired, indexType, Span{-extent, extent - 1}), dim, dim),
        "batched gather" + name);
  }
  Ints updates(shape);
  updates[0] = batch.integer(1, 6);
  double rows = shape[0];
  for (uint32_t i = 0; i <= getMaxEnumValForScatterKind(); ++i) {
    if (type.isInteger(1) && ScatterKind(i) != ScatterKind::Set)
      continue;
    bool narrow = isa<FloatType>(type);
    Value data = batch.input(shape, type, narrow ? std::optional<Span>({0.5, 1.5}) : std::nullopt);
    Value update = batch.input(updates, type, narrow ? std::optional<Span>({0.5, 1.5}) : std::nullopt);
    Value indices = batch.input({updates[0]}, indexType, Span{-rows - 2, rows + 1});
    batch.expect(ScatterOp::create(builder, location, ScatterKind(i), data, indices, update).getResult(),
                 "scatter" + name);
  }
  if (!type.isInteger(1))
    batch.expect(IotaOp::create(builder, location, RankedTensorType::get(shape, type), dim).getResult(), "iota" + name);
}

TEST(Movement, EveryType) {
  unsigned seed = 3000;
  for (Type type : allTypes()) {
    Batch batch(seed++);
    for (int i = 0; i < (type.isF32() ? 6 : 2); ++i)
      addMovement(batch, type);
    batch.check();
  }
}

TEST(Movement, GatherOfLargeIndices) {
  Batch batch(3100);
  Type i64 = typeNamed("i64"), f32 = typeNamed("f32");
  double indices[] = {4294967297.0, -4294967297.0, 2, -1};
  Value data = batch.input({4, 3}, f32), at = batch.given({4}, i64, indices);
  batch.expect(batch.builder.gather(data, at, 0), "gather");
  OpBuilder &b = batch.builder;
  batch.expect(
      ScatterOp::create(b, b.getUnknownLoc(), ScatterKind::Add, data, at, batch.input({4, 3}, f32)).getResult(),
      "scatter");
  batch.check();
}

TEST(Movement, NamedExtents) {
  Type f32 = typeNamed("f32"), i64 = typeNamed("i64");
  for (auto [rows, columns] : {std::pair(1, 1), std::pair(5, 7), std::pair(8, 33), std::pair(3, 16)}) {
    Batch batch(3200 + rows);
    AffineExpr n = batch.dim("n", 1, 8, rows), m = batch.dim("m", 1, 40, columns), four = batch.fixed(4);
    Compose &b = batch.builder;
    OpBuilder &builder = b;
    Value x = batch.inputOf({n, m}, f32), y = batch.inputOf({n, batch.fixed(1)}, f32),
          z = batch.inputOf({m, four}, f32);
    batch.expect(b.add(x, y), "add");
    batch.expect(b.gelu(b.mul(x, batch.constant({1, 1}, f32))), "gelu");
    batch.expect(b.matmul(x, z), "matmul");
    batch.expect(b.matmul(b.transpose(x, {1, 0}), y), "matmul by a column");
    batch.expect(b.softmax(x, {1}), "softmax");
    batch.expect(b.softmax(x, {0}), "softmax of columns");
    batch.expect(b.layerNorm(x, Value(), Value(), {1}, 1e-5), "layer norm");
    batch.expect(b.transpose(x, {1, 0}), "transpose");
    batch.expect(b.reshape(x, ArrayRef<AffineExpr>{n * m}), "reshape");
    batch.expect(b.concat({x, x}, 1), "concat");
    batch.expect(b.pad(x, b.scalar(f32, 3), {1, 0}, {0, 2}), "pad");
    batch.expect(b.reduce(ReduceKind::Sum, x, {0}, false), "sum of columns");
    batch.expect(b.reduce(ReduceKind::Max, x, {0, 1}, false), "max");
    batch.expect(b.sliceDim(x, 1, m - 1, batch.fixed(1)), "last column");
    batch.expect(b.sliceDim(x, 1, batch.fixed(0), (m + 1).floorDiv(2), 2), "every second");
    batch.expect(b.extent(n * 3 + m), "extent");
    batch.expect(b.extent(n - 20), "negative extent");
    batch.expect(b.shapeOf(x), "shape");
    batch.expect(b.gather(x, batch.input({3}, i64, Span{-1, 0}), 0), "gather");
    batch.expect(ReverseOp::create(builder, builder.getUnknownLoc(), x, ArrayRef<int64_t>{1}).getResult(), "reverse");
    batch.expect(ScanOp::create(builder, builder.getUnknownLoc(), ReduceKind::Sum, x, 1).getResult(), "scan");
    batch.expect(b.argReduce(ReduceKind::Max, x, 1, false), "arg max");
    batch.expect(b.broadcastTo(y, {n, m}), "broadcast");
    batch.check();
  }
}

TEST(Movement, Constants) {
  Batch batch(3300);
  Compose &b = batch.builder;
  for (Type type : allTypes()) {
    batch.expect(batch.constant({3, 5}, type), "constant " + nameOf(type));
    batch.expect(
        b.select(batch.input({3, 5}, typeNamed("i1")), batch.constant({3, 5}, type), batch.constant({1, 1}, type)),
        "used " + nameOf(type));
    batch.expect(b.splat({batch.fixed(4), batch.fixed(9)}, type, 1), "splat " + nameOf(type));
  }
  Value x = batch.input({4}, typeNamed("f32"));
  batch.expect(x, "an input as it is");
  batch.expect(x, "and again");
  batch.expect(b.reshape(x, {2, 2}), "under another shape");
  batch.check();
}

//===- Control ----------------------------------------------------------------------------------------------------===//

/// An operation with regions whose blocks `fill` writes; each block's arguments are given, and it yields what is
/// returned.
Operation *withRegions(Batch &batch, StringRef name, ValueRange operands, TypeRange results,
                       ArrayRef<std::pair<SmallVector<Type>, std::function<SmallVector<Value>(ValueRange)>>> regions) {
  OpBuilder &b = batch.builder;
  Location location = b.getUnknownLoc();
  OperationState state(location, name);
  state.addOperands(operands);
  state.addTypes(results);
  for (auto &[arguments, fill] : regions) {
    OpBuilder::InsertionGuard guard(b);
    Region *region = state.addRegion();
    Block *block = new Block;
    region->push_back(block);
    block->addArguments(arguments, SmallVector<Location>(arguments.size(), location));
    b.setInsertionPointToStart(block);
    YieldOp::create(b, location, fill(block->getArguments()));
  }
  return b.create(state);
}

TEST(Control, If) {
  for (bool taken : {false, true}) {
    Batch batch(3400 + taken);
    Compose &b = batch.builder;
    Type f32 = typeNamed("f32");
    Value x = batch.input({3, 9}, f32), y = batch.input({3, 1}, f32), sum = b.add(x, y);
    Value condition = batch.given({}, typeNamed("i1"), {double(taken)});
    Operation *branch = withRegions(
        batch, "graph.if", condition, {x.getType(), y.getType()},
        {{{}, [&](ValueRange) { return SmallVector<Value>{b.unary(UnaryKind::Exp, sum), y}; }},
         {{}, [&](ValueRange) { return SmallVector<Value>{b.mul(x, y), b.reduce(ReduceKind::Max, sum, {1}, true)}; }}});
    batch.expect(branch->getResult(0), "first");
    batch.expect(b.add(branch->getResult(1), x), "second");
    batch.expect(sum, "shared");
    batch.check();
  }
}

TEST(Control, Loop) {
  for (double trips : {0.0, 1.0, 5.0}) {
    Batch batch(3500 + trips);
    Compose &b = batch.builder;
    Type f32 = typeNamed("f32"), i64 = typeNamed("i64"), i1 = typeNamed("i1");
    Value x = batch.input({2, 7}, f32), y = batch.input({2, 7}, f32), bound = batch.input({1, 1}, f32, Span{3, 4});
    Value tripCount = batch.given({}, i64, {trips}), go = batch.given({}, i1, {1});
    SmallVector<Type> arguments{RankedTensorType::get({}, i64), x.getType(), y.getType()};
    auto body = [&](ValueRange in) {
      // The two carried values change places; outer values are read in every iteration.
      Value next = b.add(b.mul(in[1], bound), b.reshape(b.cast(in[0], f32), {1, 1}));
      Value largest = b.reduce(ReduceKind::Max, next, {0, 1}, false);
      return SmallVector<Value>{b.compare(CompareKind::Less, largest, b.scalar(f32, 60)), in[2], next};
    };
    Operation *loop =
        withRegions(batch, "graph.loop", {tripCount, go, x, y}, {x.getType(), y.getType()}, {{arguments, body}});
    batch.expect(loop->getResult(0), "first");
    batch.expect(b.add(loop->getResult(1), x), "second");
    batch.expect(b.reshape(loop->getResult(1), {14}), "second, flat");
    batch.check();
  }
}

TEST(Control, LoopInBranchInLoop) {
  Batch batch(3600);
  Compose &b = batch.builder;
  Type f32 = typeNamed("f32"), i64 = typeNamed("i64"), i1 = typeNamed("i1");
  Value x = batch.input({5}, f32, Span{0.5, 1}), four = batch.given({}, i64, {4}), go = batch.given({}, i1, {1});
  SmallVector<Type> arguments{RankedTensorType::get({}, i64), x.getType()};
  auto inner = [&](ValueRange in) { return SmallVector<Value>{go, b.mul(in[1], b.scalar(f32, 1.25, 1))}; };
  auto outer = [&](ValueRange in) {
    Value odd = b.compare(CompareKind::Equal, b.binary(BinaryKind::Rem, in[0], b.scalar(i64, 2)), b.scalar(i64, 1));
    Operation *branch = withRegions(
        batch, "graph.if", odd, x.getType(),
        {{{},
          [&](ValueRange) {
            return SmallVector<Value>{
                withRegions(batch, "graph.loop", {four, go, in[1]}, x.getType(), {{arguments, inner}})->getResult(0)};
          }},
         {{}, [&](ValueRange) { return SmallVector<Value>{b.sub(in[1], x)}; }}});
    return SmallVector<Value>{go, b.add(branch->getResult(0), in[1])};
  };
  batch.expect(withRegions(batch, "graph.loop", {four, go, x}, x.getType(), {{arguments, outer}})->getResult(0),
               "nested");
  batch.check();
}

TEST(Control, Call) {
  Batch batch(3700);
  Compose &b = batch.builder;
  Type f32 = typeNamed("f32"), tensor = RankedTensorType::get({2, 9}, f32);
  auto define = [&](StringRef name, std::function<SmallVector<Value>(ValueRange)> fill) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(batch.module->getBody());
    auto function = func::FuncOp::create(b, b.getLoc(), name, b.getFunctionType({tensor, tensor}, {tensor, tensor}));
    b.setInsertionPointToStart(function.addEntryBlock());
    func::ReturnOp::create(b, b.getLoc(), fill(function.getArguments()));
  };
  auto call = [&](StringRef name, Value x, Value y) {
    return CallOp::create(b, b.getLoc(), TypeRange{tensor, tensor}, name, ValueRange{x, y});
  };
  define("inner", [&](ValueRange in) { return SmallVector<Value>{b.sub(in[0], in[1]), in[0]}; });
  define("outer", [&](ValueRange in) {
    auto first = call("inner", in[1], in[0]);
    return SmallVector<Value>{b.relu(first.getResult(0)), first.getResult(1)};
  });
  Value x = batch.input({2, 9}, f32), y = batch.input({2, 9}, f32);
  auto one = call("outer", x, y), two = call("outer", one.getResult(0), one.getResult(1));
  batch.expect(two.getResult(0), "first");
  batch.expect(two.getResult(1), "second");
  batch.check();
}

TEST(Control, RecursionIsRefused) {
  Batch batch(3800);
  Compose &b = batch.builder;
  Type tensor = RankedTensorType::get({2}, typeNamed("f32"));
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(batch.module->getBody());
    auto function = func::FuncOp::create(b, b.getLoc(), "again", b.getFunctionType({tensor}, {tensor}));
    b.setInsertionPointToStart(function.addEntryBlock());
    auto call = CallOp::create(b, b.getLoc(), TypeRange{tensor}, "again", ValueRange{function.getArgument(0)});
    func::ReturnOp::create(b, b.getLoc(), call.getResults());
  }
  batch.expect(CallOp::create(b, b.getLoc(), TypeRange{tensor}, "again", ValueRange{batch.input({2}, typeNamed("f32"))})
                   .getResult(0),
               "call");
  EXPECT_NE(batch.refusal().find("'again' calls itself"), std::string::npos) << batch.refusal();
}

} // namespace
} // namespace wasmind::loops::test
