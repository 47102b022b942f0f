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

} // namespace

void samePad(Compose::Window &window, size_t i, int64_t input, int64_t kernel, bool lower) {
  const int64_t stride = window.strides[i], span = window.dilations[i] * (kernel - 1) + 1;
  const int64_t out = (input + stride - 1) / stride;
  const int64_t total = std::max<int64_t>((out - 1) * stride + span - input, 0);
  window.padLow[i] = lower ? total - total / 2 : total / 2;
  window.padHigh[i] = total - window.padLow[i];
}

std::optional<Compose::Window> windowOf(Node &node, Value x, llvm::ArrayRef<int64_t> kernel) {
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

  Extents extents = node.compose().extentsOf(x);
  const std::string autoPad = node.string("auto_pad", "NOTSET");
  if (autoPad == "SAME_UPPER" || autoPad == "SAME_LOWER") {
    for (size_t i = 0; i < spatial; ++i) {
      auto input = graph::constantOf(extents[i + 2]);
      if (!input && window.strides[i] != 1)
        return node.fail("attribute 'auto_pad' = '" + autoPad + "' needs a static spatial shape, but axis " +
                         llvm::Twine(i + 2) + " is '" + node.text(extents[i + 2]) + "'; fix it with --dim");
      samePad(window, i, input.value_or(1), kernel[i], autoPad == "SAME_LOWER");
    }
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
  pool.overhang.assign(pool.kernel.size(), 0);
  Extents extents = node.compose().extentsOf(x);
  const std::string autoPad = node.string("auto_pad", "NOTSET");
  if (node.flag("ceil_mode") && autoPad.substr(0, 4) != "SAME") {
    for (size_t i = 0; i < pool.kernel.size(); ++i) {
      const int64_t stride = window->strides[i], low = window->padLow[i], high = window->padHigh[i];
      const int64_t span = window->dilations[i] * (pool.kernel[i] - 1) + 1;
      if (auto input = graph::constantOf(extents[i + 2])) {
        const int64_t room = *input + low + high - span;
        if (room < 0)
          continue;
        int64_t out = (room + stride - 1) / stride + 1;
        if ((out - 1) * stride >= *input + low) // the last window would begin in the padding at the end
          --out;
        pool.overhang[i] = std::max<int64_t>((out - 1) * stride - room, 0);
      } else if (stride > 1) {
        if (high + stride - 1 >= span)
          return node.fail("attribute 'ceil_mode' with these strides and pads needs a static spatial shape, but axis " +
                           llvm::Twine(i + 2) + " is '" + node.text(extents[i + 2]) + "'; fix it with --dim");
        pool.overhang[i] = stride - 1;
      }
      pool.window.padHigh[i] += pool.overhang[i];
    }
  }
  if (!checkFit(node, x, pool.kernel, pool.window))
    return std::nullopt;
  return pool;
}

} // namespace wasmind::onnx
