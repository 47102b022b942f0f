//===- OperatorCases.cpp - what `wasmind bench operators` measures ------------------------------------------------===//
#include "tools/OperatorCases.h"
#include "tools/Array.h"
#include "tools/Json.h"
#include <algorithm>

namespace wasmind::tools {
namespace {

enum class Kind { Elementwise, Rows, Reduction, Transposition, MatMul, Dense, Conv2D, Depthwise, Pool };

struct Row {
  const char *name;
  const char *onnx; ///< operator of ONNX; empty: none that computes the same
  Kind kind = Kind::Elementwise;
  bool isPositive = false;
};

const Row rows[] = {
    {"Add", "Add"},
    {"Sub", "Sub"},
    {"Mul", "Mul"},
    {"Div", "Div", Kind::Elementwise, true},
    {"FloorDiv", "", Kind::Elementwise, true},
    {"Mod", "", Kind::Elementwise, true},
    {"Pow", "Pow", Kind::Elementwise, true},
    {"Maximum", "Max"},
    {"Minimum", "Min"},
    {"Neg", "Neg"},
    {"Abs", "Abs"},
    {"Sign", "Sign"},
    {"Square", ""},
    {"Floor", "Floor"},
    {"Round", "Round"},
    {"ReLU", "Relu"},
    {"PReLU", "PRelu"},
    {"Sqrt", "Sqrt", Kind::Elementwise, true},
    {"Rsqrt", "", Kind::Elementwise, true},
    {"Reciprocal", "Reciprocal", Kind::Elementwise, true},
    {"Exp", "Exp"},
    {"Log", "Log", Kind::Elementwise, true},
    {"Sin", "Sin"},
    {"Cos", "Cos"},
    {"Tanh", "Tanh"},
    {"Sigmoid", "Sigmoid"},
    {"Softplus", "Softplus"},
    {"ELU", "Elu"},
    {"GeLU", "Gelu"},
    {"SiLU", ""},
    {"HSwish", "HardSwish"},
    {"Erf", "Erf"},
    {"Equal", "Equal"},
    {"Less", "Less"},
    {"Softmax", "Softmax", Kind::Rows},
    {"LogSoftmax", "LogSoftmax", Kind::Rows},
    {"LayerNorm", "LayerNormalization", Kind::Rows},
    {"ReduceSum", "", Kind::Reduction},
    {"ReduceMax", "", Kind::Reduction},
    {"Transpose", "Transpose", Kind::Transposition},
    {"MatMul", "MatMul", Kind::MatMul},
    {"Dense", "Gemm", Kind::Dense},
    {"Conv2D", "Conv", Kind::Conv2D},
    {"DepthwiseConv2D", "Conv", Kind::Depthwise},
    {"MaxPool", "MaxPool", Kind::Pool},
    {"AvgPool", "AveragePool", Kind::Pool},
};

constexpr int64_t rowLength = 1024;

double byteLength(const OperatorCase::Operand &operand) {
  double length = double(abi::byteWidth(operand.dtype));
  for (int64_t extent : operand.shape)
    length *= double(extent);
  return length;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool isFloat(abi::DType dtype) {
  return dtype == abi::DType::F32 || dtype == abi::DType::F64 || dtype == abi::DType::F16;
}

OperatorCase::Operand list(std::vector<int64_t> values) {
  return {abi::DType::I64, {int64_t(values.size())}, std::move(values)};
}

/// Convolutions of 3 x 3, which keep the image's extents.
void fillConvolution(OperatorCase &made, const Row &row, const CaseSizes &sizes) {
  const int64_t extent = sizes.conv[0], channels = sizes.conv[1];
  const bool isDepthwise = row.kind == Kind::Depthwise;
  const int64_t perGroup = isDepthwise ? 1 : channels, results = isDepthwise ? channels : sizes.conv[2];
  made.inputs[0].shape = {1, extent, extent, channels};
  made.inputs[1].shape = {3, 3, perGroup, results};
  made.output.shape = {1, extent, extent, results};
  made.inputs[2] = list({1, 1});       // strides
  made.inputs[3] = list({1, 1, 1, 1}); // pads
  made.inputs[4] = list({1, 1});       // dilations
  made.attributes = {{"channels_last", 1}};
  made.work = 2 * 9 * double(extent * extent) * double(perGroup) * double(results);
  if (!isFloat(made.dtype))
    made.onnx.op = "ConvInteger";
  made.onnx.attributes = Json{{"pads", {1, 1, 1, 1}}, {"kernel_shape", {3, 3}}, {"group", channels / perGroup}}.dump();
  made.onnx.inputAxes = {{0, 3, 1, 2}, {3, 2, 0, 1}};
  made.onnx.outputAxes = {0, 2, 3, 1};
}

/// Windows of 3 x 3, every second one.
void fillPool(OperatorCase &made, const CaseSizes &sizes) {
  const int64_t extent = sizes.conv[0], channels = sizes.conv[1], result = (extent - 1) / 2 + 1;
  made.inputs[0].shape = {1, extent, extent, channels};
  made.output.shape = {1, result, result, channels};
  const OperatorCase::Operand lists[] = {list({3, 3}), list({2, 2}), list({1, 1, 1, 1}), list({1, 1})};
  for (size_t i = 1; i < made.inputs.size(); ++i)
    made.inputs[i] = lists[i - 1];
  made.attributes = {{"channels_last", 1}};
  made.onnx.attributes = R"({"pads": [1, 1, 1, 1], "kernel_shape": [3, 3], "strides": [2, 2]})";
  made.onnx.inputAxes = {{0, 3, 1, 2}};
  made.onnx.outputAxes = {0, 2, 3, 1};
}

void fill(OperatorCase &made, const Row &row, const CaseSizes &sizes) {
  const std::vector<int64_t> flat{sizes.elements}, square{sizes.matmul, sizes.matmul};
  const std::vector<int64_t> matrix{std::max<int64_t>(1, sizes.elements / rowLength), rowLength};
  const double products = 2 * double(sizes.matmul) * double(sizes.matmul) * double(sizes.matmul);
  switch (row.kind) {
  case Kind::Elementwise:
    for (OperatorCase::Operand &input : made.inputs)
      input.shape = flat;
    made.output.shape = flat;
    break;
  case Kind::Rows: // the others are vectors along the rows
    for (OperatorCase::Operand &input : made.inputs)
      input.shape = {rowLength};
    made.inputs[0].shape = made.output.shape = matrix;
    break;
  case Kind::Reduction:
    made.inputs[0].shape = matrix;
    made.inputs[1] = list({1});
    made.output.shape = {matrix[0]};
    break;
  case Kind::Transposition:
    made.inputs[0].shape = matrix;
    made.inputs[1] = list({1, 0});
    made.output.shape = {matrix[1], matrix[0]};
    made.onnx.attributes = R"({"perm": [1, 0]})";
    break;
  case Kind::MatMul:
    made.inputs[0].shape = made.inputs[1].shape = made.output.shape = square;
    made.work = products;
    if (!isFloat(made.dtype))
      made.onnx.op = "MatMulInteger";
    break;
  case Kind::Dense:
    made.inputs[0].shape = made.inputs[1].shape = made.output.shape = square;
    made.inputs[2].shape = {sizes.matmul};
    made.work = products;
    made.onnx.attributes = R"({"transB": 1})";
    if (!isFloat(made.dtype))
      made.onnx.op.clear();
    break;
  case Kind::Conv2D:
  case Kind::Depthwise:
    fillConvolution(made, row, sizes);
    break;
  case Kind::Pool:
    fillPool(made, sizes);
    break;
  }
  made.isArithmetic = made.work != 0;
  if (!made.isArithmetic) {
    made.work = byteLength(made.output);
    for (const OperatorCase::Operand &input : made.inputs)
      made.work += byteLength(input);
  }
}

} // namespace

std::string OperatorCase::shapes() const {
  std::string text;
  for (const Operand &input : inputs)
    if (input.values.empty())
      text += (text.empty() ? "" : " and ") + describeShape(input.shape);
  return text;
}

const char *OperatorCase::unit() const { return !isArithmetic ? "GB/s" : isFloat(dtype) ? "GFLOP/s" : "GOP/s"; }

std::string OperatorCase::kernels() const {
  return "^tvm_" + lower(name) + "_(.+_)?" + std::string(abi::nameOf(dtype)) + "$";
}

double OperatorCase::element(uint64_t index) const {
  const double unit = double((uint32_t(index) * UINT32_C(2654435761)) >> 16) / 65536; // Knuth's multiplicative hash
  if (isFloat(dtype))
    return isPositive ? unit + 0.5 : 2 * unit - 1;
  return double(int64_t(7 * unit)) + (isPositive ? 1 : -3);
}

Json OperatorCase::toJson() const {
  auto operandJson = [](const Operand &operand) {
    return Json{{"dtype", abi::nameOf(operand.dtype)}, {"shape", operand.shape}, {"values", operand.values}};
  };
  Json given = Json::array(), named = Json::object();
  for (const Operand &input : inputs)
    given.push_back(operandJson(input));
  for (const auto &[attribute, value] : attributes)
    named[attribute] = value;
  Json attributesOfNode = onnx.attributes.empty() ? Json::object() : parseJson(onnx.attributes);
  return {{"name", name},
          {"dtype", abi::nameOf(dtype)},
          {"inputs", given},
          {"attributes", named},
          {"output", operandJson(output)},
          {"isPositive", isPositive},
          {"work", work},
          {"isArithmetic", isArithmetic},
          {"unit", unit()},
          {"shapes", shapes()},
          {"kernels", kernels()},
          {"onnx",
           {{"op", onnx.op},
            {"attributes", attributesOfNode},
            {"inputAxes", onnx.inputAxes},
            {"outputAxes", onnx.outputAxes}}}};
}

std::optional<OperatorCase> caseOf(const std::string &name, const std::vector<abi::Variant> &variants, abi::DType dtype,
                                   const CaseSizes &sizes) {
  auto row = std::find_if(std::begin(rows), std::end(rows), [&](const Row &row) { return row.name == name; });
  auto variant = std::find_if(variants.begin(), variants.end(),
                              [&](const abi::Variant &variant) { return variant.inputs[0] == dtype; });
  if (row == std::end(rows) || variant == variants.end())
    return std::nullopt;
  OperatorCase made;
  made.name = name;
  made.dtype = dtype;
  for (abi::DType input : variant->inputs)
    made.inputs.push_back({input, {}, {}});
  made.output = {variant->outputs[0], {}, {}};
  made.isPositive = row->isPositive;
  made.onnx.op = row->onnx;
  fill(made, *row, sizes);
  return made;
}

std::vector<std::string> caseNames() {
  std::vector<std::string> names;
  for (const Row &row : rows)
    names.push_back(row.name);
  return names;
}

} // namespace wasmind::tools
