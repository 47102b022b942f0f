#include "compiler/frontend/onnx/Windows.h"

namespace wasmind::onnx {
namespace {

constexpr int64_t amountLimit = int64_t(1) << 31; // what the dialect accepts

// An attribute of one positive entry per spatial dimension.
std::optional<Integers> perDimension(Node &node, llvm::StringRef attribute, size_t spatial) {
  Integers values = node.integers(attribute, Integers(spatial, 1));
  if (values.size() != spatial)
    return node.fail("attribute '" + attribute + "' has " + llvm::Twine(values.size()) + " entries for " +
                     llvm::Twine(spatial) + " spatial dimensions");
  for (int64_t value : values)
    if (value < 1 || value >= amountLimit)
      return node.fail("attribute '" + attribute + "' has the entry " + llvm::Twine(value));
  return values;
}

Extents spatialExtents(Node &node, Value x) { return Extents(llvm::drop_begin(node.compose().extentsOf(x), 2)); }

} // namespace

std::optional<Compose::Window> windowOf(Node &node, Value x, llvm::ArrayRef<int64_t> kernel, bool transposed) {
  const size_t spatial = kernel.size();
  if (node.rank(x) != int64_t(spatial) + 2)
    return node.fail("an input of rank " + llvm::Twine(node.rank(x)) + " with a kernel of " + llvm::Twine(spatial) +
                     " dimensions");
  for (int64_t extent : kernel)
    if (extent < 1 || extent >= amountLimit)
      return node.fail("a kernel of extent " + llvm::Twine(extent));
  auto strides = perDimension(node, "strides", spatial), dilations = perDimension(node, "dilations", spatial);
  if (!strides || !dilations)
    return std::nullopt;
  Compose::Window window{*strides, Integers(spatial, 0), Integers(spatial, 0), *dilations};

  const std::string autoPad = node.string("auto_pad", "NOTSET");
  if (autoPad == "SAME_UPPER" || autoPad == "SAME_LOWER") {
    for (AffineExpr extent : spatialExtents(node, x))
      if (!graph::constantOf(extent) && !node.ensureAtLeast(extent, 1))
        return node.fail("attribute 'auto_pad' = '" + autoPad + "' needs an extent of 1 or more, not '" +
                         node.text(extent) + "'");
    if (!transposed) // those of a transposed convolution do not depend on the input
      Compose::samePads(spatialExtents(node, x), kernel, window, autoPad == "SAME_LOWER");
  } else if (autoPad == "NOTSET" || autoPad.empty()) {
    Integers pads = node.integers("pads", Integers(2 * spatial, 0));
    if (pads.size() != 2 * spatial)
      return node.fail("attribute 'pads' has " + llvm::Twine(pads.size()) + " entries for " + llvm::Twine(spatial) +
                       " spatial dimensions");
    for (int64_t pad : pads)
      if (pad <= -amountLimit || pad >= amountLimit)
        return node.fail("attribute 'pads' has the entry " + llvm::Twine(pad));
    window.padLow.assign(pads.begin(), pads.begin() + spatial);
    window.padHigh.assign(pads.begin() + spatial, pads.end());
  } else if (autoPad != "VALID") {
    return node.fail("attribute 'auto_pad' = '" + autoPad + "' is not one of NOTSET, VALID, SAME_UPPER, SAME_LOWER");
  }
  return window;
}

bool checkFit(Node &node, Value x, llvm::ArrayRef<int64_t> kernel, const Compose::Window &window) {
  if (!window.extents.empty())
    return true; // pads that follow from the input
  Extents extents = node.compose().extentsOf(x);
  for (size_t i = 0; i < kernel.size(); ++i) {
    AffineExpr room =
        extents[i + 2] + (window.padLow[i] + window.padHigh[i] - window.dilations[i] * (kernel[i] - 1) - 1);
    if (!node.ensureAtLeast(room, 0)) {
      node.fail("a kernel that spans " + llvm::Twine(window.dilations[i] * (kernel[i] - 1) + 1) +
                " does not fit axis " + llvm::Twine(i + 2) + " of extent '" + node.text(extents[i + 2]) +
                "' (at least " + llvm::Twine(node.bounds(extents[i + 2]).min) + ") with pads " +
                llvm::Twine(window.padLow[i]) + " and " + llvm::Twine(window.padHigh[i]));
      return false;
    }
  }
  return true;
}

std::optional<Pool> poolOf(Node &node, Value x) {
  Pool pool;
  pool.kernel = node.integers("kernel_shape");
  if (pool.kernel.empty())
    return node.fail("attribute 'kernel_shape' is empty");
  auto window = windowOf(node, x, pool.kernel);
  if (!window)
    return std::nullopt;
  pool.window = *window;
  if (!checkFit(node, x, pool.kernel, *window))
    return std::nullopt;
  pool.roundsUp = node.flag("ceil_mode") && !llvm::StringRef(node.string("auto_pad", "NOTSET")).starts_with("SAME");
  return pool;
}

Compose::Window roundedWindow(Node &node, Value x, const Pool &pool) {
  Compose::Window window = pool.window;
  if (pool.roundsUp)
    Compose::roundUp(spatialExtents(node, x), pool.kernel, window);
  return window;
}

} // namespace wasmind::onnx
