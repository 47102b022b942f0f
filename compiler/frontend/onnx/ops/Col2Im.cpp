#include "compiler/frontend/onnx/Operator.h"

namespace wasmind::onnx {
namespace {

std::optional<Integers> perDimension(Node &node, llvm::StringRef attribute, size_t count, int64_t otherwise,
                                     int64_t lowest) {
  Integers values = node.integers(attribute, Integers(count, otherwise));
  if (values.size() != count)
    return node.fail("attribute '" + attribute + "' has " + llvm::Twine(values.size()) + " entries, not " +
                     llvm::Twine(count));
  for (int64_t value : values)
    if (value < lowest || value > INT32_MAX)
      return node.fail("attribute '" + attribute + "' has the entry " + llvm::Twine(value));
  return values;
}

} // namespace
} // namespace wasmind::onnx

// Input [N, C * block..., L] -> [N, C, image...]: element k of block l is added to the element of the image that it
// was taken from.
WASMIND_ONNX_OPERATOR(Col2Im) {
  Compose &compose = node.compose();
  constexpr int64_t elementLimit = 1 << 24;
  Value x = node.input(0);
  auto image = node.constantIntegers(1, "image_shape"), block = node.constantIntegers(2, "block_shape");
  if (!image || !block)
    return Failure();
  const size_t spatial = image->size();
  if (node.rank(x) != 3 || spatial == 0 || block->size() != spatial)
    return node.fail("takes [N, C * block, L] with an image and a block of one rank");
  auto strides = perDimension(node, "strides", spatial, 1, 1),
       dilations = perDimension(node, "dilations", spatial, 1, 1), pads = perDimension(node, "pads", 2 * spatial, 0, 0);
  if (!strides || !dilations || !pads)
    return Failure();
  int64_t pixels = 1, taps = 1, blocks = 1;
  Integers counts;
  for (size_t i = 0; i < spatial; ++i) {
    for (int64_t extent : {(*image)[i], (*block)[i]})
      if (extent < 1 || extent > elementLimit)
        return node.fail("an image or block of extent " + llvm::Twine(extent));
    const int64_t room = (*image)[i] + (*pads)[i] + (*pads)[spatial + i] - (*dilations)[i] * ((*block)[i] - 1) - 1;
    if (room < 0)
      return node.fail("a block that spans " + llvm::Twine((*dilations)[i] * ((*block)[i] - 1) + 1) +
                       " does not fit axis " + llvm::Twine(i) + " of the image");
    counts.push_back(room / (*strides)[i] + 1);
    pixels *= (*image)[i];
    taps *= (*block)[i];
    blocks *= counts.back();
    if (pixels > elementLimit || taps > elementLimit || blocks > elementLimit || taps * blocks > elementLimit)
      return node.fail("an image or columns of more than 2^24 elements");
  }
  const Extents extents = compose.extentsOf(x);
  const AffineExpr channels = compose.quotientOf(extents[1], taps);
  if (!channels)
    return node.fail("'" + node.text(extents[1]) + "' rows are no multiple of the block's " + llvm::Twine(taps) +
                     " elements");
  if (!compose.equate(extents[2], compose.getAffineConstantExpr(blocks)))
    return node.fail("'" + node.text(extents[2]) + "' columns, where the image has " + llvm::Twine(blocks) + " blocks");
  const Compose::Window window{*strides, Integers(llvm::ArrayRef(*pads).take_front(spatial)),
                               Integers(llvm::ArrayRef(*pads).drop_front(spatial)), *dilations};
  return compose.foldPatches(x, {extents[0], channels}, *image, *block, window);
}
