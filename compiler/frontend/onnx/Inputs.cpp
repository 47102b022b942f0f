//===- Inputs.cpp - the model's inputs and the bounds of their named dimensions -----------------------------------===//
#include "compiler/frontend/Measured.h"
#include "compiler/frontend/Origin.h"
#include "compiler/frontend/onnx/Importer.h"

namespace wasmind::onnx {

llvm::Expected<AffineExpr> Importer::declareExtent(const std::string &name, const std::string &place, int64_t axis) {
  dimPlaces.try_emplace(name, place);
  auto given = options.dims.find(name);
  if (given != options.dims.end()) {
    auto [min, max] = given->second;
    usedDimNames.insert(name);
    if (llvm::Error wrong = frontend::checkBounds(name, given->second))
      return error(llvm::toString(std::move(wrong)));
    if (min == max)
      return mlir::getAffineConstantExpr(min, &context);
    fixedDims.insert(name);
    return graph::declareDim(*moduleOp, name, min, max);
  }
  return graph::declareDim(*moduleOp, name, 1, frontend::defaultMaxOf(name, axis));
}

llvm::Expected<frontend::Input> Importer::readInput(const ::onnx::ValueInfoProto &input) {
  const std::string what = "input '" + input.name() + "'";
  if (!input.type().has_tensor_type())
    return error(what + " is not a tensor; sequences, maps, optionals and sparse tensors are not supported as inputs");
  const auto &tensor = input.type().tensor_type();
  frontend::Input result{input.name(), elementTypeOf(tensor.elem_type(), &context), {}, {}};
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
    std::string name = dim.dim_param();
    // Exporters write these where they know no name; two of them are not the same dimension.
    for (llvm::StringRef placeholder : {"", "?", "-1", "None", "unk"})
      if (name == placeholder)
        name = input.name() + "." + std::to_string(axis);
    result.shape->push_back(std::move(name));
  }
  return result;
}

llvm::Expected<llvm::SmallVector<frontend::Input>> Importer::readInputs(const ::onnx::GraphProto &graph) {
  llvm::SmallVector<frontend::Input> inputs;
  llvm::SmallVector<std::string> baked;
  for (const auto &input : graph.input()) {
    if (input.name().empty())
      return error("an input has no name");
    if (!options.overridableDefaults && scope->initializers.contains(input.name()) &&
        !options.constants.contains(input.name())) {
      baked.push_back(input.name());
      continue;
    }
    if (llvm::any_of(inputs, [&](const frontend::Input &other) { return other.name == input.name(); }))
      return error("the name '" + input.name() + "' is defined twice");
    auto read = readInput(input);
    if (!read)
      return read.takeError();
    inputs.push_back(std::move(*read));
  }
  if (llvm::Error wrong = frontend::applyInputOptions(inputs, options, usedDimNames, notes))
    return error(llvm::toString(std::move(wrong)));
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
      return extent.takeError();
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
    return error(what + " may have more than 2^40 elements; bound its dimensions with --dim");
  return type;
}

graph::Interval Importer::boundsFor(llvm::StringRef name, graph::Interval range) {
  return measured.boundsFor(name, range);
}

AffineExpr Importer::measure(Value scalar, llvm::StringRef name, std::optional<int64_t> max) {
  return measured.measure(builder, scalar, name, max);
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
