#include "abi/Signature.h"
#include "compiler/frontend/Measured.h"
#include "compiler/frontend/Origin.h"
#include "compiler/frontend/onnx/Importer.h"
#include "compiler/graph/ShapeValues.h"
#include "onnx/onnx_pb.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

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
std::optional<uint64_t> Node::seed() const { return importer.seed(); }

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

Datum Node::datum(unsigned i) {
  const Datum *found = hasInput(i) ? importer.lookup(proto.input(i)) : nullptr;
  return found ? *found : Datum();
}

Value Node::input(unsigned i) {
  const Datum *found = hasInput(i) ? importer.lookup(proto.input(i)) : nullptr;
  if (found && !found->isTensor())
    return fail("input " + llvm::Twine(i) + " ('" + proto.input(i) + "') is " + found->text() + ", not a tensor");
  return found ? found->tensor() : Value();
}

std::optional<Sequence> Node::sequence(unsigned i) {
  const Datum found = datum(i);
  if (!found.sequence())
    return fail("input " + llvm::Twine(i) + " ('" + proto.input(i) + "') is " + found.text() +
                (found.parts() ? "; fix the extent that is cut" + advice(found.parts()->whole) : ", not a sequence"));
  return *found.sequence();
}

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
  if (!found || !(found->has_t() || found->has_sparse_tensor()))
    return {};
  const std::string &name = hasOutput(0) ? proto.output(0) : proto.name();
  auto value = found->has_t() ? importer.constant(found->t(), name) : importer.constant(found->sparse_tensor(), name);
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
  return graph::boundsOf(extent, graph::namedDimsAt(compose().getInsertionBlock()));
}
std::string Node::text(AffineExpr extent) { return graph::toString(extent, importer.displayedDims()); }
std::string Node::text(Type type) {
  auto tensor = mlir::cast<mlir::RankedTensorType>(type);
  std::string text = llvm::formatv("{0}[", tensor.getElementType()).str();
  for (auto [i, extent] : llvm::enumerate(graph::getExtents(tensor)))
    text += (i ? ", " : "") + this->text(extent);
  return text + "]";
}

std::string Node::origin(Value x) { return frontend::originOf(x).text(); }
std::string Node::advice(Value x) { return frontend::originOf(x).advice(); }
bool Node::ensureAtMost(AffineExpr extent, int64_t limit) {
  const auto range = bounds(extent);
  return range.max <= limit || (!isInBranch() && importer.lowerMax(extent, limit)) ||
         (range.min <= limit &&
          compose().require(limit - extent, /*isZero=*/false,
                            "an extent of '" + text(extent) + "' must be at most " + llvm::Twine(limit)));
}

bool Node::raiseDefault(AffineExpr extent, int64_t limit) {
  return bounds(extent).min >= limit || (!isInBranch() && importer.raiseMin(extent, limit));
}

bool Node::ensureAtLeast(AffineExpr extent, int64_t limit) {
  const auto range = bounds(extent);
  return raiseDefault(extent, limit) ||
         (range.max >= limit &&
          compose().require(extent - limit, /*isZero=*/false,
                            "an extent of '" + text(extent) + "' must be at least " + llvm::Twine(limit)));
}

bool Node::isInBranch() {
  mlir::Operation *around = compose().getInsertionBlock()->getParentOp();
  return mlir::isa<graph::IfOp>(around) || around->getParentOfType<graph::IfOp>();
}

template <typename Slice> std::optional<graph::AxisRange> Node::rangeOfSlice(const Slice &slice, Value x, int64_t dim) {
  if (slice.stride == 0)
    return fail("axis " + llvm::Twine(dim) + ": a step of 0");
  AffineExpr extent = compose().extentsOf(x)[dim];
  // A table's rows bound what is looked up in it: a default bound beyond them serves nobody.
  const bool isTable = graph::constantOf(extent).has_value();
  auto ensure = [&](AffineExpr e) { return isTable && !isInBranch() && importer.lowerMax(e * -1, 0); };
  return frontend::rangeOf(compose(), slice, extent, nameOfExtent(0, dim), ensure);
}

std::optional<graph::AxisRange> Node::rangeOf(const graph::AxisSlice &slice, Value x, int64_t dim) {
  return rangeOfSlice(slice, x, dim);
}
std::optional<graph::AxisRange> Node::rangeOf(const graph::ComputedSlice &slice, Value x, int64_t dim) {
  return rangeOfSlice(slice, x, dim);
}

bool Node::require(AffineExpr e, const llvm::Twine &text) {
  if (frontend::require(compose(), e, text))
    return true;
  fail(text);
  return false;
}

bool Node::assume(Value condition, bool value, const llvm::Twine &text) {
  mlir::Operation *op = condition.getDefiningOp();
  if (mlir::isa_and_nonnull<graph::CastOp, graph::ReshapeOp>(op) && compose().elementOf(op->getOperand(0)).isInteger(1))
    return assume(op->getOperand(0), value, text);
  if (auto unary = mlir::dyn_cast_or_null<graph::UnaryOp>(op); unary && unary.getKind() == UnaryKind::Not)
    return assume(unary.getInput(), !value, text);
  auto compare = mlir::dyn_cast_or_null<graph::CompareOp>(op);
  auto lhs = compare ? graph::shapeElements(compare.getLhs()) : std::nullopt,
       rhs = compare ? graph::shapeElements(compare.getRhs()) : std::nullopt;
  if (!lhs || !rhs || lhs->size() != 1 || rhs->size() != 1)
    return false;
  const AffineExpr difference = lhs->front() - rhs->front();
  auto atLeast = [&](AffineExpr e) { return compose().require(e, /*isZero=*/false, text); };
  auto isZero = [&] { return compose().require(difference, /*isZero=*/true, text); };
  auto isOther = [&] { // above or below, where the bounds leave one of the two
    const auto range = bounds(difference);
    return range.min >= 0 ? atLeast(difference - 1) : range.max <= 0 && atLeast(difference * -1 - 1);
  };
  switch (compare.getKind()) {
  case CompareKind::Equal:
    return value ? isZero() : isOther();
  case CompareKind::NotEqual:
    return value ? isOther() : isZero();
  case CompareKind::Less:
    return atLeast(value ? difference * -1 - 1 : difference);
  case CompareKind::LessEqual:
    return atLeast(value ? difference * -1 : difference - 1);
  case CompareKind::Greater:
    return atLeast(value ? difference - 1 : difference * -1);
  case CompareKind::GreaterEqual:
    return atLeast(value ? difference : difference * -1 - 1);
  }
  return false;
}

bool Node::check(Value flag, const llvm::Twine &text) {
  if (!flag)
    return false;
  if (auto known = constantCondition(flag)) {
    if (!*known)
      fail(text);
    return *known;
  }
  // A fault is an extent of 1 that must not be one, so that it ends the run as a broken requirement does.
  Value fault = compose().cast(compose().unary(UnaryKind::Not, flag), compose().getI64Type());
  const AffineExpr measured = compose().measure(fault, nameOfExtent(0, 0) + ".fault", 0, 1);
  if (measured && compose().require(measured * -1, /*isZero=*/false, text))
    return true;
  fail(text);
  return false;
}

std::string Node::nameOfOutput(unsigned output) const {
  return hasOutput(output) ? proto.output(output) : titleOf(proto);
}

std::string Node::nameOfExtent(unsigned output, int64_t axis) const {
  return nameOfOutput(output) + "." + std::to_string(axis);
}

llvm::SmallVector<std::string> Node::namesOf(llvm::ArrayRef<Datum> data) const {
  llvm::SmallVector<std::string> names;
  for (auto [output, datum] : llvm::enumerate(data))
    for (size_t i = 0; i < datum.tensors().size(); ++i)
      names.push_back(nameOfOutput(output) + (datum.isTensor() ? "" : "." + std::to_string(i)));
  return names;
}

std::optional<AffineExpr> Node::extentOf(Value scalar, unsigned output, int64_t axis, std::optional<int64_t> max,
                                         std::optional<int64_t> usual) {
  return extentOf(scalar, nameOfExtent(output, axis), max, usual);
}

std::optional<AffineExpr> Node::extentOf(Value scalar, llvm::StringRef name, std::optional<int64_t> max,
                                         std::optional<int64_t> usual) {
  if (!scalar)
    return std::nullopt;
  auto known = frontend::knownAmount(scalar);
  return known ? *known : importer.measure(scalar, name, max, usual);
}

graph::Interval Node::boundsFor(unsigned output, int64_t axis, graph::Interval range) {
  return importer.boundsFor(nameOfExtent(output, axis), range);
}
graph::Interval Node::boundsFor(llvm::StringRef name, graph::Interval range) { return importer.boundsFor(name, range); }

Node::Knowledge Node::knowledge() {
  return {importer.module()->getAttr("graph.dims"), importer.module()->getAttr("graph.requirements")};
}

void Node::restore(Knowledge knowledge) {
  importer.module()->setAttr("graph.dims", knowledge.first);
  if (knowledge.second)
    importer.module()->setAttr("graph.requirements", knowledge.second);
  else
    importer.module()->removeAttr("graph.requirements");
}

Value Node::elementAt(Value tensor, int64_t i) { return frontend::elementAt(compose(), tensor, i); }

std::optional<llvm::SmallVector<Value>> Node::elements(unsigned i, llvm::StringRef what) {
  Value value = input(i);
  if (!value || !mlir::isa<mlir::IntegerType>(compose().elementOf(value)) || rank(value) > 1)
    return fail(what + " (input " + llvm::Twine(i) + ") must be an integer tensor of rank 0 or 1");
  auto shape = staticExtents(value);
  if (!shape)
    return fail(what + " (input " + llvm::Twine(i) + ", '" + proto.input(i) +
                "') must have a number of elements that is known while compiling" + advice(value));
  const int64_t count = shape->empty() ? 1 : shape->front();
  if (count > 2 * int64_t(abi::maxRank)) // pads are a pair for each axis
    return fail(what + " (input " + llvm::Twine(i) + ", '" + proto.input(i) + "') has " + llvm::Twine(count) +
                " elements, more than any tensor has axes");
  llvm::SmallVector<Value> result;
  for (int64_t k = 0; k < count; ++k)
    result.push_back(elementAt(value, k));
  return result;
}

std::optional<AffineExpr> Node::distance(AffineExpr begin, AffineExpr end) {
  auto distance = graph::distanceOf(begin, end, importer.module());
  if (distance)
    return *distance;
  llvm::consumeError(distance.takeError());
  return std::nullopt;
}

bool Node::checkIndices(Value indices, Value x, int64_t dim) {
  auto ensure = [&](AffineExpr e) { return ensureAtLeast(e, 0); };
  if (llvm::Error outside = graph::checkIndices(indices, compose().extentsOf(x)[dim], importer.module(), ensure)) {
    fail("axis " + llvm::Twine(dim) + ": " + llvm::toString(std::move(outside)));
    return false;
  }
  return true;
}

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

std::optional<Integers> Node::knownIntegers(unsigned i) {
  Value value = input(i);
  if (!value || !mlir::isa<mlir::IntegerType>(compose().elementOf(value)))
    return std::nullopt;
  if (auto shape = staticExtents(value); shape && llvm::is_contained(*shape, 0))
    return Integers();
  if (auto constants = graph::constantIntegers(value))
    return Integers(*constants);
  auto expressions = graph::shapeValue(value);
  if (!expressions)
    return std::nullopt;
  Integers result;
  for (AffineExpr expression : *expressions) {
    auto constant = graph::constantOf(expression);
    if (!constant)
      return std::nullopt;
    result.push_back(*constant);
  }
  return result;
}

std::optional<Integers> Node::constantIntegers(unsigned i, llvm::StringRef what) {
  Value value = input(i);
  if (!value || !mlir::isa<mlir::IntegerType>(compose().elementOf(value)))
    return fail(what + " (input " + llvm::Twine(i) + ") must be an integer tensor");
  if (auto known = knownIntegers(i))
    return known;
  return failUnknown(i, what);
}

Failure Node::failUnknown(unsigned i, llvm::StringRef what) {
  const auto origin = frontend::originOf(input(i));
  return fail(what + " (input " + llvm::Twine(i) + ", '" + proto.input(i) +
              "') must be known while compiling, but depends on " + (origin.inputs.empty() ? "" : "the data of ") +
              origin.text() + origin.advice());
}

std::optional<int64_t> Node::constantInteger(unsigned i, llvm::StringRef what) {
  auto values = constantIntegers(i, what);
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
  if (staticExtents(value)) {
    auto parts = elements(i, what);
    if (!parts)
      return std::nullopt;
    Extents extents;
    for (auto [axis, element] : llvm::enumerate(*parts))
      extents.push_back(*extentOf(element, 0, axis));
    return extents;
  }
  const auto origin = frontend::originOf(value);
  const std::string named = (what + " (input " + llvm::Twine(i) + ", '" + proto.input(i) + "')").str();
  if (origin.inputs.empty())
    return fail(named + " is computed from " + origin.text() + " by more than sums, products and quotients" +
                origin.advice());
  return fail(named + " depends on the data of " + origin.text() +
              "; memory is planned while compiling, so it must be a constant or computed from shapes" +
              origin.advice());
}

//===- Element types, subgraphs --------------------------------------------------------------------------------===//

std::optional<Type> Node::elementType(int64_t dataType) {
  if (Type type = elementTypeOf(dataType, compose().getContext()))
    return type;
  return fail("element type " + dataTypeName(dataType) + " is not supported");
}

std::optional<Type> Node::elementTypeNamed(llvm::StringRef name) {
  ::onnx::TensorProto::DataType dataType;
  if (!::onnx::TensorProto::DataType_Parse(name.str(), &dataType))
    return fail("'" + name + "' is no element type");
  return elementType(dataType);
}

unsigned Node::subgraphInputCount(llvm::StringRef attribute) {
  auto *found = find(proto, attribute);
  return found && found->has_g() ? found->g().input_size() : 0;
}

unsigned Node::subgraphOutputCount(llvm::StringRef attribute) {
  auto *found = find(proto, attribute);
  return found && found->has_g() ? found->g().output_size() : 0;
}

std::optional<Data> Node::subgraph(llvm::StringRef attribute, llvm::ArrayRef<Datum> arguments) {
  auto *found = find(proto, attribute);
  if (!found || !found->has_g() || found->g().input_size() != int(arguments.size()))
    return fail("attribute '" + attribute + "' must be a graph of " + llvm::Twine(arguments.size()) + " inputs");
  auto values = importer.importSubgraph(found->g(), arguments);
  if (!values)
    return fail(llvm::toString(values.takeError()));
  return *values;
}

std::optional<llvm::SmallVector<Value>> Node::subgraphOfTensors(llvm::StringRef attribute,
                                                                llvm::ArrayRef<Value> arguments) {
  auto data = subgraph(attribute, Data(arguments));
  if (!data)
    return std::nullopt;
  llvm::SmallVector<Value> values;
  for (auto [i, datum] : llvm::enumerate(*data)) {
    if (!datum.isTensor())
      return fail("output " + llvm::Twine(i) + " of its '" + attribute + "' is " + datum.text() + ", not a tensor");
    values.push_back(datum.tensor());
  }
  return values;
}

std::optional<Data> Node::branch(llvm::StringRef attribute, Value condition) {
  const auto origin = frontend::originOf(condition);
  importer.enterBranch(origin.inputs.empty()
                           ? ""
                           : "; the branch of node '" + titleOf(proto) + "' can be chosen with" + origin.options());
  auto values = subgraph(attribute, {});
  importer.leaveBranch();
  return values;
}

std::optional<bool> Node::constantCondition(Value x) {
  auto data = graph::constantDataOf(x);
  if (!data || data->elementCount != 1)
    return std::nullopt;
  return data->asInteger(0) != 0;
}

} // namespace wasmind::onnx
