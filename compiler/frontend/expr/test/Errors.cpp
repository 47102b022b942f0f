//===- Errors.cpp - wrong formulas, each with its one line -------------------------------------------------------===//
#include "compiler/frontend/expr/test/Fixture.h"

namespace wasmind::te {
namespace {

struct Errors : ExpressionTest {
  Var n = var("n"), m = var("m");
  Tensor a = placeholder({n, 4}, DType::F32, "a"), b = placeholder({m}, DType::F32, "b"),
         c = placeholder({n}, DType::I32, "c");
  Axis k = reduce_axis(4, "k");

  template <typename F> std::string of(std::vector<Expr> shape, F element) {
    return errorOf({a, b, c}, compute(std::move(shape), element, "out"));
  }
};

TEST_F(Errors, Types) {
  EXPECT_EQ(of({n}, [&](Expr i) { return a(i, 0) + c(i); }),
            "tensor 'out': a[i0, 0] + c[i0]: the operands are f32 and i32; cast one of them");
  EXPECT_EQ(of({n}, [&](Expr i) { return c(i) * 0.5; }),
            "tensor 'out': c[i0] * 0.5: the literal 0.5 meets i32; write const_ or cast");
  EXPECT_EQ(of({n}, [&](Expr i) { return cast(DType::I8, c(i)) + 300; }),
            "tensor 'out': i8(c[i0]) + 300: the literal 300 does not fit i8");
  EXPECT_EQ(of({n}, [&](Expr i) { return exp(c(i)); }), "tensor 'out': exp(c[i0]): takes floats, not i32");
  EXPECT_EQ(of({n}, [&](Expr i) { return c(i) / 2; }),
            "tensor 'out': truncdiv(c[i0], 2): takes floats, not i32; write floordiv or truncdiv");
  EXPECT_EQ(of({n}, [&](Expr i) { return select(c(i), 1.0, 2.0); }),
            "tensor 'out': select(c[i0], 1.0, 2.0): the condition is i32, not bool");
  EXPECT_EQ(of({n}, [&](Expr i) { return a(i, 0) & a(i, 1); }),
            "tensor 'out': a[i0, 0] & a[i0, 1]: takes integers and bool, not f32");
  EXPECT_EQ(of({n}, [&](Expr i) { return all(c(i), k); }), "tensor 'out': all(c[i0], axis=[k]): takes bool, not i32");
  EXPECT_EQ(of({n}, [&](Expr i) { return a(i, 0) && a(i, 0); }),
            "tensor 'out': a[i0, 0] & a[i0, 0]: takes bool, not f32");
}

TEST_F(Errors, Indices) {
  EXPECT_EQ(of({n}, [&](Expr i) { return a(i); }), "tensor 'out': a[i0]: 1 indices, but tensor 'a' has 2 dimensions");
  EXPECT_EQ(of({n}, [&](Expr i) { return a(i, b(0)); }),
            "tensor 'out': a[i0, b[0]]: the index b[0] is f32, not an integer");
  EXPECT_EQ(of({n}, [&](Expr i) { return a(i, 4); }), "tensor 'out': a[i0, 4]: the index 4 of dimension 1 may lie "
                                                      "outside 0 <= index < 4; change the shape or put it into a "
                                                      "select whose condition bounds it");
  EXPECT_EQ(of({n}, [&](Expr i) { return b(i); }), "tensor 'out': b[i0]: the index i0 of dimension 0 may lie outside 0 "
                                                   "<= index < m; change the shape or put it into a "
                                                   "select whose condition bounds it");
  EXPECT_EQ(of({n}, [&](Expr i) { return select(i > 0, a(i - 2, 0), 0); }),
            "tensor 'out': a[i0 - 2, 0]: the index i0 - 2 of dimension 0 may lie outside 0 <= index < n; change the "
            "shape or put it "
            "into a select whose condition bounds it");
  EXPECT_EQ(of({n, 4}, [&](Expr i) { return a(i, 0); }),
            "tensor 'out': its function takes 1 indices, but its shape has 2 dimensions");
}

TEST_F(Errors, Axes) {
  EXPECT_EQ(of({n}, [&](Expr i) { return a(i, k); }),
            "tensor 'out': 'k' is used outside a reduction that runs over it");
  EXPECT_EQ(of({n}, [&](Expr i) { return sum(a(i, k), {k, k}); }),
            "tensor 'out': sum(a[i0, k], axis=[k, k]): runs over 'k' twice");
  EXPECT_EQ(of({n}, [&](Expr i) { return sum(a(i, k), std::vector<Axis>{}); }),
            "tensor 'out': sum(a[i0, k], axis=[]): needs an axis to run over");
  Expr stolen = 0;
  (void)compute({4}, [&](Expr i) { return stolen = i; });
  EXPECT_EQ(of({n}, [&](Expr i) { return a(i, stolen); }),
            "tensor 'out': 'i0' is used outside the compute it is an index of");
  EXPECT_EQ(of({n}, [&](Expr i) { return sum(a(i, k), reduce_axis(a(0, 0), "z")); }),
            "tensor 'out': axis 'z': the extent a[0, 0] is f32, not an integer");
}

TEST_F(Errors, Tensors) {
  EXPECT_EQ(of({var("z")}, [&](Expr) { return 1.0; }), "tensor 'out': the var 'z' is the extent of no input");
  EXPECT_EQ(of({-1}, [&](Expr) { return 1.0; }), "tensor 'out': the extent -1 of 'i0' is negative");
  EXPECT_EQ(of({max(n, m)}, [&](Expr) { return 1.0; }),
            "tensor 'out': the extent max(n, m) is no expression of constants and vars with + - * floordiv floormod");
  Tensor d = placeholder({n}, DType::F32, "d");
  EXPECT_EQ(of({n}, [&](Expr i) { return d(i); }), "tensor 'd': is read, but is not among the inputs");
  Tensor wrong = compute({n}, [&](Expr i) { return a(i); }, "wrong");
  EXPECT_EQ(of({n}, [&](Expr i) { return wrong(i) + 1; }),
            "tensor 'wrong': a[i0]: 1 indices, but tensor 'a' has 2 dimensions");
  Tensor fine = compute({n}, [&](Expr i) { return a(i, 0); }, "fine");
  EXPECT_EQ(errorOf({a, a}, {fine}), "two inputs are called 'a'");
  EXPECT_EQ(errorOf({a}, {fine, fine}), "two outputs are called 'fine'");
  EXPECT_EQ(errorOf({a}, {}), "there is no output");
  EXPECT_EQ(errorOf({a, fine}, {fine}), "tensor 'fine': is an input, but is computed");
  EXPECT_EQ(errorOf({placeholder({n}, DType::F32, "")}, {fine}), "a tensor has no name");
  options.dims["q"] = {1, 2};
  EXPECT_EQ(errorOf({a}, {fine}), "--dim q: no dimension of that name; the inputs have n");
}

// Indices whose arithmetic does not fit are no affine ones: computed and clamped they stay inside.
TEST_F(Errors, Overflow) {
  options.dims["n"] = {1, 4};
  for (auto index : {std::function<Expr(Expr)>([](Expr i) { return i * (1 << 30) * 4 * (1 << 30); }),
                     std::function<Expr(Expr)>([](Expr i) { return floordiv(cast(DType::I64, i) << 40, 4); })}) {
    Tensor out = compute({8}, [&](Expr i) { return a(0, index(i)); }, "out");
    auto module = trace(context, {a}, out, options);
    ASSERT_TRUE(bool(module)) << llvm::toString(module.takeError());
    llvm::raw_string_ostream(raised) << **module;
    EXPECT_TRUE(has("gather")) << raised;
    raised.clear();
  }
  options.dims.clear();
  EXPECT_EQ(of({int64_t(1) << 31}, [&](Expr) { return 1.0; }),
            "tensor 'out': dimension 0: the literal 2147483648 does not fit i32");
  EXPECT_EQ(of({n * (1 << 30) * (1 << 30)}, [&](Expr) { return 1.0; }),
            "tensor 'out': the extent (n * 1073741824) * 1073741824 has a factor of 2^31 or more");
}

// However long the formula or the chain of stages, it ends in an error and not in a full stack.
TEST_F(Errors, Depth) {
  EXPECT_EQ(of({n},
               [&](Expr i) {
                 Expr x = a(i, 0);
                 for (int step = 0; step < 1000000; ++step)
                   x = x + 1;
                 return x;
               }),
            "tensor 'out': the formula is nested more than 4096 deep");
  Tensor t = b;
  for (int stage = 0; stage < 10000; ++stage)
    t = compute({m}, [&](Expr i) { return t(i) + 1; }, "t" + std::to_string(stage));
  EXPECT_NE(errorOf({a, b, c}, t).find("the formula is nested more than 4096 deep"), std::string::npos);

  // What is just allowed fits the stack.
  EXPECT_EQ(of({n},
               [&](Expr i) {
                 Expr x = a(i, 0);
                 for (int step = 0; step < 4090; ++step)
                   x = select(x > 1, x, x + 1);
                 return x.error().empty() ? x : a(i, 0) + 1;
               }),
            "");
  EXPECT_EQ(of({n},
               [&](Expr i) {
                 Expr x = a(i, 0);
                 for (int step = 0; step < 4090; ++step)
                   x = x + 1;
                 return x;
               }),
            "");
  Tensor chain = b;
  for (int stage = 0; stage < 1360; ++stage)
    chain = compute({m}, [&](Expr i) { return chain(i) + 1; }, "t" + std::to_string(stage));
  EXPECT_EQ(errorOf({a, b, c}, chain), "");
  EXPECT_EQ(
      of({n},
         [&](Expr i) {
           Expr x = a(i, k);
           for (int step = 0; step < 4000; ++step)
             x = sum(x, k);
           return x;
         }),
      "tensor 'out': reductions and computed indices are nested more than 64 deep; split the formula into several "
      "computes");
}

} // namespace
} // namespace wasmind::te
