//===- OperatorCases.cpp - what `wasmind bench operators` measures ------------------------------------------------===//
#include "tools/OperatorCases.h"
#include "tools/Array.h"
#include <algorithm>
#include <nlohmann/json.hpp>

namespace wasmind::tools {
namespace {

using Json = nlohmann::ordered_json;

enum class Kind { Elementwise, Rows, MatMul, Conv2D };

struct Row {
  const char *name;
  const char *onnx; ///< operator of ONNX
  Kind kind = Kind::Elementwise;
  bool isPositive = false;
};

const Row rows[] = {
    {"Add", "Add"},
    {"Sub", "Sub"},
    {"Mul", "Mul"},
    {"Div", "Div", Kind::Elementwise, true},
    {"Maximum", "Max"},
    {"Minimum", "Min"},
    {"Neg", "Neg"},
    {"Abs", "Abs"},
    {"ReLU", "Relu"},
    {"Sqrt", "Sqrt", Kind::Elementwise, true},
    {"Exp", "Exp"},
    {"Log", "Log", Kind::Elementwise, true},
    {"Tanh", "Tanh"},
    {"Sigmoid", "Sigmoid"},
    {"GeLU", "Gelu"},
    {"Erf", "Erf"},
    {"Softmax", "Softmax", Kind::Rows},
    {"MatMul", "MatMul", Kind::MatMul},
    {"Conv2D", "Conv", Kind::Conv2D},
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

void fill(OperatorCase &made, const Row &row, const CaseSizes &sizes) {
  auto setShape = [](OperatorCase::Operand &operand, std::vector<int64_t> shape) { operand.shape = std::move(shape); };
  switch (row.kind) {
  case Kind::Elementwise:
  case Kind::Rows: {
    std::vector<int64_t> shape{sizes.elements};
    if (row.kind == Kind::Rows)
      shape = {std::max<int64_t>(1, sizes.elements / rowLength), rowLength};
    for (OperatorCase::Operand &input : made.inputs)
      setShape(input, shape);
    setShape(made.output, shape);
    break;
  }
  case Kind::MatMul:
    for (OperatorCase::Operand &input : made.inputs)
      setShape(input, {sizes.matmul, sizes.matmul});
    setShape(made.output, {sizes.matmul, sizes.matmul});
    made.work = 2 * double(sizes.matmul) * double(sizes.matmul) * double(sizes.matmul);
    if (!isFloat(made.dtype))
      made.onnx.op = "MatMulInteger";
    break;
  case Kind::Conv2D: {
    const int64_t extent = sizes.conv[0], channels = sizes.conv[1], results = sizes.conv[2];
    setShape(made.inputs[0], {1, extent, extent, channels});
    setShape(made.inputs[1], {3, 3, channels, results});
    setShape(made.output, {1, extent, extent, results});
    made.inputs[2] = {abi::DType::I64, {2}, {1, 1}};       // strides
    made.inputs[3] = {abi::DType::I64, {4}, {1, 1, 1, 1}}; // pads
    made.inputs[4] = {abi::DType::I64, {2}, {1, 1}};       // dilations
    made.attributes = {{"channels_last", 1}};
    made.work = 2 * 9 * double(extent * extent) * double(channels) * double(results);
    if (!isFloat(made.dtype))
      made.onnx.op = "ConvInteger";
    made.onnx.attributes = R"({"pads": [1, 1, 1, 1], "kernel_shape": [3, 3]})";
    made.onnx.inputAxes = {{0, 3, 1, 2}, {3, 2, 0, 1}};
    made.onnx.outputAxes = {0, 2, 3, 1};
    break;
  }
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
  Json attributesOfNode = onnx.attributes.empty() ? Json::object() : Json::parse(onnx.attributes);
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
