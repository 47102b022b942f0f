//===- Inputs.cpp - the model's inputs and the bounds of their named dimensions -----------------------------------===//
#include "compiler/frontend/Measured.h"
#include "compiler/frontend/Origin.h"
#include "compiler/frontend/onnx/Errors.h"
#include "compiler/frontend/onnx/Importer.h"

namespace wasmind::onnx {

llvm::Expected<AffineExpr> Importer::declareExtent(const std::string &name, const std::string &place, int64_t axis) {
  dimPlaces.try_emplace(name, place);
  if (auto formula = formulas.find(name); formula != formulas.end() && graph::constantOf(formula->second))
    return formula->second;
  auto given = options.dims.find(name);
  if (given != options.dims.end()) {
    auto [min, max] = given->second;
    usedDimNames.insert(name);
    if (llvm::Error wrong = frontend::checkBounds(name, given->second))
      return std::move(wrong);
    if (min == max)
      return mlir::getAffineConstantExpr(min, &context);
    fixedDims.insert(name);
    return graph::declareDim(*moduleOp, name, min, max);
  }
  measured.hasDefaultBounds = true;
  return graph::declareDim(*moduleOp, name, stateDims.contains(name) ? 0 : 1, options.defaultMaxOf(name, axis));
}

llvm::Expected<frontend::Input> Importer::readTensor(const std::string &name, const ::onnx::TypeProto &type) {
  const std::string what = "input '" + name + "'";
  if (!type.has_tensor_type())
    return error(what + " is neither a tensor nor a sequence or an optional of tensors; maps, sparse tensors and "
                        "sequences of sequences are not supported as inputs");
  const auto &tensor = type.tensor_type();
  frontend::Input result{name, elementTypeOf(tensor.elem_type(), &context), {}, {}};
  if (!result.element)
    return error(what + " has element type " + dataTypeName(tensor.elem_type()) + ", which is not supported");
  if (!tensor.has_shape())
    return result;
  result.shape.emplace();
  for (auto [axis, dim] : llvm::enumerate(tensor.shape().dim())) {
    if (dim.has_dim_value() && dim.dim_value() >= 0) {
      result.shape->push_back(dim.dim_value());
      continue;
    }
    std::string extent = dim.dim_param();
    // Exporters write these where they know no name; two of them are not the same dimension.
    for (llvm::StringRef placeholder : {"", "?", "-1", "None", "unk"})
      if (extent == placeholder)
        extent = name + "." + std::to_string(axis);
    result.shape->push_back(std::move(extent));
  }
  return result;
}

llvm::Error Importer::readInput(const ::onnx::ValueInfoProto &input, llvm::SmallVectorImpl<frontend::Input> &inputs) {
  const std::string &name = input.name();
  const ::onnx::TypeProto *type = &input.type();
  const bool isOptional = type->has_optional_type();
  if (isOptional)
    type = &type->optional_type().elem_type();
  const bool isSequence = type->has_sequence_type();
  if (isSequence)
    type = &type->sequence_type().elem_type();
  auto given = options.sequences.find(name);
  const std::string option = frontend::optionText("--sequence", name, "N");
  const std::string emptyOption = frontend::optionText("--sequence", name, "none");
  auto add = [&](const std::string &tensor) -> llvm::Error {
    auto read = readTensor(tensor, *type);
    if (!read)
      return read.takeError();
    // The type of a sequence speaks of each of its tensors: the extents that it names may differ from one to the next.
    if (isSequence && read->shape)
      for (auto [axis, extent] : llvm::enumerate(*read->shape))
        if (!extent.isNumber())
          extent.name = tensor + "." + std::to_string(axis);
    inputs.push_back(std::move(*read));
    return llvm::Error::success();
  };
  if (!isOptional && !isSequence) {
    if (given != options.sequences.end())
      return error("--sequence " + name + ": the input is a tensor");
    return add(name);
  }
  auto declared = readTensor(name, *type);
  if (!declared)
    return declared.takeError();
  if (given == options.sequences.end()) {
    if (!isSequence)
      return error("input '" + name +
                   "' is an optional, and code differs with and without it; say that it is there with" +
                   frontend::optionText("--sequence", name, "1") + ", or that it is not with" + emptyOption);
    return error("input '" + name + "' is " + (isOptional ? "an optional sequence" : "a sequence") +
                 " of tensors, and how many it holds must be known while compiling; give it with" + option +
                 (isOptional ? " or" + emptyOption : "") + ", and its tensors are the inputs '" + name + ".0', '" +
                 name + ".1', ...");
  }
  const std::optional<int64_t> length = given->second;
  constexpr int64_t lengthLimit = 4096;
  if (!length && !isOptional)
    return error("--sequence " + name + "=none: the input is a sequence and no optional; an empty one has 0 tensors");
  if (length && (*length < 0 || *length > (isSequence ? lengthLimit : 1)))
    return error("--sequence " + name + "=" + std::to_string(*length) + ": expected " +
                 (isSequence ? "a number of tensors, at most " + std::to_string(lengthLimit) : "1 or none"));
  if (length == 0 && !isSequence)
    return error("--sequence " + name + "=0: the input is an optional tensor; expected 1 or none");
  held.push_back({name, isSequence ? length : std::nullopt, !length, declared->element});
  if (!isSequence)
    return length ? add(name) : llvm::Error::success();
  for (int64_t i = 0; i < length.value_or(0); ++i) {
    const std::string tensor = name + "." + std::to_string(i);
    if (scope->initializers.contains(tensor))
      return error("the name '" + tensor + "' of a tensor of input '" + name + "' is that of an initializer, too");
    if (llvm::Error failure = add(tensor))
      return failure;
  }
  return llvm::Error::success();
}

void Importer::holdInputs() {
  for (const Held &input : held) {
    if (input.isEmpty) {
      scope->values[input.name] = EmptyOptional();
    } else if (input.length) {
      Sequence sequence{{}, input.element};
      for (int64_t i = 0; i < *input.length; ++i) {
        auto tensor = scope->values.find(input.name + "." + std::to_string(i));
        sequence.tensors.push_back(tensor->second.tensor());
        scope->values.erase(tensor); // nodes may use the name
      }
      scope->values[input.name] = std::move(sequence);
    }
  }
}

llvm::Expected<std::vector<std::string>> Importer::nameOutputs(llvm::ArrayRef<std::string> names,
                                                               llvm::ArrayRef<Datum> data) {
  std::vector<std::string> result;
  llvm::StringSet<> taken;
  for (auto [name, datum] : llvm::zip(names, data)) {
    if (datum.parts())
      return error("output '" + name + "' is " + datum.text() +
                   "; fix the extent that is cut with --dim, or give the " + "tensor itself");
    for (size_t i = 0; i < datum.tensors().size(); ++i) {
      result.push_back(datum.isTensor() ? name : name + "." + std::to_string(i));
      if (!taken.insert(result.back()).second)
        return error("two outputs are called '" + result.back() + "'; the tensors of output '" + name +
                     "' are called after their place in it, so rename the other");
    }
    if (datum.tensors().empty())
      notes.push_back("output '" + name + "' is " + datum.text() + "; the module has no output for it");
  }
  if (result.empty())
    return error("its outputs hold no tensors");
  return result;
}

llvm::Expected<llvm::SmallVector<frontend::Input>> Importer::readInputs(const ::onnx::GraphProto &graph) {
  llvm::SmallVector<frontend::Input> inputs;
  llvm::SmallVector<std::string> baked;
  for (const auto &[name, length] : options.sequences)
    if (llvm::none_of(graph.input(), [&name = name](const auto &input) { return input.name() == name; }))
      return error("--sequence " + name + ": no input of that name");
  for (const auto &input : graph.input()) {
    if (input.name().empty())
      return error("an input has no name");
    if (!options.overridableDefaults && scope->initializers.contains(input.name()) &&
        !options.constants.contains(input.name())) {
      baked.push_back(input.name());
      continue;
    }
    if (llvm::Error failure = readInput(input, inputs))
      return failure;
  }
  llvm::StringSet<> names;
  for (const frontend::Input &input : inputs)
    if (!names.insert(input.name).second)
      return error("the name '" + input.name + "' is defined twice");
  if (llvm::Error wrong = frontend::applyInputOptions(inputs, options, usedDimNames, notes))
    return error(llvm::toString(std::move(wrong)));
  stateDims = frontend::extentsOfStates(inputs, options);
  if (!baked.empty())
    notes.push_back(frontend::listed("input", baked) +
                    (baked.size() > 1 ? " have default values that are" : " has a default value that is") +
                    " constant in the module; --input-defaults=overridable keeps " +
                    (baked.size() > 1 ? "them inputs" : "it an input"));
  return inputs;
}

llvm::Expected<llvm::ArrayRef<char>> Importer::defaultOf(const frontend::Input &input) {
  const std::string what = "input '" + input.name + "'";
  auto value = std::visit([&](auto *tensor) { return model->tensor(*tensor, &context); },
                          scope->initializers.find(input.name)->second);
  if (!value)
    return error("initializer '" + input.name + "': " + llvm::toString(value.takeError()));
  if (value->element != input.element)
    return error(what + " and its default value have different element types");
  for (const frontend::InputExtent &extent : *input.shape)
    if (!extent.isNumber())
      return error(what + " has a default value and the open dimension '" + extent.name + "'; fix it with" +
                   frontend::optionText("--shape", input.name, "...") + ", or compile with --input-defaults=baked");
  if (!llvm::equal(*input.shape, value->shape, [](const auto &extent, int64_t n) { return extent.number == n; }))
    return error(what + " and its default value have different shapes");
  return value->bytes;
}

llvm::Error Importer::declareFormulas(llvm::ArrayRef<frontend::Input> inputs) {
  auto declare = [&](const frontend::Input &input, size_t axis) {
    return declareExtent((*input.shape)[axis].name, "axis " + std::to_string(axis) + " of input '" + input.name + "'",
                         axis);
  };
  auto declared = frontend::declareFormulas(*moduleOp, inputs, options, usedDimNames, declare);
  if (!declared)
    return error(llvm::toString(declared.takeError()));
  formulas = std::move(*declared);
  return llvm::Error::success();
}

Value Importer::valueOfInput(const frontend::Input &input, Value argument) {
  Extents extents = builder.extentsOf(argument);
  for (auto [declared, extent] : llvm::zip_equal(*input.shape, extents))
    if (auto formula = formulas.find(declared.name); !declared.isNumber() && formula != formulas.end())
      extent = formula->second;
  return builder.reshape(argument, extents);
}

llvm::Expected<Type> Importer::declareInput(const frontend::Input &input) {
  const std::string what = "input '" + input.name + "'";
  if (!input.shape)
    return error(what + " has no shape, not even a rank; give it with" +
                 frontend::optionText("--shape", input.name, "...") + ", as in 1,3,height,width");
  Extents extents;
  for (auto [axis, declared] : llvm::enumerate(*input.shape)) {
    if (declared.isNumber()) {
      extents.push_back(mlir::getAffineConstantExpr(declared.number, &context));
      continue;
    }
    auto extent = declareExtent(declared.name, "axis " + std::to_string(axis) + " of " + what, axis);
    if (!extent)
      return error(llvm::toString(extent.takeError()));
    extents.push_back(*extent);
    auto symbol = mlir::dyn_cast<mlir::AffineSymbolExpr>(*extent);
    if (symbol && declared.name == input.name + "." + std::to_string(axis)) {
      auto dims = graph::getNamedDims(*moduleOp);
      dims[symbol.getPosition()].unnamed = true;
      graph::setNamedDims(*moduleOp, dims);
    }
  }
  Type type = graph::makeTensorType(extents, input.element);
  if (!graph::boundedElementCount(type, graph::getNamedDims(*moduleOp)))
    return refuseSize(error(what + sizeText(type, displayedDims())));
  return type;
}

graph::Interval Importer::boundsFor(llvm::StringRef name, graph::Interval range) {
  return measured.boundsFor(name, range);
}

AffineExpr Importer::measure(Value scalar, llvm::StringRef name, std::optional<int64_t> max,
                             std::optional<int64_t> usual) {
  return measured.measure(builder, scalar, name, max, usual);
}

bool Importer::setBounds(AffineExpr extent, int64_t limit, bool upper) {
  auto dims = graph::getNamedDims(*moduleOp);
  auto holds = [&] {
    auto [min, max] = graph::boundsOf(extent, dims);
    return upper ? max <= limit : min >= limit;
  };
  if (holds())
    return true;
  std::optional<unsigned> symbol;
  bool single = true;
  extent.walk([&](AffineExpr part) {
    if (auto s = mlir::dyn_cast<mlir::AffineSymbolExpr>(part)) {
      single &= !symbol || *symbol == s.getPosition();
      symbol = s.getPosition();
    }
  });
  if (!symbol || !single || *symbol >= dims.size() || fixedDims.contains(dims[*symbol].name))
    return false;
  // Extents grow with their dimension nearly always, so the bound nearest to the present one is found by halving.
  graph::NamedDim &dim = dims[*symbol];
  int64_t good = upper ? dim.min : dim.max, bad = upper ? dim.max : dim.min;
  int64_t &bound = upper ? dim.max : dim.min;
  bound = good;
  if (!holds())
    return false;
  while (std::abs(good - bad) > 1) {
    bound = good + (bad - good) / 2;
    (holds() ? good : bad) = bound;
  }
  bound = good;
  graph::setNamedDims(*moduleOp, dims);
  return true;
}

bool Importer::lowerMax(AffineExpr extent, int64_t limit) { return setBounds(extent, limit, true); }
bool Importer::raiseMin(AffineExpr extent, int64_t limit) { return setBounds(extent, limit, false); }

} // namespace wasmind::onnx
