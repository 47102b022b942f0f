//===- Inputs.cpp - the model's inputs and the bounds of their named dimensions -----------------------------------===//
#include "compiler/frontend/onnx/Importer.h"

namespace wasmind::onnx {

llvm::Expected<AffineExpr> Importer::declareExtent(llvm::StringRef input, int64_t axis,
                                                   const ::onnx::TensorShapeProto::Dimension &dim) {
  if (dim.has_dim_value() && dim.dim_value() >= 0)
    return mlir::getAffineConstantExpr(dim.dim_value(), &context);
  std::string name = dim.dim_param();
  // Exporters write these where they know no name; two of them are not the same dimension.
  for (llvm::StringRef placeholder : {"", "?", "-1", "None", "unk"})
    if (name == placeholder)
      name = input.str() + "." + std::to_string(axis);
  return declareExtent(name, "axis " + std::to_string(axis) + " of input '" + input.str() + "'", axis);
}

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
  if (auto other = equalDims.find(name); other != equalDims.end()) {
    notes.push_back("dimension '" + name + "' (" + place + ") is taken to equal '" + other->second + "'");
    return declareExtent(other->second, place, axis);
  }
  return graph::declareDim(*moduleOp, name, 1, axis == 0 ? frontend::defaultLeadingMax : frontend::defaultOtherMax);
}

// Two dimensions that the user left open and that stand in the same place of two inputs.
void Importer::suggestEqualDims(const ::onnx::NodeProto &node) {
  if (!moduleOp)
    return;
  const auto dims = graph::getNamedDims(*moduleOp);
  auto symbolOf = [&](AffineExpr extent) -> std::optional<unsigned> {
    auto symbol = mlir::dyn_cast<mlir::AffineSymbolExpr>(extent);
    if (!symbol || symbol.getPosition() >= dims.size() || fixedDims.contains(dims[symbol.getPosition()].name))
      return std::nullopt;
    return symbol.getPosition();
  };
  llvm::SmallVector<Extents> shapes;
  for (const std::string &input : node.input())
    if (Value value = input.empty() ? Value() : lookup(input))
      shapes.push_back(graph::getExtents(value.getType()));
  for (bool fromEnd : {true, false})
    for (size_t a = 0; a < shapes.size(); ++a)
      for (size_t b = a + 1; b < shapes.size(); ++b)
        for (size_t i = 0; i < std::min(shapes[a].size(), shapes[b].size()); ++i) {
          auto at = [&](const Extents &shape) { return symbolOf(shape[fromEnd ? shape.size() - 1 - i : i]); };
          auto one = at(shapes[a]), other = at(shapes[b]);
          if (one && other && *one != *other) {
            unequal = {dims[std::min(*one, *other)].name, dims[std::max(*one, *other)].name};
            return;
          }
        }
}

llvm::Error Importer::declareInput(const ::onnx::ValueInfoProto &input, llvm::SmallVectorImpl<Type> &types) {
  const std::string what = "input '" + input.name() + "'";
  if (!input.type().has_tensor_type())
    return error(what + " is not a tensor; sequences, maps, optionals and sparse tensors are not supported as inputs");
  const auto &tensor = input.type().tensor_type();
  Type element = elementTypeOf(tensor.elem_type(), &context);
  if (!element)
    return error(what + " has element type " + dataTypeName(tensor.elem_type()) + ", which is not supported");
  if (!tensor.has_shape())
    return error(what + " has no shape, not even a rank; run ONNX shape inference on the model or declare it");
  Extents extents;
  for (int axis = 0; axis < tensor.shape().dim_size(); ++axis) {
    auto extent = declareExtent(input.name(), axis, tensor.shape().dim(axis));
    if (!extent)
      return extent.takeError();
    extents.push_back(*extent);
  }
  types.push_back(graph::makeTensorType(extents, element));
  if (!graph::boundedElementCount(types.back(), graph::getNamedDims(*moduleOp)))
    return error(what + " may have more than 2^40 elements; bound its dimensions with --dim");
  return llvm::Error::success();
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
