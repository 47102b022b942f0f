//===- Expression.cpp - literals, tensors, axes and vars ---------------------------------------------------------===//
#include "compiler/frontend/expr/Expression.h"
#include "abi/Signature.h"
#include "compiler/frontend/expr/Make.h"
#include <unordered_set>

namespace wasmind::te {

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }
std::string wordOf(DType dtype) { return std::string(abi::nameOf(dtype)); }

bool isLiteral(const Expr &x) { return x.node().kind == NodeKind::Literal; }

Expr fail(std::string reason) {
  for (char &c : reason) // names may hold anything
    if (static_cast<unsigned char>(c) < ' ' || c == 127)
      c = ' ';
  Node node{NodeKind::Failure};
  node.name = std::move(reason);
  return Expr(std::make_shared<const Node>(std::move(node)));
}

Expr make(Node node) {
  for (const Expr &operand : node.operands) {
    if (operand.node().kind == NodeKind::Failure)
      return operand; // the first reason is the one to tell
    node.depth = std::max(node.depth, operand.node().depth + 1);
  }
  if (node.tensor)
    node.depth = std::max(node.depth, node.tensor->depth + 1);
  for (const Axis &axis : node.axes)
    node.depth = std::max(node.depth, axis.shared()->depth + 1);
  if (node.depth > maxDepth)
    return fail("the formula is nested more than " + std::to_string(maxDepth) + " deep");
  return Expr(std::make_shared<const Node>(std::move(node)));
}

Range rangeOf(DType dtype) {
  switch (dtype) {
  case DType::Bool:
    return {0, 1};
  case DType::I8:
    return {INT8_MIN, INT8_MAX};
  case DType::I16:
    return {INT16_MIN, INT16_MAX};
  case DType::I32:
    return {INT32_MIN, INT32_MAX};
  case DType::U8:
    return {0, UINT8_MAX};
  case DType::U16:
    return {0, UINT16_MAX};
  case DType::U32:
    return {0, UINT32_MAX};
  case DType::U64:
    return {0, UINT64_MAX};
  default:
    return {INT64_MIN, INT64_MAX};
  }
}

Expr constant(DType dtype, int64_t integer, double number) {
  Node node{NodeKind::Constant, dtype};
  node.isFloat = isFloat(dtype);
  node.integer = integer;
  node.number = number;
  return make(std::move(node));
}

Expr adapted(const Expr &literal, DType dtype) {
  const Node &node = literal.node();
  if (isFloat(dtype))
    return constant(dtype, 0, node.isFloat ? node.number : double(node.integer));
  if (node.isFloat)
    return fail("the literal " + textOf(node) + " meets " + wordOf(dtype) + "; write const_ or cast");
  Range range = rangeOf(dtype);
  if (node.integer < range.low || (node.integer > 0 && uint64_t(node.integer) > range.high))
    return fail("the literal " + textOf(node) + " does not fit " + wordOf(dtype));
  return constant(dtype, node.integer, 0);
}

Expr settled(const Expr &x) {
  if (!isLiteral(x))
    return x;
  const Node &node = x.node();
  return adapted(x, node.isFloat ? DType::F32 : node.dtype == DType::Bool ? DType::Bool : DType::I32);
}

Expr literalOf(bool isFloat, int64_t integer, double number) {
  Node node{NodeKind::Literal, isFloat ? DType::F32 : DType::I32};
  node.isFloat = isFloat;
  node.integer = integer;
  node.number = number;
  return make(std::move(node));
}

std::string extentFault(const Expr &extent, std::string_view noun) {
  if (extent.node().kind == NodeKind::Failure)
    return extent.error();
  if (!isInteger(extent.dtype()))
    return "the " + std::string(noun) + " " + extent.text() + " is " + wordOf(extent.dtype()) + ", not an integer";
  return "";
}

Tensor tensorOf(TensorNode node) {
  if (node.error.empty() && node.name.empty())
    node.error = "a tensor has no name";
  for (size_t i = 0; i < node.shape.size(); ++i) {
    node.shape[i] = settled(node.shape[i]);
    node.depth = std::max(node.depth, node.shape[i].node().depth + 1);
    if (std::string fault = extentFault(node.shape[i]); node.error.empty() && !fault.empty())
      node.error = "tensor " + quoted(node.name) + ": dimension " + std::to_string(i) + ": " + fault;
  }
  if (node.error.empty() && node.shape.size() > abi::maxRank)
    node.error = "tensor " + quoted(node.name) + ": has more than " + std::to_string(abi::maxRank) + " dimensions";
  for (char &c : node.error)
    if (static_cast<unsigned char>(c) < ' ' || c == 127)
      c = ' ';
  return Tensor(std::make_shared<const TensorNode>(std::move(node)));
}

//===- Expr, Var, Axis, Tensor ----------------------------------------------------------------------------------===//

Expr Expr::ofInteger(int64_t value) { return literalOf(false, value, 0); }
Expr Expr::ofNatural(uint64_t value) {
  if (value > uint64_t(INT64_MAX))
    return constant(DType::U64, int64_t(value), 0);
  return literalOf(false, int64_t(value), 0);
}
Expr Expr::ofNumber(double value) { return literalOf(true, 0, value); }
Expr Expr::ofBool(bool value) {
  Node node{NodeKind::Literal, DType::Bool};
  node.integer = value;
  return make(std::move(node));
}
Expr::Expr(const Axis &axis) : stored(axis.stored) {}
Expr::Expr(const Var &var) : stored(var.stored) {}

DType Expr::dtype() const { return stored->dtype; }
const std::string &Expr::error() const {
  static const std::string none;
  return stored->kind == NodeKind::Failure ? stored->name : none;
}
std::string Expr::text() const { return textOf(*stored); }

const std::string &Var::name() const { return stored->name; }
const std::string &Axis::name() const { return stored->name; }
Expr Axis::extent() const { return stored->kind == NodeKind::Axis ? stored->operands[0] : Expr(stored); }

const std::string &Tensor::name() const { return stored->name; }
DType Tensor::dtype() const { return stored->dtype; }
const std::vector<Expr> &Tensor::shape() const { return stored->shape; }
const std::string &Tensor::error() const { return stored->error; }

Expr Tensor::at(const std::vector<Expr> &indices) const {
  if (!error().empty())
    return fail(error());
  Node node{NodeKind::Load, dtype()};
  node.tensor = stored;
  node.operands = indices;
  for (Expr &index : node.operands)
    index = settled(index);
  for (const Expr &index : node.operands)
    if (index.node().kind == NodeKind::Failure)
      return index;
  if (indices.size() != shape().size())
    return fail(textOf(node) + ": " + std::to_string(indices.size()) + " indices, but tensor " + quoted(name()) +
                " has " + std::to_string(shape().size()) + " dimensions");
  for (const Expr &index : node.operands)
    if (!isInteger(index.dtype()))
      return fail(textOf(node) + ": the index " + index.text() + " is " + wordOf(index.dtype()) + ", not an integer");
  return make(std::move(node));
}

//===- Tensors, axes, vars --------------------------------------------------------------------------------------===//

std::optional<DType> parseDType(std::string_view name) {
  if (auto dtype = abi::parseDType(name))
    return dtype;
  for (auto [longer, shorter] : {std::pair("float", "f"), {"bfloat", "bf"}, {"int", "i"}, {"uint", "u"}})
    if (name.starts_with(longer))
      return abi::parseDType(shorter + std::string(name.substr(std::string_view(longer).size())));
  return std::nullopt;
}

Var var(std::string name) {
  if (name.empty())
    return Var(fail("a var has no name").shared());
  Node node{NodeKind::Var};
  node.name = std::move(name);
  return Var(make(std::move(node)).shared());
}

namespace {
std::shared_ptr<const Node> axisNode(Expr extent, std::string name, bool isReduced) {
  Node node{NodeKind::Axis};
  node.name = std::move(name);
  node.isReduced = isReduced;
  node.operands = {settled(extent)};
  return make(std::move(node)).shared();
}
} // namespace

Axis reduce_axis(Expr extent, std::string name) {
  if (std::string fault = extentFault(settled(extent)); !fault.empty())
    return Axis(fail("axis " + quoted(name) + ": " + fault).shared());
  return Axis(axisNode(extent, std::move(name), true));
}

Tensor placeholder(std::vector<Expr> shape, DType dtype, std::string name) {
  TensorNode node{std::move(name), dtype, std::move(shape)};
  return tensorOf(std::move(node));
}

Tensor computeOf(std::vector<Expr> shape, const std::function<Expr(const std::vector<Expr> &)> &element,
                 std::string name, std::vector<std::string> axisNames) {
  TensorNode node{std::move(name), DType::F32, std::move(shape)};
  std::vector<Expr> indices;
  for (size_t i = 0; i < node.shape.size(); ++i) {
    node.axes.emplace_back(
        axisNode(node.shape[i], i < axisNames.size() ? axisNames[i] : "i" + std::to_string(i), false));
    indices.emplace_back(node.axes.back());
  }
  Expr body = settled(element(indices));
  node.dtype = body.dtype();
  node.depth = body.node().depth + 1;
  if (body.node().kind == NodeKind::Failure)
    node.error = (body.error().starts_with("tensor '") ? "" : "tensor " + quoted(node.name) + ": ") + body.error();
  else if (node.depth > maxDepth)
    node.error =
        "tensor " + quoted(node.name) + ": the formula is nested more than " + std::to_string(maxDepth) + " deep";
  else
    node.body = body;
  return tensorOf(std::move(node));
}

Tensor computeOfWrongRank(std::vector<Expr> shape, size_t taken, std::string name) {
  TensorNode node{std::move(name), DType::F32, std::move(shape)};
  node.error = "tensor " + quoted(node.name) + ": its function takes " + std::to_string(taken) +
               " indices, but its shape has " + std::to_string(node.shape.size()) + " dimensions";
  return tensorOf(std::move(node));
}

namespace {
struct Collector {
  std::unordered_set<const void *> seen;
  std::vector<Tensor> inputs;

  void visit(const std::shared_ptr<const TensorNode> &tensor) {
    if (!seen.insert(tensor.get()).second)
      return;
    if (tensor->body)
      visit(tensor->body->node());
    else if (tensor->slide)
      for (const Tensor &operand : tensor->slide->operands)
        visit(operand.shared());
    else if (tensor->error.empty())
      inputs.push_back(Tensor(tensor));
  }
  void visit(const Node &node) {
    if (!seen.insert(&node).second)
      return;
    if (node.tensor)
      visit(node.tensor);
    for (const Expr &operand : node.operands)
      visit(operand.node());
  }
};
} // namespace

std::vector<Tensor> inputsOf(const std::vector<Tensor> &outputs) {
  Collector collector;
  for (const Tensor &output : outputs)
    collector.visit(output.shared());
  return std::move(collector.inputs);
}

bool isPlaceholder(const Tensor &tensor) { return tensor.error().empty() && !tensor.node().isComputed(); }

} // namespace wasmind::te
