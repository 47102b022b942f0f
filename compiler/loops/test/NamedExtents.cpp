// Convolutions, windows and top_k whose extents are known at run time only.
#include "compiler/loops/test/Batch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops::test {
namespace {

using Ints = SmallVector<int64_t>;
using Extents = SmallVector<AffineExpr>;

/// Declares dimensions of one batch whose run-time extents are the lower bounds, the upper bounds, or in between.
class NamedDims {
public:
  NamedDims(Batch &batch, unsigned part) : batch(batch), part(part % 3) {}

  AffineExpr next(int64_t min, int64_t max) {
    int64_t actual = part == 0 ? min : part == 1 ? max : batch.integer(min, max);
    return batch.dim("d" + std::to_string(count++), min, max, actual);
  }
  /// Named more often than not.
  AffineExpr some(int64_t min, int64_t max) {
    return batch.chance(0.7) ? next(min, max) : batch.fixed(batch.integer(min, max));
  }

private:
  Batch &batch;
  unsigned part, count = 0;
};

/// A sliding window along one dimension, and the smallest extent that holds it.
struct Sliding {
  int64_t size, stride, low, high, dilation;

  Sliding(Batch &batch, bool transposed)
      : size(batch.pick({1, 2, 3, 3, 5})), stride(batch.pick({1, 1, 2, 3})),
        low(batch.integer(transposed ? 0 : -1, size - 1)), high(batch.integer(transposed ? 0 : -1, size - 1)),
        dilation(batch.pick({1, 1, 2})) {
    if (transposed && low + high > 2)
      low = high = 0;
  }
  int64_t smallest() const { return std::max<int64_t>(1, dilation * (size - 1) + 1 - low - high); }
};

/// The attributes of an operation that attributes along several dimensions.
struct Window {
  Ints sizes, strides, low, high, dilations;

  void add(const Sliding &slide) {
    sizes.push_back(slide.size);
    strides.push_back(slide.stride);
    low.push_back(slide.low);
    high.push_back(slide.high);
    dilations.push_back(slide.dilation);
  }
};

void addConvolve(Batch &batch, NamedDims &dims, Type type, bool transposed = false) {
  int64_t spatial = batch.integer(1, 2), groups = batch.pick({1, 1, 2, 4}), depthwise = batch.chance(0.3);
  int64_t channels = depthwise ? 1 : batch.pick({1, 3, 4}), outputs = groups * batch.pick({1, 2, 3, 8});
  if (depthwise)
    groups = outputs = batch.pick({3, 8, 20});
  Extents in{dims.some(1, 3)};
  Window attributes;
  std::string label = (transposed ? "transposed convolve " : "convolve ") + nameOf(type);
  for (int64_t i = 0; i < spatial; ++i) {
    Sliding slide(batch, transposed);
    in.push_back(i == 0 ? dims.next(slide.smallest(), slide.smallest() + 11)
                        : dims.some(slide.smallest(), slide.smallest() + 11));
    attributes.add(slide);
    label += llvm::formatv(" k{0}s{1}p{2},{3}d{4}", slide.size, slide.stride, slide.low, slide.high, slide.dilation);
  }
  in.push_back(batch.fixed(channels * groups));
  Ints weights = attributes.sizes;
  weights.append({channels, outputs});
  label += llvm::formatv(" {0}->{1} in {2}", channels * groups, outputs, groups);
  std::optional<Span> span = type.isF16() || type.isBF16() ? std::optional<Span>({-0.5, 0.5}) : std::nullopt;
  Value x = batch.inputOf(in, type, span);
  Value w = batch.chance(0.7) ? batch.constant(weights, type, span) : batch.input(weights, type, span);
  OpBuilder &b = batch.builder;
  Value result = ConvolveOp::create(b, b.getUnknownLoc(), x, w, attributes.strides, attributes.low, attributes.high,
                                    attributes.dilations, groups, transposed)
                     .getResult();
  if (isa<FloatType>(type) && batch.chance(0.5))
    result = batch.builder.relu(batch.builder.add(result, batch.constant({outputs}, type)));
  batch.expect(result, label);
}

TEST(NamedExtents, Convolve) {
  for (unsigned part = 0; part < 5; ++part) {
    Batch batch(7000 + part);
    NamedDims dims(batch, part);
    for (int i = 0; i < 8; ++i)
      addConvolve(batch, dims, typeNamed("f32"));
    batch.check(allTargets, /*rewrite=*/part >= 3);
  }
}

TEST(NamedExtents, ConvolveOfEveryType) {
  for (unsigned part = 0; part < 3; ++part) {
    Batch batch(7100 + part);
    NamedDims dims(batch, part);
    for (Type type : allTypes())
      if (!type.isInteger(1))
        addConvolve(batch, dims, type);
    batch.check();
  }
}

TEST(NamedExtents, TransposedConvolve) {
  for (unsigned part = 0; part < 3; ++part) {
    Batch batch(7200 + part);
    NamedDims dims(batch, part);
    for (int i = 0; i < 6; ++i)
      addConvolve(batch, dims, typeNamed("f32"), /*transposed=*/true);
    batch.check(allTargets, /*rewrite=*/true);
  }
}

TEST(NamedExtents, Window) {
  for (unsigned part = 0; part < 3; ++part) {
    Batch batch(7300 + part);
    NamedDims dims(batch, part);
    for (Type type : allTypes()) {
      SmallVector<ReduceKind> kinds{ReduceKind::Sum, ReduceKind::Prod, ReduceKind::Max, ReduceKind::Min};
      if (type.isInteger(1))
        kinds = {ReduceKind::And, ReduceKind::Or};
      ReduceKind kind = kinds[batch.integer(0, kinds.size() - 1)];
      Extents in;
      Window attributes;
      for (int64_t d = 0, rank = batch.integer(1, 4); d < rank; ++d) {
        Sliding slide(batch, false);
        if (d && batch.chance(0.4)) {
          slide.size = slide.stride = slide.dilation = 1;
          slide.low = slide.high = 0;
        }
        in.push_back(d == 0 ? dims.next(slide.smallest(), slide.smallest() + 5)
                            : dims.some(slide.smallest(), slide.smallest() + 5));
        attributes.add(slide);
      }
      Value x = batch.inputOf(in, type, isa<FloatType>(type) ? std::optional<Span>({0.5, 1.2}) : std::nullopt);
      OpBuilder &b = batch.builder;
      batch.expect(WindowOp::create(b, b.getUnknownLoc(), kind, x, attributes.sizes, attributes.strides, attributes.low,
                                    attributes.high, attributes.dilations)
                       .getResult(),
                   "window " + stringifyReduceKind(kind) + " " + nameOf(type));
    }
    batch.check();
  }
}

// MaxPool with an epilogue, and the mean of windows: what the front ends make of pools.
TEST(NamedExtents, Pools) {
  for (unsigned part = 0; part < 3; ++part) {
    Batch batch(7400 + part);
    NamedDims dims(batch, part);
    Compose &b = batch.builder;
    Value image =
        batch.inputOf({dims.next(1, 3), batch.fixed(5), dims.next(4, 20), dims.next(4, 20)}, typeNamed("f32"));
    Compose::Window window;
    window.strides = {2, 2};
    window.padLow = window.padHigh = window.dilations = {1, 1};
    batch.expect(b.relu(b.maxPool(image, {3, 3}, window)), "max pool");
    batch.expect(b.averagePool(image, {3, 3}, window, /*countPadding=*/false), "average pool");
    batch.expect(b.averagePool(image, {3, 3}, window, /*countPadding=*/true), "average pool with padding");
    batch.check(allTargets, /*rewrite=*/part == 2);
  }
}

/// Amounts that are known at run time only, with results of any extent.
struct NamedWindow {
  Extents sizes;
  Compose::WindowAttributes attributes;
  Extents in;
  std::string label;

  /// One dimension. Some amounts may be constant.
  void add(Batch &batch, NamedDims &dims, bool isAllNamed) {
    auto amount = [&](int64_t min, int64_t max) {
      AffineExpr value = isAllNamed ? dims.next(min, max) : dims.some(min, max);
      batch.inputOf({value}, typeNamed("i8")); // the host takes extents from inputs
      return value;
    };
    sizes.push_back(amount(1, 5));
    attributes.strides.push_back(amount(1, 3));
    attributes.padLow.push_back(amount(0, 3));
    attributes.dilations.push_back(amount(1, 2));
    attributes.extents.push_back(amount(0, 9));
    in.push_back(dims.next(1, 12));
  }
};

Value addNamedConvolve(Batch &batch, NamedDims &dims, Type type, bool isDepthwise, bool isAllNamed) {
  NamedWindow along;
  int64_t spatial = batch.integer(1, 2);
  for (int64_t i = 0; i < spatial; ++i)
    along.add(batch, dims, isAllNamed);
  AffineExpr channels = dims.next(1, 20), outputs = isDepthwise ? channels : dims.next(1, 20);
  Extents image{dims.some(1, 3)}, kernel(along.sizes);
  image.append(along.in);
  image.push_back(channels);
  kernel.append({isDepthwise ? batch.fixed(1) : channels, outputs});
  std::optional<Span> span = type.isF16() || type.isBF16() ? std::optional<Span>({-0.5, 0.5}) : std::nullopt;
  Value x = batch.inputOf(image, type, span), w = batch.inputOf(kernel, type, span);
  Value result = batch.builder.convolve(x, w, along.attributes, isDepthwise ? channels : batch.fixed(1));
  if (isa<FloatType>(type) && batch.chance(0.5))
    result = batch.builder.relu(batch.builder.add(result, batch.inputOf({outputs}, type)));
  return result;
}

TEST(NamedExtents, ConvolveByNamedAmounts) {
  for (unsigned part = 0; part < 6; ++part)
    for (bool isDepthwise : {false, true}) {
      Batch batch(7600 + part);
      NamedDims dims(batch, part);
      for (int i = 0; i < 5; ++i)
        batch.expect(addNamedConvolve(batch, dims, typeNamed("f32"), isDepthwise, part < 4),
                     isDepthwise ? "depthwise" : "convolve");
      batch.check(allTargets, /*rewrite=*/part >= 4);
    }
}

TEST(NamedExtents, ConvolveOfEveryTypeByNamedAmounts) {
  for (unsigned part = 0; part < 3; ++part)
    for (bool isDepthwise : {false, true}) {
      Batch batch(7700 + part);
      NamedDims dims(batch, part);
      for (Type type : allTypes())
        if (!type.isInteger(1))
          batch.expect(addNamedConvolve(batch, dims, type, isDepthwise, true), nameOf(type));
      batch.check();
    }
}

// What convolutions are most: kernels of one element, which are matrix products where nothing is skipped or padded.
TEST(NamedExtents, ConvolveByOne) {
  for (auto [stride, pad, extent] : {std::tuple(1, 0, 6), {2, 0, 3}, {1, 1, 8}, {1, 0, 5}}) {
    Batch batch(7800);
    auto amount = [&, next = 0](int64_t value) mutable {
      AffineExpr named = batch.dim("a" + std::to_string(next++), 0, 9, value);
      batch.inputOf({named}, typeNamed("i8"));
      return named;
    };
    Compose::WindowAttributes attributes;
    for (int i = 0; i < 2; ++i) {
      attributes.strides.push_back(amount(stride));
      attributes.padLow.push_back(amount(pad));
      attributes.dilations.push_back(amount(1));
      attributes.extents.push_back(amount(extent));
    }
    AffineExpr channels = amount(7), outputs = amount(9);
    Value x = batch.inputOf({batch.fixed(2), amount(6), amount(6), channels}, typeNamed("f32"));
    Value w = batch.inputOf({amount(1), amount(1), channels, outputs}, typeNamed("f32"));
    batch.expect(batch.builder.convolve(x, w, attributes, batch.fixed(1)), "stride " + std::to_string(stride));
    batch.check();
  }
}

TEST(NamedExtents, WindowByNamedAmounts) {
  for (unsigned part = 0; part < 4; ++part) {
    Batch batch(7900 + part);
    NamedDims dims(batch, part);
    for (Type type : allTypes()) {
      SmallVector<ReduceKind> kinds{ReduceKind::Sum, ReduceKind::Prod, ReduceKind::Max, ReduceKind::Min};
      if (type.isInteger(1))
        kinds = {ReduceKind::And, ReduceKind::Or};
      ReduceKind kind = kinds[batch.integer(0, kinds.size() - 1)];
      NamedWindow along;
      for (int64_t d = batch.integer(1, 2); d > 0; --d)
        along.add(batch, dims, part < 3);
      AffineExpr channels = dims.next(1, 40), one = batch.fixed(1), zero = batch.fixed(0), count = dims.some(1, 3);
      for (Extents *list : {&along.sizes, &along.attributes.strides, &along.attributes.dilations,
                            &along.attributes.padLow, &along.attributes.extents, &along.in}) {
        bool isPad = list == &along.attributes.padLow,
             isExtent = list == &along.attributes.extents || list == &along.in;
        list->insert(list->begin(), isExtent ? count : isPad ? zero : one);
        list->push_back(isExtent ? channels : isPad ? zero : one);
      }
      Value x = batch.inputOf(along.in, type, isa<FloatType>(type) ? std::optional<Span>({0.5, 1.2}) : std::nullopt);
      batch.expect(batch.builder.window(kind, x, along.sizes, along.attributes),
                   "window " + stringifyReduceKind(kind) + " " + nameOf(type));
    }
    batch.check(allTargets, /*rewrite=*/part == 3);
  }
}

// The mean of the elements that a window has: one kernel, which counts and divides where it sums.
TEST(NamedExtents, MeanOfWindowIsOneKernel) {
  Batch batch(8000);
  NamedDims dims(batch, 2);
  NamedWindow along;
  along.add(batch, dims, true);
  AffineExpr channels = dims.next(8, 20), one = batch.fixed(1), zero = batch.fixed(0);
  Compose &b = batch.builder;
  Value x = batch.inputOf({one, along.in[0], channels}, typeNamed("f32"));
  AffineExpr size = along.sizes[0], stride = along.attributes.strides[0], pad = along.attributes.padLow[0];
  Value sum =
      b.window(ReduceKind::Sum, x, {one, size, one},
               {{one, stride, one}, {zero, pad, zero}, {one, one, one}, {one, along.attributes.extents[0], channels}});
  Type i32 = typeNamed("i32");
  auto extent = [&](AffineExpr e) { return b.reshape(b.cast(b.extent(e), i32), {one, one, one}); };
  Value at = IotaOp::create(b, makeTensorType({one, along.attributes.extents[0], one}, i32), 1);
  Value first = b.sub(b.mul(at, extent(stride)), extent(pad));
  Value count =
      b.sub(b.minimum(b.add(first, extent(size)), extent(along.in[0])), b.maximum(first, b.scalarLike(first, 0)));
  count = b.cast(b.maximum(count, b.scalarLike(count, 1)), typeNamed("f32"));
  batch.expect(b.div(sum, count), "mean of a window");
  auto program = batch.lower({});
  ASSERT_TRUE(bool(program)) << llvm::toString(program.takeError());
  ASSERT_EQ(program->kernels.size(), 1u);
  EXPECT_GE(vectorisedShare(*program), 0.9);
  batch.check();
}

TEST(NamedExtents, TopK) {
  for (unsigned part = 0; part < 3; ++part) {
    Batch batch(7500 + part);
    NamedDims dims(batch, part);
    OpBuilder &b = batch.builder;
    for (Type type : allTypes()) {
      if (type.isInteger(1))
        continue;
      int64_t k = batch.integer(1, 6);
      Extents in;
      for (int64_t outer = batch.integer(0, 2); outer > 0; --outer)
        in.push_back(dims.some(1, 5));
      in.push_back(dims.next(k, k + 20));
      // Few different elements: ties are ordered by index.
      Value x = batch.inputOf(in, type, isa<FloatType>(type) ? Span{-1, 1} : Span{0, 5});
      auto top = TopKOp::create(b, b.getUnknownLoc(), x, k, batch.chance(0.5));
      batch.expect(top.getValues(), "top_k values " + nameOf(type));
      batch.expect(top.getIndices(), "top_k indices " + nameOf(type));
    }
    batch.check();
  }
}

} // namespace
} // namespace wasmind::loops::test
