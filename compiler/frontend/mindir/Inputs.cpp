//===- Inputs.cpp - the network's inputs, as the file declares them and options change them -----------------------===//
#include "compiler/frontend/Origin.h"
#include "compiler/frontend/mindir/Importer.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
namespace wasmind::mindir {

Expected<frontend::Input> Importer::readInput(const TensorProto &tensor, StringRef name) {
  frontend::Input input{name.str(), elementTypeOf(&context, tensor.dataType), {}, {}};
  if (!input.element)
    return createStringError("input '" + name + "' has the element type " + mindir::nameOf(tensor.dataType));
  if (is_contained(tensor.dims, -2))
    return input;
  input.shape.emplace();
  for (auto [axis, extent] : enumerate(tensor.dims))
    if (extent >= 0)
      input.shape->push_back(extent);
    else if (extent == -1)
      input.shape->push_back((name + "." + Twine(axis)).str());
    else
      return createStringError("input '" + name + "' has an extent of " + Twine(extent));
  return input;
}

Expected<Type> Importer::typeOfInput(const frontend::Input &input) {
  const std::string what = "input '" + input.name + "'";
  if (!input.shape)
    return createStringError(what + " may have any rank; give its shape with" +
                             frontend::optionText("--shape", input.name, "...") +
                             ", as in 1,3,height,width, or with net.set_inputs before export");
  auto module = compose.getInsertionBlock()->getParentOp()->getParentOfType<mlir::ModuleOp>();
  Extents extents;
  uint64_t count = 1;
  for (auto [axis, extent] : enumerate(*input.shape)) {
    if (extent.isNumber()) {
      extents.push_back(compose.getAffineConstantExpr(extent.number));
      if (__builtin_mul_overflow(count, static_cast<uint64_t>(extent.number), &count) || count > (uint64_t(1) << 40))
        return createStringError(what + " has more than 2^40 elements");
      continue;
    }
    std::string dim = extent.name;
    knownDims.insert(dim);
    const bool isUnnamed = dim == input.name + "." + std::to_string(axis);
    if (sameAxis && isUnnamed && !options.dims.contains(dim))
      for (const graph::NamedDim &other : graph::getNamedDims(module))
        if (StringRef(other.name).ends_with("." + std::to_string(axis)) &&
            stateDims.contains(dim) == stateDims.contains(other.name)) {
          notes.push_back("extent " + dim + " is taken to be the same as " + other.name);
          dim = other.name;
          break;
        }
    int64_t low = stateDims.contains(dim) ? 0 : 1, high = options.defaultMaxOf(dim, axis);
    if (auto chosen = options.dims.find(dim); chosen != options.dims.end()) {
      if (Error wrong = frontend::checkBounds(dim, chosen->second))
        return wrong;
      low = chosen->second.min;
      high = chosen->second.max;
    } else if (none_of(graph::getNamedDims(module), [&](const graph::NamedDim &other) { return other.name == dim; })) {
      measured.hasDefaultBounds = true;
      notes.push_back("extent " + dim + " is taken to be " + std::to_string(low) + ".." + std::to_string(high) +
                      "; set it with --dim " + dim + "=MIN..MAX");
    }
    if (low == high)
      extents.push_back(compose.getAffineConstantExpr(low));
    else
      extents.push_back(graph::declareDim(module, dim, low, high));
  }
  return graph::makeTensorType(extents, input.element);
}

StringRef userName(StringRef name) {
  auto [graph, rest] = name.split(':');
  return rest.empty() ? graph : rest;
}

static bool isSequence(const AttributeProto &value) {
  return value.type == AttributeType::Tuple || value.type == AttributeType::List;
}

/// Whether a value is a tuple of tensors and of such tuples.
static bool hasTensorsOnly(const AttributeProto &value) {
  return isSequence(value) && all_of(value.values, [](const AttributeProto &each) {
           return isSequence(each) ? hasTensorsOnly(each)
                                   : each.tensors.size() == 1 && each.type != AttributeType::Scalar;
         });
}

/// The tuple whose tensors `tensorOf` gives, by the names `<name>_0`, `<name>_1_0`, ...
static Expected<Operand> readElements(const AttributeProto &tuple, StringRef name,
                                      function_ref<Expected<Operand>(const TensorProto &, StringRef)> tensorOf) {
  SmallVector<Operand> elements;
  for (auto [i, each] : enumerate(tuple.values)) {
    std::string element = (name + "_" + Twine(i)).str();
    auto read = isSequence(each) ? readElements(each, element, tensorOf) : tensorOf(each.tensors.front(), element);
    if (!read)
      return read.takeError();
    elements.push_back(*read);
  }
  return Operand::sequence(elements);
}

Error Importer::readInputs(function_ref<Expected<Operand>(const TensorProto &, StringRef)> tensorOf,
                           std::vector<Operand> &arguments) {
  for (const ValueInfoProto &input : model.graph->inputs) {
    StringRef name = userName(input.name);
    if (weights.contains(input.name)) { // old files list the weights among the inputs
      arguments.push_back(Operand::constant(*weights.lookup(input.name)));
    } else if (input.tensors.size() == 1) {
      auto tensor = tensorOf(input.tensors.front(), name);
      if (!tensor)
        return tensor.takeError();
      arguments.push_back(*tensor);
    } else if (StringRef(input.denotation).contains("Monad")) {
      arguments.push_back(Operand::monad());
    } else if (input.info && hasTensorsOnly(*input.info)) {
      auto elements = readElements(*input.info, name, tensorOf);
      if (!elements)
        return elements.takeError();
      arguments.push_back(*elements);
    } else {
      return createStringError("input '" + printable(name) + "' is not a tensor; give the network tensors only");
    }
  }
  return Error::success();
}

Error Importer::declareInputs(mlir::func::FuncOp function, std::vector<Operand> &arguments) {
  // All are read before the first is declared: an option for one may say what an extent of another is.
  SmallVector<frontend::Input> inputs;
  StringMap<unsigned> taken;
  std::vector<Operand> ignored;
  auto read = [&](const TensorProto &tensor, StringRef base) -> Expected<Operand> {
    std::string name = printable(base);
    if (unsigned count = taken[name]++)
      name += "_" + std::to_string(count);
    auto input = readInput(tensor, name);
    if (!input)
      return input.takeError();
    inputs.push_back(std::move(*input));
    return Operand();
  };
  if (Error error = readInputs(read, ignored))
    return error;
  if (Error wrong = frontend::applyInputOptions(inputs, options, usedDims, notes))
    return wrong;
  stateDims = frontend::extentsOfStates(inputs, options);

  unsigned next = 0, openInputs = 0;
  auto declare = [&](const TensorProto &tensor, StringRef) -> Expected<Operand> {
    const frontend::Input &input = inputs[next++];
    inputNames.insert(input.name);
    if (input.constant) {
      TensorProto &constant = given.emplace_back();
      for (const frontend::InputExtent &extent : *input.shape)
        constant.dims.push_back(extent.number);
      constant.dataType = tensor.dataType;
      constant.name = input.name;
      constant.rawData = StringRef(input.constant->data(), input.constant->size());
      keepAlive.push_back(input.constant);
      return Operand::constant(constant);
    }
    auto type = typeOfInput(input);
    if (!type)
      return type.takeError();
    openInputs += !mlir::cast<mlir::RankedTensorType>(*type).hasStaticShape();
    (void)function.insertArgument(function.getNumArguments(), *type, {}, function.getLoc());
    function.setArgAttr(function.getNumArguments() - 1, "graph.name", compose.getStringAttr(input.name));
    return Operand(function.getArguments().back());
  };
  if (Error error = readInputs(declare, arguments))
    return error;
  hasOpenExtents = openInputs > 1;
  return Error::success();
}

Error Importer::refuseUnknownDims() {
  auto known = to_vector(knownDims.keys());
  for (StringRef dim : known)
    usedDims.insert(dim);
  return frontend::refuseUnknownDims(options, usedDims, known, inputNames);
}

} // namespace wasmind::mindir
