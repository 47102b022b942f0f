// Images of another size: the rules are at the head of runtime/guest/movement/Resizing.cpp.
#include "operators/Images.h"

namespace wasmind::operators {

std::vector<Operator> Resizes() {
  auto no = [](std::string name) { return abi::Attribute::boolean(std::move(name), false); };
  const std::vector<abi::Attribute> attributes{no("align_corners"), no("half_pixel_centers"), no("channels_last")};
  return {
      ofImages("ResizeBilinear", "resize_bilinear", {"a"}, {"size"}, attributes, ofOneType(floats)),
      ofImages("ResizeNearest", "resize_nearest", {"a"}, {"size"}, attributes, ofOneType(everything())),
  };
}

} // namespace wasmind::operators
