//===- Inputs.cpp - the model's inputs and the bounds of their named dimensions -----------------------------------===//
#include "compiler/frontend/onnx/Importer.h"
#include "compiler/graph/ShapeValues.h"

namespace wasmind::onnx {

llvm::Expected<AffineExpr> Importer::declareExtent(llvm::StringRef input, int64_t axis,
                                                   const ::onnx::TensorShapeProto::Dimension &dim) {
  if (dim.has_dim_value() && dim.dim_value() >= 0)
    return mlir::getAffineConstantExpr(dim.dim_value(), &context);
  std::string name = dim.dim_param();
  // Exporters write these where they know no name; two of them are not the same dimension.
  const bool isUnnamed = llvm::is_contained({"", "?", "-1", "None", "unk"}, name);
  if (isUnnamed)
    name = input.str() + "." + std::to_string(axis);
  auto extent = declareExtent(name, "axis " + std::to_string(axis) + " of input '" + input.str() + "'", axis);
  if (extent && isUnnamed)
    if (auto symbol = mlir::dyn_cast<mlir::AffineSymbolExpr>(*extent)) {
      auto dims = graph::getNamedDims(*moduleOp);
      dims[symbol.getPosition()].unnamed = true;
      graph::setNamedDims(*moduleOp, dims);
    }
  return extent;
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
  return graph::declareDim(*moduleOp, name, 1, axis == 0 ? frontend::defaultLeadingMax : frontend::defaultOtherMax);
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

AffineExpr Importer::measure(Value scalar, llvm::StringRef name, int64_t axis, std::optional<int64_t> max) {
  graph::Interval range = graph::valueBounds(scalar);
  range.min = std::max<int64_t>(range.min, 0);
  if (max)
    range.max = std::min(range.max, *max);
  measuredNames.insert(name);
  if (auto given = options.dims.find(name); given != options.dims.end()) {
    range = {std::max(range.min, given->second.min), std::min(range.max, given->second.max)};
  } else if (range.max >= graph::extentLimit) {
    range.max = std::max(range.min, axis == 0 ? frontend::defaultLeadingMax : frontend::defaultOtherMax);
    notes.push_back("extent '" + name.str() + "' is computed by the run and may be up to " + std::to_string(range.max) +
                    "; --dim " + name.str() + "=MIN..MAX sets it");
  }
  return builder.measure(scalar, name, range.min, std::max(range.min, range.max));
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
