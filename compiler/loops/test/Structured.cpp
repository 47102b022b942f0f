// Contractions, convolutions, windows, reductions, scans and the general compute.
#include "compiler/loops/test/Batch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops::test {
namespace {

using Ints = SmallVector<int64_t>;
using Extents = SmallVector<AffineExpr>;

bool isNarrow(Type type) { return type.isF16() || type.isBF16(); }

/// Small elements where results are sums of many products of narrow floats.
std::optional<Span> spanFor(Type type) { return isNarrow(type) ? std::optional<Span>({-0.5, 0.5}) : std::nullopt; }

Value contract(Batch &batch, Value a, Value b, Ints lhsBatch, Ints rhsBatch, Ints lhsContract, Ints rhsContract) {
  OpBuilder &builder = batch.builder;
  return ContractOp::create(builder, builder.getUnknownLoc(), a, b, lhsBatch, rhsBatch, lhsContract, rhsContract)
      .getResult();
}

/// A contraction with random roles and orders of dimensions.
void addContract(Batch &batch, Type type, bool constantRhs, Type other = {}) {
  Ints extents[4]; // batch, lhs, rhs, contracted
  for (int role = 0; role < 4; ++role)
    for (int64_t i = batch.integer(role == 0 ? 0 : role == 3 ? 1 : 0, role == 0 ? 2 : 2); i > 0; --i)
      extents[role].push_back(batch.pick<int64_t>({1, 2, 3, 5, 8, 13, 17}));
  auto arrange = [&](ArrayRef<int64_t> free, Ints &shape, Ints &batchDims, Ints &contractDims) {
    SmallVector<std::tuple<int, int64_t, int64_t>> dims; // role, position, extent
    for (auto [i, e] : llvm::enumerate(extents[0]))
      dims.push_back({0, i, e});
    for (auto [i, e] : llvm::enumerate(free))
      dims.push_back({1, i, e});
    for (auto [i, e] : llvm::enumerate(extents[3]))
      dims.push_back({2, i, e});
    if (batch.chance(0.5))
      std::shuffle(dims.begin(), dims.end(), batch.random);
    batchDims.resize(extents[0].size());
    contractDims.resize(extents[3].size());
    for (auto [at, dim] : llvm::enumerate(dims)) {
      auto [role, position, extent] = dim;
      shape.push_back(extent);
      if (role != 1)
        (role == 0 ? batchDims : contractDims)[position] = at;
    }
  };
  Ints a, b, lhsBatch, rhsBatch, lhsContract, rhsContract;
  arrange(extents[1], a, lhsBatch, lhsContract);
  arrange(extents[2], b, rhsBatch, rhsContract);
  other = other ? other : type;
  Value x = batch.input(a, type, spanFor(type));
  Value y = constantRhs ? batch.constant(b, other, spanFor(other)) : batch.input(b, other, spanFor(other));
  batch.expect(contract(batch, x, y, lhsBatch, rhsBatch, lhsContract, rhsContract),
               "contract " + nameOf(type) + (constantRhs ? " by a constant" : ""));
}

TEST(Structured, Contract) {
  Batch batch(1000);
  for (int i = 0; i < 24; ++i)
    addContract(batch, typeNamed("f32"), i % 2);
  // Larger than a tile in every direction, by every edge.
  for (auto [m, n, k] : {std::tuple(64, 64, 64), std::tuple(65, 67, 31), std::tuple(1, 130, 70), std::tuple(7, 1, 100),
                         std::tuple(33, 9, 1), std::tuple(2, 5, 300)}) {
    Value a = batch.input({m, k}, typeNamed("f32")), b = batch.input({k, n}, typeNamed("f32"));
    batch.expect(batch.builder.matmul(a, b), llvm::formatv("matmul {0}x{1}x{2}", m, n, k).str());
    Value t = batch.input({n, k}, typeNamed("f32")), u = batch.input({k, m}, typeNamed("f32"));
    batch.expect(batch.builder.matmul(u, t, true, true),
                 llvm::formatv("matmul of transposed {0}x{1}x{2}", m, n, k).str());
  }
  batch.check();
}

// So few rows that B is read where it lies, in either order; how many rows there are may be known at run time only.
TEST(Structured, ContractOfFewRows) {
  Batch batch(1050);
  Type f32 = typeNamed("f32");
  Compose &b = batch.builder;
  auto fixed = [&](int64_t extent) { return batch.fixed(extent); };
  const std::pair<int64_t, int64_t> sizes[]{{1, 1}, {16, 8}, {37, 7}, {5, 130}};
  for (int64_t m = 0; m < 7; ++m) {
    AffineExpr named = batch.dim("m" + std::to_string(m), 0, 9, m);
    for (AffineExpr rows : {named, fixed(m)})
      for (bool transposed : {false, true}) {
        auto [n, k] = sizes[(m + transposed) % 4];
        Value x = batch.inputOf({rows, fixed(k)}, f32);
        Value y = transposed ? batch.input({n, k}, f32) : batch.input({k, n}, f32);
        batch.expect(b.add(b.matmul(x, y, false, transposed), batch.input({n}, f32)),
                     llvm::formatv("{0} rows x {1} x {2}{3}", m, n, k, transposed ? " transposed" : "").str());
      }
    Value pairs = b.matmul(batch.inputOf({fixed(3), named, fixed(9)}, f32), batch.input({3, 9, 17}, f32));
    batch.expect(b.add(pairs, batch.inputOf({fixed(3), named, fixed(17)}, f32)), "three products and an addend");
  }
  batch.check();
}

// Operands that the epilogue reads as well, and single numbers on either side of a product.
TEST(Structured, ContractOfWhatItsEpilogueReads) {
  Batch batch(1075);
  Type f32 = typeNamed("f32");
  Compose &b = batch.builder;
  for (auto [m, n] : {std::pair<int64_t, int64_t>{1, 1}, {6, 6}, {1, 8}, {12, 8}}) {
    Value one = b.unary(UnaryKind::Tanh, batch.input({m, 1}, f32)),
          wide = b.broadcastTo(one, {batch.fixed(m), batch.fixed(n)});
    Value weights = batch.input({n, n}, f32);
    batch.expect(b.add(b.matmul(wide, weights), one), llvm::formatv("{0}x{1}, repeated", m, n).str());
    Value x = b.mul(batch.input({m, n}, f32), b.scalar(f32, 0.5, 2));
    batch.expect(b.add(b.mul(b.matmul(x, weights), b.scalar(f32, 0.1, 2)), x),
                 llvm::formatv("{0}x{1}, scaled", m, n).str());
  }
  batch.check();
}

// i8, u8 and i16 by pairs along k: odd extents, every order of the operands, the extremes of the types.
TEST(Structured, ContractOfPairs) {
  Batch batch(1060);
  Compose &b = batch.builder;
  auto fixed = [&](int64_t extent) { return batch.fixed(extent); };
  int count = 0;
  for (auto [m, n, k] : {std::tuple(13, 17, 33), std::tuple(4, 8, 16), std::tuple(1, 5, 1), std::tuple(9, 33, 70)})
    for (int orders = 0; orders < 4; ++orders) {
      bool ofColumns = orders & 1, ofRows = orders & 2, isConstant = count % 3 == 0;
      const StringRef names[] = {"i8", "ui8", "i16"};
      Type left = typeNamed(names[count % 3]), right = typeNamed(names[(count / 3 + count) % 3]);
      AffineExpr inner = count % 4 == 1 ? batch.dim("k" + std::to_string(count), 1, 99, k) : fixed(k);
      ++count;
      auto span = [](Type type) {
        return type.isUnsignedInteger() ? Span{0, 255} : type.isInteger(8) ? Span{-128, 127} : Span{-32768, 32767};
      };
      Value x = batch.inputOf(ofColumns ? Extents{inner, fixed(m)} : Extents{fixed(m), inner}, left, span(left));
      Value y = isConstant && isa<AffineConstantExpr>(inner)
                    ? batch.constant(ofRows ? Ints{n, k} : Ints{k, n}, right, span(right))
                    : batch.inputOf(ofRows ? Extents{fixed(n), inner} : Extents{inner, fixed(n)}, right, span(right));
      batch.expect(b.matmul(x, y, ofColumns, ofRows),
                   llvm::formatv("{0} x {1} x {2} of pairs, orders {3}", m, n, k, orders).str());
    }
  Value lowest = batch.input({6, 100}, typeNamed("i8"), Span{-128, -128});
  batch.expect(b.matmul(lowest, lowest, false, true), "the lowest values");
  batch.check();
}

// The same of images: pixels of odd and even numbers of channels, runs that are cut, groups.
TEST(Structured, ConvolveOfPairs) {
  Batch batch(1070);
  const StringRef names[] = {"i8", "ui8", "i16"};
  int count = 0;
  for (int64_t channels : {1, 3, 8, 14})
    for (int64_t kernel : {1, 3})
      for (int64_t groups : {1, 2}) {
        Type left = typeNamed(names[count % 3]), right = typeNamed(names[(count / 3 + count) % 3]);
        const int64_t stride = 1 + count % 2, dilation = kernel == 3 && count % 4 == 1 ? 2 : 1;
        ++count;
        Value x = batch.input({2, 7, 9, channels * groups}, left);
        Ints shape{kernel, kernel, channels, 8 * groups};
        Value w = count % 3 ? batch.constant(shape, right) : batch.input(shape, right);
        OpBuilder &builder = batch.builder;
        const Ints strides{stride, stride}, pads{kernel / 2, kernel / 2}, dilations{dilation, dilation};
        Value sums =
            ConvolveOp::create(builder, builder.getUnknownLoc(), x, w, strides, pads, pads, dilations, groups, false);
        batch.expect(
            sums,
            llvm::formatv("{0} x {1}, kernel {2}, {3} groups, of pairs", channels, 8 * groups, kernel, groups).str());
      }
  batch.check();
}

TEST(Structured, ContractOfEveryType) {
  Batch batch(1100);
  for (Type type : allTypes())
    for (int i = 0; i < 3 && !type.isInteger(1); ++i)
      addContract(batch, type, i == 2);
  batch.check();
}

TEST(Structured, ContractWithEpilogue) {
  Batch batch(1200);
  Type f32 = typeNamed("f32");
  Compose &b = batch.builder;
  for (int i = 0; i < 8; ++i) {
    int64_t m = batch.pick({1, 3, 8, 19}), n = batch.pick({1, 4, 8, 11, 24}), k = batch.pick({1, 5, 16});
    int64_t heads = batch.pick({1, 2, 3});
    Value product = b.matmul(batch.input({heads, m, k}, f32),
                             i % 2 ? batch.constant({k, n}, f32) : batch.input({heads, k, n}, f32));
    Value biased = b.add(product, i % 3 ? batch.constant({n}, f32) : batch.input({n}, f32));
    batch.expect(b.gelu(b.add(biased, batch.input({heads, m, n}, f32))), "bias, residual, gelu");
    Value other = b.matmul(batch.input({m, k}, f32), batch.input({k, n}, f32));
    batch.expect(b.transpose(b.mul(other, batch.input({m, 1}, f32)), {1, 0}), "row scale, transposed");
    Value reshaped = b.reshape(b.matmul(batch.input({m, k}, f32), batch.constant({k, 2 * n}, f32)), {m, 2, n});
    batch.expect(b.transpose(b.relu(reshaped), {1, 0, 2}), "split heads");
    Value compared = b.compare(CompareKind::Greater, b.matmul(batch.input({m, k}, f32), batch.input({k, n}, f32)),
                               b.scalar(f32, 5.0, 2));
    batch.expect(compared, "bool epilogue");
    batch.expect(b.cast(b.matmul(batch.input({m, k}, f32), batch.input({k, n}, f32)), typeNamed("f16")),
                 "f16 epilogue");
  }
  batch.check();
}

Value convolve(Batch &batch, Value x, Value w, Ints strides, Ints low, Ints high, Ints dilations, int64_t groups,
               bool transposed = false) {
  OpBuilder &builder = batch.builder;
  return ConvolveOp::create(builder, builder.getUnknownLoc(), x, w, strides, low, high, dilations, groups, transposed)
      .getResult();
}

void addConvolve(Batch &batch, Type type, bool transposed = false) {
  int64_t spatial = batch.integer(1, 3), groups = batch.pick({1, 1, 2, 4}), depthwise = batch.chance(0.3);
  int64_t channels = depthwise ? 1 : batch.pick({1, 3, 4}), outputs = groups * batch.pick({1, 2, 3, 8});
  if (depthwise)
    groups = outputs = batch.pick({3, 8, 20});
  Ints in{batch.integer(1, 2)}, w, strides, low, high, dilations;
  std::string label = (transposed ? "transposed convolve " : "convolve ") + nameOf(type);
  for (int64_t i = 0; i < spatial; ++i) {
    int64_t kernel = batch.pick({1, 2, 3, 3, 5}), dilation = batch.pick({1, 1, 2});
    in.push_back(batch.integer(spatial == 3 ? 5 : 9, spatial == 3 ? 6 : 14));
    w.push_back(kernel);
    strides.push_back(batch.pick({1, 1, 2, 3}));
    dilations.push_back(dilation);
    low.push_back(batch.integer(transposed ? 0 : -1, kernel - 1));
    high.push_back(batch.integer(transposed ? 0 : -1, kernel - 1));
    if (transposed && low.back() + high.back() > 2)
      low.back() = high.back() = 0;
    label +=
        llvm::formatv(" {0}k{1}s{2}p{3},{4}d{5}", in.back(), kernel, strides.back(), low.back(), high.back(), dilation)
            .str();
  }
  in.push_back(channels * groups);
  w.push_back(channels);
  w.push_back(outputs);
  label += llvm::formatv(" {0}->{1} in {2}", channels * groups, outputs, groups).str();
  Value x = batch.input(in, type, spanFor(type));
  Value y = batch.chance(0.7) ? batch.constant(w, type, spanFor(type)) : batch.input(w, type, spanFor(type));
  Value result = convolve(batch, x, y, strides, low, high, dilations, groups, transposed);
  if (isa<FloatType>(type) && batch.chance(0.5))
    result = batch.builder.relu(batch.builder.add(result, batch.constant({outputs}, type)));
  batch.expect(result, label);
}

TEST(Structured, Convolve) {
  for (unsigned part = 0; part < 3; ++part) {
    Batch batch(1300 + part);
    for (int i = 0; i < 16; ++i)
      addConvolve(batch, typeNamed("f32"));
    batch.check();
  }
}

TEST(Structured, ConvolveOfEveryType) {
  Batch batch(1400);
  for (Type type : allTypes())
    for (int i = 0; i < 2 && !type.isInteger(1); ++i)
      addConvolve(batch, type);
  batch.check();
}

// Tiles of depthwise convolutions: at every edge, with strides and dilations, of one tile and of several.
TEST(Structured, DepthwiseOfIntegers) {
  const StringRef types[][2] = {{"i8", "i8"},  {"ui8", "i8"},  {"ui8", "ui8"},
                                {"i16", "i8"}, {"i16", "i16"}, {"i8", "i16"}};
  for (unsigned part = 0; part < std::size(types); ++part) {
    Batch batch(1450 + part);
    Type image = typeNamed(types[part][0]), kernel = typeNamed(types[part][1]);
    for (int64_t taps : {1, 3, 5})
      for (int64_t stride : {1, 2})
        for (int64_t dilation : {1, 2}) {
          int64_t channels = batch.pick({4, 12, 16, 36}), height = batch.integer(9, 13), width = batch.integer(9, 15);
          Value x = batch.input({2, height, width, channels}, image, spanFor(image));
          Value w = batch.constant({taps, taps, 1, channels}, kernel, spanFor(kernel));
          Ints low{batch.integer(-1, taps - 1), batch.integer(-1, taps - 1)};
          Ints high{batch.integer(-1, taps - 1), batch.integer(-1, taps - 1)};
          batch.expect(convolve(batch, x, w, {stride, stride}, low, high, {dilation, dilation}, channels),
                       llvm::formatv("{0} x {1}, {2} taps, stride {3}, dilation {4}, {5} x {6} x {7}", types[part][0],
                                     types[part][1], taps, stride, dilation, height, width, channels)
                           .str());
        }
    batch.check();
  }
}

TEST(Structured, TransposedConvolve) {
  Batch batch(1500);
  for (int i = 0; i < 12; ++i)
    addConvolve(batch, typeNamed("f32"), /*transposed=*/true);
  batch.check(allTargets, /*rewrite=*/true);
}

SmallVector<ReduceKind> kindsFor(Type type) {
  if (type.isInteger(1))
    return {ReduceKind::And, ReduceKind::Or};
  return {ReduceKind::Sum, ReduceKind::Prod, ReduceKind::Max, ReduceKind::Min};
}

TEST(Structured, Window) {
  Batch batch(1600);
  for (Type type : allTypes())
    for (ReduceKind kind : kindsFor(type))
      for (int i = 0; i < 2; ++i) {
        int64_t rank = batch.integer(1, 4);
        Ints shape, sizes, strides, low, high, dilations;
        for (int64_t d = 0; d < rank; ++d) {
          shape.push_back(batch.integer(6, 9));
          bool still = batch.chance(0.4);
          sizes.push_back(still ? 1 : batch.integer(1, 3));
          strides.push_back(still ? 1 : batch.integer(1, 3));
          low.push_back(still ? 0 : batch.integer(-1, sizes.back() - 1));
          high.push_back(still ? 0 : batch.integer(-1, sizes.back() - 1));
          dilations.push_back(still ? 1 : batch.integer(1, 2));
        }
        Value x = batch.input(shape, type, isa<FloatType>(type) ? std::optional<Span>({0.5, 1.2}) : std::nullopt);
        OpBuilder &b = batch.builder;
        batch.expect(WindowOp::create(b, b.getUnknownLoc(), kind, x, sizes, strides, low, high, dilations).getResult(),
                     "window " + stringifyReduceKind(kind) + " " + nameOf(type));
      }
  batch.check();
}

TEST(Structured, Reduce) {
  unsigned seed = 1700;
  for (Type type : allTypes()) {
    Batch batch(seed++);
    for (ReduceKind kind : kindsFor(type))
      for (int i = 0; i < 6; ++i) {
        int64_t rank = batch.integer(1, 4);
        Ints shape, dims;
        for (int64_t d = 0; d < rank; ++d) {
          shape.push_back(batch.pick<int64_t>({1, 2, 5, 16, 21}) / (rank > 3 ? 2 : 1));
          shape.back() = std::max<int64_t>(shape.back(), kind == ReduceKind::Max && batch.chance(0.05) ? 0 : 1);
          if (batch.chance(0.5))
            dims.push_back(d);
        }
        if (dims.empty())
          dims.push_back(rank - 1);
        bool isFloat = isa<FloatType>(type);
        Value x =
            batch.input(shape, type,
                        isFloat ? std::optional<Span>(kind == ReduceKind::Prod ? Span{0.97, 1.02} : Span{-0.4, 0.4})
                                : std::nullopt);
        Value result = batch.builder.reduce(kind, x, dims, batch.chance(0.5));
        batch.expect(result, "reduce " + stringifyReduceKind(kind) + " " + nameOf(type));
        if (isFloat && batch.chance(0.5)) // prologue and epilogue
          batch.expect(batch.builder.sub(batch.builder.reduce(kind, batch.builder.unary(UnaryKind::Abs, x), dims, true),
                                         batch.builder.scalarLike(x, 0.5)),
                       "reduce with neighbours " + nameOf(type));
      }
    batch.check();
  }
}

/// Rows that a cache does not hold: as many columns as make one strip, several, and a part of one.
TEST(Structured, ReduceLongRows) {
  unsigned seed = 1750;
  for (Type type : allTypes()) {
    Batch batch(seed++);
    graph::Compose &b = batch.builder;
    const bool isFloat = isa<FloatType>(type);
    const int64_t elements = (512 << 10) / std::max<int64_t>(isFloat ? 4 : 1, byteWidth(type));
    auto kinds = kindsFor(type);
    for (auto [i, columns] : llvm::enumerate(ArrayRef<int64_t>{128, 1000, 1031, 2500})) {
      ReduceKind kind = kinds[i % kinds.size()];
      auto span =
          isFloat ? std::optional<Span>(kind == ReduceKind::Prod ? Span{0.99, 1.01} : Span{-0.1, 0.1}) : std::nullopt;
      const int64_t rows = elements / columns + 1;
      AffineExpr named = batch.dim("columns" + std::to_string(i), 1, columns, batch.integer(1, columns));
      Value fixed = batch.input({rows, columns}, type, span),
            parts = batch.input({2, 3, rows / 3 + 1, columns}, type, span),
            open = batch.inputOf({batch.fixed(rows), named}, type, span);
      std::string label = stringifyReduceKind(kind).str() + " " + nameOf(type) + " " + std::to_string(columns);
      batch.expect(b.reduce(kind, fixed, {0}, /*keepDims=*/i % 2), "long rows " + label);
      batch.expect(b.reduce(kind, open, {0}, /*keepDims=*/false), "long open rows " + label);
      Value inner = b.reduce(kind, parts, {1, 2}, /*keepDims=*/true);
      batch.expect(inner, "long rows in two dimensions " + label);
      if (isFloat) {
        Value mean = b.reduce(kind, b.unary(UnaryKind::Abs, parts), {1, 2}, /*keepDims=*/i % 2);
        batch.expect(b.mul(b.reshape(mean, {2, columns, 1}), b.scalarLike(mean, 0.5)),
                     "long rows with neighbours " + label);
        batch.expect(b.transpose(b.unary(UnaryKind::Neg, b.reduce(kind, parts, {1, 2}, false)), {1, 0}),
                     "long rows, turned " + label);
      }
    }
    batch.check();
  }
}

TEST(Structured, ArgReduceScanTopK) {
  unsigned seed = 1800;
  for (Type type : allTypes()) {
    if (type.isInteger(1))
      continue;
    Batch batch(seed++);
    OpBuilder &b = batch.builder;
    Location location = b.getUnknownLoc();
    for (int i = 0; i < 8; ++i) {
      int64_t rank = batch.integer(1, 3), dim = batch.integer(0, rank - 1);
      Ints shape;
      for (int64_t d = 0; d < rank; ++d)
        shape.push_back(batch.pick({1, 3, 7, 18}));
      bool isFloat = isa<FloatType>(type);
      Span ties{isFloat ? -1.0 : 0.0, isFloat ? 1.0 : 5.0};
      Value x = batch.input(shape, type, ties);
      ReduceKind extreme = i % 2 ? ReduceKind::Max : ReduceKind::Min;
      batch.expect(batch.builder.argReduce(extreme, x, dim, batch.chance(0.5), batch.chance(0.5)),
                   "arg_reduce " + nameOf(type));
      ReduceKind kind = kindsFor(type)[i % 4];
      Value y = batch.input(shape, type, isFloat ? Span{0.5, 1.3} : Span{0, 3});
      batch.expect(ScanOp::create(b, location, kind, y, dim, batch.chance(0.5), batch.chance(0.5)).getResult(),
                   "scan " + stringifyReduceKind(kind) + " " + nameOf(type));
      int64_t k = batch.integer(1, shape.back());
      auto top = TopKOp::create(b, location, x, k, batch.chance(0.5));
      batch.expect(top.getValues(), "top_k values " + nameOf(type));
      if (i % 3)
        batch.expect(top.getIndices(), "top_k indices " + nameOf(type));
    }
    batch.check();
  }
}

TEST(Structured, TopKOfNaN) {
  Batch batch(1900);
  double nan = std::numeric_limits<double>::quiet_NaN();
  Value x = batch.given({8}, typeNamed("f32"), {1, nan, -1, 5, nan, 0, 5, -0.0});
  OpBuilder &b = batch.builder;
  for (bool smallest : {false, true}) {
    auto top = TopKOp::create(b, b.getUnknownLoc(), x, 8, smallest);
    batch.expect(top.getValues(), "values");
    batch.expect(top.getIndices(), "indices");
  }
  batch.check();
}

TEST(Structured, Compute) {
  Batch batch(2000);
  MLIRContext *c = batch.builder.getContext();
  OpBuilder &b = batch.builder;
  Location location = b.getUnknownLoc();
  AffineExpr d0 = getAffineDimExpr(0, c), d1 = getAffineDimExpr(1, c), d2 = getAffineDimExpr(2, c);
  auto constant = [&](int64_t value) { return getAffineConstantExpr(value, c); };
  for (Type type : {typeNamed("f32"), typeNamed("i32"), typeNamed("f64"), typeNamed("i8"), typeNamed("f16")}) {
    // out[i, j] = sum over k of a[i, k] * b[k, j], with a maximum against 0 in the body.
    Value x = batch.input({5, 9}, type, Span{-0.9, 1.2}), y = batch.input({9, 7}, type, Span{-0.9, 1.2});
    auto domain = AffineMap::get(0, 0, {constant(5), constant(7), constant(9)}, c);
    auto maps = b.getAffineMapArrayAttr({AffineMap::get(3, 0, {d0, d2}, c), AffineMap::get(3, 0, {d2, d1}, c)});
    TypedAttr initial =
        isa<FloatType>(type) ? TypedAttr(b.getFloatAttr(type, 0)) : TypedAttr(b.getIntegerAttr(type, 0));
    OperationState state(location, ComputeOp::getOperationName());
    state.addOperands({x, y});
    state.addAttribute("domainMap", AffineMapAttr::get(domain));
    state.addAttribute("reductions", b.getI64IntegerAttr(1));
    state.addAttribute("maps", maps);
    state.addAttribute("initial", initial);
    state.addTypes(RankedTensorType::get({5, 7}, type));
    Region *region = state.addRegion();
    Block *block = new Block;
    region->push_back(block);
    Type scalar = RankedTensorType::get({}, type);
    block->addArguments({scalar, scalar, scalar}, {location, location, location});
    {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(block);
      Value product = BinaryOp::create(b, location, BinaryKind::Mul, block->getArgument(0), block->getArgument(1));
      Value positive = BinaryOp::create(b, location, BinaryKind::Max, product, block->getArgument(0));
      Value sum = BinaryOp::create(b, location, BinaryKind::Add, block->getArgument(2), positive);
      YieldOp::create(b, location, sum);
    }
    batch.expect(b.create(state)->getResult(0), "compute " + nameOf(type));
  }
  batch.check();
}

TEST(Structured, ZeroExtents) {
  Batch batch(2100);
  Compose &b = batch.builder;
  Type f32 = typeNamed("f32");
  batch.expect(b.matmul(batch.input({0, 4}, f32), batch.input({4, 3}, f32)), "no rows");
  batch.expect(b.matmul(batch.input({3, 4}, f32), batch.input({4, 0}, f32)), "no columns");
  batch.expect(b.matmul(batch.input({3, 0}, f32), batch.input({0, 5}, f32)), "no steps");
  batch.expect(b.add(batch.input({0, 4}, f32), batch.input({1, 4}, f32)), "no elements");
  batch.expect(b.reduce(ReduceKind::Sum, batch.input({3, 0}, f32), {1}, false), "sum of none");
  batch.expect(b.reduce(ReduceKind::Max, batch.input({0, 3}, f32), {0}, false), "max of none");
  batch.expect(b.softmax(batch.input({3, 0}, f32), {1}), "softmax of none");
  batch.expect(b.concat({batch.input({2, 0}, f32), batch.input({2, 3}, f32)}, 1), "concat with none");
  batch.expect(b.transpose(batch.input({0, 3}, f32), {1, 0}), "transpose of none");
  batch.check();
}

} // namespace
} // namespace wasmind::loops::test
