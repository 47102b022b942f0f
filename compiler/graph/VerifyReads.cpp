//===- VerifyReads.cpp - no operation reads outside its operands, whatever the named dimensions are ---------------===//
//
// What is not proved from the bounds of the dimensions is refused. Of dimensions without bounds (an operator's) a
// caller answers for extents; indices are proved for them, too.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/Ranges.h"
#include "compiler/graph/Structured.h"

using namespace mlir;

namespace wasmind::graph {
namespace {
using Extents = SmallVector<AffineExpr>;

Type elementOf(Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); }

bool allPositive(ArrayRef<int64_t> values) {
  return llvm::all_of(values, [](int64_t v) { return v > 0 && v < (int64_t(1) << 31); });
}

} // namespace

bool dividesWholes(AffineExpr e, const Dims &dims) {
  bool holds = true;
  e.walk([&](AffineExpr part) {
    auto binary = dyn_cast<AffineBinaryOpExpr>(part);
    if (binary && binary.getKind() != AffineExprKind::Add && binary.getKind() != AffineExprKind::Mul)
      holds &= isNeverNegative(binary.getLHS(), dims);
  });
  return holds;
}

LogicalResult verifyExtents(Operation *op) {
  Dims dims;
  for (Type type : op->getResultTypes()) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || tensor.hasStaticShape())
      continue;
    if (dims.empty())
      dims = namedDimsAround(op);
    for (auto [i, extent] : llvm::enumerate(getExtents(type))) {
      if (isUnbounded(extent, dims))
        continue;
      if (!isNeverNegative(extent, dims))
        return op->emitOpError("gives a tensor whose extent in dimension ")
               << i << " may be negative: " << boundsText(extent, dims) << adviceText(extent, dims);
      if (!dividesWholes(extent, dims))
        return op->emitOpError("gives a tensor whose extent in dimension ")
               << i << " may be a part of something negative: " << boundsText(extent, dims)
               << "; give its dimensions larger lower bounds with --dim";
    }
  }
  return success();
}

LogicalResult verifyReads(StructuredOp op) {
  if (isa<ConvolveOp, WindowOp>(op)) // what lies outside is absent
    return success();
  if (isa<SliceOp>(op)) // proves it by its starts
    return success();
  Extents domain = op.getDomain();
  if (llvm::any_of(domain, [](AffineExpr extent) { return constantOf(extent) == 0; }))
    return success();
  Dims dims = namedDimsAround(op);
  Ranges ranges(domain, dims);
  for (auto [number, map, operand] : llvm::enumerate(op.getIndexingMaps(), op->getOperands()))
    for (auto [i, index, extent] : llvm::enumerate(map.getResults(), getExtents(operand.getType()))) {
      auto dim = dyn_cast<AffineDimExpr>(index);
      auto place = constantOf(index), length = constantOf(extent);
      bool isInside = (dim && domain[dim.getPosition()] == extent) ||
                      (place && length && *place >= 0 && *place < *length) ||
                      (ranges.isNonNegative(index) && ranges.isNonNegative(extent - 1 - index));
      if (!isInside)
        return op->emitOpError("may read outside operand ")
               << number << " in dimension " << i << " of extent " << boundsText(extent, dims);
    }
  return success();
}

//===- Operations -------------------------------------------------------------------------------------------------===//

LogicalResult ConvolveOp::verify() { return verifyExtents(*this); }
LogicalResult WindowOp::verify() { return verifyExtents(*this); }

LogicalResult SliceOp::verify() {
  Extents from = getExtents(getInput().getType()), to = getExtents(getResult().getType());
  AffineMap starts = getStarts();
  if (from.size() != to.size() || starts.getNumResults() != from.size() || getStrides().size() != from.size() ||
      starts.getNumDims() != 0 || elementOf(getInput()) != elementOf(getResult()))
    return emitOpError("needs one start, stride and extent per dimension, and the same element type");
  if (!allPositive(getStrides()))
    return emitOpError("strides must be positive");
  Dims dims;
  if (!getInput().getType().hasStaticShape() || !getType().hasStaticShape() || starts.getNumSymbols() != 0)
    dims = namedDimsAround(*this);
  for (auto [i, start] : llvm::enumerate(starts.getResults())) {
    if (staysInside(start, to[i], getStrides()[i], from[i], dims) && dividesWholes(start, dims))
      continue;
    AffineExpr room = from[i] - 1 - start - (to[i] - 1) * getStrides()[i];
    std::string advice = adviceText(isNeverNegative(start, dims) ? room : start, dims);
    return emitOpError("leaves the input in dimension ")
           << i << ": " << boundsText(to[i], dims) << " elements from " << boundsText(start, dims) << " on, "
           << getStrides()[i] << " apart, of " << boundsText(from[i], dims) << advice;
  }
  return verifyExtents(*this);
}

LogicalResult MeasureOp::verify() {
  Dims dims = namedDimsAround(*this);
  const uint64_t dim = getDim();
  if (getValue().getType().getRank() != 0)
    return emitOpError("measures one number");
  if ((*this)->getParentOfType<ModuleOp>() && (dim >= dims.size() || !dims[dim].measured))
    return emitOpError("dimension ") << dim << " is none that is measured";
  return success();
}

LogicalResult PadOp::verify() {
  Dims dims = namedDimsAround(*this);
  for (auto [i, extent] : llvm::enumerate(getExtents(getInput().getType())))
    if (getInterior()[i] > 0 && !constantOf(extent) && !isNeverNegative(extent - 1, dims) &&
        !isUnbounded(extent, dims)) // nothing has no gaps, which no expression says
      return emitOpError("interleaves dimension ") << i << " of extent " << boundsText(extent, dims)
                                                   << ", which may be empty" << adviceText(extent - 1, dims);
  return verifyExtents(*this);
}

LogicalResult GatherOp::verify() {
  // An index is clamped to the last element: there must be one wherever something is taken.
  AffineExpr extent = getExtents(getData().getType())[getDim()];
  if (constantOf(extent).value_or(0) > 0)
    return success();
  Dims dims = namedDimsAround(*this);
  if (!conditionOfTaking(extent, getExtents(getType()), dims) ||
      !conditionOfTaking(extent, getExtents(getIndices().getType()), dims))
    return success();
  return emitOpError("takes elements of dimension ") << getDim() << " of extent " << boundsText(extent, dims)
                                                     << ", which may be empty" << adviceText(extent - 1, dims);
}

LogicalResult TopKOp::verify() {
  AffineExpr extent = getExtents(getInput().getType()).back(), k = getK().getResult(0), room = extent - k;
  Dims dims = namedDimsAround(*this);
  if ((constantOf(extent) && constantOf(k)) || isNeverNegative(room, dims) || isUnbounded(extent, dims))
    return success();
  return emitOpError("takes ") << boundsText(k, dims) << " of " << boundsText(extent, dims) << " elements"
                               << adviceText(room, dims);
}

} // namespace wasmind::graph
