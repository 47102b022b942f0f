// Activations of floats, named as MindSpore and ONNX name them.
#include "operators/Library.h"

namespace wasmind::operators {

std::vector<Operator> Activations() {
  auto clamp = [](Expr x, double low, double high) { return te::min(te::max(x, low), high); };
  auto softplus = [](Expr a) { return te::max(a, 0.0) + te::log(1.0 + te::exp(-te::abs(a))); };
  return {
      unary("ReLU", numbers(), [](Expr a) { return te::max(a, te::cast(a.dtype(), te::const_(0, DType::I32))); }),
      unary("ReLU6", floats, [=](Expr a) { return clamp(a, 0.0, 6.0); }),
      elementwise("LeakyReLU", {"a"}, floats,
                  [](const std::vector<Expr> &x) { return te::select(x[0] < 0.0, x[0] * x[1], x[0]); },
                  {abi::Attribute::number("alpha", 0.01)}),
      binary("PReLU", floats, [](Expr a, Expr slope) { return te::select(a < 0.0, a * slope, a); }),
      elementwise("ELU", {"a"}, floats,
                  [](const std::vector<Expr> &x) {
                    return te::select(x[0] < 0.0, x[1] * (te::exp(te::min(x[0], 0.0)) - 1.0), x[0]);
                  },
                  {abi::Attribute::number("alpha", 1.0)}),
      // x/2 (1 + erf(x / sqrt(2)))
      unary("GeLU", floats, [](Expr a) { return 0.5 * a * (1.0 + te::erf(a * 0.70710678118654752)); }),
      unary("SiLU", floats, [](Expr a) { return a * te::sigmoid(a); }),
      unary("HSwish", floats, [=](Expr a) { return a * (clamp(a + 3.0, 0.0, 6.0) * (1.0 / 6.0)); }),
      unary("HSigmoid", floats, [=](Expr a) { return clamp(a + 3.0, 0.0, 6.0) * (1.0 / 6.0); }),
      unary("Softplus", floats, softplus),
  };
}

} // namespace wasmind::operators
