//===- Slides.cpp - convolutions and windows whose amounts are known at run time only, against plain loops -------===//
#include "compiler/frontend/expr/Slides.h"
#include "compiler/frontend/expr/test/Fixture.h"
#include <algorithm>
#include <array>

namespace wasmind::te {
namespace {

/// One spatial dimension of a case.
struct Dim {
  int64_t in, size, out, stride = 1, pad = 0, dilation = 1;
};

/// Three spatial dimensions, the first ones of one element where there are fewer.
struct Reference {
  std::array<Dim, 3> dims;

  explicit Reference(const std::vector<Dim> &given) {
    dims.fill({1, 1, 1});
    std::copy(given.begin(), given.end(), dims.end() - given.size());
  }

  /// Calls visit(n, out position, kernel position, in position) for all taps inside the input; positions are flat.
  template <typename F> void eachTap(int64_t count, F visit) const {
    auto [d, h, w] = dims;
    for (int64_t n = 0; n < count; ++n)
      for (int64_t o = 0; o < d.out * h.out * w.out; ++o)
        for (int64_t k = 0; k < d.size * h.size * w.size; ++k) {
          int64_t outs[] = {o / w.out / h.out, o / w.out % h.out, o % w.out};
          int64_t taps[] = {k / w.size / h.size, k / w.size % h.size, k % w.size};
          int64_t in = 0;
          bool isInside = true;
          for (int i = 0; i < 3; ++i) {
            int64_t at = outs[i] * dims[i].stride - dims[i].pad + taps[i] * dims[i].dilation;
            isInside &= at >= 0 && at < dims[i].in;
            in = in * dims[i].in + at;
          }
          if (isInside)
            visit(n * d.out * h.out * w.out + o, k, n * d.in * h.in * w.in + in);
        }
  }
};

std::vector<int64_t> shapeOf(int64_t first, const std::vector<Dim> &dims, int64_t Dim::*member, int64_t last) {
  std::vector<int64_t> shape{first};
  for (const Dim &dim : dims)
    shape.push_back(dim.*member);
  shape.push_back(last);
  return shape;
}

const std::vector<std::vector<Dim>> cases = {
    {{7, 3, 7, 1, 1, 1}, {6, 3, 6, 1, 1, 1}},
    {{9, 3, 5, 2, 1, 1}, {8, 5, 4, 2, 2, 1}},
    {{5, 1, 5}, {4, 1, 4}},
    {{8, 3, 4, 1, 0, 2}, {8, 2, 3, 3, 1, 2}},
    {{11, 4, 3, 3, 2, 1}},
    {{4, 2, 3, 1, 0, 1}, {3, 3, 3, 1, 1, 1}, {5, 2, 3, 2, 1, 1}},
    {{2, 3, 9, 2, 7, 1}, {3, 1, 4, 5, 1, 3}}, // windows wholly outside, at both ends
    {{6, 2, 0, 1, 0, 1}},
};

class Slides : public ExpressionTest {
protected:
  Var n = var("n"), c = var("c"), o = var("o");
  std::vector<Expr> inputShape, weightsShape, sizes, extents;
  std::vector<Slide> slides;

  /// Everything as vars, or everything as constants.
  void declare(const std::vector<Dim> &given, int64_t batch, int64_t channels, int64_t outputs, bool isNamed) {
    inputShape = {isNamed ? Expr(n) : Expr(batch)};
    weightsShape.clear();
    sizes.clear();
    extents.clear();
    slides.clear();
    vars.clear();
    dims = {{"n", batch}, {"c", channels}, {"o", outputs}};
    auto amount = [&](std::string name, int64_t value) -> Expr {
      if (!isNamed)
        return value;
      dims[name] = value;
      vars.push_back(var(name));
      return vars.back();
    };
    for (auto [i, dim] : llvm::enumerate(given)) {
      std::string at = std::to_string(i);
      inputShape.push_back(amount("in" + at, dim.in));
      sizes.push_back(amount("size" + at, dim.size));
      extents.push_back(amount("out" + at, dim.out));
      slides.push_back(
          {amount("stride" + at, dim.stride), amount("pad" + at, dim.pad), amount("dilation" + at, dim.dilation)});
    }
    inputShape.push_back(isNamed ? Expr(c) : Expr(channels));
    weightsShape = sizes;
    weightsShape.push_back(isNamed ? Expr(c) : Expr(channels));
    weightsShape.push_back(isNamed ? Expr(o) : Expr(outputs));
  }

  void checkConvolve(const std::vector<Dim> &given, bool isNamed, DType dtype, DType weightsType) {
    constexpr int64_t batch = 2, channels = 3, outputs = 5;
    declare(given, batch, channels, outputs, isNamed);
    Tensor x = placeholder(inputShape, dtype, "x"), w = placeholder(weightsShape, weightsType, "w");
    Tensor y = convolve(x, w, extents, slides, "y");
    Array in = random(x, shapeOf(batch, given, &Dim::in, channels));
    std::vector<int64_t> kernel = shapeOf(0, given, &Dim::size, channels);
    kernel.erase(kernel.begin());
    kernel.push_back(outputs);
    Array factors = random(w, kernel), expected(shapeOf(batch, given, &Dim::out, outputs));
    Reference(given).eachTap(batch, [&](int64_t to, int64_t k, int64_t from) {
      for (int64_t i = 0; i < channels; ++i)
        for (int64_t j = 0; j < outputs; ++j)
          expected.values[to * outputs + j] +=
              in.values[from * channels + i] * factors.values[(k * channels + i) * outputs + j];
    });
    check(y, {{x, in}, {w, factors}}, expected);
    EXPECT_TRUE(has("convolve") && !hasCompute()) << raised;
  }
};

TEST_F(Slides, Convolve) {
  for (const auto &given : cases)
    for (bool isNamed : {false, true})
      for (auto [dtype, weights] : {std::pair(DType::F32, DType::F32), {DType::I8, DType::I8}, {DType::U8, DType::I8}})
        checkConvolve(given, isNamed, dtype, weights);
}

TEST_F(Slides, Depthwise) {
  for (const auto &given : cases)
    for (bool isNamed : {false, true}) {
      constexpr int64_t batch = 2, channels = 6;
      declare(given, batch, channels, 0, isNamed);
      Tensor x = placeholder(inputShape, DType::F32, "x");
      weightsShape.back() = weightsShape[given.size()];
      weightsShape[given.size()] = 1;
      Tensor w = placeholder(weightsShape, DType::F32, "w"), y = depthwise(x, w, extents, slides, "y");
      Array in = random(x, shapeOf(batch, given, &Dim::in, channels));
      std::vector<int64_t> kernel = shapeOf(0, given, &Dim::size, 1);
      kernel.erase(kernel.begin());
      kernel.push_back(channels);
      Array factors = random(w, kernel), expected(shapeOf(batch, given, &Dim::out, channels));
      dims.erase("o");
      Reference(given).eachTap(batch, [&](int64_t to, int64_t k, int64_t from) {
        for (int64_t i = 0; i < channels; ++i)
          expected.values[to * channels + i] += in.values[from * channels + i] * factors.values[k * channels + i];
      });
      check(y, {{x, in}, {w, factors}}, expected);
      EXPECT_TRUE(has("convolve") && !hasCompute()) << raised;
    }
}

TEST_F(Slides, Windows) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (const auto &given : cases)
    for (bool isNamed : {false, true})
      for (int kind = 0; kind < 3; ++kind) {
        constexpr int64_t batch = 2, channels = 5;
        declare(given, batch, channels, 0, isNamed);
        Tensor x = placeholder(inputShape, DType::F32, "x");
        Tensor y = kind == 0   ? maxWindow(x, sizes, extents, slides, "y")
                   : kind == 1 ? minWindow(x, sizes, extents, slides, "y")
                               : sumWindow(x, sizes, extents, slides, "y");
        Array in = random(x, shapeOf(batch, given, &Dim::in, channels));
        Array expected(shapeOf(batch, given, &Dim::out, channels));
        std::fill(expected.values.begin(), expected.values.end(), kind == 0 ? -infinity : kind == 1 ? infinity : 0);
        Reference(given).eachTap(batch, [&](int64_t to, int64_t, int64_t from) {
          for (int64_t i = 0; i < channels; ++i) {
            double &value = expected.values[to * channels + i], element = in.values[from * channels + i];
            value = kind == 0 ? std::max(value, element) : kind == 1 ? std::min(value, element) : value + element;
          }
        });
        check(y, {{x, in}}, expected);
        bool isAll = llvm::all_of(given, [](const Dim &dim) {
          return dim.size == 1 && dim.stride == 1 && dim.pad == 0 && dim.in == dim.out;
        });
        EXPECT_TRUE((has("window") || (!isNamed && isAll)) && !hasCompute()) << raised;
      }
}

// The mean of the elements that are there: counts are arithmetic on axes and vars.
TEST_F(Slides, MeanOfPresentElements) {
  const std::vector<Dim> given{{9, 3, 5, 2, 1}, {8, 5, 5, 2, 3}};
  constexpr int64_t channels = 4;
  declare(given, 1, channels, 0, true);
  Tensor x = placeholder(inputShape, DType::F32, "x"), sums = sumWindow(x, sizes, extents, slides, "sums");
  auto present = [&](Expr out, int dim) {
    Expr first = out * slides[dim].stride - slides[dim].pad;
    return min(first + sizes[dim], inputShape[dim + 1]) - max(first, 0);
  };
  Tensor y = compute(
      sums.shape(),
      [&](Expr b, Expr i, Expr j, Expr k) {
        return sums(b, i, j, k) / cast(DType::F32, max(present(i, 0) * present(j, 1), 1));
      },
      "y");
  Array in = random(x, shapeOf(1, given, &Dim::in, channels)), expected(shapeOf(1, given, &Dim::out, channels));
  std::vector<int> counts(expected.count());
  Reference(given).eachTap(1, [&](int64_t to, int64_t, int64_t from) {
    for (int64_t i = 0; i < channels; ++i) {
      expected.values[to * channels + i] += in.values[from * channels + i];
      ++counts[to * channels + i];
    }
  });
  for (auto [value, count] : llvm::zip(expected.values, counts))
    value /= count;
  check(y, {{x, in}}, expected);
  EXPECT_TRUE(has("window") && !hasCompute()) << raised;
}

// Amounts are expressions, and formulas go into and come out of a convolution.
TEST_F(Slides, Expressions) {
  Var k = var("k"), h = var("h"), s = var("s");
  Tensor x = placeholder({1, h, 2}, DType::F32, "x"), w = placeholder({k, 2, 3}, DType::F32, "w"),
         b = placeholder({3}, DType::F32, "b");
  Tensor half = compute(x.shape(), [&](Expr i, Expr j, Expr l) { return x(i, j, l) * 0.5; }, "half");
  Tensor y = convolve(half, w, {h * 2 - 1}, {{s + 1, floordiv(k, 2), s * 2}}, "y");
  Tensor z = compute(y.shape(), [&](Expr i, Expr j, Expr l) { return max(y(i, j, l) + b(l), 0); }, "z");
  vars = {s};
  dims = {{"k", 5}, {"h", 6}, {"s", 1}};
  const std::vector<Dim> given{{6, 5, 11, 2, 2, 2}};
  Array in = random(x, {1, 6, 2}), factors = random(w, {5, 2, 3}), bias = random(b, {3}), expected({1, 11, 3});
  Reference(given).eachTap(1, [&](int64_t to, int64_t tap, int64_t from) {
    for (int i = 0; i < 2; ++i)
      for (int j = 0; j < 3; ++j)
        expected.values[to * 3 + j] += in.values[from * 2 + i] * 0.5 * factors.values[(tap * 2 + i) * 3 + j];
  });
  for (size_t i = 0; i < expected.values.size(); ++i)
    expected.values[i] = std::max(expected.values[i] + bias.values[i % 3], 0.0);
  check(z, {{x, in}, {w, factors}, {b, bias}}, expected);
  EXPECT_TRUE(has("convolve") && !hasCompute()) << raised;
  EXPECT_EQ(inputsOf({z}).size(), 3u);
  EXPECT_FALSE(isPlaceholder(y));
}

class SlideErrors : public ExpressionTest {
protected:
  Var n = var("n"), c = var("c"), s = var("s");
  Tensor x = placeholder({1, n, c}, DType::F32, "x"), w = placeholder({3, c, 4}, DType::F32, "w"),
         bytes = placeholder({3, c, 4}, DType::I8, "bytes"), flat = placeholder({n, c}, DType::F32, "flat"),
         flags = placeholder({1, n, c}, DType::Bool, "flags");

  std::string of(const Tensor &y) { return errorOf({x, w, bytes, flat, flags}, y); }
};

TEST_F(SlideErrors, Shapes) {
  EXPECT_EQ(of(convolve(flat, w, {}, {}, "y")),
            "tensor 'y': the input 'flat' has 2 dimensions; it must be [N, spatial..., C] with 1 to 3 spatial ones");
  EXPECT_EQ(of(convolve(x, flat, {n}, {{}}, "y")),
            "tensor 'y': the weights 'flat' have 2 dimensions, the input 'x' has 3");
  EXPECT_EQ(of(convolve(x, w, {n, n}, {{}}, "y")),
            "tensor 'y': there are 1 spatial dimensions, but 2 extents and 1 slides");
  EXPECT_EQ(of(maxWindow(x, {}, {n}, {{}}, "y")),
            "tensor 'y': there are 1 spatial dimensions, but 1 extents and 1 slides and 0 sizes");
  EXPECT_EQ(of(depthwise(x, w, {n}, {{}}, "y")),
            "tensor 'y': the weights 'w' of a depthwise convolution must be [spatial..., 1, C]");
  Tensor wrong = placeholder({3, n, 4}, DType::F32, "w");
  EXPECT_EQ(errorOf({x, wrong}, convolve(x, wrong, {n}, {{}}, "y")),
            "tensor 'y': the input 'x' has c channels, the weights 'w' are for n");
  EXPECT_EQ(of(convolve(x, w, {n}, {{}}, "")), "a tensor has no name");
}

TEST_F(SlideErrors, Types) {
  EXPECT_EQ(of(convolve(x, bytes, {n}, {{}}, "y")),
            "tensor 'y': the input is f32 and the weights are i8; cast one of them");
  EXPECT_EQ(of(sumWindow(flags, {3}, {n}, {{}}, "y")), "tensor 'y': takes numbers, not bool");
  EXPECT_EQ(of(convolve(x, w, {n}, {{.stride = 1.5}}, "y")), "tensor 'y': the stride 1.5 is f32, not an integer");
  Tensor bad = compute({1, n, c}, [&](Expr, Expr i, Expr) { return flat(i); }, "bad");
  EXPECT_EQ(of(convolve(bad, w, {n}, {{}}, "y")),
            "tensor 'bad': flat[i1]: 1 indices, but tensor 'flat' has 2 dimensions");
}

TEST_F(SlideErrors, Amounts) {
  EXPECT_EQ(of(convolve(x, w, {n}, {{.stride = s}}, "y")), "tensor 'y': the var 's' is the extent of no input");
  EXPECT_EQ(of(convolve(x, w, {n}, {{.stride = 0}}, "y")),
            "tensor 'y': the stride 0 of spatial dimension 0 is less than 1");
  EXPECT_EQ(of(convolve(x, w, {n}, {{.pad = -1}}, "y")),
            "tensor 'y': the pad -1 of spatial dimension 0 is less than 0");
  EXPECT_EQ(of(maxWindow(x, {0}, {n}, {{}}, "y")), "tensor 'y': the size 0 of spatial dimension 0 is less than 1");
  EXPECT_EQ(of(maxWindow(x, {1}, {n}, {{.dilation = max(n, c)}}, "y")),
            "tensor 'y': the dilation max(n, c) is no expression of constants and vars with + - * floordiv floormod");
  EXPECT_EQ(of(convolve(x, w, {-n - 1}, {{}}, "y")),
            "tensor 'y': the extent -n is no expression of constants and vars with + - * floordiv floormod");
  vars = {s};
  options.dims["s"] = {0, 0};
  EXPECT_EQ(of(convolve(x, w, {n}, {{.stride = s}}, "y")),
            "tensor 'y': the stride s of spatial dimension 0 is less than 1");
}

} // namespace
} // namespace wasmind::te
