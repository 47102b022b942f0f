// Windows of images: the rules are at the head of runtime/guest/composite/Pooling.cpp, those of AdaptiveAvgPool2D in
// runtime/guest/movement/AdaptivePooling.cpp. Sums of f16 are f32, and means are rounded once.
#include "operators/Images.h"

namespace wasmind::operators {

namespace {

/// The slides and the size of the windows.
struct Windows : Sliding {
  te::Var sizeRows = te::var("size_rows"), sizeColumns = te::var("size_columns");

  std::vector<Expr> sizes() const { return {sizeRows, sizeColumns}; }
  std::vector<te::Var> vars() const {
    std::vector<te::Var> all = Sliding::vars();
    all.insert(all.end(), {sizeRows, sizeColumns});
    return all;
  }
};

Operator::Tensors maximum(const abi::Variant &types) {
  Windows windows;
  te::Tensor a = images(types.inputs[0]);
  te::Tensor top =
      te::maxWindow(converted(computedIn(a.dtype()), a), windows.sizes(), windows.extents(), windows.slides(), "out");
  return {{a}, {converted(types.outputs[0], top)}, windows.vars()};
}

/// Sums over the number of elements, which is a product of one for the rows and one for the columns.
Operator::Tensors mean(const abi::Variant &types) {
  Windows windows;
  DType type = computedIn(types.inputs[0]);
  te::Tensor a = images(types.inputs[0]);
  te::Tensor rows = te::placeholder({windows.rows}, type, "row_counts");
  te::Tensor columns = te::placeholder({windows.columns}, type, "column_counts");
  te::Tensor sums = te::sumWindow(converted(type, a), windows.sizes(), windows.extents(), windows.slides(), "sums");
  te::Tensor means = te::compute(
      sums.shape(), [&](Expr n, Expr i, Expr j, Expr c) { return sums(n, i, j, c) / (rows(i) * columns(j)); }, "out");
  return {{a, rows, columns}, {converted(types.outputs[0], means)}, windows.vars()};
}

} // namespace

std::vector<Operator> Pooling() {
  const std::vector<std::string> a{"a"};
  auto no = [](std::string name) { return abi::Attribute::boolean(std::move(name), false); };
  return {
      ofImages("MaxPool", "max_pool", a, {"size", "strides", "pads", "dilations"},
               {no("ceil_mode"), no("channels_last")}, ofOneType(numbers()), {maximum}),
      ofImages("AvgPool", "avg_pool", a, {"size", "strides", "pads"},
               {no("ceil_mode"), no("count_include_pad"), no("channels_last")}, ofOneType(floats), {mean}),
      ofImages("AdaptiveAvgPool2D", "adaptive_avg_pool2d", a, {"output_size"}, {no("channels_last")},
               ofOneType(floats)),
  };
}

} // namespace wasmind::operators
