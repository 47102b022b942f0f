#include "compiler/frontend/onnx/Importer.h"
#include "onnx/onnx_pb.h"
#include "llvm/ADT/STLExtras.h"

namespace wasmind::onnx {

static const ::onnx::AttributeProto *find(const ::onnx::NodeProto &node, llvm::StringRef name) {
  for (const auto &attribute : node.attribute())
    if (attribute.name() == name)
      return &attribute;
  return nullptr;
}

Node::Node(Importer &importer, const ::onnx::NodeProto &proto, int64_t opset)
    : importer(importer), proto(proto), version(opset) {}

llvm::StringRef Node::kind() const { return proto.op_type(); }
Compose &Node::compose() { return importer.compose(); }

Failure Node::fail(const llvm::Twine &text) {
  hasFailed = true;
  importer.nodeError(text);
  return {};
}

//===- Inputs and outputs --------------------------------------------------------------------------------------===//

unsigned Node::inputCount() const {
  int count = proto.input_size();
  while (count > 0 && proto.input(count - 1).empty())
    --count;
  return count;
}

bool Node::hasInput(unsigned i) const { return int(i) < proto.input_size() && !proto.input(i).empty(); }
Value Node::input(unsigned i) { return hasInput(i) ? importer.lookup(proto.input(i)) : Value(); }

llvm::SmallVector<Value> Node::inputs() {
  llvm::SmallVector<Value> values;
  for (unsigned i = 0; i < inputCount(); ++i)
    values.push_back(input(i));
  return values;
}

unsigned Node::outputCount() const { return proto.output_size(); }
bool Node::hasOutput(unsigned i) const { return int(i) < proto.output_size() && !proto.output(i).empty(); }

//===- Attributes ----------------------------------------------------------------------------------------------===//

bool Node::has(llvm::StringRef attribute) const { return find(proto, attribute) != nullptr; }

int64_t Node::integer(llvm::StringRef attribute, int64_t defaultValue) {
  auto *found = find(proto, attribute);
  return found ? found->i() : defaultValue;
}

double Node::real(llvm::StringRef attribute, double defaultValue) {
  auto *found = find(proto, attribute);
  return found ? found->f() : defaultValue;
}

std::string Node::string(llvm::StringRef attribute, llvm::StringRef defaultValue) {
  auto *found = find(proto, attribute);
  return found ? found->s() : defaultValue.str();
}

Integers Node::integers(llvm::StringRef attribute, Integers defaultValue) {
  auto *found = find(proto, attribute);
  return found ? Integers(found->ints().begin(), found->ints().end()) : defaultValue;
}

llvm::SmallVector<double> Node::reals(llvm::StringRef attribute) {
  auto *found = find(proto, attribute);
  return found ? llvm::SmallVector<double>(found->floats().begin(), found->floats().end())
               : llvm::SmallVector<double>();
}

llvm::SmallVector<std::string> Node::strings(llvm::StringRef attribute) {
  auto *found = find(proto, attribute);
  return found ? llvm::SmallVector<std::string>(found->strings().begin(), found->strings().end())
               : llvm::SmallVector<std::string>();
}

Value Node::tensor(llvm::StringRef attribute) {
  auto *found = find(proto, attribute);
  if (!found || !found->has_t())
    return {};
  auto value = importer.constant(found->t(), hasOutput(0) ? proto.output(0) : proto.name());
  if (!value)
    return fail("attribute '" + attribute + "': " + llvm::toString(value.takeError()));
  return *value;
}

//===- Shapes --------------------------------------------------------------------------------------------------===//

int64_t Node::rank(Value x) { return mlir::cast<mlir::RankedTensorType>(x.getType()).getRank(); }

std::optional<Integers> Node::staticExtents(Value x) {
  auto type = mlir::cast<mlir::RankedTensorType>(x.getType());
  if (!type.hasStaticShape())
    return std::nullopt;
  return Integers(type.getShape());
}

std::optional<int64_t> Node::staticExtent(Value x, int64_t dim) {
  auto type = mlir::cast<mlir::RankedTensorType>(x.getType());
  return type.isDynamicDim(dim) ? std::nullopt : std::optional(type.getDimSize(dim));
}

graph::Interval Node::bounds(AffineExpr extent) {
  return graph::boundsOf(extent, graph::getNamedDims(importer.module()));
}
std::string Node::text(AffineExpr extent) { return graph::toString(extent, graph::getNamedDims(importer.module())); }
bool Node::ensureAtMost(AffineExpr extent, int64_t limit) { return importer.lowerMax(extent, limit); }
bool Node::ensureAtLeast(AffineExpr extent, int64_t limit) { return importer.raiseMin(extent, limit); }

std::optional<int64_t> Node::axis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return fail("axis " + llvm::Twine(axis) + " of a tensor of rank " + llvm::Twine(rank));
  return axis < 0 ? axis + rank : axis;
}

std::optional<int64_t> Node::axisAttribute(llvm::StringRef attribute, int64_t defaultValue, int64_t rank) {
  return axis(integer(attribute, defaultValue), rank);
}

std::optional<Integers> Node::axes(llvm::ArrayRef<int64_t> list, int64_t rank) {
  Integers result;
  for (int64_t entry : list) {
    auto dim = axis(entry, rank);
    if (!dim)
      return std::nullopt;
    result.push_back(*dim);
  }
  llvm::sort(result);
  if (std::adjacent_find(result.begin(), result.end()) != result.end())
    return fail("an axis is named twice");
  return result;
}

//===- Inputs known while compiling ----------------------------------------------------------------------------===//

std::optional<Integers> Node::constantIntegers(unsigned i, llvm::StringRef what) {
  Value value = input(i);
  if (!value || !mlir::isa<mlir::IntegerType>(compose().elementOf(value)))
    return fail(what + " (input " + llvm::Twine(i) + ") must be an integer tensor");
  if (auto constants = graph::constantIntegers(value))
    return Integers(*constants);
  if (auto expressions = graph::shapeValue(value)) {
    Integers result;
    for (AffineExpr expression : *expressions)
      if (auto constant = graph::constantOf(expression))
        result.push_back(*constant);
    if (result.size() == expressions->size())
      return result;
  }
  return fail(what + " (input " + llvm::Twine(i) + ", '" + proto.input(i) +
              "') must be known while compiling, but is computed at run time");
}

std::optional<int64_t> Node::constantInteger(unsigned i, llvm::StringRef what) {
  auto values = constantIntegers(i, what);
  if (!values)
    return std::nullopt;
  if (values->size() != 1)
    return fail(what + " (input " + llvm::Twine(i) + ") must have one element, has " + llvm::Twine(values->size()));
  return values->front();
}

std::optional<llvm::SmallVector<double>> Node::constantReals(unsigned i, llvm::StringRef what) {
  Value value = input(i);
  auto data = value ? graph::constantDataOf(value) : std::nullopt;
  if (!data || data->elementCount > (1 << 20))
    return fail(what + " (input " + llvm::Twine(i) + (hasInput(i) ? ", '" + proto.input(i) + "'" : "") +
                ") must be known while compiling, but is computed at run time");
  llvm::SmallVector<double> result;
  for (int64_t k = 0; k < data->elementCount; ++k)
    result.push_back(data->asDouble(k));
  return result;
}

std::optional<double> Node::constantReal(unsigned i, llvm::StringRef what) {
  auto values = constantReals(i, what);
  if (!values)
    return std::nullopt;
  if (values->size() != 1)
    return fail(what + " (input " + llvm::Twine(i) + ") must have one element, has " + llvm::Twine(values->size()));
  return values->front();
}

std::optional<Extents> Node::shape(unsigned i, llvm::StringRef what) {
  Value value = input(i);
  if (!value || !mlir::isa<mlir::IntegerType>(compose().elementOf(value)) || rank(value) > 1)
    return fail(what + " (input " + llvm::Twine(i) + ") must be an integer tensor of rank 0 or 1");
  if (auto expressions = graph::shapeValue(value))
    return Extents(*expressions);
  return fail(what + " (input " + llvm::Twine(i) + ", '" + proto.input(i) +
              "') depends on the data of the inputs, not only on their shapes; memory is planned while compiling, so "
              "it must be a constant or computed from shapes");
}

std::optional<std::optional<Integers>> Node::axesInput(unsigned i, llvm::StringRef attribute, int64_t rank) {
  std::optional<Integers> list;
  if (has(attribute))
    list = integers(attribute);
  else if (hasInput(i)) {
    list = constantIntegers(i, attribute);
    if (!list)
      return std::nullopt;
  }
  if (!list)
    return std::optional<std::optional<Integers>>(std::in_place, std::nullopt);
  auto dims = axes(*list, rank);
  if (!dims)
    return std::nullopt;
  return std::optional<std::optional<Integers>>(std::in_place, *dims);
}

//===- Element types, subgraphs --------------------------------------------------------------------------------===//

std::optional<Type> Node::elementType(int64_t dataType) {
  if (Type type = elementTypeOf(dataType, compose().getContext()))
    return type;
  return fail("element type " + dataTypeName(dataType) + " is not supported");
}

unsigned Node::subgraphInputCount(llvm::StringRef attribute) {
  auto *found = find(proto, attribute);
  return found && found->has_g() ? found->g().input_size() : 0;
}

unsigned Node::subgraphOutputCount(llvm::StringRef attribute) {
  auto *found = find(proto, attribute);
  return found && found->has_g() ? found->g().output_size() : 0;
}

std::optional<llvm::SmallVector<Value>> Node::subgraph(llvm::StringRef attribute, llvm::ArrayRef<Value> arguments) {
  auto *found = find(proto, attribute);
  if (!found || !found->has_g() || found->g().input_size() != int(arguments.size()))
    return fail("attribute '" + attribute + "' must be a graph of " + llvm::Twine(arguments.size()) + " inputs");
  auto values = importer.importSubgraph(found->g(), arguments);
  if (!values)
    return fail(llvm::toString(values.takeError()));
  return *values;
}

std::optional<bool> Node::constantCondition(Value x) {
  auto data = graph::constantDataOf(x);
  if (!data || data->elementCount != 1)
    return std::nullopt;
  return data->asInteger(0) != 0;
}

} // namespace wasmind::onnx
