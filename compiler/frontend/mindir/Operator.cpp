#include "compiler/frontend/mindir/Operator.h"
#include "compiler/frontend/Origin.h"
#include "compiler/frontend/mindir/ModelFiles.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
namespace wasmind::mindir {
using Kind = Operand::Kind;

Node::Node(Compose &compose, NodeContext &context, StringRef primitive, std::vector<Operand> inputs,
           SmallVector<const std::vector<AttributeProto> *, 2> attributes)
    : compose(compose), primitive(primitive), context(context), inputs(std::move(inputs)),
      attributes(std::move(attributes)) {
  while (!this->inputs.empty() && this->inputs.back().is(Kind::Monad))
    this->inputs.pop_back();
}

Operand Node::fail(const Twine &reason) {
  if (message.empty())
    message = reason.str();
  return {};
}

//===- Inputs ------------------------------------------------------------------------------------------------===//

const Operand &Node::input(unsigned i) const {
  static const Operand nothing;
  return i < inputs.size() ? inputs[i] : nothing;
}

Value Node::asTensor(const Operand &operand, const Twine &what) {
  if (failed())
    return {};
  switch (operand.kind) {
  case Kind::Tensor:
    return operand.tensor;
  case Kind::Constant: {
    auto value = context.materialize(*operand.proto);
    if (value)
      return *value;
    fail(what + ": " + toString(value.takeError()));
    return {};
  }
  case Kind::Integer: {
    char bytes[8];
    std::memcpy(bytes, &operand.integerValue, 8);
    return graph::makeConstant(compose, compose.getLoc(), mlir::RankedTensorType::get({}, compose.getI64Type()), bytes);
  }
  case Kind::Boolean:
    return compose.scalar(compose.getI1Type(), operand.integerValue != 0);
  case Kind::Number:
    return compose.scalar(compose.getF32Type(), operand.numberValue);
  case Kind::Extent:
    return compose.extent(operand.expression);
  case Kind::Sequence: {
    SmallVector<Value> rows;
    for (const Operand &element : operand.elements()) {
      if (element.is(Kind::Sequence)) {
        fail(what + " is a nested tuple, a tensor is needed");
        return {};
      }
      Value value = asTensor(element, what);
      if (!value)
        return {};
      if (compose.rankOf(value) != 0 ||
          (!rows.empty() && element.isTensor() != operand.elements().front().isTensor())) {
        fail(what + " is a tuple, a tensor is needed");
        return {};
      }
      rows.push_back(compose.unsqueeze(value, {0}));
    }
    if (rows.empty())
      return graph::makeIntegers(compose, compose.getLoc(), {});
    if (!llvm::all_equal(llvm::map_range(rows, [&](Value row) { return element(row); }))) {
      fail(what + " is a tuple of numbers of different types");
      return {};
    }
    return rows.size() == 1 ? rows.front() : compose.concat(rows, 0);
  }
  case Kind::Unavailable:
    fail(what + " is " + operand.string + ", which is not computed in inference");
    return {};
  default:
    fail(what + " is " + operand.kindName() + ", a tensor is needed");
    return {};
  }
}

Value Node::tensor(unsigned i) {
  if (i >= inputs.size()) {
    fail("has " + Twine(inputs.size()) + " inputs, input " + Twine(i) + " is missing");
    return {};
  }
  return asTensor(inputs[i], "input " + Twine(i));
}

Value Node::optionalTensor(unsigned i) { return has(i) ? tensor(i) : Value(); }

SmallVector<Value> Node::tensors(unsigned i) {
  SmallVector<Value> values;
  ArrayRef<Operand> list = inputs;
  if (input(i).is(Kind::Sequence))
    list = input(i).elements();
  for (auto [index, element] : enumerate(list))
    values.push_back(asTensor(element, "tensor " + Twine(index)));
  if (values.empty())
    fail("has no input tensors");
  return values;
}

//===- Parameters --------------------------------------------------------------------------------------------===//

const AttributeProto *Node::attribute(StringRef name) const {
  for (const auto *list : attributes)
    for (const AttributeProto &entry : *list)
      if (entry.name == name)
        return &entry;
  return nullptr;
}

std::optional<Operand> Node::parameter(StringRef name, unsigned i) const {
  if (i != none && i < inputs.size())
    return inputs[i];
  if (const AttributeProto *found = name.empty() ? nullptr : attribute(name))
    return decode(*found);
  return std::nullopt;
}

std::string nameOfParameter(StringRef name, unsigned i) {
  if (i != Node::none)
    return ("input " + Twine(i) + (name.empty() ? "" : " (" + name + ")")).str();
  return ("attribute '" + name + "'").str();
}

std::optional<Integers> Node::knownIntegers(const Operand &operand) {
  if (operand.is(Kind::Constant)) {
    auto elements = context.integers(*operand.proto);
    if (elements)
      return *elements;
    consumeError(elements.takeError());
  } else if (operand.is(Kind::Tensor)) {
    if (auto expressions = graph::shapeValue(operand.tensor)) {
      Integers result;
      for (AffineExpr expression : *expressions)
        if (auto constant = graph::constantOf(expression))
          result.push_back(*constant);
      if (result.size() == expressions->size())
        return result;
    }
  }
  return std::nullopt;
}

void Node::failParameter(StringRef name, unsigned i, const std::optional<Operand> &value, const Twine &needed) {
  const std::string what = nameOfParameter(name, i);
  if (!value) {
    fail(what + " is missing");
    return;
  }
  frontend::Origin origin;
  auto add = [](SmallVector<std::string> &names, ArrayRef<std::string> more) {
    for (const std::string &one : more)
      if (!is_contained(names, one))
        names.push_back(one);
  };
  forEachLeaf(*value, [&](const Operand &leaf) {
    if (!leaf.is(Kind::Tensor) && !leaf.is(Kind::Extent))
      return;
    const auto part = frontend::originOf(leaf.is(Kind::Tensor) ? leaf.tensor : compose.extent(leaf.expression));
    add(origin.inputs, part.inputs);
    add(origin.dims, part.dims);
  });
  std::string reason;
  if (!origin.inputs.empty() || !origin.dims.empty())
    reason = ", and it depends on " + std::string(origin.inputs.empty() ? "" : "the data of ") + origin.text() +
             origin.advice();
  fail(what + needed + reason);
}

int64_t Node::integer(StringRef name, unsigned i, std::optional<int64_t> defaultValue) {
  auto value = parameter(name, i);
  if (value && (value->is(Kind::Integer) || value->is(Kind::Boolean)))
    return value->integerValue;
  if (auto elements = value ? knownIntegers(*value) : std::nullopt; elements && elements->size() == 1)
    return elements->front();
  if ((!value || value->is(Kind::Nothing)) && defaultValue)
    return *defaultValue;
  failParameter(name, i, value, " is " + (value ? value->kindName() : "") + ", a constant integer is needed");
  return 0;
}

bool Node::flag(StringRef name, unsigned i, std::optional<bool> defaultValue) {
  return integer(name, i, defaultValue ? std::optional<int64_t>(*defaultValue) : std::nullopt) != 0;
}

double Node::number(StringRef name, unsigned i, std::optional<double> defaultValue) {
  auto value = parameter(name, i);
  if (value && value->is(Kind::Number))
    return value->numberValue;
  if (value && (value->is(Kind::Integer) || value->is(Kind::Boolean)))
    return static_cast<double>(value->integerValue);
  if (value && value->isTensor()) {
    auto tensor = value->is(Kind::Tensor) ? Expected<Value>(value->tensor) : context.materialize(*value->proto);
    if (!tensor) {
      consumeError(tensor.takeError());
    } else if (auto data = graph::constantDataOf(*tensor); data && data->elementCount == 1) {
      return data->asDouble(0);
    }
  }
  if ((!value || value->is(Kind::Nothing)) && defaultValue)
    return *defaultValue;
  failParameter(name, i, value, " is " + (value ? value->kindName() : "") + ", a constant number is needed");
  return 0;
}

Integers Node::integers(StringRef name, unsigned i, std::optional<Integers> defaultValue) {
  auto value = parameter(name, i);
  if ((!value || value->is(Kind::Nothing)) && defaultValue)
    return *defaultValue;
  if (value && (value->is(Kind::Integer) || value->is(Kind::Boolean)))
    return {value->integerValue};
  if (auto elements = value ? knownIntegers(*value) : std::nullopt)
    return *elements;
  if (value && value->is(Kind::Sequence) &&
      all_of(value->elements(), [](const Operand &e) { return e.is(Kind::Integer) || e.is(Kind::Boolean); })) {
    Integers result;
    for (const Operand &element : value->elements())
      result.push_back(element.integerValue);
    return result;
  }
  failParameter(name, i, value, " is " + (value ? value->kindName() : "") + ", constant integers are needed");
  return {};
}

StringRef Node::text(StringRef name, unsigned i, std::optional<StringRef> defaultValue) {
  auto value = parameter(name, i);
  if (value && value->is(Kind::Text))
    return value->string;
  if ((!value || value->is(Kind::Nothing)) && defaultValue)
    return *defaultValue;
  fail(nameOfParameter(name, i) +
       (value ? (" is " + value->kindName() + ", a string is needed").str() : " is missing"));
  return "";
}

Type Node::dtype(StringRef name, unsigned i) {
  auto value = parameter(name, i);
  if (!value || value->is(Kind::Nothing))
    return {};
  DataType type = DataType::Undefined;
  if (value->is(Kind::Type))
    type = value->dataType;
  else if (value->is(Kind::Integer))
    type = dataTypeOfTypeId(value->integerValue);
  Type element = elementTypeOf(compose.getContext(), type);
  if (!element)
    fail(nameOfParameter(name, i) + " is not a supported dtype");
  return element;
}

//===- Shapes ------------------------------------------------------------------------------------------------===//

int64_t Node::rank(Value x) { return x ? compose.rankOf(x) : 0; }

Integers Node::staticExtents(Value x, const Twine &what) {
  Integers result;
  if (!x)
    return result;
  for (AffineExpr extent : compose.extentsOf(x)) {
    auto constant = graph::constantOf(extent);
    if (!constant) {
      fail(what + " must have static extents; fix them with --dim");
      return {};
    }
    result.push_back(*constant);
  }
  return result;
}

int64_t Node::staticExtent(Value x, int64_t dim, const Twine &what) {
  if (!x || dim < 0 || dim >= rank(x)) {
    fail(what + " has no dimension " + Twine(dim));
    return 1;
  }
  if (auto constant = graph::constantOf(compose.extentsOf(x)[dim]))
    return *constant;
  fail(what + " must have a static extent in dimension " + Twine(dim) + "; fix it with --dim");
  return 1;
}

mlir::ModuleOp Node::module() { return compose.getInsertionBlock()->getParentOp()->getParentOfType<mlir::ModuleOp>(); }

int64_t Node::axis(int64_t axis, int64_t rank, bool inclusive) {
  int64_t limit = rank + inclusive;
  if (axis < -limit || axis >= limit) {
    fail("axis " + Twine(axis) + " is out of range for rank " + Twine(rank));
    return 0;
  }
  return axis < 0 ? axis + limit : axis;
}

Integers Node::axes(Integers axes, int64_t rank) {
  for (int64_t &entry : axes)
    entry = axis(entry, rank);
  llvm::sort(axes);
  if (!failed() && std::adjacent_find(axes.begin(), axes.end()) != axes.end())
    fail("an axis is given twice");
  return axes;
}

bool Node::expectRank(Value x, int64_t expected, StringRef what) {
  if (!x || failed())
    return false;
  if (rank(x) == expected)
    return true;
  fail(what + " has rank " + Twine(rank(x)) + ", rank " + Twine(expected) + " is needed");
  return false;
}

//===- Declared results --------------------------------------------------------------------------------------===//

const AttributeProto *Node::shapeAttribute() const {
  for (const auto *list : attributes)
    for (const AttributeProto &entry : *list)
      if (entry.name == "shape" || entry.refName.starts_with("shape:"))
        return &entry;
  return nullptr;
}

const TensorProto *Node::declared(unsigned i) const {
  const AttributeProto *shape = shapeAttribute();
  if (!shape)
    return nullptr;
  if (!shape->refName.empty()) { // before 2.0: tensors in order; nested tuples are not told apart, so not used
    bool flat = shape->refName.count('[') <= 1;
    return flat && i < shape->tensors.size() ? &shape->tensors[i] : nullptr;
  }
  if (shape->type == AttributeType::Tuple || shape->type == AttributeType::List) {
    if (i >= shape->values.size() || shape->values[i].tensors.size() != 1)
      return nullptr;
    return &shape->values[i].tensors.front();
  }
  return i == 0 && shape->tensors.size() == 1 ? &shape->tensors.front() : nullptr;
}

unsigned Node::declaredCount() const {
  const AttributeProto *shape = shapeAttribute();
  const bool isTuple =
      shape && shape->refName.empty() && (shape->type == AttributeType::Tuple || shape->type == AttributeType::List);
  return isTuple ? shape->values.size() : 0;
}

Type Node::declaredElement(unsigned i) const {
  const TensorProto *tensor = declared(i);
  return tensor ? elementTypeOf(compose.getContext(), tensor->dataType) : Type();
}

static std::string describe(Compose &compose, Value x) {
  std::string text;
  raw_string_ostream stream(text);
  stream << x.getType();
  return text;
}

void Node::checkDeclared(const Operand &result) {
  auto check = [&](const Operand &operand, unsigned i) {
    const TensorProto *tensor = declared(i);
    if (failed() || !tensor || !operand.is(Kind::Tensor) || !operand.tensor)
      return;
    Extents extents = compose.extentsOf(operand.tensor);
    bool anyRank = tensor->dims.size() == 1 && tensor->dims.front() == -2;
    anyRank |= extents.empty() && tensor->dims.size() == 1 && tensor->dims.front() == 0; // how a number is declared
    bool fits = !declaredElement(i) || declaredElement(i) == element(operand.tensor);
    if (!anyRank) {
      fits &= extents.size() == tensor->dims.size();
      for (unsigned d = 0; fits && d < extents.size(); ++d)
        if (auto constant = graph::constantOf(extents[d]))
          fits = tensor->dims[d] < 0 || tensor->dims[d] == *constant;
    }
    if (fits)
      return;
    std::string dims;
    for (int64_t dim : tensor->dims)
      dims += (dims.empty() ? "" : "x") + std::to_string(dim);
    fail("gives " + describe(compose, operand.tensor) + ", but the file declares " + nameOf(tensor->dataType) + " [" +
         dims + "]");
  };
  if (!result.is(Kind::Sequence))
    return check(result, 0);
  for (auto [i, element] : enumerate(result.elements()))
    check(element, i);
}

} // namespace wasmind::mindir
