#include "compiler/frontend/onnx/Operator.h"
#include "llvm/ADT/Sequence.h"

// pads = all starts, then all ends; attributes before opset 11, inputs since (with `axes` since 18).
WASMIND_ONNX_OPERATOR(Pad) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const int64_t rank = node.rank(x);
  std::optional<Integers> pads, axes;
  if (node.opset() < 11)
    pads = node.integers(node.has("pads") ? "pads" : "paddings");
  else
    pads = node.constantIntegers(1, "pads");
  if (pads && node.hasInput(3))
    axes = node.constantIntegers(3, "axes");
  if (node.failed())
    return Failure();
  if (!axes)
    axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (pads->size() != 2 * axes->size())
    return node.fail(llvm::Twine(pads->size()) + " pads for " + llvm::Twine(axes->size()) + " axes");
  if (!node.axes(*axes, rank))
    return Failure();
  Integers low(rank, 0), high(rank, 0);
  for (auto [i, given] : llvm::enumerate(*axes)) {
    const int64_t dim = *node.axis(given, rank);
    low[dim] = (*pads)[i];
    high[dim] = (*pads)[i + axes->size()];
  }

  const std::string mode = node.string("mode", "constant");
  Extents extents = compose.extentsOf(x);
  for (int64_t dim = 0; dim < rank; ++dim) {
    if (std::abs(low[dim]) > INT32_MAX || std::abs(high[dim]) > INT32_MAX)
      return node.fail("pads of " + llvm::Twine(low[dim]) + " and " + llvm::Twine(high[dim]));
    if (!node.ensureAtLeast(extents[dim] + (std::min<int64_t>(low[dim], 0) + std::min<int64_t>(high[dim], 0)), 0))
      return node.fail("negative pads remove more than axis " + llvm::Twine(dim) + " has");
    const int64_t reach = std::max(low[dim], high[dim]);
    if (mode != "constant" && reach > (1 << 24))
      return node.fail("mode '" + mode + "' with a pad of " + llvm::Twine(reach));
    if (mode != "constant" && reach > 0 && !graph::constantOf(extents[dim]) &&
        !node.ensureAtLeast(extents[dim], reach + (mode == "reflect")))
      return node.fail("mode '" + mode + "' pads axis " + llvm::Twine(dim) + " by more than it has");
    if (mode != "constant" && reach > 0 && graph::constantOf(extents[dim]) == 0)
      return node.fail("mode '" + mode + "' has nothing to repeat along axis " + llvm::Twine(dim));
  }
  if (mode == "reflect")
    return compose.padReflect(x, low, high);
  if (mode == "edge")
    return compose.padEdge(x, low, high);
  if (mode == "wrap")
    return compose.padWrap(x, low, high);
  if (mode != "constant")
    return node.fail("attribute 'mode' = '" + mode + "' is not one of constant, reflect, edge, wrap");
  Value value = node.opset() >= 11 && node.hasInput(2) ? compose.reshape(node.input(2), Integers())
                                                       : compose.scalar(compose.elementOf(x), node.real("value", 0.0));
  return compose.pad(x, value, low, high);
}
