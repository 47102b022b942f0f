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
    std::vector<te::Tensor> tensors{te::placeholder({rows, n}, types.inputs[0], "a")};
    for (const std::string &vector : vectors)
      tensors.push_back(te::placeholder({n}, types.inputs[0], vector));
    for (const std::string &scalar : scalars)
      tensors.push_back(te::placeholder({1}, types.inputs[0], scalar));
    te::Tensor result = define(tensors, rows, n);
    return Operator::Tensors{std::move(tensors), {std::move(result)}};
  };
  return each;
}

Operator reduction(std::string name, const std::vector<DType> &types, ReductionDefinition define,
                   std::optional<DType> result) {
  Operator each;
  each.name = std::move(name);
  each.family = Family::Reduction;
  each.inputs = {"a"};
  each.attributes = {abi::Attribute::integer("axis", allAxes), abi::Attribute::boolean("keepdims", false)};
  for (DType type : types)
    each.variants.push_back({{type}, {result.value_or(type)}});
  each.define = [=](const abi::Variant &types) {
    te::Var rows = te::var("rows"), n = te::var("n");
    te::Tensor a = te::placeholder({rows, n}, types.inputs[0], "a");
    te::Axis axis = te::reduce_axis(n);
    auto element = [&](Expr i) { return define([&](Expr k) { return a(i, k); }, axis); };
    return Operator::Tensors{{a}, {te::compute({rows}, element, "out")}};
  };
  return each;
}

} // namespace wasmind::operators
