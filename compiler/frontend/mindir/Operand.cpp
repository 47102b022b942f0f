#include "compiler/frontend/mindir/Operand.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
namespace wasmind::mindir {

Operand Operand::constant(const TensorProto &proto) {
  Operand result(Kind::Constant);
  result.proto = &proto;
  return result;
}
Operand Operand::integer(int64_t value) {
  Operand result(Kind::Integer);
  result.integerValue = value;
  return result;
}
Operand Operand::extent(mlir::AffineExpr expression) {
  if (auto constant = dyn_cast<mlir::AffineConstantExpr>(expression))
    return integer(constant.getValue());
  Operand result(Kind::Extent);
  result.expression = expression;
  return result;
}
Operand Operand::number(double value) {
  Operand result(Kind::Number);
  result.numberValue = value;
  return result;
}
Operand Operand::boolean(bool value) {
  Operand result(Kind::Boolean);
  result.integerValue = value;
  return result;
}
Operand Operand::text(StringRef value) {
  Operand result(Kind::Text);
  result.string = value;
  return result;
}
Operand Operand::type(DataType value) {
  Operand result(Kind::Type);
  result.dataType = value;
  return result;
}
Operand Operand::sequence(ArrayRef<Operand> elements, Kind kind) {
  Operand result(kind);
  result.list = std::make_shared<const std::vector<Operand>>(elements.begin(), elements.end());
  for (const Operand &element : elements) {
    result.leaves = SaturatingAdd(result.leaves, element.leaves);
    result.nesting = std::max(result.nesting, element.nesting + 1);
  }
  return result;
}
Operand Operand::closure(const GraphProto &function, std::shared_ptr<Frame> environment, ArrayRef<Operand> bound) {
  Operand result = sequence(bound, Kind::Closure);
  result.function = &function;
  result.environment = std::move(environment);
  return result;
}
Operand Operand::again(const GraphProto &header, ArrayRef<Operand> arguments) {
  Operand result = sequence(arguments, Kind::Again);
  result.function = &header;
  return result;
}
Operand Operand::turn(const GraphProto &header, std::initializer_list<Operand> parts) {
  Operand result = sequence(parts, Kind::Turn);
  result.function = &header;
  return result;
}
Operand Operand::withElements(ArrayRef<Operand> elements) const {
  Operand result = sequence(elements, kind);
  result.function = function;
  result.environment = environment;
  return result;
}
Operand Operand::unavailable(StringRef what) {
  Operand result(Kind::Unavailable);
  result.string = what;
  return result;
}

bool Operand::hasElements() const {
  return is(Kind::Sequence) || is(Kind::Closure) || is(Kind::Choice) || is(Kind::Again) || is(Kind::Turn);
}

ArrayRef<Operand> Operand::elements() const { return list ? ArrayRef<Operand>(*list) : ArrayRef<Operand>(); }

StringRef Operand::kindName() const {
  switch (kind) {
  case Kind::Nothing:
    return "None";
  case Kind::Monad:
    return "a monad";
  case Kind::Tensor:
  case Kind::Constant:
    return "a tensor";
  case Kind::Integer:
  case Kind::Extent:
    return "an integer";
  case Kind::Number:
    return "a number";
  case Kind::Boolean:
    return "a bool";
  case Kind::Text:
    return "a string";
  case Kind::Type:
    return "a dtype";
  case Kind::Sequence:
    return "a tuple";
  case Kind::Closure:
  case Kind::Choice:
    return "a function";
  case Kind::Again:
  case Kind::Turn:
    return "a call of the loop around it";
  case Kind::Unavailable:
    return "a result that is not computed";
  }
  return "";
}

DataType dataTypeOfTypeId(int64_t typeId) {
  switch (typeId) {
  case 30:
    return DataType::Bool;
  case 32:
    return DataType::Int8;
  case 33:
    return DataType::Int16;
  case 34:
    return DataType::Int32;
  case 35:
    return DataType::Int64;
  case 37:
    return DataType::UInt8;
  case 38:
    return DataType::UInt16;
  case 39:
    return DataType::UInt32;
  case 40:
    return DataType::UInt64;
  case 42:
    return DataType::Float16;
  case 43:
    return DataType::Float32;
  case 44:
    return DataType::Float64;
  case 45:
    return DataType::BFloat16;
  default:
    return DataType::Undefined;
  }
}

void forEachLeaf(const Operand &operand, function_ref<void(const Operand &)> use) {
  if (!operand.is(Operand::Kind::Sequence))
    return use(operand);
  for (const Operand &element : operand.elements())
    forEachLeaf(element, use);
}

Operand mapLeaves(const Operand &operand, function_ref<Operand(const Operand &)> change) {
  if (!operand.hasElements())
    return change(operand);
  SmallVector<Operand> elements;
  for (const Operand &element : operand.elements())
    elements.push_back(mapLeaves(element, change));
  return operand.withElements(elements);
}

namespace {

bool isInteger(AttributeType type) {
  using T = AttributeType;
  switch (type) {
  case T::UInt8:
  case T::Int8:
  case T::UInt16:
  case T::Int16:
  case T::Int32:
  case T::Int64:
  case T::UInt32:
  case T::UInt64:
    return true;
  default:
    return false;
  }
}

/// A tensor value, or a dtype: that is written as a tensor without data.
Operand tensorOrType(const TensorProto &tensor) {
  if (tensor.rawData.empty() && !tensor.external && !tensor.hasTypedData && tensor.dims.empty())
    return Operand::type(tensor.dataType);
  return Operand::constant(tensor);
}

/// The value that is spelt by `ref_attr_name`, as "scalar:Tuple[value1,List[value2,],]": the values stand in order in
/// the repeated fields, a lone scalar in the plain ones.
class RefDecoder {
public:
  RefDecoder(const AttributeProto &attribute) : attribute(attribute), rest(attribute.refName) {}

  std::optional<Operand> decode() {
    if (rest == "none")
      return Operand();
    if (rest.starts_with("Monad:"))
      return Operand::monad();
    if (!rest.consume_front("scalar:") && !rest.consume_front("tensor:") && !rest.consume_front("type:"))
      return std::nullopt;
    return value(0);
  }

private:
  std::optional<Operand> value(unsigned depth) {
    if (depth > 16)
      return std::nullopt;
    if (rest.consume_front("Tuple[") || rest.consume_front("List[")) {
      SmallVector<Operand> elements;
      while (!rest.consume_front("]")) {
        if (rest.empty())
          return std::nullopt;
        auto element = value(depth + 1);
        if (!element)
          return std::nullopt;
        elements.push_back(*element);
        rest.consume_front(",");
      }
      return Operand::sequence(elements);
    }
    if (rest.consume_front("none"))
      return Operand();
    if (!rest.consume_front("value"))
      return std::nullopt;
    StringRef index = rest.take_while(isDigit);
    rest = rest.drop_front(index.size());
    return index == "0" ? lone() : next();
  }

  std::optional<Operand> lone() {
    if (!attribute.tensors.empty())
      return tensorOrType(attribute.tensors.front());
    if (isInteger(attribute.type))
      return Operand::integer(attribute.i);
    switch (attribute.type) {
    case AttributeType::Bool:
      return Operand::boolean(attribute.i != 0);
    case AttributeType::Float:
      return Operand::number(attribute.f);
    case AttributeType::Double:
      return Operand::number(attribute.d);
    case AttributeType::String:
      return Operand::text(attribute.s);
    default:
      return std::nullopt;
    }
  }

  std::optional<Operand> next() {
    if (ints < attribute.ints.size()) {
      int64_t value = attribute.ints[ints++];
      return attribute.type == AttributeType::Bool ? Operand::boolean(value != 0) : Operand::integer(value);
    }
    if (floats < attribute.floats.size())
      return Operand::number(attribute.floats[floats++]);
    if (doubles < attribute.doubles.size())
      return Operand::number(attribute.doubles[doubles++]);
    if (strings < attribute.strings.size())
      return Operand::text(attribute.strings[strings++]);
    if (tensors < attribute.tensors.size())
      return tensorOrType(attribute.tensors[tensors++]);
    return std::nullopt;
  }

  const AttributeProto &attribute;
  StringRef rest;
  size_t ints = 0, floats = 0, doubles = 0, strings = 0, tensors = 0;
};

} // namespace

std::optional<Operand> decode(const AttributeProto &attribute) {
  if (!attribute.refName.empty())
    return RefDecoder(attribute).decode();
  // An element of a tuple keeps its scalar in the repeated field, a lone attribute in the plain one.
  if (isInteger(attribute.type))
    return Operand::integer(attribute.ints.empty() ? attribute.i : attribute.ints.front());
  switch (attribute.type) {
  case AttributeType::Bool:
    return Operand::boolean((attribute.ints.empty() ? attribute.i : attribute.ints.front()) != 0);
  case AttributeType::Float:
    return Operand::number(attribute.floats.empty() ? attribute.f : attribute.floats.front());
  case AttributeType::Double:
    return Operand::number(attribute.doubles.empty() ? attribute.d : attribute.doubles.front());
  case AttributeType::String:
    return Operand::text(attribute.strings.empty() ? attribute.s : attribute.strings.front());
  case AttributeType::Tensor:
  case AttributeType::Tensors:
    if (attribute.tensors.empty())
      return std::nullopt;
    return tensorOrType(attribute.tensors.front());
  case AttributeType::Tuple:
  case AttributeType::List: {
    SmallVector<Operand> elements;
    for (const AttributeProto &value : attribute.values) {
      auto element = decode(value);
      if (!element)
        return std::nullopt;
      elements.push_back(*element);
    }
    return Operand::sequence(elements);
  }
  case AttributeType::UMonad:
  case AttributeType::IOMonad:
    return Operand::monad();
  case AttributeType::None:
    return Operand();
  default:
    return std::nullopt;
  }
}

} // namespace wasmind::mindir
