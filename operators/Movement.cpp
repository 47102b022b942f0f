// Operators that move, pick or count elements; their code and their rules are in runtime/guest/movement. Lists of axes,
// extents and positions are i64 vectors, indices i32 or i64 tensors.
#include "operators/Library.h"

namespace wasmind::operators {

namespace {

using abi::Attribute;

/// What a tensor holds: elements of the variant's type, or numbers in a type of their own.
enum class Holds { Elements, List, Indices };

struct Input {
  std::string name;
  Holds holds = Holds::Elements;
};

Operator movement(std::string name, std::string function, const std::vector<Input> &inputs,
                  std::vector<Attribute> attributes = {}, const std::vector<DType> &types = everything()) {
  Operator each;
  each.name = std::move(name);
  each.family = Family::Movement;
  each.function = "wasmind_" + function;
  each.attributes = std::move(attributes);
  bool hasIndices = false;
  for (const Input &input : inputs) {
    each.inputs.push_back(input.name);
    hasIndices |= input.holds == Holds::Indices;
  }
  for (DType type : types)
    for (DType index : hasIndices ? std::vector{DType::I32, DType::I64} : std::vector{DType::I64}) {
      abi::Variant variant{{}, {type}};
      for (const Input &input : inputs)
        variant.inputs.push_back(input.holds == Holds::Elements  ? type
                                 : input.holds == Holds::Indices ? index
                                                                 : DType::I64);
      each.variants.push_back(std::move(variant));
    }
  return each;
}

/// Results in one type, whatever the inputs'.
Operator withResult(Operator each, DType type) {
  for (abi::Variant &variant : each.variants)
    variant.outputs = {type};
  return each;
}

Operator variadic(Operator each) {
  each.variadic = true;
  return each;
}

/// The type of a second input decides: hosts tell the result's type by the inputs.
Operator cast() {
  Operator each = movement("Cast", "cast", {{"a"}, {"like"}}, {}, {});
  for (DType from : everything())
    for (DType to : everything())
      each.variants.push_back({{from, to}, {to}});
  return each;
}

Operator topK() {
  Operator each = movement("TopK", "top_k", {{"a"}},
                           {Attribute::required("k", abi::AttributeType::I64), Attribute::integer("axis", -1),
                            Attribute::boolean("largest", true)});
  each.outputs = {"values", "indices"};
  for (abi::Variant &variant : each.variants)
    variant.outputs.push_back(DType::I64);
  return each;
}

} // namespace

std::vector<Operator> Movement() {
  auto needed = [](std::string name) { return Attribute::required(std::move(name), abi::AttributeType::I64); };
  auto list = [](std::string name) { return Input{std::move(name), Holds::List}; };
  const Input a{"a"}, b{"b"}, indices{"indices", Holds::Indices};
  const Attribute first = Attribute::integer("axis", 0), last = Attribute::integer("axis", -1);
  return {
      movement("Transpose", "transpose", {a, list("permutation")}),
      variadic(movement("Concat", "concat", {a, b}, {first})),
      movement("Split", "split", {a}, {first, needed("sections"), needed("index")}),
      movement("Slice", "slice", {a, list("begin"), list("size")}),
      movement("StridedSlice", "strided_slice", {a, list("begin"), list("end"), list("strides")}),
      movement("Tile", "tile", {a, list("repeats")}),
      movement("BroadcastTo", "broadcast_to", {a, list("shape")}),
      movement("Pad", "pad", {a, list("pads")}, {Attribute::number("value", 0)}),
      movement("Gather", "gather", {a, indices}, {first}),
      movement("GatherNd", "gather_nd", {a, indices}),
      movement("ScatterNd", "scatter_nd", {indices, {"updates"}, list("shape")}),
      movement("OneHot", "one_hot", {indices, {"on"}, {"off"}}, {needed("depth"), last}),
      cast(),
      withResult(movement("Argmax", "argmax", {a}, {last}), DType::I64),
      withResult(movement("Argmin", "argmin", {a}, {last}), DType::I64),
      movement("CumSum", "cum_sum", {a},
               {last, Attribute::boolean("exclusive", false), Attribute::boolean("reverse", false)}, numbers()),
      topK(),
      withResult(movement("EqualCount", "equal_count", {a, b}), DType::I32),
  };
}

} // namespace wasmind::operators
