#include "operators/Library.h"
#include <algorithm>

namespace wasmind::operators {

#define OPERATORS(file) std::vector<Operator> file();
#include "Files.inc"

const std::vector<Operator> &all() {
  static const std::vector<Operator> sorted = [] {
    std::vector<Operator> found;
    auto add = [&](std::vector<Operator> more) {
      for (Operator &each : more)
        found.push_back(std::move(each));
    };
#define OPERATORS(file) add(file());
#include "Files.inc"
    std::sort(found.begin(), found.end(), [](const Operator &a, const Operator &b) { return a.name < b.name; });
    return found;
  }();
  return sorted;
}

const std::vector<DType> &numbers() {
  static const std::vector<DType> types = [] {
    std::vector<DType> all = floats;
    all.insert(all.end(), integers.begin(), integers.end());
    return all;
  }();
  return types;
}

const std::vector<DType> &everything() {
  static const std::vector<DType> types = [] {
    std::vector<DType> all = numbers();
    all.push_back(DType::Bool);
    return all;
  }();
  return types;
}

Operator elementwise(std::string name, std::vector<std::string> inputs, const std::vector<DType> &types,
                     std::function<Expr(const std::vector<Expr> &)> formula, std::vector<abi::Attribute> attributes,
                     std::optional<DType> result) {
  Operator each;
  each.name = std::move(name);
  each.inputs = std::move(inputs);
  each.attributes = std::move(attributes);
  for (DType type : types)
    each.variants.push_back({std::vector<DType>(each.inputs.size(), type), {result.value_or(type)}});
  each.formula = std::move(formula);
  return each;
}

Operator unary(std::string name, const std::vector<DType> &types, std::function<Expr(Expr)> formula) {
  return elementwise(std::move(name), {"a"}, types, [=](const std::vector<Expr> &x) { return formula(x[0]); });
}

Operator binary(std::string name, const std::vector<DType> &types, std::function<Expr(Expr, Expr)> formula,
                std::optional<DType> result) {
  return elementwise(
      std::move(name), {"a", "b"}, types, [=](const std::vector<Expr> &x) { return formula(x[0], x[1]); }, {}, result);
}

Expr converted(DType type, Expr x) { return x.dtype() == type ? x : te::cast(type, x); }

te::Tensor converted(DType type, const te::Tensor &tensor) {
  if (tensor.dtype() == type)
    return tensor;
  return te::compute(
      tensor.shape(), [&](const std::vector<Expr> &at) { return te::cast(type, tensor(at)); }, tensor.name());
}

DType summedIn(DType type) { return type == DType::I8 || type == DType::U8 ? DType::I32 : computedIn(type); }

Operator row(std::string name, std::vector<std::string> inputs, const std::vector<DType> &types, RowDefinition define,
             std::vector<abi::Attribute> attributes) {
  Operator each;
  each.name = std::move(name);
  each.family = Family::Row;
  each.inputs = std::move(inputs);
  each.attributes = std::move(attributes);
  each.attributes.insert(each.attributes.begin(), abi::Attribute::integer("axis", -1));
  for (DType type : types)
    each.variants.push_back({std::vector<DType>(each.inputs.size(), type), {type}});
  std::vector<std::string> vectors(each.inputs.begin() + 1, each.inputs.end()), scalars;
  for (size_t i = 1; i < each.attributes.size(); ++i)
    scalars.push_back(each.attributes[i].name);
  each.define = [=](const abi::Variant &types) {
    te::Var rows = te::var("rows"), n = te::var("n");
    DType computed = computedIn(types.inputs[0]);
    std::vector<te::Tensor> tensors{te::placeholder({rows, n}, types.inputs[0], "a")};
    for (const std::string &vector : vectors)
      tensors.push_back(te::placeholder({n}, types.inputs[0], vector));
    for (const std::string &scalar : scalars)
      tensors.push_back(te::placeholder({1}, computed, scalar));
    std::vector<te::Tensor> operands;
    for (const te::Tensor &tensor : tensors)
      operands.push_back(converted(computed, tensor));
    te::Tensor result = converted(types.outputs[0], define(operands, rows, n));
    return Operator::Tensors{std::move(tensors), {std::move(result)}};
  };
  return each;
}

Operator reduction(std::string name, const std::vector<DType> &types, ReductionDefinition define) {
  auto rows = [=](const abi::Variant &types) {
    te::Var rows = te::var("rows"), n = te::var("n");
    te::Tensor a = te::placeholder({rows, n}, types.inputs[0], "a");
    te::Axis axis = te::reduce_axis(n);
    DType computed = computedIn(types.inputs[0]);
    auto element = [&](Expr i) { return define([&](Expr k) { return converted(computed, a(i, k)); }, axis); };
    return Operator::Tensors{{a}, {converted(types.outputs[0], te::compute({rows}, element, "out"))}};
  };
  auto columns = [=](const abi::Variant &types) {
    te::Var before = te::var("before"), n = te::var("n"), behind = te::var("behind");
    te::Tensor a = te::placeholder({before, n, behind}, types.inputs[0], "a");
    te::Axis axis = te::reduce_axis(n);
    DType computed = computedIn(types.inputs[0]);
    auto element = [&](Expr i, Expr j) {
      return define([&](Expr k) { return converted(computed, a(i, k, j)); }, axis);
    };
    return Operator::Tensors{{a}, {converted(types.outputs[0], te::compute({before, behind}, element, "out"))}};
  };
  Operator each = composite(std::move(name), "reduce", {"a", "axes"}, types, {rows, columns},
                            {abi::Attribute::boolean("keepdims", false)});
  for (abi::Variant &variant : each.variants)
    variant.inputs[1] = DType::I64;
  return each;
}

Operator composite(std::string name, const std::string &function, std::vector<std::string> inputs,
                   const std::vector<DType> &types, std::vector<Operator::Definition> kernels,
                   std::vector<abi::Attribute> attributes, std::vector<std::string> outputs) {
  Operator each;
  each.name = std::move(name);
  each.family = Family::Composite;
  each.function = "wasmind_" + function;
  each.inputs = std::move(inputs);
  each.attributes = std::move(attributes);
  each.outputs = std::move(outputs);
  each.kernels = std::move(kernels);
  for (DType type : types)
    each.variants.push_back(
        {std::vector<DType>(each.inputs.size(), type), std::vector<DType>(each.outputs.size(), type)});
  return each;
}

} // namespace wasmind::operators
