//===- RaiseWindows.cpp - convolutions and windows in a graph.compute --------------------------------------------===//
#include "compiler/graph/RaiseCompute.h"

using namespace mlir;

namespace wasmind::graph {
namespace {
using IntList = Formula::IntList;
using Extents = Formula::Extents;

bool isIn(ArrayRef<int64_t> list, int64_t value) { return llvm::is_contained(list, value); }

/// How one dimension of an image is read.
struct Axis {
  enum Kind {
    Unit,    ///< at one place
    Plain,   ///< index = outer
    Sliding, ///< index = outer * stride + inner * dilation - low; without inner where the window has one element
    Grouped, ///< index = (outer floordiv groupOutputs) * extent of inner + inner
  } kind = Unit;
  int64_t outer = -1, inner = -1; ///< dimensions of the domain
  int64_t stride = 1, dilation = 1, low = 0, high = 0;
  int64_t groupOutputs = 1;
  AffineExpr start;  ///< of Unit, and of Plain along a reduction, which is cut there
  AffineExpr extent; ///< of the image
  bool isCut = false;
  bool isFlipped = false; ///< of Sliding: the window is read from its end
};

struct Image {
  Value value;
  SmallVector<Axis> axes;
};

std::optional<Axis> axisOf(const Formula &formula, AffineExpr index, AffineExpr extent) {
  MLIRContext *context = index.getContext();
  Axis axis;
  axis.extent = extent;
  axis.start = getAffineConstantExpr(0, context);
  if (index.isSymbolicOrConstant()) {
    axis.start = index;
    axis.isCut = !isOne(extent);
    return staysInside(index, getAffineConstantExpr(1, context), 1, extent, formula.dims) ? std::optional(axis)
                                                                                          : std::nullopt;
  }
  for (const Term &term : termsOf(index)) {
    if (term.variables.empty()) {
      axis.start = getAffineConstantExpr(term.coefficient, context);
      continue;
    }
    if (term.variables.size() != 1)
      return std::nullopt;
    AffineExpr variable = term.variables[0];
    auto division = dyn_cast<AffineBinaryOpExpr>(variable);
    if (division && division.getKind() == AffineExprKind::FloorDiv) {
      auto dim = dyn_cast<AffineDimExpr>(division.getLHS());
      auto by = constantOf(division.getRHS());
      if (!dim || !by || axis.outer >= 0 || int64_t(dim.getPosition()) >= formula.parallel)
        return std::nullopt;
      axis.kind = Axis::Grouped;
      axis.outer = dim.getPosition();
      axis.groupOutputs = *by;
      axis.stride = term.coefficient;
      continue;
    }
    auto dim = dyn_cast<AffineDimExpr>(variable);
    if (!dim)
      return std::nullopt;
    bool isOuter = dim.getPosition() < formula.parallel;
    if (isOuter && term.coefficient < 1)
      return std::nullopt;
    int64_t &slot = isOuter ? axis.outer : axis.inner;
    if (slot >= 0)
      return std::nullopt;
    slot = dim.getPosition();
    (isOuter ? axis.stride : axis.dilation) = term.coefficient;
  }
  auto start = constantOf(axis.start);
  if (!start)
    return std::nullopt;
  if (axis.dilation < 0) {
    auto size = constantOf(formula.domain[axis.inner]);
    if (!size || axis.outer < 0 || axis.kind == Axis::Grouped)
      return std::nullopt;
    *start += axis.dilation * (*size - 1);
    axis.dilation = -axis.dilation;
    axis.isFlipped = true;
  }
  if (axis.kind == Axis::Grouped) {
    AffineExpr inner = axis.inner >= 0 ? formula.domain[axis.inner] : getAffineConstantExpr(1, context);
    return *start == 0 && axis.dilation == 1 && constantOf(inner) == axis.stride ? std::optional(axis) : std::nullopt;
  }
  if (axis.outer < 0) { // along a reduction alone
    axis.kind = Axis::Plain;
    axis.outer = std::exchange(axis.inner, -1);
    axis.isCut = *start != 0 || axis.dilation != 1 || !provablyEqual(extent, formula.domain[axis.outer]);
    return staysInside(axis.start, formula.domain[axis.outer], axis.dilation, extent, formula.dims)
               ? std::optional(axis)
               : std::nullopt;
  }
  bool isPlain = axis.inner < 0 && axis.stride == 1 && *start == 0 && provablyEqual(extent, formula.domain[axis.outer]);
  axis.kind = isPlain ? Axis::Plain : Axis::Sliding;
  axis.low = -*start;
  return axis;
}

int64_t sizeOf(const Formula &formula, const Axis &axis) {
  return axis.inner < 0 ? 1 : constantOf(formula.domain[axis.inner]).value_or(0);
}

/// The padding at the end with which the sliding window gives the extent of the result; none where no constant does.
std::optional<int64_t> highOf(const Formula &formula, const Axis &axis) {
  AffineExpr wanted = formula.domain[axis.outer];
  int64_t reach = axis.dilation * (sizeOf(formula, axis) - 1) + 1;
  AffineExpr room = axis.extent + (axis.low - reach);
  auto exact = constantOf(normalise((wanted - 1) * axis.stride - room));
  if (exact)
    return *exact;
  if (axis.stride == 1)
    return std::nullopt;
  // wanted = (room + high) floordiv stride + 1 for one of these.
  int64_t most = reach + std::abs(axis.low) + 2 * axis.stride;
  for (int64_t high = -most; high <= most && most < 4096; ++high)
    if (provablyEqual((room + high).floorDiv(axis.stride) + 1, wanted))
      return high;
  return std::nullopt;
}

/// Whether the constant is what a reduction of this kind starts from.
bool isAbsent(Value value, ReduceKind kind) {
  auto data = constantDataOf(value);
  if (!data || data->elementCount != 1)
    return false;
  double infinity = std::numeric_limits<double>::infinity(), number = data->asDouble(0);
  bool isMax = kind == ReduceKind::Max, isMin = kind == ReduceKind::Min;
  if (!isMax && !isMin)
    return number == (kind == ReduceKind::Prod || kind == ReduceKind::And ? 1 : 0);
  if (isa<FloatType>(data->element))
    return number == (isMax ? -infinity : infinity);
  std::vector<char> edge(byteWidth(data->element));
  storeDouble(data->element, isMax ? -infinity : infinity, edge.data()); // saturates
  return data->bytes == ArrayRef(edge);
}

/// The one operand that `scalar` is computed from, as an image with what is computed from it; none when it is not read
/// by sliding windows. Padding with what is absent for `kind` becomes padding of the windows.
std::optional<Image> imageOf(Formula &formula, Value scalar, ReduceKind kind) {
  SmallVector<unsigned> inputs = formula.inputsOf(scalar);
  if (inputs.size() != 1 || inputs[0] >= formula.maps.size())
    return std::nullopt;
  Image image{formula.op.getInputs()[inputs[0]], {}};
  IntList used;
  bool slides = false, isCut = false;
  for (auto [index, extent] : llvm::zip(formula.maps[inputs[0]], getExtents(image.value.getType()))) {
    auto axis = axisOf(formula, index, extent);
    if (!axis || (axis->kind == Axis::Sliding && sizeOf(formula, *axis) < 1))
      return std::nullopt;
    for (int64_t dim : {axis->outer, axis->inner}) {
      if (dim >= 0 && isIn(used, dim))
        return std::nullopt;
      used.push_back(dim);
    }
    slides |= axis->kind == Axis::Sliding && axis->inner >= 0;
    isCut |= axis->isCut;
    image.axes.push_back(*axis);
  }
  if (!slides)
    return std::nullopt;
  bool isBare = formula.inputIs(scalar).has_value();
  auto pad = image.value.getDefiningOp<PadOp>();
  if (pad && isBare && isAbsent(pad.getValue(), kind)) {
    bool folds = true;
    for (auto [i, axis] : llvm::enumerate(image.axes))
      folds &=
          pad.getInterior()[i] == 0 && (axis.kind == Axis::Sliding || (pad.getLow()[i] == 0 && pad.getHigh()[i] == 0));
    if (folds) {
      image.value = pad.getInput();
      for (auto [i, extent] : llvm::enumerate(getExtents(image.value.getType()))) {
        image.axes[i].extent = extent;
        image.axes[i].low += pad.getLow()[i];
      }
    }
  }
  for (Axis &axis : image.axes)
    if (axis.kind == Axis::Sliding) {
      auto high = highOf(formula, axis);
      if (!high)
        return std::nullopt;
      axis.high = *high;
    }
  // From here on operations are made.
  Compose &builder = formula.builder;
  if (isCut) {
    Extents starts, extents;
    IntList strides;
    for (Axis &axis : image.axes) {
      starts.push_back(axis.isCut ? axis.start : builder.getAffineConstantExpr(0));
      strides.push_back(axis.isCut ? axis.dilation : 1);
      if (axis.isCut)
        axis.extent = axis.kind == Axis::Unit ? builder.getAffineConstantExpr(1) : formula.domain[axis.outer];
      extents.push_back(axis.extent);
    }
    image.value = builder.slice(image.value, starts, extents, strides);
  }
  if (!isBare) {
    Extents extents = builder.extentsOf(image.value);
    image.value = builder.reshape(formula.elementwise(scalar, {{inputs[0], image.value}}), extents);
  }
  return image.value ? std::optional(image) : std::nullopt;
}

/// The order of an image's dimensions that puts those of `kinds` behind each other.
struct Order {
  IntList permutation;
  void add(ArrayRef<unsigned> positions) { permutation.append(positions.begin(), positions.end()); }
};

std::optional<int64_t> constantProduct(const Formula &formula, ArrayRef<int64_t> dims) {
  int64_t product = 1;
  for (int64_t dim : dims) {
    auto extent = constantOf(formula.domain[dim]);
    if (!extent || *extent < 1 || *extent > (int64_t(1) << 31) || product > (int64_t(1) << 31))
      return std::nullopt;
    product *= *extent;
  }
  return product;
}

AffineExpr productOf(const Formula &formula, ArrayRef<int64_t> dims) {
  AffineExpr product = getAffineConstantExpr(1, formula.domain[0].getContext());
  for (int64_t dim : dims)
    product = normalise(product * formula.domain[dim]);
  return product;
}

} // namespace

Value raiseConvolution(Formula &formula, Value imageScalar, Value weightScalar) {
  auto weightDims = formula.dimsOf(weightScalar);
  if (!weightDims)
    return nullptr;
  Compose &builder = formula.builder;
  auto elementIn = [&](Value factor) {
    auto input = formula.inputIs(factor);
    return input ? builder.elementOf(formula.op.getInputs()[*input]) : builder.elementOf(factor);
  };
  Type left = elementIn(imageScalar), right = elementIn(weightScalar), result = formula.resultElement();
  if (productElement(left, right) != result || left.isInteger(1))
    return nullptr;
  auto image = imageOf(formula, imageScalar, ReduceKind::Sum);
  if (!image)
    return nullptr;

  SmallVector<unsigned> batchAt, slidingAt, groupAt, channelAt;
  IntList batch, sliding, kernel, groups, channels, outputs, seen;
  bool isGrouped = false;
  int64_t groupOutputs = 1;
  for (auto [i, axis] : llvm::enumerate(image->axes)) {
    seen.append({axis.outer, axis.inner});
    switch (axis.kind) {
    case Axis::Unit:
      batchAt.push_back(i); // extent 1
      break;
    case Axis::Sliding:
      if (isIn(*weightDims, axis.outer) || (axis.inner >= 0 && !isIn(*weightDims, axis.inner)))
        return nullptr;
      slidingAt.push_back(i);
      sliding.push_back(axis.outer);
      if (axis.inner >= 0)
        kernel.push_back(axis.inner);
      break;
    case Axis::Grouped:
      if (isGrouped || !isIn(*weightDims, axis.outer) || (axis.inner >= 0 && !isIn(*weightDims, axis.inner)))
        return nullptr;
      isGrouped = true;
      groupOutputs = axis.groupOutputs;
      groupAt.push_back(i);
      outputs.push_back(axis.outer);
      if (axis.inner >= 0)
        channels.push_back(axis.inner);
      break;
    case Axis::Plain:
      if (axis.outer >= formula.parallel) {
        if (!isIn(*weightDims, axis.outer))
          return nullptr;
        channelAt.push_back(i);
        channels.push_back(axis.outer);
      } else if (isIn(*weightDims, axis.outer)) {
        groupAt.push_back(i);
        groups.push_back(axis.outer);
      } else {
        batchAt.push_back(i);
        batch.push_back(axis.outer);
      }
    }
  }
  if (slidingAt.size() > 3 || (isGrouped && (!groups.empty() || !channelAt.empty())))
    return nullptr;
  for (int64_t dim : *weightDims)
    if (!isIn(seen, dim)) {
      if (dim >= formula.parallel || isGrouped) // an image without this dimension, or more outputs beside the grouped
        return nullptr;
      outputs.push_back(dim);
    }
  for (int64_t dim = formula.parallel; dim < formula.rank(); ++dim)
    if (!isOne(formula.domain[dim]) && (!isIn(seen, dim) || !isIn(*weightDims, dim)))
      return nullptr;
  auto outputCount = constantProduct(formula, outputs), groupCount = constantProduct(formula, groups);
  auto perGroup = constantProduct(formula, channels);
  if (!outputCount || !groupCount || !perGroup)
    return nullptr;
  if (isGrouped) {
    if (*outputCount % groupOutputs != 0)
      return nullptr;
    groupCount = *outputCount / groupOutputs;
    if (constantOf(image->axes[groupAt[0]].extent) != *groupCount * *perGroup)
      return nullptr;
  }

  // One output per position of a row: neighbours in memory are neighbours in the result already, and a sum over them is
  // best left as it is.
  const Axis &last = image->axes.back();
  if (*outputCount * *groupCount == 1 && last.kind == Axis::Sliding && last.stride == 1 &&
      last.outer == formula.parallel - 1)
    return nullptr;

  // image [N, spatial..., groups * channels]
  Order order;
  for (ArrayRef<unsigned> part : {ArrayRef(batchAt), ArrayRef(slidingAt), ArrayRef(groupAt), ArrayRef(channelAt)})
    order.add(part);
  Extents extents{productOf(formula, batch)};
  IntList strides, low, high, dilations;
  for (unsigned at : slidingAt) {
    const Axis &axis = image->axes[at];
    extents.push_back(axis.extent);
    strides.push_back(axis.stride);
    low.push_back(axis.low);
    high.push_back(axis.high);
    dilations.push_back(axis.dilation);
  }
  extents.push_back(builder.getAffineConstantExpr(*groupCount * *perGroup));
  Value input = builder.reshape(builder.transpose(image->value, order.permutation), extents);

  // weights [kernel..., channels, groups * outputs]
  Formula::View weights = formula.factor(weightScalar);
  IntList flipped;
  for (const Axis &axis : image->axes)
    if (axis.isFlipped)
      flipped.push_back(llvm::find(weights.dims, axis.inner) - weights.dims.begin());
  if (!flipped.empty())
    weights.value = ReverseOp::create(builder, weights.value, flipped);
  IntList permutation;
  for (const IntList *part : {&kernel, &channels, &groups, &outputs})
    for (int64_t dim : *part)
      permutation.push_back(llvm::find(weights.dims, dim) - weights.dims.begin());
  IntList shape;
  for (unsigned at : slidingAt)
    shape.push_back(sizeOf(formula, image->axes[at]));
  shape.push_back(*perGroup);
  shape.push_back(*outputCount * (isGrouped ? 1 : *groupCount));
  Value factors = builder.reshape(builder.transpose(weights.value, permutation), shape);
  if (!input || !factors)
    return nullptr;
  Value convolved = ConvolveOp::create(builder, input, factors, strides, low, high, dilations, *groupCount, false);

  // result [N, spatial..., groups * outputs], taken apart
  IntList dims;
  for (const IntList *part : {&batch, &sliding, &groups, &outputs})
    dims.append(*part);
  Extents apart;
  for (int64_t dim : dims)
    apart.push_back(formula.domain[dim]);
  return formula.aligned({dims, builder.reshape(convolved, apart)}, formula.parallel);
}

Value raiseWindow(Formula &formula) {
  auto inputs = formula.inputsOf(formula.contribution);
  if (inputs.size() != 1 || inputs[0] >= formula.maps.size())
    return nullptr;
  // Channels last, so that neighbours in memory are of one window position. Where windows move along a row element by
  // element, a sum over neighbours is itself contiguous, and best left as it is.
  SmallVector<Axis> axes;
  for (auto [index, extent] :
       llvm::zip(formula.maps[inputs[0]], getExtents(formula.op.getInputs()[inputs[0]].getType()))) {
    auto axis = axisOf(formula, index, extent);
    if (!axis || axis->kind == Axis::Grouped)
      return nullptr;
    axes.push_back(*axis);
  }
  IntList permutation = llvm::to_vector(llvm::seq<int64_t>(0, axes.size()));
  if (!axes.empty() && axes.back().kind == Axis::Sliding) {
    if (axes.back().stride == 1 && axes.back().inner >= 0 && axes.back().outer == formula.parallel - 1)
      return nullptr;
    auto channel = llvm::find_if(llvm::reverse(permutation), [&](int64_t i) {
      return axes[i].kind == Axis::Plain && axes[i].outer < formula.parallel && !isOne(axes[i].extent);
    });
    if (channel != permutation.rend()) {
      int64_t last = *channel;
      llvm::erase(permutation, last);
      permutation.push_back(last);
    }
  }
  auto image = imageOf(formula, formula.contribution, formula.kind);
  if (!image)
    return nullptr;
  IntList sizes, strides, low, high, dilations, reduced, dims;
  for (auto [i, at] : llvm::enumerate(permutation)) {
    const Axis &axis = image->axes[at];
    bool slides = axis.kind == Axis::Sliding;
    sizes.push_back(slides ? sizeOf(formula, axis) : 1);
    strides.push_back(slides ? axis.stride : 1);
    low.push_back(slides ? axis.low : 0);
    high.push_back(slides ? axis.high : 0);
    dilations.push_back(slides ? axis.dilation : 1);
    if (axis.kind == Axis::Plain && axis.outer >= formula.parallel)
      reduced.push_back(i);
    else
      dims.push_back(axis.kind == Axis::Unit ? -1 : axis.outer);
  }
  for (int64_t dim = formula.parallel; dim < formula.rank(); ++dim)
    if (!isOne(formula.domain[dim]) &&
        llvm::none_of(image->axes, [&](const Axis &axis) { return axis.outer == dim || axis.inner == dim; }))
      return nullptr; // repeated along a reduction
  Compose &builder = formula.builder;
  Value moved = builder.transpose(image->value, permutation);
  if (!moved)
    return nullptr;
  Value result = WindowOp::create(builder, formula.kind, moved, sizes, strides, low, high, dilations);
  if (!reduced.empty())
    result = builder.reduce(formula.kind, result, reduced, false);
  return formula.aligned({dims, result}, formula.parallel);
}

} // namespace wasmind::graph
