#include "compiler/frontend/mindir/Patches.h"
#include "compiler/frontend/mindir/Windows.h"
#include "compiler/graph/Constants.h"

using namespace llvm;
namespace wasmind::mindir {

Value takePatches(Node &node, Value x, ArrayRef<int64_t> kernel, const Compose::Window &window, double around) {
  if (node.failed() || !checkFit(node, x, kernel, window))
    return {};
  Compose &b = node.compose;
  const int64_t spatial = kernel.size();
  Integers low{0, 0}, high{0, 0};
  low.append(window.padLow.begin(), window.padLow.end());
  high.append(window.padHigh.begin(), window.padHigh.end());
  int64_t elements = 1;
  Extents counts; // of patches
  for (int64_t d = 0; d < spatial; ++d) {
    const AffineExpr extent = b.extentsOf(x)[2 + d];
    counts.push_back(graph::normalise(
        (extent + (low[2 + d] + high[2 + d] - window.dilations[d] * (kernel[d] - 1) - 1)).floorDiv(window.strides[d]) +
        1));
    const int64_t most = std::max<int64_t>(node.bounds(counts[d]).max, 1);
    const bool isSmall = kernel[d] <= (1 << 22) / most; // keeps the lists of places short
    if (!isSmall || (elements *= kernel[d] * most) > (int64_t(1) << 30)) {
      node.fail("the patches of an image have more than 2^30 elements, or 2^22 along one dimension");
      return {};
    }
    if (!graph::constantOf(counts[d]) && kernel[d] > 64) {
      node.fail("takes patches of more than 64 taps along dimension " + Twine(2 + d) +
                ", whose extent is open; fix it with --dim");
      return {};
    }
  }
  const Extents leading(ArrayRef(b.extentsOf(x)).take_front(2));
  x = b.pad(x, b.scalar(node.element(x), around), low, high);
  // Along each dimension the elements of tap 0 of all patches, those of tap 1, ...
  Extents parts = leading;
  Integers order{0, 1};
  for (int64_t d = 0; d < spatial; ++d) {
    if (auto count = graph::constantOf(counts[d])) {
      Integers places;
      for (int64_t tap = 0; tap < kernel[d]; ++tap)
        for (int64_t i = 0; i < *count; ++i)
          places.push_back(tap * window.dilations[d] + i * window.strides[d]);
      x = b.gather(x, graph::makeIntegers(b, b.getLoc(), places), 2 + d);
    } else {
      SmallVector<Value> taps;
      for (int64_t tap = 0; tap < kernel[d]; ++tap)
        taps.push_back(
            b.sliceDim(x, 2 + d, b.getAffineConstantExpr(tap * window.dilations[d]), counts[d], window.strides[d]));
      x = b.concat(taps, 2 + d);
    }
    parts.append({b.getAffineConstantExpr(kernel[d]), counts[d]});
    order.push_back(2 + 2 * d);
  }
  for (int64_t d = 0; d < spatial; ++d)
    order.push_back(3 + 2 * d);
  return b.transpose(b.reshape(x, parts), order);
}

Value foldedPatches(Node &node, Value x, const PatchWindow &patches) {
  Value taken = takePatches(node, x, patches.kernel, patches.window, 0);
  if (!taken)
    return {};
  Compose &b = node.compose;
  const Extents all = b.extentsOf(taken);
  const ArrayRef<AffineExpr> extents = all;
  return b.reshape(taken, {extents[0], extents[1], graph::productOf(extents.slice(2, 2), b.getContext()),
                           graph::productOf(extents.slice(4, 2), b.getContext())});
}

Value sumPatches(Node &node, Value x, ArrayRef<int64_t> size, const PatchWindow &patches) {
  const auto &[kernel, window] = patches;
  if (!node.expectRank(x, 4, "input 0") || node.failed())
    return {};
  auto fail = [&](const Twine &reason) {
    node.fail(reason);
    return Value();
  };
  if (size.size() != 2)
    return fail("output_size has not 2 entries");
  Compose &b = node.compose;
  const Extents extents = b.extentsOf(x);
  Integers padded, counts;
  for (int64_t d = 0; d < 2; ++d) {
    const int64_t dilation = window.dilations[d], stride = window.strides[d], pad = window.padLow[d];
    if (size[d] < 1 || size[d] > (1 << 16) || kernel[d] < 1 || kernel[d] > (1 << 10) || dilation < 1 ||
        dilation > (1 << 16) || stride < 1 || stride > (1 << 16) || pad < 0 || pad > (1 << 16))
      return fail("a size is out of range");
    padded.push_back(size[d] + 2 * pad);
    const int64_t span = dilation * (kernel[d] - 1) + 1;
    counts.push_back(padded[d] < span ? 0 : (padded[d] - span) / stride + 1);
  }
  const int64_t taps = kernel[0] * kernel[1], count = counts[0] * counts[1];
  if (node.staticExtent(x, 2, "input 0") != taps || node.staticExtent(x, 3, "input 0") != count || count < 1)
    return fail("x has not " + Twine(taps) + " taps of " + Twine(count) + " patches, as the sizes say");
  if (padded[0] * padded[1] > (int64_t(1) << 30) || taps * count > (int64_t(1) << 24))
    return fail("a size is out of range");
  return b.foldPatches(x, ArrayRef(extents).take_front(2), size, kernel, window);
}

void padPatches(Node &node, StringRef padding, Value x, PatchWindow &patches) {
  if (padding.equals_insensitive("same") || padding.equals_insensitive("valid"))
    applyPadMode(node, padding.lower(), x, patches.kernel, patches.window);
  else
    node.fail("padding '" + padding + "' is neither SAME nor VALID");
}

} // namespace wasmind::mindir
