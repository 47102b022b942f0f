#include "compiler/frontend/onnx/Windows.h"
#include <cmath>
#include <limits>

namespace wasmind::onnx {
namespace {

// Where in the whole tensor x each maximum stands, the first of equal ones: tap after tap of the kernel, what is larger
// than all before. Positions count in row-major order or, with `columnMajor`, spatial dimensions first to last.
Value maximaOf(Node &node, Value x, llvm::ArrayRef<int64_t> kernel, const Compose::Window &window, bool columnMajor) {
  Compose &compose = node.compose();
  if (!window.extents.empty())
    return node.fail("the output 'Indices' with pads that depend on run-time extents");
  const Extents image = compose.extentsOf(x);
  const int64_t rank = image.size(), spatial = kernel.size();
  const Type element = compose.elementOf(x), integer = compose.getI64Type();
  Integers low{0, 0}, high{0, 0}, strides{1, 1};
  low.append(window.padLow);
  high.append(window.padHigh);
  strides.append(window.strides);
  Extents extents(image);
  int64_t taps = 1;
  for (int64_t i = 0; i < spatial; ++i) {
    const int64_t span = window.dilations[i] * (kernel[i] - 1) + 1;
    extents[i + 2] = (image[i + 2] + (low[i + 2] + high[i + 2] - span)).floorDiv(strides[i + 2]) + 1;
    taps *= kernel[i];
  }
  constexpr int64_t tapLimit = 1024;
  if (taps > tapLimit)
    return node.fail("the output 'Indices' with a kernel of more than " + llvm::Twine(tapLimit) + " elements");
  double lowest = -std::numeric_limits<double>::infinity();
  if (auto type = mlir::dyn_cast<mlir::IntegerType>(element))
    lowest = type.isUnsigned() ? 0 : -std::ldexp(1.0, type.getWidth() - 1);
  Value padded = compose.pad(x, compose.scalar(element, lowest), low, high);
  if (!padded)
    return {};
  // Positions of the windows' first elements along each dimension, and how far apart neighbours stand in the whole.
  llvm::SmallVector<Value> starts, distances;
  for (int64_t dim = 0; dim < rank; ++dim) {
    Extents along(rank, compose.getAffineConstantExpr(1));
    along[dim] = extents[dim];
    Value start = graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType(along, integer), dim);
    start = compose.mul(start, compose.scalar(integer, double(strides[dim])));
    starts.push_back(compose.add(start, compose.scalar(integer, -double(low[dim]))));
    const auto all = llvm::ArrayRef(image);
    const auto inner = columnMajor && dim >= 2 ? all.slice(2, dim - 2) : all.drop_front(dim + 1);
    distances.push_back(compose.extent(graph::productOf(inner, compose.getContext())));
  }
  Value best, position;
  for (int64_t tap = 0; tap < taps; ++tap) {
    Integers offsets(rank, 0);
    for (int64_t i = spatial, rest = tap; i-- > 0; rest /= kernel[i])
      offsets[i + 2] = rest % kernel[i] * window.dilations[i];
    Value values = padded, here;
    for (int64_t dim = 0; dim < rank; ++dim) {
      if (dim >= 2)
        values = compose.sliceDim(values, dim, compose.getAffineConstantExpr(offsets[dim]), extents[dim], strides[dim]);
      Value at = compose.add(starts[dim], compose.scalar(integer, double(offsets[dim])));
      if (tap == 0) // of a window in which nothing is larger than the padding
        at = compose.maximum(at, compose.scalar(integer, 0));
      at = compose.mul(at, distances[dim]);
      here = here ? compose.add(here, at) : at;
    }
    if (!values)
      return {};
    if (!best) {
      best = values;
      position = compose.broadcastTo(here, extents);
      continue;
    }
    Value isLarger = compose.compare(CompareKind::Greater, values, best);
    position = compose.select(isLarger, here, position);
    best = compose.select(isLarger, values, best);
  }
  return position;
}

} // namespace
} // namespace wasmind::onnx

WASMIND_ONNX_OPERATOR(MaxPool) {
  Value x = node.input(0);
  auto pool = poolOf(node, x);
  if (!pool)
    return Failure();
  const Compose::Window window = roundedWindow(node, x, *pool);
  Value largest = node.compose().maxPool(x, pool->kernel, window);
  if (!node.hasOutput(1))
    return largest;
  Value positions = maximaOf(node, x, pool->kernel, window, node.flag("storage_order"));
  return largest && positions ? Results({largest, positions}) : Failure();
}
