#include "compiler/frontend/mindir/Resampling.h"
#include "compiler/frontend/mindir/Shapes.h"
#include "compiler/graph/Constants.h"
#include <cmath>

using namespace llvm;
namespace wasmind::mindir {

double cubic(double a, double t) {
  return t <= 1 ? ((a + 2) * t - (a + 3)) * t * t + 1 : ((a * t - 5 * a) * t + 8 * a) * t - 4 * a;
}

SmallVector<Upsampled> upsampledExtents(Node &node, Value x, int64_t spatial) {
  if (!node.expectRank(x, spatial + 2, "input 0") || node.failed())
    return {};
  SmallVector<Upsampled> result;
  if (node.has(1) == node.has(2)) {
    node.fail("one of output_size and scales is needed");
    return {};
  }
  const Integers size = node.has(1) ? node.integers("output_size", 1) : Integers(spatial, 0);
  const Operand &scales = node.input(2);
  if (!node.has(1) && (!scales.is(Operand::Kind::Sequence) || int64_t(scales.elements().size()) != spatial))
    node.fail("scales are no " + Twine(spatial) + " numbers that are constant");
  if (int64_t(size.size()) != spatial)
    node.fail("output_size has not " + Twine(spatial) + " entries");
  for (int64_t d = 0; d < spatial && !node.failed(); ++d) {
    const int64_t from = node.staticExtent(x, 2 + d, "resampling");
    Upsampled next{size[d], 0};
    if (!node.has(1)) {
      const Operand &entry = scales.elements()[d];
      const double scale = entry.is(Operand::Kind::Number) ? entry.numberValue : double(entry.integerValue);
      if (!(scale > 0) || !(scale * double(from) < (1 << 20))) {
        node.fail("a scale is out of range");
        break;
      }
      next = {int64_t(std::floor(double(from) * scale)), 1 / scale};
    }
    if (from < 1 || next.extent < 1 || next.extent > (1 << 20))
      node.fail("an image without elements, or a size out of range");
    result.push_back(next);
  }
  return node.failed() ? SmallVector<Upsampled>() : result;
}

Operand upsample(Node &node, int64_t spatial, bool linear, unsigned alignsAt) {
  Value x = node.tensor(0);
  const bool aligns = alignsAt != Node::none && node.flag("align_corners", alignsAt, false);
  Compose &b = node.compose;
  if (!node.has(2) && spatial <= 2) { // sizes may be open
    const Extents size = node.extents("output_size", 1);
    if (!node.expectRank(x, spatial + 2, "input 0") || node.failed())
      return {};
    if (spatial == 2)
      return resize(node, x, size, aligns, /*halfPixel=*/linear && !aligns, linear);
    if (size.size() != 1)
      return node.fail("output_size has not 1 entry");
    Operand image = resize(node, b.unsqueeze(x, {2}), {b.getAffineConstantExpr(1), size[0]}, aligns,
                           /*halfPixel=*/linear && !aligns, linear);
    return node.failed() ? Value() : b.squeeze(image.tensor, {2});
  }
  const auto sizes = upsampledExtents(node, x, spatial);
  SmallVector<Compose::Neighbours> along;
  for (auto [d, wanted] : enumerate(sizes)) {
    const int64_t dim = 2 + d, from = node.staticExtent(x, dim, "resampling");
    // Steps are f32, as MindSpore computes them.
    const float ratio = wanted.step > 0 ? float(wanted.step) : float(from) / float(wanted.extent);
    const float step = !aligns ? ratio : wanted.extent > 1 ? float(from - 1) / float(wanted.extent - 1) : 0.0f;
    if (linear) {
      auto neighbours = b.linearNeighbours(x, dim, wanted.extent, [&](int64_t i) -> double {
        return aligns ? step * float(i) : std::max((float(i) + 0.5f) * step - 0.5f, 0.0f);
      });
      if (!neighbours)
        return {};
      along.push_back(*neighbours);
    } else {
      x = b.resizeNearest(x, dim, wanted.extent,
                          [&](int64_t i) { return std::min(int64_t(std::floor(float(i) * step)), from - 1); });
    }
  }
  return node.failed() ? Value() : b.resizeLinear(x, along);
}

Value sumTaps(Compose &b, Value x, int64_t dim, int64_t extent, function_ref<SmallVector<Tap>(int64_t)> taps) {
  const Type element = b.elementOf(x);
  const unsigned width = graph::byteWidth(element);
  SmallVector<Integers> places;
  SmallVector<std::vector<char>> weights;
  for (int64_t i = 0; i < extent; ++i) {
    const SmallVector<Tap> own = taps(i);
    places.resize(own.size());
    weights.resize(own.size(), std::vector<char>(extent * width));
    for (auto [k, tap] : enumerate(own)) {
      places[k].push_back(tap.element);
      graph::storeDouble(element, tap.weight, weights[k].data() + i * width);
    }
  }
  Integers line(b.rankOf(x), 1);
  line[dim] = extent;
  const auto type = mlir::RankedTensorType::get(line, element);
  Value sum;
  for (auto [elements, weight] : zip_equal(places, weights)) {
    Value part = b.mul(b.gather(x, graph::makeIntegers(b, b.getLoc(), elements), dim),
                       graph::makeConstant(b, b.getLoc(), type, weight));
    sum = sum ? b.add(sum, part) : part;
  }
  return sum;
}

} // namespace wasmind::mindir
